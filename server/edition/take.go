// Package edition makes drafts from the files that people bring, and files from the versions that
// people take away: Word, EPUB, Markdown, HTML, and the words by which a version is cited.
//
// It changes one form into another and nothing else: it permits nothing, keeps nothing and fetches
// nothing. Start with take.go for what comes, edition.go for what goes.
package edition

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/copse-social/copse/server/document"
	"github.com/copse-social/copse/server/document/docx"
	"github.com/copse-social/copse/server/media"
)

// MaxTaken is the size of a file that becomes a draft.
const MaxTaken = 16 << 20

// Taken is a text that somebody brought.
type Taken struct {
	Title    string
	Abstract string
	Pictures []Picture
	Lost     []document.Loss
	doc      *document.Doc
	text     string // of Markdown, which stays as it was written
}

// Picture is one that stood in a text, written anew.
type Picture struct {
	media.Picture
	Name, Digest string
	Words        string // what it shows, "" where nobody said
}

// Take reads a Word file, HTML or Markdown, by its name and its bytes. An error wraps
// document.ErrForm where it is none of them, document.ErrLarge where it is too much.
func Take(name string, body []byte) (*Taken, error) {
	if len(body) > MaxTaken {
		return nil, document.ErrLarge
	}
	t := new(Taken)
	var err error
	switch end := strings.ToLower(filepath.Ext(name)); {
	case end == ".docx" || strings.HasPrefix(string(body[:min(4, len(body))]), "PK\x03\x04"):
		t.doc, err = docx.Read(body)
	case !utf8.Valid(body) || strings.ContainsRune(string(body), 0):
		return nil, fmt.Errorf("%w: neither Word nor text in UTF-8", document.ErrForm)
	case end == ".html" || end == ".htm" || end == ".xhtml":
		t.doc, err = document.FromHTML(string(body))
	case end == ".md" || end == ".markdown" || end == ".txt" || end == "":
		t.takeMarkdown(string(body))
	default:
		return nil, fmt.Errorf("%w: %q", document.ErrForm, end)
	}
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", name, err)
	}
	t.settle()
	if strings.TrimSpace(t.text) == "" && len(t.doc.Blocks) == 0 {
		return nil, fmt.Errorf("%w: there is no text in it", document.ErrForm)
	}
	return t, nil
}

// settle takes title and pictures out of what was read.
func (t *Taken) settle() {
	if t.Title == "" {
		t.Title = t.doc.Title
	}
	if b := t.doc.Blocks; t.Title == "" && len(b) > 0 && b[0].Kind == document.Heading && b[0].Level == 1 {
		t.Title, t.doc.Blocks = spell(b[0].Text), b[1:]
	}
	words := map[int]string{}
	eachSpan(t.doc.Blocks, func(s *document.Span) {
		if s.Picture > 0 && words[s.Picture] == "" {
			words[s.Picture] = s.Text
		}
		if s.Source != "" {
			t.doc.Lose(document.LostFetch, s.Source)
		}
	})
	for i, p := range t.doc.Pictures {
		one := Picture{Name: p.Name, Words: words[i+1]}
		clean, err := media.ReadPicture(p.Body)
		if err != nil {
			t.doc.Lose(document.LostPicture, p.Name)
		} else {
			one.Picture, one.Digest = clean, media.Digest(clean.Body)
			if clean.Still {
				t.doc.Lose(document.LostMoving, p.Name)
			}
		}
		if one.Name == "" {
			one.Name = fmt.Sprintf("picture-%d", i+1)
		}
		one.Name = strings.TrimSuffix(one.Name, filepath.Ext(one.Name)) + "." + strings.TrimPrefix(one.MediaType, "image/")
		t.Pictures = append(t.Pictures, one)
	}
	t.Lost = t.doc.Lost
}

// Text is the Markdown of a text, where a picture lies where at says, by its digest.
func (t *Taken) Text(at func(digest string) string) string {
	where := func(n int) string {
		if p := t.Pictures[n-1]; p.Digest != "" {
			return at(p.Digest)
		}
		return ""
	}
	if t.text != "" {
		return placed.ReplaceAllStringFunc(t.text, func(m string) string {
			n := 0
			if _, err := fmt.Sscanf(placed.FindStringSubmatch(m)[1], "%d", &n); err != nil || n < 1 || n > len(t.Pictures) {
				return ""
			}
			return "(" + where(n) + ")"
		})
	}
	return t.doc.Markdown(where)
}

func spell(list []document.Span) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString(s.Text)
	}
	return strings.TrimSpace(b.String())
}

