package content

import "strings"

// Reduce turns the rich HTML of our own pages into what microblogs keep
// (Mastodon's list of elements): headings become bold paragraphs, a table one
// paragraph with a line for each row and " | " between cells, pictures links,
// details their content. What cannot be shown stays readable; the full form
// is at the post's own address.
func Reduce(src string) string {
	root := build(src)
	picturesToLinks(root)
	root.kids = reduceAll(root.kids)
	prune(root)
	return render(root)
}

func reduceAll(kids []*node) []*node {
	var out []*node
	for _, k := range kids {
		out = append(out, reduced(k)...)
	}
	return out
}

// reduced returns what stands in the place of n.
func reduced(n *node) []*node {
	n.attr.host = ""
	switch n.tag {
	case "", "br":
		return []*node{n}
	case "hr":
		return nil
	case "table":
		return reducedTable(n)
	case "h1", "h2", "h3", "h4", "h5", "h6", "summary":
		bold := &node{tag: "strong", kids: unbold(inline(reduceAll(n.kids)))}
		return []*node{{tag: "p", kids: []*node{bold}}}
	case "details", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "sub":
		return reduceAll(n.kids)
	case "sup":
		return append([]*node{{text: "^"}}, reduceAll(n.kids)...)
	case "ins":
		n.tag = "u"
	}
	n.kids = reduceAll(n.kids)
	return []*node{n}
}

// unbold drops strong directly inside what becomes strong itself.
func unbold(kids []*node) []*node {
	var out []*node
	for _, k := range kids {
		if k.tag == "strong" || k.tag == "b" {
			out = append(out, unbold(k.kids)...)
			continue
		}
		out = append(out, k)
	}
	return out
}

func reducedTable(table *node) []*node {
	var lines, caption []*node
	var rows func(*node)
	rows = func(n *node) {
		for _, k := range n.kids {
			switch k.tag {
			case "tr":
				if row := reducedRow(k); len(row) > 0 {
					if len(lines) > 0 {
						lines = append(lines, &node{tag: "br"})
					}
					lines = append(lines, row...)
				}
			case "caption":
				caption = append(caption, inline(reduceAll(k.kids))...)
			default:
				rows(k)
			}
		}
	}
	rows(table)
	var out []*node
	if len(caption) > 0 {
		bold := &node{tag: "strong", kids: unbold(caption)}
		out = append(out, &node{tag: "p", kids: []*node{bold}})
	}
	return append(out, &node{tag: "p", kids: lines})
}

func reducedRow(tr *node) []*node {
	var out []*node
	seen := false
	for _, cell := range tr.kids {
		if cell.tag != "td" && cell.tag != "th" {
			continue
		}
		if len(out) > 0 {
			out = append(out, &node{text: " | "})
		}
		words := inline(reduceAll(cell.kids))
		seen = seen || len(words) > 0
		if len(words) == 0 {
			words = []*node{{text: " "}}
		}
		out = append(out, words...)
	}
	if !seen {
		return nil
	}
	return out
}

// inline flattens blocks into one line: their content with blanks between.
func inline(kids []*node) []*node {
	var out []*node
	for _, k := range kids {
		switch {
		case k.tag == "br":
			out = append(out, &node{text: " "})
		case isBlock(k.tag):
			if len(out) > 0 {
				out = append(out, &node{text: " "})
			}
			out = append(out, inline(k.kids)...)
		case k.tag == "":
			if t := strings.Join(strings.Fields(k.text), " "); t != "" {
				out = append(out, &node{text: edge(k.text, t)})
			} else if len(out) > 0 {
				out = append(out, &node{text: " "})
			}
		default:
			k.kids = inline(k.kids)
			out = append(out, k)
		}
	}
	return trimEdges(out)
}

// edge keeps one blank at either end of trimmed where text had some.
func edge(text, trimmed string) string {
	if strings.ContainsAny(text[:1], " \n\t") {
		trimmed = " " + trimmed
	}
	if strings.ContainsAny(text[len(text)-1:], " \n\t") {
		trimmed += " "
	}
	return trimmed
}

func trimEdges(kids []*node) []*node {
	for len(kids) > 0 && kids[0].tag == "" {
		if kids[0].text = strings.TrimLeft(kids[0].text, " "); kids[0].text != "" {
			break
		}
		kids = kids[1:]
	}
	for len(kids) > 0 && kids[len(kids)-1].tag == "" {
		last := kids[len(kids)-1]
		if last.text = strings.TrimRight(last.text, " "); last.text != "" {
			break
		}
		kids = kids[:len(kids)-1]
	}
	return kids
}
