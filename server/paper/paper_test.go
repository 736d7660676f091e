package paper_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/copse-social/copse/server/paper"
)

// chromium is the browser that the suite has for its pages.
func chromium(t *testing.T) *paper.Press {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("the suite needs chromium: %v", err)
	}
	return paper.New(paper.Options{Renderer: path})
}

var (
	streams = regexp.MustCompile(`(?s)stream\r?\n(.*?)endstream`)
	mapped  = regexp.MustCompile(`<([0-9A-F]+)> (?:<([0-9A-F]+)> )?<([0-9A-F]{4})`)
)

// letters are the characters that a PDF can show, as the fonts within it name them.
func letters(t *testing.T, pdf []byte) string {
	t.Helper()
	var out strings.Builder
	for _, m := range streams.FindAllSubmatch(pdf, -1) {
		r, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			continue // a picture, or a font
		}
		text, _ := io.ReadAll(r) // the end mark stands after it
		if !bytes.Contains(text, []byte("begincmap")) {
			continue
		}
		for _, one := range mapped.FindAllSubmatch(text, -1) {
			from, to, is := hex(one[1]), hex(one[2]), hex(one[3])
			for i := range max(to-from, 0) + 1 {
				out.WriteRune(is + i)
			}
		}
	}
	return out.String()
}

func hex(s []byte) rune {
	n, err := strconv.ParseUint(string(s), 16, 16)
	if err != nil {
		return 0
	}
	return rune(n)
}

// fonts says whether the machine has letters for a language.
func fonts(t *testing.T, lang string) bool {
	t.Helper()
	list, err := exec.CommandContext(t.Context(), "fc-list", ":lang="+lang).Output()
	return err == nil && len(list) > 0
}

const sample = `<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>x</title><style>@page{size:A4}p{color:#123}</style></head>
<body><h1>ميثاق سلسلة التبريد</h1><p lang="zh">疫苗冷链</p><p lang="en">Cold chain</p></body></html>`

