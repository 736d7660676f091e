package synthesis

import (
	"context"
	"fmt"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
)

// Lacks lists what keeps a reply from being shown, by codes of sentences: see community.Refusal.
func (d *Desk) Lacks() []string {
	var list []string
	add := func(is bool, code string) {
		if is {
			list = append(list, code)
		}
	}
	short := d.Part(PartShort).Text
	add(strings.TrimSpace(short) == "", "synthesis-short-empty")
	add(Words(short) > MaxShort, "synthesis-short-long")
	said, unnamed, clash := false, false, false
	for _, b := range d.Artifact.Blocks.List {
		clash = clash || b.Clash != nil
		if b.Code == themePart {
			said = said || strings.TrimSpace(b.Text) != ""
			unnamed = unnamed || strings.TrimSpace(b.Text) != "" && b.Title == ""
		}
	}
	add(!said, "synthesis-themes-empty")
	add(unnamed, "synthesis-theme-unnamed")
	add(clash, "synthesis-clash")
	unplaced := false
	for _, s := range d.Sources {
		unplaced = unplaced || !s.Settled()
	}
	add(unplaced, "synthesis-unplaced")
	return list
}

// Show lets those whose responses are used see the reply before it is published, and object.
func (r *Rules) Show(ctx context.Context, tx *db.Store, by *db.Actor, queryID int64) error {
	d, err := r.Open(ctx, tx, queryID, by)
	if err != nil {
		return err
	}
	if d.State == db.SynthesisPublished {
		return community.Refuse(community.Conflict, "synthesis-published")
	}
	if lacks := d.Lacks(); len(lacks) > 0 {
		return community.Refuse(community.Invalid, lacks[0])
	}
	d.State, d.ShownAt = db.SynthesisShown, tx.Now()
	d.ObjectionsUntil = db.At(tx.Now().Add(lookFor))
	if err := tx.SaveSynthesis(ctx, d.Synthesis); err != nil {
		return fmt.Errorf("show synthesis of %d: %w", queryID, err)
	}
	for _, who := range d.Contributors() {
		if who.ID == by.ID {
			continue
		}
		_, err := r.com.Tell(ctx, tx, d.Group, community.Notice{
			To: who, Code: noticeLook, About: d.Query.Post, Until: d.ObjectionsUntil.Time, Link: r.iris.DiscussionPage(queryID) + "/synthesis/look",
		})
		if err != nil {
			return fmt.Errorf("ask %s to look: %w", who.URI, err)
		}
	}
	return nil
}

// noticeLook is the code of the notice that asks a contributor to look.
const noticeLook = "synthesis-look"

// maxObjection bounds what is said against a text, in letters.
const maxObjection = 2000

// Protest is what a contributor says against a reply that was shown to them.
type Protest struct {
	By    *db.Actor
	Block string
	Quote string // the sentence, plain
	Text  string // plain
	Door  string
	URI   string // of the Note it came by; "" for what is said here
}

// Object keeps what a contributor says; only while the reply is shown.
func (r *Rules) Object(ctx context.Context, tx *db.Store, queryID int64, p Protest) error {
	d, err := r.load(ctx, tx, queryID)
	if err != nil {
		return err
	}
	if !d.Contributed(p.By) {
		return community.Refuse(community.Forbidden, "synthesis-contributors-only")
	}
	if d.State != db.SynthesisShown {
		return community.Refuse(community.Conflict, "synthesis-not-shown")
	}
	text := clip(strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(p.Text, "\x00", ""), "")), maxObjection)
	if text == "" {
		return community.RefuseField("text", "text-empty")
	}
	o := &db.Objection{
		ID: tx.NewID(), QueryID: queryID, ActorID: p.By.ID, Quote: clip(content.PlainName(p.Quote), maxObjection), Text: text,
		URI: p.URI, Door: p.Door,
	}
	if b := d.Part(p.Block); b.Code != "" {
		o.Block = b.Key
	} else {
		o.Block = d.blockWith(o.Quote)
	}
	if o.URI == "" {
		o.URI = fmt.Sprintf("%s#objection-%d", r.iris.DiscussionPage(queryID), o.ID)
	}
	if fresh, err := tx.PutObjection(ctx, o); err != nil || !fresh {
		return err
	}
	for _, e := range d.Editors {
		if err := tell(ctx, tx, d, line{e.ActorID, p.By.ID, "synthesis-objection"}); err != nil {
			return err
		}
	}
	return nil
}

// blockWith is the part that holds a sentence, so that an objection stands beside it.
func (d *Desk) blockWith(quote string) string {
	if len(quote) < 8 {
		return ""
	}
	for _, b := range d.Artifact.Blocks.List {
		if strings.Contains(content.PlainName(b.Text), quote) {
			return b.Key
		}
	}
	return ""
}

// Contributed says whether somebody answered the query.
func (d *Desk) Contributed(who *db.Actor) bool {
	if who == nil {
		return false
	}
	for _, s := range d.Sources {
		if s.Post.AuthorID == who.ID {
			return true
		}
	}
	return false
}

// Settling is what an editor did about an objection.
type Settling struct {
	By        *db.Actor
	Objection int64
	Answer    string
}

// Settle notes what was done about an objection; its author reads the answer.
func (r *Rules) Settle(ctx context.Context, tx *db.Store, queryID int64, s Settling) error {
	by, objectionID, answer := s.By, s.Objection, s.Answer
	d, err := r.Open(ctx, tx, queryID, by)
	if err != nil {
		return err
	}
	answer = clip(content.PlainName(answer), maxWhy)
	if answer == "" {
		return community.RefuseField(fmt.Sprintf("answer-%d", objectionID), "text-empty")
	}
	open, err := tx.SettleObjection(ctx, queryID, objectionID, by.ID, answer)
	if err != nil {
		return fmt.Errorf("settle objection %d: %w", objectionID, err)
	}
	if !open {
		return community.Refuse(community.Gone, "gone")
	}
	for _, o := range d.Objections {
		if o.ID == objectionID {
			return tell(ctx, tx, d, line{o.ActorID, by.ID, "synthesis-settled"})
		}
	}
	return nil
}

// maxWhy bounds what was done about an objection, in letters.
const maxWhy = 500

// Look is the reply as it would stand, for those who may see it before it is published: whoever works
// on it, and, once it is shown, those who contributed.
func (r *Rules) Look(ctx context.Context, s *db.Store, queryID int64, who *db.Actor) (*Desk, error) {
	d, err := r.load(ctx, s, queryID)
	if err != nil {
		return nil, err
	}
	if d.State == db.SynthesisShown && d.Contributed(who) {
		return d, nil
	}
	return d, r.permit(ctx, s, d.Group, who)
}

// line is what somebody here is told of a reply.
type line struct {
	to, by int64
	what   string
}

// tell puts one line into somebody's inbox here.
func tell(ctx context.Context, tx *db.Store, d *Desk, l line) error {
	if l.to == 0 || l.to == l.by {
		return nil
	}
	return community.Notify(ctx, tx, l.to, db.Notification{
		Kind: db.NotifyArtifact, ActorID: l.by, GroupID: d.GroupID, PostID: d.QueryID, Note: l.what,
	})
}
