// Package practice holds what an artifact is: its kinds, its parts, how two people's texts are put
// together, what is frozen as a version, and its shape on the wire.
//
// It takes no act and asks nobody for permission: that is for server/artifact, whose rules stand on
// it, and for server/exchange, which sends and takes the posts that artifacts begin. Start with
// kind.go and source.go; merge.go puts texts together, article.go is the wire.
package practice

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// What an artifact may hold: as much as a page of Markdown that is rendered in one go.
const (
	MaxBlocks   = 80
	MaxBlock    = 60_000
	MaxSource   = 240 << 10
	MaxAbstract = 500 // Mastodon shows as much of a summary
	maxTopics   = 8
	minTitle    = 3
	maxTitle    = 200 // as of a discussion
)

// Maturities say how settled an artifact is, from the first to the last.
func Maturities() []string { return []string{"idea", "practice", "good-practice", "guideline"} }

// Validities say how strongly an artifact is meant.
func Validities() []string { return []string{"could", "should", "must"} }

// Criteria are what reviewers are asked about (domain.md 4.4).
func Criteria() []string {
	return []string{"clear", "correct", "complete", "context", "sources", "safe"}
}

// Licences are those that a form offers, by their SPDX ids.
func Licences() []string { return []string{"CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC0-1.0"} }

// BookKind is the kind whose parts are artifacts of their own.
const BookKind = "book"

// Pictured says that a file of a kind is shown, so that it needs words for those who can't see it.
func Pictured(mediaType string) bool { return mediaType == "image/png" || mediaType == "image/jpeg" }

// HashOf is the digest of a frozen text, as pages and documents show it.
func HashOf(source string) string {
	sum := sha256.Sum256([]byte(source))
	return hex.EncodeToString(sum[:])
}

// Topics brings words into the form in which they are kept: lower case, each once, a space before and
// after.
func Topics(words string) string {
	var list []string
	for _, w := range strings.FieldsFunc(words, func(r rune) bool { return r == ' ' || r == ',' || r == '#' || r == '\n' || r == '\r' || r == '\t' }) {
		w = strings.ToLower(content.PlainName(w))
		if w != "" && !strings.ContainsRune(w, ' ') && len([]rune(w)) <= 60 && !slices.Contains(list, w) && len(list) < maxTopics {
			list = append(list, w)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return " " + strings.Join(list, " ") + " "
}

// Settle checks a draft and brings it into the form that is kept.
func Settle(a *db.Artifact) error {
	long := func(text string, most int) bool { return utf8.RuneCountInString(strings.TrimSpace(text)) > most }
	switch { // before PlainName would cut them in silence
	case long(a.Title, maxTitle):
		return community.RefuseField("title", "title-long")
	case long(a.Abstract, MaxAbstract):
		return community.RefuseField("abstract", "abstract-long")
	case long(a.Audience, MaxAbstract):
		return community.RefuseField("audience", "abstract-long")
	}
	a.Title, a.Abstract = content.PlainName(a.Title), content.PlainName(a.Abstract)
	a.Audience, a.Topics = content.PlainName(a.Audience), Topics(a.Topics)
	switch {
	case utf8.RuneCountInString(a.Title) < minTitle:
		return community.RefuseField("title", "title-short")
	case len(a.Blocks.List) > MaxBlocks:
		return community.RefuseField("blocks", "blocks-many")
	}
	for i := range a.Blocks.List {
		b := &a.Blocks.List[i]
		b.Title = content.PlainName(b.Title)
		b.Text = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(b.Text, ""), "\r\n", "\n"))
		if len(b.Text) > MaxBlock {
			return community.RefuseField("block-"+b.Key, "text-long")
		}
		if strings.ContainsRune(b.Text, 0) {
			return community.RefuseField("block-"+b.Key, "text-invalid")
		}
	}
	if len(Compose(Frozen{Title: a.Title, Abstract: a.Abstract}, a.Blocks.List, nil)) > MaxSource {
		return community.RefuseField("blocks", "text-long")
	}
	return nil
}

// Addresses reads a field of addresses, one a line; what is no web address is left out.
func Addresses(lines string) []string {
	var list []string
	for line := range strings.Lines(lines) {
		line = strings.TrimSpace(line)
		if vocab.IsWebIRI(line) && len(line) <= 2000 && len(list) < 20 && !slices.Contains(list, line) {
			list = append(list, line)
		}
	}
	return list
}
