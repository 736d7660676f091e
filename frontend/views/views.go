// Package views holds the pages: one file per page with a typed struct that a
// door fills and a View that prints it. Nothing here queries, decides or knows
// a request. The parts pages share are in frontend/ui, texts in
// frontend/locales.
//
// A new page is made like this (signin.templ is the shortest to copy):
//
//  1. name.templ: a struct that embeds Shell, one comment per field that isn't
//     obvious, and "templ (p Name) View()" that wraps its body in layout.
//  2. Every text through p.Text, p.Count or p.TextIn with a literal.
//  3. An address a build may not have is a field; when it is "", the view
//     leaves the element out. No link leads nowhere.
//  4. Two samples, empty and full, in samples_test.go: the structure, size,
//     icon and language tests then cover the page without more ado.
//  5. make generate, then COPSE_TEST_MESSAGES=write go test ./frontend/locales.
//
// To look at all pages: COPSE_TEST_GALLERY=/some/folder go test -run TestGallery
// ./frontend/views. Read shell.go next.
package views

import "github.com/a-h/templ"

// Page is what a door hands to the renderer.
type Page interface {
	View() templ.Component
}
