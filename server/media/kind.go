package media

import (
	"bytes"
	"net/http"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Other is a file that is handed out as bytes and nothing else.
const Other = "application/octet-stream"

// Pictures that pages show.
const (
	PNG  = "image/png"
	JPEG = "image/jpeg"
)

// Shown says that pages show a file of a kind; all others are downloads.
func Shown(mediaType string) bool { return mediaType == PNG || mediaType == JPEG }

// KindOf says what a file is: by its bytes, and, among those that look alike, by the end of its name.
// What a browser would run or another server would read as a document (HTML, SVG, XML, JSON) is Other.
func KindOf(name string, body []byte) string {
	end := strings.ToLower(filepath.Ext(name))
	switch sniffed, _, _ := strings.Cut(http.DetectContentType(body), ";"); sniffed {
	case PNG, JPEG, "image/gif", "image/webp", "application/pdf", "audio/mpeg", "video/mp4", "application/ogg", "audio/wave":
		return sniffed
	case "application/zip":
		return packed(end)
	case "text/plain":
		return plain(end, body)
	}
	return Other
}

func packed(end string) string {
	switch end {
	case ".docx":
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case ".xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case ".pptx":
		return "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	case ".odt":
		return "application/vnd.oasis.opendocument.text"
	case ".ods":
		return "application/vnd.oasis.opendocument.spreadsheet"
	case ".epub":
		return "application/epub+zip"
	case ".zip":
		return "application/zip"
	}
	return Other
}

// plain tells texts from what only looks like one: JSON is never handed out as such (T30).
func plain(end string, body []byte) string {
	if !utf8.Valid(body) || bytes.ContainsAny(bytes.TrimSpace(body)[:min(1, len(bytes.TrimSpace(body)))], "{<") {
		return Other
	}
	switch end {
	case ".csv":
		return "text/csv"
	case ".md", ".markdown":
		return "text/markdown"
	case ".txt":
		return "text/plain"
	}
	return Other
}
