// Package docx reads and writes texts as Word files (ECMA-376): a zip of XML.
//
// What comes is not trusted: entries, sizes, ratio, depth and number of elements are bounded, no entity
// is expanded, nothing is fetched, and of the file only the parts are opened that hold the text, its
// notes, lists, styles and pictures. Read says what it did not understand. Start with read.go; open.go
// has the bounds, write.go is the other way.
package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/copse-social/copse/server/document"
)

// Bounds of a file. A report of 300 pages has some 100 entries and 4 MB of XML.
const (
	maxEntries = 2000
	maxWhole   = 96 << 20 // bytes of all entries, as the file says
	maxRatio   = 200      // of an entry above free
	free       = 1 << 20
	maxNodes   = 400_000
	maxDepth   = 200
)

// archive is an opened file.
type archive struct {
	files map[string]*zip.File
}

// open looks at the list of a zip before anything is unpacked (T31).
func open(body []byte) (*archive, error) {
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", document.ErrForm, err)
	}
	if len(z.File) > maxEntries {
		return nil, fmt.Errorf("%w: %d entries", document.ErrLarge, len(z.File))
	}
	a := &archive{files: make(map[string]*zip.File, len(z.File))}
	whole := uint64(0)
	for _, f := range z.File {
		if whole += f.UncompressedSize64; whole > maxWhole || f.UncompressedSize64 > maxWhole {
			return nil, fmt.Errorf("%w: unpacked it has more than %d bytes", document.ErrLarge, maxWhole)
		}
		if f.UncompressedSize64 > free && f.UncompressedSize64/max(f.CompressedSize64, 1) > maxRatio {
			return nil, fmt.Errorf("%w: %q is packed too tightly", document.ErrLarge, f.Name)
		}
		if _, twice := a.files[f.Name]; twice {
			return nil, fmt.Errorf("%w: %q is there twice", document.ErrForm, f.Name)
		}
		a.files[f.Name] = f
	}
	return a, nil
}

// read unpacks one entry, as much as most of it: what the list says is not believed. Without such an
// entry there is nothing.
func (a *archive) read(name string, most int64) ([]byte, error) {
	f := a.files[name]
	if f == nil {
		return nil, nil
	}
	in, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", document.ErrForm, err)
	}
	defer func() { _ = in.Close() }()
	body, err := io.ReadAll(io.LimitReader(in, most+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", document.ErrForm, err)
	}
	if int64(len(body)) > most {
		return nil, fmt.Errorf("%w: %q", document.ErrLarge, name)
	}
	return body, nil
}

// node is an element without its name space, or, without a name, text.
type node struct {
	name string
	text string
	attr map[string]string
	kids []*node
}

// child is the first element of a name below a node; nil without.
func (n *node) child(names ...string) *node {
	for _, name := range names {
		if n == nil {
			return nil
		}
		var found *node
		for _, k := range n.kids {
			if k.name == name {
				found = k
				break
			}
		}
		n = found
	}
	return n
}

// val is the attribute of that name of a node that may be nil.
func (n *node) val(key string) string {
	if n == nil {
		return ""
	}
	return n.attr[key]
}

// first is the first element of a name anywhere below.
func (n *node) first(name string) *node {
	if n == nil || n.name == name {
		return n
	}
	for _, k := range n.kids {
		if f := k.first(name); f != nil {
			return f
		}
	}
	return nil
}

func (n *node) words(b *strings.Builder) {
	if n == nil {
		return
	}
	b.WriteString(n.text)
	for _, k := range n.kids {
		k.words(b)
	}
}

var errDocType = errors.New("it declares a document type")

// parse reads one part. A document type could declare entities, and Word writes none.
func parse(body []byte) (*node, error) {
	in := xml.NewDecoder(bytes.NewReader(body))
	root := &node{}
	stack := []*node{root}
	count := 0
	for {
		t, err := in.Token()
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", document.ErrForm, err)
		}
		top := stack[len(stack)-1]
		switch t := t.(type) {
		case xml.Directive:
			return nil, fmt.Errorf("%w: %w", document.ErrForm, errDocType)
		case xml.StartElement:
			if count++; count > maxNodes || len(stack) > maxDepth {
				return nil, fmt.Errorf("%w: too many elements", document.ErrLarge)
			}
			n := &node{name: t.Name.Local}
			for _, a := range t.Attr {
				if n.attr == nil {
					n.attr = make(map[string]string, len(t.Attr))
				}
				n.attr[a.Name.Local] = a.Value
			}
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(t) > 0 && len(stack) > 1 {
				top.kids = append(top.kids, &node{text: string(t)})
			}
		}
	}
}

// part reads an entry of XML; nil where there is none.
func (a *archive) part(name string) (*node, error) {
	body, err := a.read(name, document.MaxRead)
	if err != nil || body == nil {
		return nil, err
	}
	return parse(body)
}

// links are the targets of a part's relations: those within the file as paths, others as they are.
func (a *archive) links(part string) (map[string]string, error) {
	root, err := a.part(path.Join(path.Dir(part), "_rels", path.Base(part)+".rels"))
	if err != nil || root == nil {
		return nil, err
	}
	out := map[string]string{}
	if list := root.child("Relationships"); list != nil {
		for _, k := range list.kids {
			if k.name != "Relationship" {
				continue
			}
			to := k.val("Target")
			if k.val("TargetMode") != "External" {
				if strings.HasPrefix(to, "/") {
					to = path.Clean(to)[1:]
				} else {
					to = path.Join(path.Dir(part), to)
				}
			}
			out[k.val("Id")] = to
		}
	}
	return out, nil
}
