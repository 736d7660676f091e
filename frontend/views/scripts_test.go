package views

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The scripts find controls by what the views print; here both sides meet.
func TestScripts_findWhatViewsPrint(t *testing.T) {
	t.Parallel()
	var pages strings.Builder
	for _, smp := range samples() {
		pages.Write(render(t, smp, "en"))
	}
	pages.WriteString(show(t, keySheet(signedIn("en"))))
	src := scripts(t)
	for _, hook := range []string{
		`data-draft=`, `data-kept=`, `data-restored=`, `data-discard=`, `data-sending=`, `data-status`, `data-mark=`, `data-failed=`, `data-again=`,
		`id="keys"`, `id="q"`, `id="act"`, `<cp-composer`, `class="toolbar"`, `class="num"`, `class="answer"`, `class="error-summary"`, `/like"`, `/edit"`, `/new"`, `?to=`,
	} {
		if !strings.Contains(pages.String(), hook) {
			t.Errorf("no page prints %s", hook)
		}
	}
	for _, name := range regexp.MustCompile(`dataset\["(\w+)"\]`).FindAllStringSubmatch(src, -1) {
		if name[1] != "sending" && !strings.Contains(pages.String(), "data-"+name[1]) {
			t.Errorf("the scripts read data-%s, no page prints it", name[1])
		}
	}
}

func TestScripts_everyKeyIsListed(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, k := range signedIn("en").keys() {
		listed[strings.TrimPrefix(k.Value, "g ")] = true
	}
	src := scripts(t)
	for _, key := range regexp.MustCompile(`case "(.)":|[{,] (\w): "/`).FindAllStringSubmatch(src, -1) {
		if k := key[1] + key[2]; k != "g" && !listed[k] {
			t.Errorf("the key %s isn't on the sheet", k)
		}
	}
}

// T36: Trusted Types and the content policy would stop these in the browser;
// the source must not even try.
func TestT36_scriptsWriteNoMarkup(t *testing.T) {
	t.Parallel()
	src := scripts(t)
	for _, bad := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", ".style", "setAttribute(\"on", "http://", "https://"} {
		if strings.Contains(src, bad) {
			t.Errorf("the scripts contain %s", bad)
		}
	}
}

func scripts(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("../ts/*.ts")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	var all strings.Builder
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(src)
	}
	return all.String()
}
