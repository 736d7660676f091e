package views

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/copse-social/copse/frontend"
	"github.com/copse-social/copse/frontend/locales"
)

// TestPages holds every sample, in English and Arabic, to the rules that need
// no eye: landmarks, headings, labels, ids, icons, language, and the content
// security policy.
func TestPages(t *testing.T) {
	t.Parallel()
	for _, smp := range samples() {
		for _, lang := range []string{"en", "ar"} {
			t.Run(smp.name+"/"+lang, func(t *testing.T) {
				t.Parallel()
				doc := parse(t, render(t, smp, lang))
				for _, problem := range slices.Concat(
					frameProblems(doc, lang), headingProblems(doc), idProblems(doc),
					nameProblems(doc), iconProblems(doc), policyProblems(doc), linkProblems(doc),
				) {
					t.Error(problem)
				}
			})
		}
	}
}

// page is a parsed page with its elements in order.
type page struct {
	elements []*html.Node
	byID     map[string]*html.Node
}

func parse(t *testing.T, src []byte) page {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	p := page{byID: map[string]*html.Node{}}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			p.elements = append(p.elements, n)
			if id := attr(n, "id"); id != "" && p.byID[id] == nil {
				p.byID[id] = n
			}
		}
	}
	return p
}

func (p page) all(tag string) []*html.Node {
	var found []*html.Node
	for _, n := range p.elements {
		if n.Data == tag {
			found = append(found, n)
		}
	}
	return found
}

func frameProblems(p page, lang string) (problems []string) {
	dir := locales.New(lang, nil, clock).Lang.Dir
	root := p.all("html")[0]
	if attr(root, "lang") != lang || attr(root, "dir") != dir {
		problems = append(problems, fmt.Sprintf("the page is in %s, %s", attr(root, "lang"), attr(root, "dir")))
	}
	if title := p.all("title"); len(title) != 1 && text(title[0]) == "" {
		problems = append(problems, "no title")
	}
	for _, n := range p.all("body") {
		var first *html.Node
		for c := range n.Descendants() {
			if c.Type == html.ElementNode && (c.Data == "a" || c.Data == "button" || c.Data == "input") {
				first = c
				break
			}
		}
		if attr(first, "class") != "skip" || attr(first, "href") != "#main" {
			problems = append(problems, "the first thing to tab to isn't the skip link")
		}
	}
	if n := len(p.all("main")); n != 1 || p.byID["main"].Data != "main" {
		problems = append(problems, fmt.Sprintf("%d main landmarks", n))
	}
	names := map[string]bool{}
	for _, n := range slices.Concat(p.all("nav"), p.all("aside")) {
		name := attr(n, "aria-label") + attr(n, "aria-labelledby")
		if name == "" || names[n.Data+name] {
			problems = append(problems, fmt.Sprintf("a %s is called %q: unnamed, or named twice", n.Data, name))
		}
		names[n.Data+name] = true
	}
	return problems
}

func headingProblems(p page) (problems []string) {
	if n := len(p.all("h1")); n != 1 {
		problems = append(problems, fmt.Sprintf("%d h1", n))
	}
	last := 0
	for _, n := range p.elements {
		if len(n.Data) != 2 || n.Data[0] != 'h' || n.Data[1] < '1' || n.Data[1] > '6' {
			continue
		}
		level := int(n.Data[1] - '0')
		if level > last+1 && !within(n, "nav") {
			problems = append(problems, fmt.Sprintf("h%d %q follows h%d", level, text(n), last))
		}
		if strings.TrimSpace(text(n)) == "" {
			problems = append(problems, "an empty heading")
		}
		if !within(n, "nav") {
			last = level
		}
	}
	return problems
}

func idProblems(p page) (problems []string) {
	for _, n := range p.elements {
		if id := attr(n, "id"); id != "" && p.byID[id] != n {
			problems = append(problems, "two elements have the id "+id)
		}
		for _, key := range []string{"aria-labelledby", "aria-describedby", "for", "form"} {
			for id := range strings.FieldsSeq(attr(n, key)) {
				if p.byID[id] == nil {
					problems = append(problems, fmt.Sprintf("%s=%q points to nothing", key, id))
				}
			}
		}
	}
	return problems
}

