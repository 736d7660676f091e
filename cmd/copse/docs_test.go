package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func readDoc(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestArchitecture_roomTable(t *testing.T) {
	t.Parallel()
	var got []string
	for line := range strings.Lines(readDoc(t, "docs/architecture.md")) {
		if strings.HasPrefix(line, "| `") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	var want []string
	for _, r := range rooms() {
		want = append(want, roomRow(r))
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("docs/architecture.md and rooms() differ (-rooms +document):\n%s", diff)
	}
}

// roomRow writes a room as docs/architecture.md has it.
func roomRow(r room) string {
	may := cmp.Or(strings.Join(r.may, ", "), "nothing of ours")
	if r.all {
		may = "every room"
	}
	if r.test {
		may += "; imported by tests only"
	}
	return fmt.Sprintf("| `%s` | %s | %s |", r.name, "`"+strings.Join(r.paths, "`, `")+"`", may)
}

func TestDocs_readmeCommands(t *testing.T) {
	t.Parallel()
	readme, makefile := readDoc(t, "README.md"), readDoc(t, "Makefile")
	for _, target := range []string{"run", "test"} {
		if !strings.Contains(readme, "make "+target) || !strings.Contains(makefile, "\n"+target+":") {
			t.Errorf("README.md and Makefile must both have make %s", target)
		}
	}
}

func TestDocs_makeTargetsExist(t *testing.T) {
	t.Parallel()
	makefile := readDoc(t, "Makefile")
	for _, doc := range documents(t) {
		for _, m := range regexp.MustCompile("`make ([a-z0-9-]+)").FindAllStringSubmatch(readDoc(t, doc), -1) {
			if !strings.Contains(makefile, "\n"+m[1]+":") {
				t.Errorf("%s says make %s, which is no target", doc, m[1])
			}
		}
	}
}

// CONTRIBUTING.md lists what the suite can be told, all of it and nothing else.
func TestDocs_testVariables(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`COPSE_TEST_[A-Z]+`)
	used := map[string]bool{}
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == ".tools") {
				return fs.SkipDir
			}
			return err
		}
		if ext := filepath.Ext(path); ext == ".go" || ext == ".sh" || ext == ".mjs" || path == "Makefile" {
			for _, v := range name.FindAllString(readDoc(t, path), -1) {
				used[v] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(COPSE_TEST_[A-Z]+)` \\|").FindAllStringSubmatch(readDoc(t, "CONTRIBUTING.md"), -1) {
		listed[m[1]] = true
	}
	if diff := gocmp.Diff(used, listed); diff != "" {
		t.Errorf("CONTRIBUTING.md (-used +listed):\n%s", diff)
	}
}

func TestDocs_linksResolve(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
	for _, doc := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(readDoc(t, doc), -1) {
			if strings.Contains(m[1], ":") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(doc), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", doc, m[1], err)
			}
		}
	}
}

// The rules say what is sent; FEDERATION.md must know each type of activity among it, and promise
// no other. What is taken is compared by server/actors.
func TestDocs_federationSent(t *testing.T) {
	t.Parallel()
	promised := map[string]bool{}
	row := regexp.MustCompile("(?m)^\\| `([A-Za-z]+)` \\| [^|]+ \\| ([a-z]+)")
	for _, m := range row.FindAllStringSubmatch(readDoc(t, "FEDERATION.md"), -1) {
		promised[m[1]] = promised[m[1]] || m[2] != "no"
	}
	if len(promised) < 20 {
		t.Fatalf("FEDERATION.md names %d activities", len(promised))
	}
	said := map[string]bool{} // every word in quotes
	for _, p := range house(t) {
		if !slices.Contains([]string{"server/community", "server/exchange", "server/charter", "server/membership", "server/moderation", "server/moving"}, p.path) {
			continue
		}
		for _, f := range p.files {
			for _, kind := range activitiesIn(f.syntax) {
				if !promised[kind] {
					t.Errorf("%s sends %s; FEDERATION.md says that it is not sent", f.path, kind)
				}
			}
			ast.Inspect(f.syntax, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					word, _ := strconv.Unquote(lit.Value)
					said[word] = true
				}
				return true
			})
		}
	}
	for kind, sent := range promised {
		if sent && !said[kind] {
			t.Errorf("FEDERATION.md says that %s is sent; no rule does", kind)
		}
	}
}

// activitiesIn lists the types of the activities that a file writes out.
func activitiesIn(f *ast.File) []string {
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if sel, ok := lit.Type.(*ast.SelectorExpr); !ok || sel.Sel.Name != "ActivityDoc" {
			return true
		}
		for _, e := range lit.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				key, _ := kv.Key.(*ast.Ident)
				value, _ := kv.Value.(*ast.BasicLit)
				if key != nil && value != nil && key.Name == "Type" {
					word, _ := strconv.Unquote(value.Value)
					out = append(out, word)
				}
			}
		}
		return true
	})
	return out
}

func TestDocs_decisions(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join(root, "docs/decisions/*.md"))
	if err != nil || len(names) < 10 {
		t.Fatalf("%d decisions, %v", len(names), err)
	}
	slices.Sort(names)
	for i, name := range names {
		base := filepath.Base(name)
		if !strings.HasPrefix(base, fmt.Sprintf("%04d-", i+1)) {
			t.Errorf("%s: numbers run from 0001 without gap", base)
		}
		text := readDoc(t, "docs/decisions/"+base)
		last := -1
		for _, heading := range []string{"\n## Context\n", "\n## Options\n", "\n## Decision\n", "\n## Consequences\n"} {
			at := strings.Index(text, heading)
			if at <= last {
				t.Errorf("%s: no %q after the parts before it", base, strings.TrimSpace(heading))
			}
			last = at
		}
		if n := strings.Count(text, "\n"); n > 90 {
			t.Errorf("%s has %d lines, more than a page", base, n)
		}
	}
}

func TestDocs_changeFragments(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join(root, "docs/changes/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	kind := regexp.MustCompile(`^[a-z0-9-]+\.(added|changed|deprecated|removed|fixed|security)\.md$`)
	for _, name := range names {
		if base := filepath.Base(name); base != "README.md" && !kind.MatchString(base) {
			t.Errorf("docs/changes/%s: name it what.kind.md", base)
		}
	}
}

// documents lists the Markdown files at the top and below docs/.
func documents(t *testing.T) []string {
	t.Helper()
	top := os.DirFS(root)
	out, err := fs.Glob(top, "*.md")
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(top, "docs", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".md") {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
