package content

import (
	"path"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

// Sanitise makes HTML of unknown origin safe to store and print (T36). Two
// layers stand behind each other: bluemonday's allow-list, then a tree that
// closes what was left open, so that a post cannot reach out of its place on
// the page, and that makes links honest (T26). Pictures become links: the
// reader's browser must not tell strangers what it shows. Sanitising twice
// changes nothing.
func Sanitise(src string) string {
	root := build(allowList.Sanitize(clip(src, maxHTML)))
	picturesToLinks(root)
	settleLinks(root)
	return render(root)
}

// SanitiseLocal is Sanitise for texts written here: pictures stay, and the
// Content-Security-Policy decides which hosts they may come from.
func SanitiseLocal(src string) string {
	root := build(allowList.Sanitize(clip(src, maxHTML)))
	dropLostPictures(root)
	settleLinks(root)
	return render(root)
}

// allowList is never changed after it is built; bluemonday policies are safe
// to share then.
var allowList = newAllowList()

func newAllowList() *bluemonday.Policy {
	word := regexp.MustCompile(`^[A-Za-z0-9 _+-]{1,200}$`)
	number := regexp.MustCompile(`^[0-9]{1,4}$`)
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "span", "blockquote", "pre", "code", "ul", "ol", "li", "strong", "em",
		"b", "i", "u", "s", "strike", "del", "ins", "sub", "sup", "h1", "h2", "h3", "h4", "h5", "h6",
		"hr", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "details", "summary",
		"tt", "kbd", "samp")
	p.AllowElements("div", "section", "article", "header", "footer", "main", "aside", "nav", "figure",
		"figcaption", "address", "center", "dl", "dt", "dd") // read as paragraphs, see alias
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowAttrs("class").Matching(word).OnElements("a", "span", "p", "code")
	p.AllowAttrs("lang").Matching(word).Globally()
	p.AllowAttrs("dir").Matching(regexp.MustCompile(`^(ltr|rtl|auto)$`)).Globally()
	p.AllowAttrs("start").Matching(number).OnElements("ol")
	p.AllowAttrs("reversed").OnElements("ol")
	p.AllowAttrs("colspan", "rowspan").Matching(number).OnElements("td", "th")
	return p
}

// picturesToLinks turns each picture into a link named by its description. A
// custom emoji is its name.
func picturesToLinks(n *node) {
	for i, k := range n.kids {
		switch k.tag {
		case "img":
			n.kids[i] = pictureLink(k)
		case "a":
			picturesToWords(k)
		default:
			picturesToLinks(k)
		}
	}
	prune(n)
}

// picturesToWords serves inside a link, where no other link may stand.
func picturesToWords(n *node) {
	for i, k := range n.kids {
		if k.tag == "img" {
			n.kids[i] = &node{text: k.attr.alt}
			continue
		}
		picturesToWords(k)
	}
}

func pictureLink(img *node) *node {
	alt := strings.TrimSpace(img.attr.alt)
	if img.attr.src == "" || len(alt) > 2 && alt[0] == ':' && alt[len(alt)-1] == ':' {
		return &node{text: alt}
	}
	if alt == "" {
		alt = path.Base(strings.SplitN(img.attr.src, "?", 2)[0])
	}
	return &node{tag: "a", attr: attrs{href: img.attr.src}, kids: []*node{{text: alt}}}
}

func dropLostPictures(n *node) {
	for i, k := range n.kids {
		dropLostPictures(k)
		if k.tag == "img" && k.attr.src == "" {
			n.kids[i] = &node{text: k.attr.alt}
		}
	}
	prune(n)
}
