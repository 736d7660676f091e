package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// module is the import path that all rooms begin with.
const module = "github.com/copse-social/copse/"

// room is one line of the table of who may import whom. The same table stands
// in docs/architecture.md; TestArchitecture_roomTable compares them.
type room struct {
	name  string   // short name, as used in may
	paths []string // import paths below the module
	may   []string // rooms it may import besides itself; nil means none
	all   bool     // may import every room that is not a test room
	test  bool     // imported by _test.go files and other test rooms only
}

// rooms is the plan of the house: a package outside it fails the test.
func rooms() []room {
	rules := []string{"rights", "community", "membership", "moderation", "charter", "practice", "exchange", "cadence"}
	rule := func(earlier ...string) []string {
		return slices.Concat(earlier, []string{"federation", "vocab", "content", "db"})
	}
	page := slices.Concat(rules, []string{"live", "frontend", "db"})
	return []room{
		{name: "copse", paths: []string{"cmd/copse"}, all: true},
		{name: "config", paths: []string{"cmd/copse/config"}},
		{name: "chores", paths: []string{"cmd/copse/chores"}, may: []string{"charter", "media", "membership", "exchange", "query", "artifact", "trust", "sanction", "db"}},
		{name: "doctor", paths: []string{"cmd/copse/doctor"}, may: []string{"db"}},
		{name: "underway", paths: []string{"cmd/copse/underway"}, may: []string{"moving", "db"}},
		{name: "trusted", paths: []string{"cmd/copse/trusted"}, may: []string{"trust", "db"}},
		{name: "outgoing", paths: []string{"cmd/copse/outgoing"}, may: []string{"db"}},
		{name: "play", paths: []string{"cmd/copse/play"}, may: []string{"community", "membership", "charter", "exchange", "federation", "content", "db"}},
		{name: "server", paths: []string{"server"}, may: []string{"web", "actors", "client", "mail", "admin", "live", "media", "community", "federation", "frontend", "db"}},
		{name: "web", paths: []string{"server/web"}, may: slices.Concat([]string{"founding", "belong", "civil", "asking", "query", "summing", "synthesis", "openness", "desk", "library", "lookup", "moves", "moving", "artifact", "cockpit", "duty", "guest", "frame"}, page, []string{"trust", "paper", "media", "content", "password"})},
		{name: "document", paths: []string{"server/document", "server/document/docx"}},
		{name: "media", paths: []string{"server/media"}},
		{name: "edition", paths: []string{"server/edition"}, may: []string{"document", "media", "practice", "content", "db"}},
		{name: "lookup", paths: []string{"server/web/lookup"}, may: slices.Concat([]string{"frame"}, page, []string{"content"})},
		{name: "frame", paths: []string{"server/web/frame"}, may: page},
		{name: "belong", paths: []string{"server/web/belong"}, may: slices.Concat([]string{"frame"}, page, []string{"content"})},
		{name: "openness", paths: []string{"server/web/openness"}, may: slices.Concat([]string{"frame", "trust"}, page, []string{"content"})},
		{name: "civil", paths: []string{"server/web/civil"}, may: slices.Concat([]string{"frame"}, page, []string{"content"})},
		{name: "library", paths: []string{"server/web/library"}, may: slices.Concat([]string{"frame", "artifact", "edition", "document", "media", "paper"}, page, []string{"content"})},
		{name: "summing", paths: []string{"server/web/summing"}, may: slices.Concat([]string{"frame", "synthesis"}, page, []string{"content"})},
		{name: "cockpit", paths: []string{"server/web/cockpit"}, may: slices.Concat([]string{"frame", "duty", "guest", "query"}, page, []string{"content"})},
		{name: "asking", paths: []string{"server/web/asking"}, may: slices.Concat([]string{"frame", "query"}, page, []string{"content"})},
		{name: "moves", paths: []string{"server/web/moves"}, may: slices.Concat([]string{"frame", "moving"}, page)},
		{name: "blocklist", paths: []string{"server/blocklist"}, may: []string{"db"}},
		{name: "founding", paths: []string{"server/web/founding"}, may: slices.Concat([]string{"frame", "paper"}, page, []string{"content"})},
		{name: "desk", paths: []string{"server/web/desk"}, may: slices.Concat([]string{"frame"}, page, []string{"content", "password"})},
		{name: "admin", paths: []string{"server/admin"}, may: slices.Concat([]string{"frame", "blocklist", "sanction"}, page)},
		{name: "actors", paths: []string{"server/actors"}, may: slices.Concat(rules, []string{"artifact", "trust", "moving", "sanction", "query", "synthesis", "federation", "vocab", "content", "db"})},
		{name: "client", paths: []string{"server/client"}, may: slices.Concat(rules, []string{"live", "content", "db"})},
		{name: "mail", paths: []string{"server/mail"}, may: slices.Concat(rules, []string{"frontend", "content", "db"})},
		{name: "live", paths: []string{"server/live"}},
		{name: "rights", paths: []string{"server/rights"}},
		{name: "community", paths: []string{"server/community"}, may: rule("rights")},
		{name: "person", paths: []string{"server/person"}, may: []string{"db"}},
		{name: "membership", paths: []string{"server/membership"}, may: rule("rights", "person", "community", "exchange")},
		{name: "moderation", paths: []string{"server/moderation"}, may: rule("rights", "community")},
		{name: "charter", paths: []string{"server/charter"}, may: rule("rights", "person", "community")},
		{name: "sanction", paths: []string{"server/sanction"}, may: rule("community", "trust")},
		{name: "paper", paths: []string{"server/paper"}},
		{name: "password", paths: []string{"server/password"}, may: []string{"community"}},
		{name: "trust", paths: []string{"server/trust"}, may: rule("rights", "community")},
		{name: "moving", paths: []string{"server/moving"}, may: rule("rights", "community", "exchange")},
		{name: "porter", paths: []string{"server/moving/porter"}, may: rule("community", "moving")},
		{name: "practice", paths: []string{"server/practice"}, may: rule("community")},
		{name: "artifact", paths: []string{"server/artifact"}, may: rule("rights", "community", "practice", "exchange", "giving")},
		{name: "exchange", paths: []string{"server/exchange"}, may: rule("community", "practice")},
		{name: "giving", paths: []string{"server/giving"}, may: []string{"exchange", "db"}},
		{name: "duty", paths: []string{"server/duty"}, may: rule("rights", "community", "exchange", "query")},
		{name: "guest", paths: []string{"server/guest"}, may: rule("community")},
		{name: "query", paths: []string{"server/query"}, may: rule("rights", "community", "exchange")},
		{name: "synthesis", paths: []string{"server/synthesis"}, may: rule("rights", "community", "exchange", "practice", "artifact", "query")},
		{name: "cadence", paths: []string{"server/cadence"}, may: rule("community", "practice", "exchange")},
		{name: "federation", paths: []string{"federation"}, may: []string{"drill", "fetch", "sign", "vocab", "content", "db"}},
		{name: "inbox", paths: []string{"federation/inbox"}, may: []string{"drill", "federation", "fetch", "vocab", "db"}},
		{name: "roster", paths: []string{"federation/roster"}, may: []string{"federation", "vocab", "db"}},
		{name: "delivery", paths: []string{"federation/delivery"}, may: []string{"drill", "queue", "sign", "vocab", "db"}},
		{name: "queue", paths: []string{"federation/delivery/queue"}, may: []string{"db"}},
		{name: "drill", paths: []string{"federation/drill"}},
		{name: "fetch", paths: []string{"federation/fetch"}, may: []string{"sign", "vocab"}},
		{name: "sign", paths: []string{"federation/sign"}},
		{name: "skew", paths: []string{"federation/skew"}},
		{name: "vocab", paths: []string{"federation/vocab"}},
		{name: "content", paths: []string{"federation/content"}},
		{name: "frontend", paths: []string{"frontend", "frontend/views", "frontend/ui", "frontend/locales"}, may: []string{"db"}},
		{name: "db", paths: []string{"db"}, may: []string{"migrations"}},
		{name: "migrations", paths: []string{"db/migrations"}},
		{name: "fedtest", paths: []string{"federation/fedtest", "federation/fedtest/fedify"}, may: []string{"fetch", "sign", "vocab"}, test: true},
		{name: "drills", paths: []string{"cmd/drills", "cmd/drills/rig"}, may: []string{"sign"}, test: true},
		{name: "comtest", paths: []string{"server/community/comtest"}, may: []string{"community", "federation", "vocab", "db", "dbtest"}, test: true},
		{name: "dbtest", paths: []string{"db/dbtest"}, may: []string{"db", "migrations"}, test: true},
	}
}

