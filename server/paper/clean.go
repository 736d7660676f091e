package paper

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// policy forbids the document all that it does not carry itself. Chromium and Gotenberg obey it.
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"

// dropped are the elements that run, load or lead somewhere by themselves, with all that they hold.
var dropped = map[string]bool{
	"script": true, "iframe": true, "frame": true, "frameset": true, "object": true, "embed": true, "applet": true, "portal": true,
	"link": true, "base": true, "meta": true, "form": true, "input": true, "button": true, "video": true, "audio": true,
	"source": true, "track": true, "svg": true, "math": true, "noscript": true, "template": true,
}

// loading are the attributes whose address is fetched without anybody asking.
var loading = map[string]bool{
	"src": true, "srcset": true, "poster": true, "background": true, "data": true, "action": true, "formaction": true, "ping": true,
	"manifest": true, "archive": true, "codebase": true, "longdesc": true, "lowsrc": true, "dynsrc": true, "href": true, "xlink:href": true,
}

// Clean takes out of a document what would run or load, for renderers that no policy binds: of what is
// loaded, pictures that stand in the document stay; links stay as links.
func Clean(doc []byte) ([]byte, error) {
	root, err := html.Parse(bytes.NewReader(doc))
	if err != nil {
		return nil, fmt.Errorf("read HTML: %w", err)
	}
	sweep(root)
	head := first(root, atom.Head)
	head.InsertBefore(meta("http-equiv", "Content-Security-Policy", policy), head.FirstChild)
	head.InsertBefore(&html.Node{Type: html.ElementNode, DataAtom: atom.Meta, Data: "meta", Attr: []html.Attribute{{Key: "charset", Val: "utf-8"}}}, head.FirstChild)
	var out bytes.Buffer
	if err := html.Render(&out, root); err != nil {
		return nil, fmt.Errorf("write HTML: %w", err)
	}
	return out.Bytes(), nil
}

func meta(key, name, content string) *html.Node {
	return &html.Node{Type: html.ElementNode, DataAtom: atom.Meta, Data: "meta", Attr: []html.Attribute{{Key: key, Val: name}, {Key: "content", Val: content}}}
}

// first is an element that every parsed document has.
func first(n *html.Node, what atom.Atom) *html.Node {
	for d := range n.Descendants() {
		if d.DataAtom == what {
			return d
		}
	}
	return n
}

// sweep cleans what is below a node.
func sweep(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.CommentNode || c.Type == html.ElementNode && dropped[c.Data]:
			n.RemoveChild(c)
		case c.Type == html.TextNode && n.DataAtom == atom.Style:
			c.Data = styles(c.Data)
		default:
			c.Attr = attributes(c)
			sweep(c)
		}
		c = next
	}
}

// attributes are those that an element keeps.
func attributes(n *html.Node) []html.Attribute {
	var kept []html.Attribute
	for _, a := range n.Attr {
		switch key := strings.ToLower(a.Key); {
		case strings.HasPrefix(key, "on"):
			continue
		case key == "style":
			a.Val = styles(a.Val)
		case key == "href" && n.DataAtom == atom.A:
			if !leads(a.Val) {
				continue
			}
		case key == "src" && n.DataAtom == atom.Img:
			if !picture(a.Val) {
				continue
			}
		case loading[key]:
			continue
		}
		kept = append(kept, a)
	}
	return kept
}

// leads says that an address is one that people may be led to out of a PDF.
func leads(address string) bool {
	a := strings.ToLower(strings.TrimSpace(address))
	return strings.HasPrefix(a, "https://") || strings.HasPrefix(a, "http://") || strings.HasPrefix(a, "mailto:") || strings.HasPrefix(a, "#")
}

// picture says that an address holds a photo or drawing itself. Not SVG, which may load more.
func picture(address string) bool {
	for _, kind := range []string{"png", "jpeg", "gif", "webp"} {
		if strings.HasPrefix(address, "data:image/"+kind+";base64,") {
			return true
		}
	}
	return false
}

// Picture is the address under which a drawing or photo stands in a document itself.
func Picture(mediaType string, body []byte) string {
	return "data:" + mediaType + ";base64," + base64.StdEncoding.EncodeToString(body)
}

// loads are the places of a style sheet that fetch something, however they are spelt: a backslash
// hides letters, and is worth more than a style to us.
var loads = regexp.MustCompile(`(?i)@import|\\|(?:url|src|image|image-set|cross-fade|element|paint)\s*\(`)

// styles is a style sheet that fetches nothing: where it would, the whole goes.
func styles(css string) string {
	if loads.MatchString(css) {
		return ""
	}
	return css
}
