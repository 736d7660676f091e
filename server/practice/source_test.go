package practice_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/practice"
)

func kinds(t *testing.T) *practice.Kinds {
	t.Helper()
	k, err := practice.LoadKinds("")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Ledger L21, L23: what a kind sets off comes back as it was, with its type.
func TestCompose_andBack(t *testing.T) {
	t.Parallel()
	k := kinds(t).Of("learning-module")
	list := k.Begin("en")
	for i := range list {
		list[i].Text = "Text of " + list[i].Code + "\n\n# A heading\n\n- one\n- two"
	}
	source := practice.Compose(practice.Frozen{Title: "Measure it", Abstract: "For whom."}, list, k)
	if !strings.HasPrefix(source, "Measure it\n\nFor whom.\n") {
		t.Errorf("begins %q", source[:40])
	}
	f, parts := practice.Split(source)
	if f.Title != "Measure it" || f.Abstract != "For whom." {
		t.Errorf("got %+v", f)
	}
	if len(parts) != len(list) {
		t.Fatalf("got %d parts of %d", len(parts), len(list))
	}
	for i, p := range parts {
		want := practice.Section{Title: list[i].Title, Callout: k.Part(list[i].Code).Callout, Text: strings.Replace(list[i].Text, "# A", "### A", 1)}
		if diff := cmp.Diff(want, p); diff != "" {
			t.Error(diff)
		}
	}
	back := practice.Blocks(source, "en", k)
	for i, b := range back {
		if b.Code != list[i].Code {
			t.Errorf("block %d came back as %q, was %q", i, b.Code, list[i].Code)
		}
	}
	if html := practice.HTML(source); strings.Contains(html, "[!") || !strings.Contains(html, "<blockquote>") {
		t.Errorf("got %s", html)
	}
}

func TestSplit_hostile(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"", "\n\n\n", "T\n> [!IMPORTANT]", "T\n## \n## \n", "T\n```\n## not a heading\n```\n## one\ntext", "T\n> [!EVIL]\n> x",
		"<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n## <b>x</b>\n\n[x](javascript:alert(1))",
	} {
		f, parts := practice.Split(source)
		html := practice.HTML(source)
		if strings.Contains(html, "<script") || strings.Contains(html, "onerror=\"") || strings.Contains(html, "href=\"javascript") {
			t.Errorf("%q gives %s", source, html)
		}
		if len(parts) > strings.Count(source, "\n")+1 || strings.ContainsAny(f.Title, "\n") {
			t.Errorf("%q gives %d parts, title %q", source, len(parts), f.Title)
		}
	}
}

// Domain.md 3b: the seventeen kinds, and what an admin adds.
func TestLoadKinds(t *testing.T) {
	t.Parallel()
	k := kinds(t)
	if n := len(k.Offered()); n != 16 {
		t.Errorf("%d kinds are offered; all seventeen but the charter, which has rules of its own, are wanted", n)
	}
	for _, one := range k.Offered() {
		for _, lang := range []string{"ar", "en", "es", "fr", "ru", "zh"} {
			if one.Name[lang] == "" {
				t.Errorf("kind %s has no name in %s", one.Code, lang)
			}
			for _, part := range one.Blocks {
				if part.Name[lang] == "" {
					t.Errorf("part %s of kind %s has no name in %s", part.Code, one.Code, lang)
				}
			}
		}
	}
	folder := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("field-note.json", `{"code":"field-note","name":{"en":"Field note"},"blocks":[{"code":"seen","name":{"en":"What I saw"},"required":true}]}`)
	more, err := practice.LoadKinds(folder)
	if err != nil || !more.Known("field-note") {
		t.Fatalf("got %v", err)
	}
	if got := more.Of("field-note").Missing(more.Of("field-note").Begin("en")); len(got) != 1 {
		t.Errorf("missing %v", got)
	}
	if _, err := practice.LoadKinds(filepath.Join(folder, "nowhere")); err != nil {
		t.Errorf("a folder that is not there: %v", err)
	}
	write("bad.json", `{"code":"bad","name":{"en":"Bad"},"blocks":[{"code":"x","name":{"en":"X"},"callout":"blink"}]}`)
	if _, err := practice.LoadKinds(folder); err == nil || !strings.Contains(err.Error(), "bad.json") || !strings.Contains(err.Error(), "blink") {
		t.Errorf("got %v, want the file and the fault", err)
	}
}

func TestReadKind_faults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{`:                                    "read",
		`{"code":"a","name":{"en":"A"},"x":1}`: "unknown field",
		`{"code":"A B","name":{"en":"A"},"blocks":[{"code":"x","name":{"en":"X"}}]}`:                              "small letters",
		`{"code":"a","name":{"fr":"A"},"blocks":[{"code":"x","name":{"en":"X"}}]}`:                                "English",
		`{"code":"a","name":{"en":"A"},"blocks":[]}`:                                                              "0 blocks",
		`{"code":"a","name":{"en":"A"},"blocks":[{"code":"x","name":{"en":"X"}},{"code":"x","name":{"en":"X"}}]}`: "twice",
		`{"code":"a","name":{"en":"A"},"blocks":[{"code":"x","name":{}}]}`:                                        "English",
	} {
		if _, err := practice.ReadKind([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

func TestSettle(t *testing.T) {
	t.Parallel()
	good := func() *db.Artifact {
		return &db.Artifact{Title: " A  title ", Topics: "Cold #Chain, cold", Blocks: db.Blocks{List: blocks("a\r\nb")}}
	}
	a := good()
	if err := practice.Settle(a); err != nil || a.Title != "A title" || a.Topics != " cold chain " || a.Blocks.List[0].Text != "a\nb" {
		t.Errorf("got %+v, %v", a, err)
	}
	for code, change := range map[string]func(a *db.Artifact){
		"title-short":   func(a *db.Artifact) { a.Title = "a" },
		"title-long":    func(a *db.Artifact) { a.Title = strings.Repeat("a", 201) },
		"abstract-long": func(a *db.Artifact) { a.Abstract = strings.Repeat("a", 501) },
		"text-long":     func(a *db.Artifact) { a.Blocks.List[0].Text = strings.Repeat("a", practice.MaxBlock+1) },
		"blocks-many":   func(a *db.Artifact) { a.Blocks.List = make([]db.Block, practice.MaxBlocks+1) },
	} {
		a := good()
		change(a)
		if err := practice.Settle(a); err == nil || !strings.Contains(err.Error(), code) {
			t.Errorf("%s: got %v", code, err)
		}
	}
}

func TestTagged(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, way string }{
		{"@cold@b.test #reuse printed for 12 health posts, as it was", practice.AsItWas},
		{"#reuse adapté à notre clinique", practice.Adapted},
		{"#reuse in Kisumu", ""},
	} {
		u := practice.Tagged([]string{"reuse"}, row.text)
		if u == nil || u.Way != row.way || strings.Contains(u.Result, "#") {
			t.Errorf("%q gives %+v", row.text, u)
		}
	}
	if practice.Tagged([]string{"thanks"}, "as it was") != nil {
		t.Error("an ordinary answer counts")
	}
}