// fence keeps one library, or one function of one, inside the places that own it.
type fence struct {
	what   string   // import path (and everything below it), or path and function: "os.Getenv"
	inside []string // folders or files below the module; empty means forbidden everywhere
	why    string
}

// fences bind production files; tests may look behind them.
func fences() []fence {
	redis := []string{"federation/delivery/queue", "server/live", "server/ratelimit.go", "cmd/copse", "cmd/copse/doctor"}
	return []fence{
		{"github.com/uptrace/bun", []string{"db", "db/migrations", "db/dbtest"}, "queries live beside their noun"},
		{"github.com/redis/go-redis", redis, "Redis is a cache of the database, never a store"},
		{"github.com/go-redis/redis_rate", []string{"server/ratelimit.go"}, "one file counts requests"},
		{"github.com/go-fed/httpsig", []string{"federation/sign"}, "the library is safe only inside the wrapper"},
		{"github.com/labstack/echo", []string{"server", "server/web", "server/web/frame", "server/web/lookup", "server/web/library", "server/web/desk", "server/web/belong", "server/web/civil", "server/web/openness", "server/web/moves", "server/web/asking", "server/web/cockpit", "server/web/summing", "server/web/founding", "server/actors", "server/client", "server/mail", "server/admin"}, "rules know no HTTP"},
		{"github.com/yuin/goldmark", []string{"federation/content"}, "one room turns text into safe HTML"},
		{"github.com/microcosm-cc/bluemonday", []string{"federation/content"}, "one room turns text into safe HTML"},
		{"os.Getenv", []string{"cmd/copse", "db/dbtest"}, "configuration is read once"},
		{"os.LookupEnv", []string{"cmd/copse", "db/dbtest"}, "configuration is read once"},
		{"os.Environ", []string{"cmd/copse"}, "configuration is read once"},
		{"net/http.DefaultClient", nil, "outgoing requests go through the guarded client"},
		{"net/http.DefaultTransport", nil, "outgoing requests go through the guarded client"},
		{"net/http.Get", nil, "outgoing requests go through the guarded client"},
		{"net/http.Head", nil, "outgoing requests go through the guarded client"},
		{"net/http.Post", nil, "outgoing requests go through the guarded client"},
		{"net/http.PostForm", nil, "outgoing requests go through the guarded client"},
	}
}

