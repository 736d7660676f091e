package locales

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/leonelquinteros/gotext"
)

// message is one text of the source. Two calls with the same key are one.
type message struct {
	context, one, many string
}

func (m message) key() string { return m.context + "\x00" + m.one }

// complete are the languages that must have every text; the others fall back
// to English where they are behind.
var complete = []string{"ar", "fr"}

// TestCatalogues holds the catalogues to the source: every literal given to
// Text, TextIn and Count is in the English one, nothing else is, and complete
// languages lack nothing. COPSE_TEST_MESSAGES=write brings the files into line.
func TestCatalogues(t *testing.T) {
	t.Parallel()
	want := sourceMessages(t)
	if os.Getenv("COPSE_TEST_MESSAGES") == "write" {
		for _, lang := range Languages() {
			rewrite(t, lang.Code, want)
		}
	}
	en := entries(t, "en")
	for _, m := range want {
		if _, ok := en[m.key()]; !ok {
			t.Errorf("%q is not in the catalogues: run COPSE_TEST_MESSAGES=write go test ./frontend/locales", m.one)
		}
	}
	if len(en) > len(want) {
		t.Errorf("%d texts in the catalogues are in no page any more", len(en)-len(want))
	}
	for _, lang := range complete {
		have := entries(t, lang)
		for _, m := range want {
			if forms := have[m.key()]; len(forms) == 0 || slices.Contains(forms, "") {
				t.Errorf("%s: %q is not translated", lang, m.one)
			}
		}
	}
}

var placeholder = regexp.MustCompile(`%(?:[sd]|\d+\$[sd])|\{\d\}`)

// A translation may leave a number out, but never invent a placeholder and
// never lose a component: that would be a handle or a link missing.
func TestCatalogues_placeholders(t *testing.T) {
	t.Parallel()
	for _, lang := range Languages() {
		for key, forms := range entries(t, lang.Code) {
			_, english, _ := strings.Cut(key, "\x00")
			for _, form := range forms {
				if form == "" {
					continue
				}
				source, used := placeholder.FindAllString(english, -1), placeholder.FindAllString(form, -1)
				if len(used) > len(source) {
					t.Errorf("%s: %q has more placeholders than %q", lang.Code, form, english)
				}
				for _, p := range source {
					if p[0] == '{' && !slices.Contains(used, p) {
						t.Errorf("%s: %q lacks %s", lang.Code, form, p)
					}
				}
			}
		}
	}
}

// sourceMessages reads all production Go files that can hold texts, generated
// views among them.
func sourceMessages(t *testing.T) []message {
	t.Helper()
	found := map[string]message{}
	for _, root := range []string{"..", filepath.Join("..", "..", "server")} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "node_modules":
				return fs.SkipDir
			case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			return messagesIn(path, found)
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	all := make([]message, 0, len(found))
	for _, m := range found {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b message) int { return cmp.Compare(a.one+"\x00"+a.context, b.one+"\x00"+b.context) })
	return all
}

func messagesIn(path string, found map[string]message) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		var m message
		switch method.Sel.Name {
		case "Text":
			m = message{one: literal(call, 0)}
		case "TextIn":
			m = message{context: literal(call, 0), one: literal(call, 1)}
		case "Count":
			m = message{one: literal(call, 0), many: literal(call, 1)}
		}
		if m.one != "" {
			found[m.key()] = m
		}
		return true
	})
	return nil
}

func literal(call *ast.CallExpr, i int) string {
	if i >= len(call.Args) {
		return ""
	}
	lit, ok := call.Args[i].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}

// entries gives the forms of every text of a catalogue by message key.
func entries(t *testing.T, lang string) map[string][]string {
	t.Helper()
	po := gotext.NewPo()
	po.Parse(source(t, lang))
	all := map[string][]string{}
	for id, tr := range po.GetDomain().GetTranslations() {
		if id != "" {
			all["\x00"+id] = forms(tr)
		}
	}
	for context, texts := range po.GetDomain().GetCtxTranslations() {
		for id, tr := range texts {
			if id == "" {
				continue // gotext leaves one of these per context
			}
			all[context+"\x00"+id] = forms(tr)
		}
	}
	return all
}

func forms(tr *gotext.Translation) []string {
	out := make([]string, len(tr.Trs))
	for i := range out {
		out[i] = tr.Trs[i]
	}
	return out
}

func source(t *testing.T, lang string) []byte {
	t.Helper()
	po, err := os.ReadFile(filepath.Join(lang, "LC_MESSAGES", "copse.po"))
	if err != nil {
		t.Fatal(err)
	}
	return po
}

// rewrite keeps the header and all translations that still have a source,
// adds new texts empty, and sorts by English, so that differences stay small.
func rewrite(t *testing.T, lang string, want []message) {
	t.Helper()
	old := string(source(t, lang))
	header, _, _ := strings.Cut(old, "\n\n")
	have := entries(t, lang)
	plurals, _ := strconv.Atoi(regexp.MustCompile(`nplurals=(\d)`).FindStringSubmatch(header)[1])
	var b strings.Builder
	b.WriteString(strings.TrimSpace(header) + "\n")
	for _, m := range want {
		forms := have[m.key()]
		b.WriteString("\n")
		if strings.Contains(m.one+m.many, "%") {
			b.WriteString("#, c-format\n")
		}
		if m.context != "" {
			fmt.Fprintf(&b, "msgctxt %s\n", quote(m.context))
		}
		fmt.Fprintf(&b, "msgid %s\n", quote(m.one))
		if m.many == "" {
			fmt.Fprintf(&b, "msgstr %s\n", quote(at(forms, 0)))
			continue
		}
		fmt.Fprintf(&b, "msgid_plural %s\n", quote(m.many))
		for i := range plurals {
			fmt.Fprintf(&b, "msgstr[%d] %s\n", i, quote(at(forms, i)))
		}
	}
	if b.String() == old {
		return
	}
	if err := os.WriteFile(filepath.Join(lang, "LC_MESSAGES", "copse.po"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// quote escapes for PO and leaves letters of all scripts readable.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}
