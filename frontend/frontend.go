// Package frontend holds what a browser loads beside a page: the style sheet,
// the icons and, where Node was at hand when the binary was built, the scripts.
// All of it is embedded; nothing is read from disk at run time.
//
// It must not render pages (that is frontend/views), decide who may see what,
// or know a handler. Texts and languages live in frontend/locales. Read views
// next: its package comment shows how a page is made.
package frontend

import (
	"embed"
	"io/fs"
	"path"
	"sync"
)

//go:embed assets/copse.css assets/icon.svg assets/sprite.svg all:dist
var source embed.FS

// Files gives the assets under their hashed names. The first call minifies and
// compresses them (some 15 ms); every later call returns the same store.
var Files = sync.OnceValue(load)

// load reads the embedded files. Embedded files can't be missing or broken
// unless the build was, so trouble here is a programmer's error.
func load() *Store {
	s := &Store{byName: map[string]*File{}, byPath: map[string]*File{}}
	s.add("copse.css", Minify(must(source.ReadFile("assets/copse.css"))))
	s.add("icon.svg", must(source.ReadFile("assets/icon.svg")))
	for _, e := range must(fs.ReadDir(source, "dist")) {
		if e.IsDir() || path.Ext(e.Name()) != ".js" {
			continue
		}
		s.add(e.Name(), must(source.ReadFile("dist/"+e.Name())))
	}
	return s
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
