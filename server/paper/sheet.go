package paper

import (
	"bytes"
	"html"
)

// Sheet is a document for the press: what it shows, with the style sheet that it is shown by.
type Sheet struct {
	Lang, Dir, Title string
	Style            []byte // of ours; it stands in the document as it is
	Body             []byte // HTML
}

// HTML is the whole document. The same sheet is the same document, so that it is printed once.
func (s Sheet) HTML() []byte {
	var b bytes.Buffer
	b.WriteString("<!doctype html><html lang=\"" + html.EscapeString(s.Lang) + "\" dir=\"" + html.EscapeString(s.Dir) + "\" data-theme=\"light\">")
	b.WriteString("<head><meta charset=\"utf-8\"><title>" + html.EscapeString(s.Title) + "</title><style>")
	b.Write(s.Style)
	b.WriteString("</style></head><body>")
	b.Write(s.Body)
	b.WriteString("</body></html>")
	return b.Bytes()
}