func TestImports_rooms(t *testing.T) {
	t.Parallel()
	byPath := roomsByPath()
	for _, p := range house(t) {
		r, ok := byPath[p.path]
		if !ok {
			t.Errorf("%s is no room of the house: give it a place in rooms() and in docs/architecture.md", p.path)
			continue
		}
		for _, imp := range p.ours() {
			if problem := forbidden(r, byPath, imp); problem != "" {
				t.Errorf("%s imports %s: %s", p.path, imp, problem)
			}
		}
	}
}

func TestImports_tableIsSound(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, r := range rooms() {
		if names[r.name] {
			t.Errorf("room %s appears twice", r.name)
		}
		names[r.name] = true
	}
	for _, r := range rooms() {
		for _, m := range r.may {
			if !names[m] {
				t.Errorf("room %s may import %s, which is no room", r.name, m)
			}
		}
	}
}

func TestForbidden(t *testing.T) {
	t.Parallel()
	byPath := roomsByPath()
	for _, c := range []struct {
		from, to string
		refused  bool
	}{
		{"cmd/copse", "server/web", false},
		{"cmd/copse", "federation/fedtest", true},
		{"server/web", "server/exchange", false},
		{"server/web", "server/actors", true},
		{"server/web", "federation", true},
		{"server/exchange", "server/practice", false},
		{"server/practice", "server/exchange", true},
		{"federation", "federation/delivery", true},
		{"frontend", "frontend/views", false},
		{"server/web", "frontend/views", false},
		{"db", "federation", true},
		{"server/live", "db", true},
		{"server/web", "misc", true},
	} {
		if got := forbidden(byPath[c.from], byPath, c.to) != ""; got != c.refused {
			t.Errorf("%s imports %s: refused %v, want %v", c.from, c.to, got, c.refused)
		}
	}
}

func TestImports_fences(t *testing.T) {
	t.Parallel()
	byPath := roomsByPath()
	for _, p := range house(t) {
		for _, file := range p.files {
			for _, f := range fences() {
				if at := breach(f, file); at != "" && !byPath[p.path].test {
					t.Errorf("%s uses %s: %s", at, f.what, f.why)
				}
			}
		}
	}
}

func TestBreach(t *testing.T) {
	t.Parallel()
	parse := func(path, source string) sourceFile {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, "package x\n"+source, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		return sourceFile{path: path, syntax: f, positions: fset}
	}
	getenv, bun := fence{what: "os.Getenv", inside: []string{"cmd/copse"}}, fences()[0]
	for _, c := range []struct {
		name string
		f    fence
		file sourceFile
		want bool
	}{
		{"call outside", getenv, parse("db/post.go", `import "os"; var x = os.Getenv("A")`), true},
		{"call under another name", getenv, parse("db/post.go", `import sys "os"; var x = sys.Getenv("A")`), true},
		{"call inside", getenv, parse("cmd/copse/main.go", `import "os"; var x = os.Getenv("A")`), false},
		{"other function", getenv, parse("db/post.go", `import "os"; var x = os.Getpid()`), false},
		{"library outside", bun, parse("server/web/home.go", `import _ "github.com/uptrace/bun/dialect/pgdialect"`), true},
		{"library inside", bun, parse("db/post.go", `import _ "github.com/uptrace/bun"`), false},
		{"library with a longer name", bun, parse("server/web/home.go", `import _ "github.com/uptrace/bunny"`), false},
	} {
		if got := breach(c.f, c.file) != ""; got != c.want {
			t.Errorf("%s: breach %v, want %v", c.name, got, c.want)
		}
	}
}

