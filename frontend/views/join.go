package views

import "strconv"

func (g CharterGist) number() string { return strconv.Itoa(g.Version) }

// fieldClass marks a part of a form that has to be mended.
func fieldClass(wrong string) string {
	if wrong != "" {
		return "field error"
	}
	return "field"
}