// nameProblems finds fields, buttons and links that a screen reader couldn't
// announce.
func nameProblems(p page) (problems []string) {
	labelled := map[string]bool{}
	for _, n := range p.all("label") {
		labelled[attr(n, "for")] = true
	}
	for _, n := range p.elements {
		switch n.Data {
		case "input", "textarea", "select":
			if attr(n, "type") != "hidden" && !labelled[attr(n, "id")] && !within(n, "label") {
				problems = append(problems, fmt.Sprintf("no label for the %s %s", n.Data, attr(n, "name")))
			}
		case "button", "a", "summary":
			if strings.TrimSpace(text(n)) == "" && attr(n, "aria-label") == "" {
				problems = append(problems, "a "+n.Data+" without a name")
			}
		case "img":
			if !has(n, "alt") {
				problems = append(problems, "a picture without alt")
			}
		case "svg":
			if attr(n, "aria-hidden") != "true" {
				problems = append(problems, "an svg that is read aloud")
			}
		}
	}
	return problems
}

func iconProblems(p page) (problems []string) {
	used := map[string]bool{}
	for _, n := range p.all("use") {
		used[strings.TrimPrefix(attr(n, "href"), "#i-")] = true
	}
	carried := map[string]bool{}
	for _, n := range p.all("symbol") {
		name := strings.TrimPrefix(attr(n, "id"), "i-")
		carried[name] = true
		if !used[name] {
			problems = append(problems, "unused symbol "+name)
		}
	}
	for name := range used {
		if frontend.Symbols()[name] == "" || !carried[name] {
			problems = append(problems, "no symbol "+name)
		}
	}
	return problems
}

// policyProblems finds what default-src 'none' with script-src and style-src
// 'self' would block.
func policyProblems(p page) (problems []string) {
	for _, n := range p.elements {
		if n.Data == "style" || n.Data == "script" && attr(n, "src") == "" {
			problems = append(problems, "inline "+n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				problems = append(problems, fmt.Sprintf("attribute %s on %s", a.Key, n.Data))
			}
		}
	}
	return problems
}

// served is the addresses the product has; a view may link to nothing else of
// ours.
var served = regexp.MustCompile(`^(/|/moves|/sign-in|/setup|/search|/communities|/notifications(/\w+)?|/drafts(/drop)?|/settings(/\w+){0,3}` +
	`|/reports(/\d+)?|/held/\d+|/admin/(federation|people|settings|log|trust)|/admin/trust/\d+|/admin/federation/[a-z.-]+(/dead/\d+)?(/\w+)?|/admin/people/\d+/\w+|/admin/persons(/\d+(/\w+)?)?` +
	`|/cockpit|/guest(/\w+)?|/c/[^/]+/cockpit/\w+/\d+|/sign-out|/lang|/theme|/read|/feed\.atom|/assets/[^/]+|/c/[^/]+(/(new|people|settings|log|follow|unfollow|join|leave|feed\.atom|charter|library(/(new|import))?|members|requests|rights|invitations|flyer(\.svg)?|life|move|slow|readers|queries|ask|cockpit))?|` +
	`/a/\d+(/(v/\d+(/\w+)?|compare|draft|preview|files(/\w+)?|review|suggest|reuse|do/\w+))?|/c/[^/]+/(join/\w+|requests/[^/]+(/vouch)?|invitations/[^/]+/withdraw|tend/[^/]+|life/archive|openness(/\w+)?|move/[a-z]+|charter/\w+(/\w+)?)|/start(/\d+(/[a-z-]+)?)?|` +
	`/c/\w+/people/[^/]+(/[a-z-]+)?` +
	`|/d/\w+(/replies|/synthesis(/\w+)?)?|/p/\w+(/(edit|delete|like|history|report|remove|restore|pin|lock|receipts|release|slow|hide|move))?|/u/[^/]+(/(follow|unfollow|report))?|/follow/([cdu]/)?[^/]+|/demo/.+|/media/.+|/sign-in/\w+)$`)

func linkProblems(p page) (problems []string) {
	for _, n := range p.elements {
		for _, key := range []string{"href", "action", "formaction", "src"} {
			url := attr(n, key)
			if !has(n, key) || n.Data == "use" || strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "mailto:") {
				continue
			}
			if target, ok := strings.CutPrefix(url, "#"); ok {
				if p.byID[target] == nil {
					problems = append(problems, "nothing at "+url)
				}
				continue
			}
			path, _, _ := strings.Cut(url, "#")
			path, _, _ = strings.Cut(path, "?")
			if !served.MatchString(path) {
				problems = append(problems, fmt.Sprintf("%s=%q leads nowhere", key, url))
			}
		}
	}
	return problems
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func within(n *html.Node, tag string) bool {
	for a := range n.Ancestors() {
		if a.Data == tag {
			return true
		}
	}
	return false
}
