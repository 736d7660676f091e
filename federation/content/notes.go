package content

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// Document renders what Markdown does and footnotes beside it, which posts have none of. The
// addresses within the text begin with a prefix, so that several texts can stand on one page.
//
// Footnotes need ids and links within the page, which no text may bring of its own: they go through
// the sanitiser as signs of a private range, which are taken out of what was typed, and become
// elements after it.
func Document(src, prefix string) string {
	src = strings.Map(func(r rune) rune {
		if r == markOpen || r == markClose {
			return -1
		}
		return r
	}, strings.ToValidUTF8(clip(src, maxMarkdown), ""))
	if !strings.Contains(src, "[^") {
		return Markdown(src)
	}
	var b bytes.Buffer
	if err := documents.Convert([]byte(src), &b); err != nil {
		return "<p>" + htmlEscaped(src) + "</p>"
	}
	out := SanitiseLocal(b.String())
	out = strings.ReplaceAll(out, "<p>"+mark("l", 0)+"</p>", "<hr>")
	return marks.ReplaceAllStringFunc(out, func(m string) string {
		found := marks.FindStringSubmatch(m)
		to, n := prefix+"note-"+found[3], found[3]
		switch found[2] {
		case "r":
			return `<sup><a href="#` + to + `" id="` + prefix + `at-` + n + `" class="footnote-ref">` + n + `</a></sup>`
		case "a":
			return `<sup><a href="#` + to + `" class="footnote-ref">` + n + `</a></sup>`
		case "b":
			return `<a href="#` + prefix + `at-` + n + `" class="footnote-backref">↩</a>`
		case "n":
			if found[1] != "" {
				return `<li id="` + to + `">`
			}
		}
		return ""
	})
}

// Signs of the private use area that no text keeps.
const (
	markOpen  = '\uf8f0'
	markClose = '\uf8f1'
)

var marks = regexp.MustCompile(`(<li>)?` + string(markOpen) + `([a-z])([0-9]+)` + string(markClose))

func mark(kind string, n int) string {
	return string(markOpen) + kind + strconv.Itoa(n) + string(markClose)
}

// documents is never changed after it is built.
var documents = goldmark.New(
	goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList, extension.Linkify, extension.Footnote),
	goldmark.WithRendererOptions(
		html.WithHardWraps(),
		renderer.WithNodeRenderers(util.Prioritized(asTyped{}, 100), util.Prioritized(asMarks{}, 100)),
	),
)

// asMarks renders footnotes as signs.
type asMarks struct{}

// RegisterFuncs implements goldmark's renderer.NodeRenderer.
func (asMarks) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	put := func(text func(n ast.Node) string) renderer.NodeRendererFunc {
		return func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
			if entering {
				_, _ = w.WriteString(text(n))
			}
			return ast.WalkContinue, nil
		}
	}
	reg.Register(extast.KindFootnoteLink, put(func(n ast.Node) string {
		l := n.(*extast.FootnoteLink)
		if l.RefIndex > 0 {
			return mark("a", l.Index)
		}
		return mark("r", l.Index)
	}))
	reg.Register(extast.KindFootnoteBacklink, put(func(n ast.Node) string {
		l := n.(*extast.FootnoteBacklink)
		if l.RefIndex > 0 {
			return ""
		}
		return " " + mark("b", l.Index)
	}))
	around := func(before func(n ast.Node) string, after string) renderer.NodeRendererFunc {
		return func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
			if entering {
				_, _ = w.WriteString(before(n))
			} else {
				_, _ = w.WriteString(after)
			}
			return ast.WalkContinue, nil
		}
	}
	reg.Register(extast.KindFootnote, around(func(n ast.Node) string { return "<li>" + mark("n", n.(*extast.Footnote).Index) }, "</li>"))
	reg.Register(extast.KindFootnoteList, around(func(ast.Node) string { return "<p>" + mark("l", 0) + "</p><ol>" }, "</ol>"))
}
