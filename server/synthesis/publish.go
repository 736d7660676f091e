package synthesis

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// May says why the reply can't be published yet: nil where it can.
func (r *Rules) May(ctx context.Context, s *db.Store, d *Desk, by *db.Actor) error {
	if lacks := d.Lacks(); len(lacks) > 0 {
		return community.Refuse(community.Invalid, lacks[0])
	}
	switch {
	case d.State != db.SynthesisShown:
		return community.Refuse(community.Conflict, "synthesis-not-shown")
	case d.OpenObjections() > 0:
		return community.Refuse(community.Conflict, "synthesis-objections-open")
	case s.Now().Before(d.ObjectionsUntil.Time):
		return community.Refuse(community.Conflict, "synthesis-look-runs")
	}
	ok, err := r.art.Publishes(ctx, s, d.Group, d.Artifact, by)
	if err == nil && !ok {
		return community.Refuse(community.Forbidden, "not-steward")
	}
	return err
}

// Publish fills the parts that are written by themselves, publishes the reply as an artifact, leads to
// it from the discussion, and moves the query on. Whoever is credited is thanked by name.
func (r *Rules) Publish(ctx context.Context, tx *db.Store, by *db.Actor, queryID int64) error {
	d, err := r.Open(ctx, tx, queryID, by)
	if err != nil {
		return err
	}
	if err := r.May(ctx, tx, d, by); err != nil {
		return err
	}
	d.Artifact.Blocks.List = r.Filled(d)
	if d.Artifact.Abstract == "" {
		d.Artifact.Abstract = content.PlainName(clip(plainShort(d), maxAbstract))
	}
	p := artifact.Publishing{By: by, Looked: true, Credit: d.Contributors()}
	again := !d.PublishedAt.IsZero()
	if again {
		p.Note = r.taken(d)
	}
	if _, err := r.art.Publish(ctx, tx, d.Artifact, p); err != nil {
		return fmt.Errorf("publish reply to %d: %w", queryID, err)
	}
	d.State = db.SynthesisPublished
	if again { // the thread leads to it already
		return tx.SaveSynthesis(ctx, d.Synthesis)
	}
	pointer, err := r.point(ctx, tx, d)
	if err != nil {
		return err
	}
	d.PublishedAt, d.PointerID = tx.Now(), pointer.ID
	if err := tx.SaveSynthesis(ctx, d.Synthesis); err != nil {
		return fmt.Errorf("note reply to %d: %w", queryID, err)
	}
	return r.query.Consolidated(ctx, tx, d.Group, queryID, d.Artifact.URI)
}

// maxAbstract is how much of the short answer leads the article where its editors wrote no abstract.
const maxAbstract = 400

func plainShort(d *Desk) string {
	return strings.TrimSpace(mark.ReplaceAllString(content.Text(content.Markdown(d.Part(PartShort).Text)), ""))
}

// point puts a short post of the group into the discussion, pinned, that leads to the reply (wire.md 9).
func (r *Rules) point(ctx context.Context, tx *db.Store, d *Desk) (*db.Post, error) {
	link := r.iris.DiscussionPage(d.Artifact.ID)
	words := r.words(d.Artifact.Lang, "synthesis-pointer", map[string]string{"title": d.Artifact.Title, "people": names(d.Contributors())})
	p, err := r.ex.Reply(ctx, tx, &exchange.Draft{
		Author: d.Group.Actor, Parent: d.Query.Post, Lang: d.Artifact.Lang, Door: "web",
		Source: words + "\n\n" + clip(plainShort(d), maxAbstract) + "\n\n" + link,
	})
	if err != nil {
		return nil, fmt.Errorf("point from %d to its reply: %w", d.QueryID, err)
	}
	return p, nil
}

// maxNamed bounds how many are thanked by name in the pointer (domain.md 4.3); the reply names all.
const maxNamed = 5

func names(list []*db.Actor) string {
	var out []string
	for _, a := range list[:min(len(list), maxNamed)] {
		out = append(out, a.Label())
	}
	return strings.Join(out, ", ")
}