// forbidden says why a room may not import a path of ours, or nothing.
func forbidden(r room, byPath map[string]room, path string) string {
	target, ok := byPath[path]
	switch {
	case !ok:
		return "that is no room of the house"
	case target.name == r.name:
		return ""
	case target.test && !r.test:
		return "test rooms are for _test.go files"
	case r.all, slices.Contains(r.may, target.name):
		return ""
	}
	return "the room table allows " + cmp.Or(strings.Join(r.may, ", "), "nothing of ours")
}

// breach returns the position at which a file outside the fence uses what it guards.
func breach(f fence, file sourceFile) string {
	if slices.Contains(f.inside, file.path) || slices.Contains(f.inside, filepath.ToSlash(filepath.Dir(file.path))) {
		return ""
	}
	path, function := f.what, ""
	if i := strings.LastIndex(path, "."); i > strings.LastIndex(path, "/") {
		path, function = path[:i], path[i+1:]
	}
	for _, spec := range file.syntax.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		if imported != path && !strings.HasPrefix(imported, path+"/") {
			continue
		}
		if function == "" {
			return file.positions.Position(spec.Pos()).String()
		}
		local := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			local = spec.Name.Name
		}
		if pos := selector(file.syntax, local, function); pos.IsValid() {
			return file.positions.Position(pos).String()
		}
	}
	return ""
}

// selector finds the first use of pkg.name in a file.
func selector(f *ast.File, pkg, name string) token.Pos {
	found := token.NoPos
	ast.Inspect(f, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok || found.IsValid() || s.Sel.Name != name {
			return !found.IsValid()
		}
		if id, ok := s.X.(*ast.Ident); ok && id.Name == pkg {
			found = s.Pos()
		}
		return true
	})
	return found
}

// pack is one package of ours with its parsed production files.
type pack struct {
	path    string // below the module, "server/web"
	imports []string
	files   []sourceFile
	tests   []string // paths of its _test.go files
}

type sourceFile struct {
	path      string // below the repository root
	syntax    *ast.File
	positions *token.FileSet
	lines     int
}

// ours lists what the package imports of this module, without the module path.
func (p pack) ours() []string {
	var out []string
	for _, imp := range p.imports {
		if rest, ok := strings.CutPrefix(imp, module); ok {
			out = append(out, rest)
		}
	}
	return out
}

func roomsByPath() map[string]room {
	out := map[string]room{}
	for _, r := range rooms() {
		for _, p := range r.paths {
			out[p] = r
		}
	}
	return out
}

// root is the repository, seen from this package's folder.
const root = "../.."

// load reads the house once for all tests that look at it.
var load = sync.OnceValues(func() ([]pack, error) {
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Imports,GoFiles,TestGoFiles,XTestGoFiles", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	top, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	var packs []pack
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		if err := d.Decode(&l); err == io.EOF {
			return packs, nil
		} else if err != nil {
			return nil, err
		}
		p, err := l.pack(top)
		if err != nil {
			return nil, err
		}
		packs = append(packs, p)
	}
})

// house returns every package of the module.
func house(t *testing.T) []pack {
	t.Helper()
	packs, err := load()
	if err != nil {
		t.Fatalf("list the packages: %v", err)
	}
	return packs
}

// listed is what we read of a package from "go list -json".
type listed struct {
	ImportPath, Dir                             string
	Imports, GoFiles, TestGoFiles, XTestGoFiles []string
}

func (l listed) pack(top string) (pack, error) {
	dir, err := filepath.Rel(top, l.Dir)
	if err != nil {
		return pack{}, err
	}
	p := pack{path: strings.TrimPrefix(l.ImportPath, module), imports: l.Imports}
	for _, name := range l.GoFiles {
		f, err := parseSource(filepath.Join(l.Dir, name), filepath.ToSlash(filepath.Join(dir, name)))
		if err != nil {
			return pack{}, err
		}
		p.files = append(p.files, f)
	}
	for _, name := range slices.Concat(l.TestGoFiles, l.XTestGoFiles) {
		p.tests = append(p.tests, filepath.Join(l.Dir, name))
	}
	return p, nil
}

func parseSource(file, path string) (sourceFile, error) {
	fset := token.NewFileSet()
	syntax, err := parser.ParseFile(fset, file, nil, parser.ParseComments)
	if err != nil {
		return sourceFile{}, err
	}
	lines := fset.File(syntax.Package).LineCount()
	return sourceFile{path: path, syntax: syntax, positions: fset, lines: lines}, nil
}