// eachSpan visits all runs of a text, those of its notes too.
func eachSpan(list []document.Block, visit func(*document.Span)) {
	spans := func(row []document.Span) {
		for i := range row {
			visit(&row[i])
			eachSpan(row[i].Note, visit)
		}
	}
	for i := range list {
		spans(list[i].Text)
		for _, item := range list[i].Items {
			eachSpan(item, visit)
		}
		for _, row := range list[i].Rows {
			for _, cell := range row {
				spans(cell)
			}
		}
		eachSpan(list[i].Blocks, visit)
	}
}

var (
	placed     = regexp.MustCompile(`\(copse-picture:([0-9]{1,4})\)`)
	pictured   = regexp.MustCompile(`!\[([^\]]*)\]\(\s*<?([^)\s>]+)>?[^)]*\)`)
	tag        = regexp.MustCompile(`</?[A-Za-z][A-Za-z0-9]*(\s[^<>]*)?/?>`)
	codeSpan   = regexp.MustCompile("`[^`\n]*`")
	frontField = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_-]*):\s*(.*)$`)
)

// takeMarkdown keeps a Markdown text as it is, but for pictures and what stands above it.
func (t *Taken) takeMarkdown(text string) {
	t.doc = new(document.Doc)
	text = strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\ufeff")
	text = t.frontMatter(placed.ReplaceAllString(text, ""))
	if title, rest, ok := strings.Cut(strings.TrimLeft(text, "\n"), "\n"); ok && strings.HasPrefix(title, "# ") && (t.Title == "" || strings.TrimSpace(title[2:]) == t.Title) {
		t.Title, text = strings.TrimSpace(title[2:]), rest
	}
	var out []string
	fenced := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if l := strings.TrimLeft(line, " "); strings.HasPrefix(l, "```") || strings.HasPrefix(l, "~~~") {
			fenced = !fenced
		}
		if !fenced {
			line = pictured.ReplaceAllStringFunc(line, t.markdownPicture)
			for _, m := range tag.FindAllString(codeSpan.ReplaceAllString(line, ""), -1) {
				t.doc.Lose(document.LostHTML, m)
			}
		}
		out = append(out, line)
	}
	t.text = strings.TrimSpace(strings.Join(out, "\n"))
}

// markdownPicture takes one that stands in the text itself, and makes a link to one that lies elsewhere.
func (t *Taken) markdownPicture(m string) string {
	parts := pictured.FindStringSubmatch(m)
	words, to := parts[1], parts[2]
	if strings.HasPrefix(to, "data:") {
		one, err := document.FromHTML(`<img src="` + strings.ReplaceAll(to, `"`, "") + `">`)
		if err != nil || len(one.Pictures) != 1 || len(t.doc.Pictures) >= document.MaxPictures {
			t.doc.Lose(document.LostPicture, words)
			return words
		}
		t.doc.Pictures = append(t.doc.Pictures, one.Pictures[0])
		n := len(t.doc.Pictures)
		t.doc.Blocks = append(t.doc.Blocks, document.Block{Text: []document.Span{{Text: words, Picture: n}}}) // for its words
		return fmt.Sprintf("![%s](copse-picture:%d)", words, n)
	}
	if document.Leads(to) == "" {
		t.doc.Lose(document.LostPicture, to)
		return words
	}
	t.doc.Lose(document.LostFetch, to)
	if words == "" {
		words = to
	}
	return "[" + words + "](<" + to + ">)"
}

// frontMatter reads what stands above a text between two lines of hyphens: title and abstract; of the
// rest it tells.
func (t *Taken) frontMatter(text string) string {
	rest, ok := strings.CutPrefix(text, "---\n")
	if !ok {
		return text
	}
	head, body, ok := strings.Cut(rest, "\n---\n")
	if !ok || len(head) > 8<<10 {
		return text
	}
	for line := range strings.Lines(head) {
		m := frontField.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		value := strings.Trim(strings.TrimSpace(m[2]), `"'`)
		switch strings.ToLower(m[1]) {
		case "title":
			t.Title = value
		case "abstract", "description", "summary":
			t.Abstract = value
		default:
			t.doc.Lose(document.LostField, m[1])
		}
	}
	return body
}

// Words is the text within a file, for search: of texts, tables of values, HTML and Word files. Of
// others, PDF before all, it says nothing.
func Words(mediaType, name string, body []byte) string {
	const most = 200_000
	text := ""
	switch end := strings.ToLower(filepath.Ext(name)); {
	case strings.HasPrefix(mediaType, "text/"):
		text = string(body[:min(len(body), most)])
	case end == ".docx":
		if d, err := docx.Read(body); err == nil {
			text = d.Plain()
		}
	case end == ".html" || end == ".htm":
		if d, err := document.FromHTML(string(body)); err == nil {
			text = d.Plain()
		}
	}
	text = strings.ReplaceAll(text, "\x00", "")
	return strings.ToValidUTF8(text[:min(len(text), most)], "")
}
