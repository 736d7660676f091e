package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
)

// The sizes at which a reader loses the thread.
const (
	maxFile       = 500
	maxFunction   = 60
	maxParameters = 5
	maxPackage    = 3500
	minTestRatio  = 0.6
)

func TestSizes(t *testing.T) {
	t.Parallel()
	for _, p := range house(t) {
		total := 0
		for _, f := range p.files {
			if exempt(f) {
				continue
			}
			total += f.lines
			if f.lines > maxFile {
				t.Errorf("%s has %d lines, more than %d: split it by noun or verb", f.path, f.lines, maxFile)
			}
			for _, problem := range longFunctions(f) {
				t.Error(problem)
			}
		}
		if total > maxPackage && p.path != "db" {
			t.Errorf("%s has %d lines, more than %d: is it two rooms?", p.path, total, maxPackage)
		}
	}
}

func TestSizes_enoughTests(t *testing.T) {
	t.Parallel()
	code, tests := 0, 0
	for _, p := range house(t) {
		for _, f := range p.files {
			if !exempt(f) {
				code += f.lines
			}
		}
		for _, name := range p.tests {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			tests += bytes.Count(text, []byte("\n"))
		}
	}
	ratio := float64(tests) / float64(max(code, 1))
	t.Logf("%d lines of code, %d of tests: %.2f", code, tests, ratio)
	if ratio < minTestRatio {
		t.Errorf("%.2f lines of test per line of code, want at least %.1f", ratio, minTestRatio)
	}
}

func TestComments_everyExportedName(t *testing.T) {
	t.Parallel()
	for _, p := range house(t) {
		documented := p.path == "" || len(p.files) == 0
		for _, f := range p.files {
			documented = documented || f.syntax.Doc != nil
			if exempt(f) || p.path == "cmd/copse" {
				continue
			}
			for _, problem := range uncommented(f) {
				t.Error(problem)
			}
		}
		if !documented {
			t.Errorf("%s has no package comment: say what it is for, what it must not do, where to read next", p.path)
		}
	}
}

func TestLongFunctions(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\tprintln()\n", maxFunction)
	for _, c := range []struct {
		name, source string
		want         int
	}{
		{"short", "func a(x, y int) {}", 0},
		{"long", "func a() {\n" + long + "}", 1},
		{"long route table", "func routes() {\n" + long + "}", 0},
		{"six parameters", "func a(b, c, d int, e, f string, g bool) {}", 1},
		{"five parameters on a method", "func (x T) a(b, c, d int, e, f string) {}", 0},
		{"unnamed parameters", "func a(int, int, int, int, int, int) {}", 1},
	} {
		fset := token.NewFileSet()
		syntax, err := parser.ParseFile(fset, "x.go", "package x\n"+c.source, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := longFunctions(sourceFile{path: "x.go", syntax: syntax, positions: fset}); len(got) != c.want {
			t.Errorf("%s: problems %q, want %d", c.name, got, c.want)
		}
	}
}

// exempt is true for files whose length says nothing: generated views,
// numbered migrations.
func exempt(f sourceFile) bool {
	return strings.HasSuffix(f.path, "_templ.go") ||
		strings.HasPrefix(f.path, "db/migrations/") ||
		ast.IsGenerated(f.syntax)
}

// longFunctions names the functions of a file that are too long or take too much.
func longFunctions(f sourceFile) []string {
	var out []string
	for _, d := range f.syntax.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		at := f.positions.Position(fn.Pos())
		lines := f.positions.Position(fn.End()).Line - at.Line + 1
		if lines > maxFunction && !isTable(fn.Name.Name) {
			out = append(out, fmt.Sprintf("%s: %s has %d lines, more than %d", at, fn.Name.Name, lines, maxFunction))
		}
		if n := fn.Type.Params.NumFields(); n > maxParameters {
			out = append(out, fmt.Sprintf("%s: %s takes %d parameters: make a struct", at, fn.Name.Name, n))
		}
	}
	return out
}

// isTable is true for functions that are one table: routes, dispatch, commands.
func isTable(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, "routes") || strings.HasSuffix(name, "table")
}

// uncommented names the exported declarations of a file that say nothing.
func uncommented(f sourceFile) []string {
	var out []string
	standard := map[string]bool{"Error": true, "Unwrap": true, "Is": true, "String": true}
	report := func(name *ast.Ident, docs ...*ast.CommentGroup) {
		said := slices.ContainsFunc(docs, func(c *ast.CommentGroup) bool { return c != nil })
		if name.IsExported() && !said {
			out = append(out, fmt.Sprintf("%s: %s has no comment", f.positions.Position(name.Pos()), name.Name))
		}
	}
	for _, d := range f.syntax.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil || receiverExported(d.Recv) && !standard[d.Name.Name] {
				report(d.Name, d.Doc)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					report(s.Name, d.Doc, s.Doc, s.Comment)
				case *ast.ValueSpec:
					for _, n := range s.Names {
						report(n, d.Doc, s.Doc, s.Comment)
					}
				}
			}
		}
	}
	return out
}

func receiverExported(fields *ast.FieldList) bool {
	t := fields.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if generic, ok := t.(*ast.IndexExpr); ok {
		t = generic.X
	}
	id, ok := t.(*ast.Ident)
	return ok && id.IsExported()
}
