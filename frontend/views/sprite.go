package views

import (
	"bytes"
	"context"
	"io"
	"slices"
	"sync"

	"github.com/a-h/templ"

	"github.com/copse-social/copse/frontend"
)

// buffers are reused: a long thread is some 90 kB.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// sprited renders its children, then prints the inline sprite with exactly the
// symbols they used, then the children. A page so never carries an unused
// symbol and never lacks one, and nobody keeps a list.
func sprited() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		body := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(body)
		body.Reset()
		children := templ.GetChildren(ctx)
		if err := children.Render(templ.ClearChildren(ctx), body); err != nil {
			return err
		}
		if err := sprite(w, body.Bytes()); err != nil {
			return err
		}
		_, err := w.Write(body.Bytes())
		return err
	})
}

// useMark is how ui.Icon refers to a symbol. Text of people can't contain it:
// the sanitiser lets no use element through and views escape the rest.
const (
	useMark    = `<use href="`
	symbolMark = `#i-`
)

func sprite(w io.Writer, body []byte) error {
	var names []string
	for {
		// what a page has fewest of is looked for: "<" is everywhere
		at := bytes.Index(body, []byte(symbolMark))
		if at < 0 {
			break
		}
		before, after := body[:at], body[at+len(symbolMark):]
		if !bytes.HasSuffix(before, []byte(useMark)) {
			body = after
			continue
		}
		name, rest, _ := bytes.Cut(after, []byte(`"`))
		if !slices.ContainsFunc(names, func(n string) bool { return n == string(name) }) {
			names = append(names, string(name))
		}
		body = rest
	}
	slices.Sort(names)
	symbols := frontend.Symbols()
	if _, err := io.WriteString(w, `<svg hidden aria-hidden="true">`); err != nil {
		return err
	}
	for _, name := range names {
		if _, err := io.WriteString(w, symbols[name]); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "</svg>")
	return err
}
