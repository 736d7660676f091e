package federation

import (
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
)

// Lines of a profile by which one Copse tells another what somebody knows. Mastodon and its like show
// them as they are, so they are words (domain.md 3b).
const (
	lineTopics    = "Ask me about"
	lineVouched   = "Vouched for"
	lineJob       = "Works as"
	lineTeam      = "Team"
	linePlaces    = "Places"
	lineLanguages = "Languages"
)

// Bounds of what is taken from others.
const (
	maxKnown     = 12
	maxKnownLine = 200
)

// KnowingFields are the lines that tell what one of ours knows; the caller has seen that it is for
// everybody.
func KnowingFields(p *db.Profile, vouched []string) []vocab.FieldDoc {
	var out []vocab.FieldDoc
	for _, line := range []struct {
		name  string
		words []string
	}{
		{lineTopics, p.TopicList()},
		{lineVouched, vouched},
		{lineJob, oneOf(p.Job)},
		{lineTeam, oneOf(p.Team)},
		{linePlaces, p.PlaceList()},
		{lineLanguages, strings.Fields(p.Languages)},
	} {
		if len(line.words) > 0 {
			out = append(out, vocab.FieldDoc{Type: "PropertyValue", Name: line.name, Value: html.EscapeString(strings.Join(line.words, ", "))})
		}
	}
	return out
}

func oneOf(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// knowingFromWire reads those lines again, and the addresses that somebody gives as their own; of
// other software the addresses alone.
func knowingFromWire(actorID int64, doc *vocab.Object) *db.Profile {
	p := &db.Profile{ActorID: actorID, Shown: db.ShownPublic}
	var links []string
	for _, f := range doc.Attachment {
		if f.Type != "PropertyValue" {
			continue
		}
		if link := ownAddress(f.Value); link != "" && len(links) < maxKnown && !slices.Contains(links, link) {
			links = append(links, link)
		}
		line := knownLine(f.Value)
		switch strings.TrimSpace(f.Name) {
		case lineTopics:
			p.Topics = knownList(f.Value)
		case lineVouched:
			p.Vouched = vouchedList(f.Value)
		case lineJob:
			p.Job = line
		case lineTeam:
			p.Team = line
		case linePlaces:
			p.Places = knownList(f.Value)
		case lineLanguages:
			p.Languages = codes(f.Value)
		}
	}
	p.Links = strings.Join(links, "\n")
	return p
}

func knownLine(value string) string {
	line := []rune(content.PlainName(content.Text(value)))
	return strings.TrimSpace(string(line[:min(len(line), maxKnownLine)]))
}

func knownList(value string) string {
	var out []string
	for one := range strings.SplitSeq(content.Text(value), ",") {
		if one = knownLine(one); one != "" && len(out) < maxKnown && !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return strings.Join(out, "\n")
}

// vouchedList parts topics from each other, not the names within: "pumps (Ana, Bo), wells (Cem)".
func vouchedList(value string) string {
	return knownList(strings.ReplaceAll(betweenNames.ReplaceAllStringFunc(content.Text(value), func(names string) string {
		return strings.ReplaceAll(names, ",", "،")
	}), "\n", " "))
}

var betweenNames = regexp.MustCompile(`\([^()]*\)`)

func codes(value string) string {
	var out []string
	for one := range strings.FieldsFuncSeq(strings.ToLower(content.Text(value)), func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
		if len(one) >= 2 && len(one) <= 12 && strings.Trim(one, "abcdefghijklmnopqrstuvwxyz-") == "" && len(out) < maxKnown {
			out = append(out, one)
		}
	}
	return strings.Join(out, " ")
}

var link = regexp.MustCompile(`href=["'](https?://[^"'<> ]{1,500})["']`)

// ownAddress is the address in a line that is a link and nothing else, as Mastodon writes them.
func ownAddress(value string) string {
	if m := link.FindStringSubmatch(value); m != nil {
		return html.UnescapeString(m[1])
	}
	if bare := strings.TrimSpace(value); vocab.IsWebIRI(bare) && len(bare) <= 500 {
		return bare
	}
	return ""
}
