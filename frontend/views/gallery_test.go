package views

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/copse-social/copse/frontend"
	"github.com/copse-social/copse/frontend/locales"
)

// render gives one sample in one language as a browser would get it.
func render(t testing.TB, smp sample, lang string) []byte {
	t.Helper()
	shell := signedIn(lang)
	switch {
	case smp.out:
		shell = signedOut(lang)
	case !smp.full:
		shell = newcomer(lang)
	}
	var buf bytes.Buffer
	if err := smp.page(shell).View().Render(t.Context(), &buf); err != nil {
		t.Fatalf("render %s in %s: %v", smp.name, lang, err)
	}
	return buf.Bytes()
}

// TestGallery writes every sample in every language, in light and dark, to the
// folder COPSE_TEST_GALLERY names, so that pages can be looked at without a server.
func TestGallery(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("COPSE_TEST_GALLERY")
	if folder == "" {
		folder = t.TempDir()
	}
	css := frontend.Files().Path("copse.css")
	write(t, filepath.Join(folder, "copse.css"), frontend.Files().File(css).Body)
	for _, smp := range samples() {
		for _, lang := range locales.Languages() {
			page := bytes.ReplaceAll(render(t, smp, lang.Code), []byte(css), []byte("copse.css"))
			write(t, filepath.Join(folder, smp.name+"."+lang.Code+".html"), page)
			dark := strings.Replace(string(page), "<html ", `<html data-theme="dark" `, 1)
			write(t, filepath.Join(folder, smp.name+"."+lang.Code+".dark.html"), []byte(dark))
		}
	}
}

func write(t *testing.T, name string, body []byte) {
	t.Helper()
	if err := os.WriteFile(name, body, 0o644); err != nil {
		t.Fatal(err)
	}
}