func TestPDF_shapesArabicAndChinese(t *testing.T) {
	t.Parallel()
	p := chromium(t)
	pdf, err := p.PDF(t.Context(), []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	shown := letters(t, pdf)
	want := "Cold"
	if fonts(t, "zh") {
		want += "疫苗冷链"
	}
	if fonts(t, "ar") {
		want += "ﺎﻟﻳ" // the forms that letters take between others, as a font joins them
	}
	for _, one := range want {
		if !strings.ContainsRune(shown, one) {
			t.Errorf("%q is not in the document, which shows %q", one, shown)
		}
	}
	again, err := p.PDF(t.Context(), []byte(sample))
	if err != nil || &again[0] != &pdf[0] {
		t.Errorf("printed a second time: %v", err)
	}
}

// Text of others may hold what it likes: no file of the machine and no address is opened, whichever
// way the renderer is asked to (T27).
func TestT27_hostileHTMLReachesNothing(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	trap := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer trap.Close()
	secret := filepath.Join(t.TempDir(), "secret.html")
	if err := os.WriteFile(secret, []byte("<p>7777777</p>"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, far := "file://"+secret, trap.URL+"/x"
	hostile := `<html><head><meta http-equiv="refresh" content="0;url=FILE"><base href="FAR"><link rel="stylesheet" href="FAR">
		<style>@import url(FAR); p { background: url(FAR) } @font-face { font-family: f; src: url(FILE) }</style></head>
		<body background="FAR"><p style="font-family: f; background-image: \75rl(FAR)">Quiet words</p>
		<iframe src="FILE"></iframe><object data="FILE"></object><embed src="FILE"><img src="FAR" srcset="FAR 2x"><img src="FILE">
		<script>document.write('7'); fetch('FAR'); location = 'FILE'</script><svg><image href="FAR"/><foreignObject><iframe src="FILE"/></foreignObject></svg>
		<img src="data:image/svg+xml;base64,PHN2Zy8+"><img src="x" onerror="document.body.append(7)"><video src="FAR" poster="FAR"></video>
		<a href="javascript:alert(7)" ping="FAR">link</a><form action="FAR"><input autofocus onfocus="location='FAR'"></form></body></html>`
	hostile = strings.NewReplacer("FILE", file, "FAR", far).Replace(hostile)
	pdf, err := chromium(t).PDF(t.Context(), []byte(hostile))
	if err != nil {
		t.Fatal(err)
	}
	if shown := letters(t, pdf); !strings.Contains(shown, "Q") || strings.Contains(shown, "7") {
		t.Errorf("the document shows %q, want its own words alone", shown)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("%d requests left for other servers", n)
	}
	clean, err := paper.Clean([]byte(hostile))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{file, far, "script", "onerror", "svg"} {
		if strings.Contains(string(clean), part) {
			t.Errorf("%s is left in the document:\n%s", part, clean)
		}
	}
}

func TestClean_leavesWhatIsMeant(t *testing.T) {
	t.Parallel()
	doc := `<p style="color:red">One <a href="https://a.example/">two</a> <a href="#x">three</a><img src="` + paper.Picture("image/png", []byte("png")) + `" alt="four"></p><style>p{margin:0;scroll-behavior:smooth}</style>`
	clean, err := paper.Clean([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`style="color:red"`, `href="https://a.example/"`, `href="#x"`, `src="data:image/png;base64,cG5n"`, `alt="four"`, "margin:0", "default-src"} {
		if !strings.Contains(string(clean), part) {
			t.Errorf("%s is gone:\n%s", part, clean)
		}
	}
}

func TestPDF_without(t *testing.T) {
	t.Parallel()
	var none *paper.Press
	if none.Ready() || paper.New(paper.Options{}).Ready() {
		t.Error("ready without a renderer")
	}
	if _, err := paper.New(paper.Options{}).PDF(t.Context(), []byte(sample)); !errors.Is(err, paper.ErrNone) {
		t.Errorf("without a renderer: %v", err)
	}
	broken := paper.New(paper.Options{Renderer: filepath.Join(t.TempDir(), "nothing")})
	if _, err := broken.PDF(t.Context(), []byte(sample)); err == nil || !broken.Ready() {
		t.Errorf("with a program that is not there: %v", err)
	}
	if _, err := broken.PDF(t.Context(), make([]byte, 5<<20)); !errors.Is(err, paper.ErrSize) {
		t.Errorf("of 5 MB: %v", err)
	}
}

// A Gotenberg gets the cleaned document, each once, one at a time, and only so many wait.
func TestPDF_service(t *testing.T) {
	t.Parallel()
	var asked, busy atomic.Int64
	free := make(chan struct{})
	gotenberg := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if busy.Add(1) > 1 {
			t.Error("two at once")
		}
		defer busy.Add(-1)
		asked.Add(1)
		<-free
		file, _, err := r.FormFile("files")
		if err != nil || r.URL.Path != "/forms/chromium/convert/html" || r.FormValue("preferCssPageSize") != "true" {
			t.Errorf("asked for %s: %v", r.URL.Path, err)
			return
		}
		html, _ := io.ReadAll(file)
		if strings.Contains(string(html), "script") || !strings.Contains(string(html), "Content-Security-Policy") {
			t.Errorf("sent %s", html)
		}
		_, _ = w.Write([]byte("%PDF-1.7 " + r.Host))
	}))
	defer gotenberg.Close()
	p := paper.New(paper.Options{Renderer: gotenberg.URL + "/", Transport: http.DefaultTransport})
	results := make(chan error, 20)
	for range 20 {
		go func() {
			_, err := p.PDF(context.WithoutCancel(t.Context()), []byte("<p>One</p><script>two</script>"))
			results <- err
		}()
	}
	full := 0
	for range 11 { // nine have a place
		if err := <-results; !errors.Is(err, paper.ErrBusy) {
			t.Errorf("without a place: %v", err)
		}
		full++
	}
	close(free)
	for range 9 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if n := asked.Load(); n != 1 || full != 11 {
		t.Errorf("the same document was printed %d times", n)
	}
}

func TestPDF_serviceRefuses(t *testing.T) {
	t.Parallel()
	answers := []string{"no PDF", ""}
	for _, body := range answers {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if body == "" {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			_, _ = w.Write([]byte(body))
		}))
		defer s.Close()
		p := paper.New(paper.Options{Renderer: s.URL, Transport: http.DefaultTransport})
		if pdf, err := p.PDF(t.Context(), []byte(sample)); err == nil {
			t.Errorf("taken for a document: %q", pdf)
		}
	}
}
