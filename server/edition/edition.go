package edition

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"github.com/copse-social/copse/server/document"
	"github.com/copse-social/copse/server/document/docx"
	"github.com/copse-social/copse/server/practice"
)

// Work is one version of an artifact as it is taken away.
type Work struct {
	Title, Abstract, Lang string
	Group, Publisher      string
	Version               int64
	Published             time.Time
	Authors, Contributors []string
	Reviewers             []string // with organisation and verdict, in words
	Licence, Hash         string
	Address               string // of the version, for ever
	Source                string // its text, exactly what Hash is of
	// Says names what stands above a text in the reader's words, by the codes below.
	Says map[string]string
	// Picture is the body of a picture by its address; nil where it is none of ours.
	Picture func(address string) ([]byte, string)
	// Chapters are those of a book, in order.
	Chapters []Work
}

// Words that stand above a text.
const (
	SaysBy       = "by"
	SaysWith     = "with"
	SaysVersion  = "version"
	SaysDate     = "date"
	SaysReviewed = "reviewed"
	SaysLicence  = "licence"
	SaysAddress  = "address"
	SaysHash     = "hash"
	SaysContents = "contents"
)

// Dir is the direction in which a language is written.
func Dir(lang string) string {
	base, _, _ := strings.Cut(strings.ToLower(lang), "-")
	if slices.Contains([]string{"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"}, base) {
		return "rtl"
	}
	return "ltr"
}

// text is the version as its parts.
func (w *Work) text() (*document.Doc, error) {
	_, parts := practice.Split(w.Source)
	var b strings.Builder
	for i, p := range parts {
		body := p.Shown(fmt.Sprintf("s%d-", i+1))
		switch {
		case p.Callout != "":
			b.WriteString("<blockquote><p><strong>" + html.EscapeString(p.Title) + "</strong></p>" + body + "</blockquote>")
		case p.Title != "":
			b.WriteString("<h2>" + html.EscapeString(p.Title) + "</h2>" + body)
		default:
			b.WriteString(body)
		}
	}
	d, err := document.FromHTML(b.String())
	if err != nil {
		return nil, fmt.Errorf("read the text of %s: %w", w.Address, err)
	}
	have := map[string]int{}
	eachSpan(d.Blocks, func(s *document.Span) {
		if s.Source == "" || w.Picture == nil {
			return
		}
		if have[s.Source] == 0 {
			body, kind := w.Picture(s.Source)
			if body == nil {
				return
			}
			d.Pictures = append(d.Pictures, document.Picture{Name: s.Source, MediaType: kind, Body: body})
			have[s.Source] = len(d.Pictures)
		}
		s.Picture, s.Source = have[s.Source], ""
	})
	d.Title = w.Title
	return d, nil
}

// record is what stands above a text: who made it, who looked at it, what one may do with it.
func (w *Work) record() [][2]string {
	var out [][2]string
	add := func(code, value string) {
		if value != "" {
			out = append(out, [2]string{w.Says[code], value})
		}
	}
	add(SaysBy, strings.Join(w.Authors, ", "))
	add(SaysWith, strings.Join(w.Contributors, ", "))
	add(SaysVersion, fmt.Sprint(w.Version))
	add(SaysDate, w.Published.UTC().Format(time.DateOnly))
	add(SaysReviewed, strings.Join(w.Reviewers, "; "))
	add(SaysLicence, w.Licence)
	add(SaysAddress, w.Address)
	add(SaysHash, w.Hash)
	return out
}

// Word is the version as a Word file.
func (w *Work) Word() ([]byte, error) {
	d, err := w.text()
	if err != nil {
		return nil, err
	}
	paragraph := func(s ...document.Span) document.Block { return document.Block{Text: s} }
	head := []document.Block{{Kind: document.Heading, Level: 1, Text: []document.Span{{Text: w.Title}}}}
	if w.Abstract != "" {
		head = append(head, paragraph(document.Span{Text: w.Abstract, Italic: true}))
	}
	for _, one := range w.record() {
		head = append(head, paragraph(document.Span{Text: one[0] + " ", Bold: true}, document.Span{Text: one[1], Link: document.Leads(one[1])}))
	}
	d.Blocks = append(head, d.Blocks...)
	return docx.Write(d, docx.About{
		Title: w.Title, Subject: fmt.Sprintf("%s %d", w.Says[SaysVersion], w.Version), Lang: w.Lang, Right: Dir(w.Lang) == "rtl", Authors: w.Authors, At: w.Published,
	})
}

// Markdown is the version as Markdown with what is known of it above, in a form that other programs
// read as YAML.
func (w *Work) Markdown() []byte {
	var b strings.Builder
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", key, quoted(value))
		}
	}
	list := func(key string, values []string) {
		if len(values) > 0 {
			b.WriteString(key + ":\n")
			for _, v := range values {
				b.WriteString("  - " + quoted(v) + "\n")
			}
		}
	}
	b.WriteString("---\n")
	line("title", w.Title)
	line("abstract", w.Abstract)
	fmt.Fprintf(&b, "version: %d\n", w.Version)
	line("date", w.Published.UTC().Format(time.DateOnly))
	line("lang", w.Lang)
	list("authors", w.Authors)
	list("contributors", w.Contributors)
	list("reviewers", w.Reviewers)
	line("license", w.Licence)
	line("community", w.Group)
	line("publisher", w.Publisher)
	line("source", w.Address)
	line("sha256", w.Hash)
	b.WriteString("---\n\n# " + w.Title + "\n")
	_, body, _ := strings.Cut(w.Source, "\n")
	body = strings.TrimLeft(body, "\n")
	if w.Abstract != "" {
		body = strings.TrimLeft(strings.TrimPrefix(body, w.Abstract), "\n")
	}
	b.WriteString("\n" + body)
	return []byte(b.String())
}

// quoted is a text as a double-quoted scalar of YAML 1.2, which JSON's strings are.
func quoted(text string) string {
	r := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ", "\r", " ", "\t", " ")
	return `"` + r.Replace(text) + `"`
}
