package views

import "net/url"

// searchPath is a search for words among one kind; "" is what was said.
func searchPath(words, kind string) string {
	q := url.Values{"q": {words}}
	if kind != "" {
		q.Set("kind", kind)
	}
	return "/search?" + q.Encode()
}
