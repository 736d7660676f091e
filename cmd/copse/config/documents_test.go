package config

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readTop reads a file below the top of the repository.
func readTop(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestConfig_documentsAreGenerated(t *testing.T) {
	t.Parallel()
	for path, form := range map[string]string{"docs/configuration.md": FormMarkdown, ".env.example": FormEnv} {
		var want bytes.Buffer
		if err := WriteExample(&want, form); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), readTop(t, path)); diff != "" {
			t.Errorf("%s is stale; run make generate (-want +file):\n%s", path, diff)
		}
	}
}

func TestConfig_systemdAndComposeUseKnownVariables(t *testing.T) {
	t.Parallel()
	known := map[string]bool{Variable: true}
	for _, s := range settings() {
		known[s.variable()] = true
		if s.secret {
			known[s.variable()+"_FILE"] = true
		}
	}
	for _, path := range []string{"compose.yaml", "deploy/copse.service", "deploy/Dockerfile", "README.md", "docs/install.md"} {
		for _, name := range regexp.MustCompile(`\bCOPSE_[A-Z_]+`).FindAllString(readTop(t, path), -1) {
			if !known[name] && !strings.HasPrefix(name, testPrefix) {
				t.Errorf("%s names %s, which is no setting", path, name)
			}
		}
	}
}
