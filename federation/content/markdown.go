package content

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// maxMarkdown is where a text is cut before it is parsed.
const maxMarkdown = 256 << 10

// Markdown renders what a person typed: CommonMark with tables, task lists,
// strikethrough and bare addresses as links; a line break is a line break.
// HTML that was typed is shown as typed. The result is sanitised.
func Markdown(src string) string {
	var b bytes.Buffer
	src = strings.ToValidUTF8(clip(src, maxMarkdown), "")
	if err := parser.Convert([]byte(src), &b); err != nil {
		return "<p>" + htmlEscaped(src) + "</p>" // the buffer cannot fail; the text still shows
	}
	return SanitiseLocal(b.String())
}

// parser is never changed after it is built.
var parser = goldmark.New(
	goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList, extension.Linkify),
	goldmark.WithRendererOptions(
		html.WithHardWraps(),
		renderer.WithNodeRenderers(util.Prioritized(asTyped{}, 100)),
	),
)

// asTyped renders raw HTML as the letters typed and a task's box as a sign,
// so that neither needs an element of its own.
type asTyped struct{}

// RegisterFuncs implements goldmark's renderer.NodeRenderer.
func (r asTyped) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindRawHTML, r.rawHTML)
	reg.Register(ast.KindHTMLBlock, r.htmlBlock)
	reg.Register(extast.KindTaskCheckBox, r.box)
}

func (asTyped) rawHTML(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		for _, s := range n.(*ast.RawHTML).Segments.Sliced(0, n.(*ast.RawHTML).Segments.Len()) {
			_, _ = w.WriteString(htmlEscaped(string(s.Value(src))))
		}
	}
	return ast.WalkSkipChildren, nil
}

func (asTyped) htmlBlock(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	block := n.(*ast.HTMLBlock)
	if !entering {
		return ast.WalkContinue, nil
	}
	var b strings.Builder
	for i := range block.Lines().Len() {
		line := block.Lines().At(i)
		b.Write(line.Value(src))
	}
	if block.HasClosure() {
		b.Write(block.ClosureLine.Value(src))
	}
	text := strings.ReplaceAll(htmlEscaped(strings.TrimSpace(b.String())), "\n", "<br>")
	_, _ = w.WriteString("<p>" + text + "</p>\n")
	return ast.WalkContinue, nil
}

func (asTyped) box(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		sign := "☐ "
		if n.(*extast.TaskCheckBox).IsChecked {
			sign = "☑ "
		}
		_, _ = w.WriteString(sign)
	}
	return ast.WalkContinue, nil
}

func htmlEscaped(s string) string { return string(util.EscapeHTML([]byte(s))) }
