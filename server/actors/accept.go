package actors

import (
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The media types of ActivityPub §3.2. We answer with the short one, which Mastodon compares byte
// for byte in WebFinger links.
const (
	activityJSON = "application/activity+json"
	ldJSON       = "application/ld+json"
	profile      = "https://www.w3.org/ns/activitystreams"
)

// Serves tells whether a request for an address that people share wants ActivityPub: it names one
// of its media types and prefers it to a page.
func (d *Door) Serves(req *http.Request) bool {
	activity, page := wanted(req.Header)
	return activity > 0 && activity >= page
}

// wantsPage tells whether a request for one of our ids comes from somebody who would rather read.
// Whoever asks for nothing in particular gets the document.
func wantsPage(req *http.Request) bool {
	activity, page := wanted(req.Header)
	return page > activity
}

// wanted reads how much a request wants ActivityPub and how much a page, from 0 to 1. Types are
// parsed, not compared: NodeBB writes the profile without a space before it.
func wanted(h http.Header) (activity, page float64) {
	for _, line := range h.Values("Accept") {
		for part := range splitAccept(line) {
			kind, params, err := mime.ParseMediaType(part)
			if err != nil {
				continue
			}
			q := quality(params["q"])
			switch {
			case isActivity(kind, params):
				activity = max(activity, q)
			case kind == "text/html" || kind == "application/xhtml+xml":
				page = max(page, q)
			}
		}
	}
	return activity, page
}

// splitAccept yields the media ranges of a header; commas inside quotes part nothing.
func splitAccept(line string) func(func(string) bool) {
	return func(yield func(string) bool) {
		start, quoted := 0, false
		for i := range len(line) {
			switch line[i] {
			case '"':
				quoted = !quoted
			case ',':
				if !quoted {
					if !yield(strings.TrimSpace(line[start:i])) {
						return
					}
					start = i + 1
				}
			}
		}
		yield(strings.TrimSpace(line[start:]))
	}
}

// isActivity takes ld+json without a profile too: nobody asks us for other linked data.
func isActivity(kind string, params map[string]string) bool {
	if kind == activityJSON {
		return true
	}
	p, named := params["profile"]
	return kind == ldJSON && (!named || slices.Contains(strings.Fields(p), profile))
}

func quality(q string) float64 {
	if q == "" {
		return 1
	}
	n, err := strconv.ParseFloat(q, 64)
	if err != nil || n < 0 || n > 1 {
		return 0
	}
	return n
}
