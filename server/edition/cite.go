package edition

import (
	"fmt"
	"strings"
	"time"
)

// key is how a list of references calls a version.
func (w *Work) key() string { return fmt.Sprintf("copse-%.12s-v%d", w.Hash, w.Version) }

// BibTeX is the version as an entry that LaTeX and reference managers read.
func (w *Work) BibTeX() []byte {
	var b strings.Builder
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %s = {%s},\n", name, tame(value))
		}
	}
	fmt.Fprintf(&b, "@techreport{%s,\n", w.key())
	field("title", w.Title)
	field("author", strings.Join(w.Authors, " and "))
	field("institution", w.Publisher)
	field("type", w.Group)
	field("number", fmt.Sprint("Version ", w.Version))
	field("year", w.Published.UTC().Format("2006"))
	field("month", strings.ToLower(w.Published.UTC().Format("Jan")))
	field("url", w.Address)
	field("language", w.Lang)
	field("note", "SHA-256 "+w.Hash)
	b.WriteString("}\n")
	return []byte(b.String())
}

// tame takes the meaning from signs of TeX.
func tame(text string) string {
	return strings.NewReplacer(`\`, "", "{", "", "}", "", "%", `\%`, "&", `\&`, "#", `\#`, "$", `\$`, "\n", " ").Replace(text)
}

// RIS is the version as EndNote, Zotero and Mendeley read it.
func (w *Work) RIS() []byte {
	var b strings.Builder
	line := func(tag, value string) {
		if value != "" {
			b.WriteString(tag + "  - " + strings.Join(strings.Fields(value), " ") + "\r\n")
		}
	}
	line("TY", "RPRT")
	line("TI", w.Title)
	for _, who := range w.Authors {
		line("AU", who)
	}
	line("PB", w.Publisher)
	line("T2", w.Group)
	line("ET", fmt.Sprint(w.Version))
	line("PY", w.Published.UTC().Format("2006"))
	line("DA", strings.ReplaceAll(w.Published.UTC().Format(time.DateOnly), "-", "/"))
	line("LA", w.Lang)
	line("AB", w.Abstract)
	line("UR", w.Address)
	b.WriteString("ER  - \r\n")
	return []byte(b.String())
}