// Filled are the parts of a reply as they are published: what editors wrote with links where they name
// responses, and what is written by itself.
func (r *Rules) Filled(d *Desk) []db.Block {
	lang := d.Artifact.Lang
	address := func(n int) string {
		if s := d.byNumber(n); s != nil {
			return r.pageOf(s.Post)
		}
		return ""
	}
	list := slices.Clone(d.Artifact.Blocks.List)
	for i := range list {
		b := &list[i]
		switch b.Key {
		case PartQuestion:
			b.Text = r.asked(d)
		case PartSaid:
			b.Text = r.said(d)
		case PartResponses:
			b.Text = r.responses(d)
		case PartThanks:
			b.Text = thanks(d)
		case PartNote:
			b.Text = r.words(lang, "synthesis-no-consensus", nil)
		case PartNext:
			if r.ours(lang, b.Text) {
				b.Text = r.next(d)
			}
		case PartCompared:
			b.Text = r.headed(lang, b.Text)
			b.Text = Linked(b.Text, address)
		default:
			b.Text = Linked(b.Text, address)
		}
	}
	return list
}

// headed names the columns of the experiences compared.
func (r *Rules) headed(lang, table string) string {
	rest, is := strings.CutPrefix(table, head)
	if !is {
		return table
	}
	row := Row{r.words(lang, "synthesis-place", nil), r.words(lang, "synthesis-done", nil), r.words(lang, "synthesis-result", nil), r.words(lang, "synthesis-from", nil)}
	return strings.Replace(Table([]Row{row}), head, "", 1) + "|---|---|---|---|\n" + rest
}

// said counts what the themes below draw on.
func (r *Rules) said(d *Desk) string {
	var orgs []string
	for _, s := range d.Sources {
		if o := s.Response.Organisation; o != "" && !slices.Contains(orgs, o) {
			orgs = append(orgs, o)
		}
	}
	return r.words(d.Artifact.Lang, "synthesis-said", map[string]string{
		"responses": strconv.Itoa(len(d.Sources)), "organisations": strconv.Itoa(len(orgs)),
	})
}

// asked is the query as it was asked: by whom, unless that is not to be known, when, and its words.
func (r *Rules) asked(d *Desk) string {
	p := d.Query.Post
	who := r.words(d.Artifact.Lang, "synthesis-anonymous", nil)
	if !d.Query.Anonymous && p.Author != nil {
		who = escaped(p.Author.Label())
		if p.Author.Organisation != "" {
			who += ", " + escaped(p.Author.Organisation)
		}
	}
	text := p.Source
	if text == "" {
		text = escaped(content.Text(p.Content))
	}
	return fmt.Sprintf("[%s](<%s>)\n\n*%s, %s*\n\n%s", escaped(p.Title), r.pageOf(p), who, p.PublishedAt.UTC().Format("2006-01-02"), quoted(text))
}

// responses lists all of them with their numbers, so that the originals stay a click away.
func (r *Rules) responses(d *Desk) string {
	var b strings.Builder
	for _, s := range d.Sources {
		who := ""
		if s.Post.Author != nil {
			who = escaped(s.Post.Author.Label())
		}
		if s.Response.Organisation != "" {
			who += ", " + escaped(s.Response.Organisation)
		}
		fmt.Fprintf(&b, "- [%d. %s](<%s>), %s\n", s.Number, who, r.pageOf(s.Post), s.Post.PublishedAt.UTC().Format("2006-01-02"))
	}
	return b.String()
}

// thanks names whose responses are used, with their organisations at the time.
func thanks(d *Desk) string {
	var list []string
	for _, a := range d.Contributors() {
		var line strings.Builder
		line.WriteString("[" + escaped(a.Label()) + "](<" + a.URI + ">)")
		for _, s := range d.Sources {
			if s.Post.AuthorID == a.ID && s.Response.Organisation != "" {
				line.WriteString(", " + escaped(s.Response.Organisation))
				break
			}
		}
		list = append(list, "- "+line.String())
	}
	return strings.Join(list, "\n")
}

// pageOf is where a response is read: at its own server where it is not of ours.
func (r *Rules) pageOf(p *db.Post) string {
	switch {
	case p.Local:
		return r.iris.PostPage(p.ID)
	case p.URL != "":
		return p.URL
	}
	return p.URI
}

// escaped keeps names and titles from being Markdown.
func escaped(s string) string {
	var b strings.Builder
	for _, c := range content.PlainName(s) {
		if strings.ContainsRune("\\`*_{}[]()<>#+-.!|~", c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func quoted(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("> " + strings.TrimRight(line, "\r\n") + "\n")
	}
	return b.String()
}
