package frame

import (
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// PathHandle is how a group or person is called in addresses here: the handle alone for ours.
func (fr *Frame) PathHandle(a *db.Actor) string {
	if a.Local {
		return a.Handle
	}
	return a.Acct()
}

// Face is a person as pages show them.
func (fr *Frame) Face(a *db.Actor) ui.Person {
	p := ui.Person{
		Name: a.Label(), Initials: initials(a.Label()), Handle: "@" + a.Acct(),
		URL: "/u/" + fr.PathHandle(a), Org: fr.Org(a.Host), Place: a.Organisation,
	}
	if !a.DeletedAt.IsZero() {
		p.URL = ""
	}
	if p.Place == "" {
		p.Place = fr.Org(a.Host).Name
	}
	return p
}

// initials are the first letters of the first and last word of a name.
func initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "?"
	}
	first := []rune(words[0])[:1]
	if len(words) == 1 {
		return strings.ToUpper(string(first))
	}
	return strings.ToUpper(string(first) + string([]rune(words[len(words)-1])[:1]))
}

func hostMark(host string) string {
	r := []rune(strings.ToUpper(host))
	return string(r[:min(2, len(r))])
}

// hue gives a host one of the eight marks of the style sheet, always the same.
func hue(host string) int {
	sum := 0
	for _, b := range []byte(host) {
		sum = sum*31 + int(b)
	}
	return max(sum, -sum)%8 + 1
}

// Place is a community as it stands in a line of facts.
func (fr *Frame) Place(a *db.Actor) views.Place {
	return views.Place{Link: ui.Link{Label: a.Label(), URL: "/c/" + fr.PathHandle(a)}, Org: fr.Org(a.Host)}
}

// OpennessOf is the openness of a group as pages word it.
func OpennessOf(g *db.Group) views.Openness {
	switch g.Openness {
	case db.OpennessRestricted:
		return views.Restricted
	case db.OpennessPrivate:
		return views.Private
	case db.OpennessConfidential:
		return views.Confidential
	}
	return views.Open
}

// Files is what goes with a post, as pages show it.
func Files(list []*db.Attachment) []ui.File {
	var files []ui.File
	for _, a := range list {
		f := ui.File{Name: a.Name, URL: a.URL, Size: a.Size}
		if f.Name == "" {
			f.Name = a.URL
		}
		switch a.Type {
		case "Image":
			f.Kind = "image"
		case "Audio":
			f.Kind = "audio"
		case "Video":
			f.Kind = "video"
		}
		files = append(files, f)
	}
	return files
}
