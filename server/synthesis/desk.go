package synthesis

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/query"
)

// Begin takes a closed query on: the first who does looks after the reply. Where somebody has begun
// already, whoever else comes joins them.
func (r *Rules) Begin(ctx context.Context, tx *db.Store, by *db.Actor, queryID int64) error {
	if _, err := tx.SynthesisOf(ctx, queryID); err == nil {
		return r.join(ctx, tx, by, queryID)
	} else if !missing(err) {
		return fmt.Errorf("look for synthesis of %d: %w", queryID, err)
	}
	q, g, err := r.beginnable(ctx, tx, by, queryID)
	if err != nil {
		return err
	}
	p, err := tx.PostByID(ctx, queryID)
	if err != nil {
		return fmt.Errorf("load post of query %d: %w", queryID, err)
	}
	a, err := r.art.Begin(ctx, tx, artifact.Beginning{
		Group: g, Author: by, Kind: Kind, Title: p.Title, Lang: p.Lang, Blocks: r.blank(p.Lang),
	})
	if err != nil {
		return fmt.Errorf("begin text of %d: %w", queryID, err)
	}
	y := &db.Synthesis{
		QueryID: queryID, ArtifactID: a.ID, GroupID: g.ActorID, State: db.SynthesisWriting,
		DueAt: db.At(q.ClosedAt.Add(query.SynthesisIn)),
	}
	if err := tx.CreateSynthesis(ctx, y); err != nil {
		return err
	}
	d, err := r.load(ctx, tx, queryID)
	if err != nil {
		return err
	}
	if err := d.keepNumbers(ctx, tx); err != nil {
		return err
	}
	return tx.PutSynthesisEditor(ctx, &db.SynthesisEditor{QueryID: queryID, ActorID: by.ID})
}

// MayBegin says why somebody can't take a query on: nil where they can.
func (r *Rules) MayBegin(ctx context.Context, s *db.Store, by *db.Actor, queryID int64) error {
	_, _, err := r.beginnable(ctx, s, by, queryID)
	return err
}

func (r *Rules) beginnable(ctx context.Context, s *db.Store, by *db.Actor, queryID int64) (*db.Query, *db.Group, error) {
	q, err := s.QueryOf(ctx, queryID)
	if err != nil {
		return nil, nil, fmt.Errorf("load query %d: %w", queryID, err)
	}
	g, err := s.GroupByID(ctx, q.GroupID)
	if err != nil {
		return nil, nil, fmt.Errorf("load group of query %d: %w", queryID, err)
	}
	if err := r.permit(ctx, s, g, by); err != nil {
		return nil, nil, err
	}
	if q.State != db.QueryConsolidating {
		return nil, nil, community.Refuse(community.Conflict, "synthesis-early")
	}
	return q, g, nil
}

func (r *Rules) join(ctx context.Context, tx *db.Store, by *db.Actor, queryID int64) error {
	d, err := r.Open(ctx, tx, queryID, by)
	if err != nil {
		return err
	}
	return tx.PutSynthesisEditor(ctx, &db.SynthesisEditor{QueryID: d.QueryID, ActorID: by.ID})
}

// blank are the parts of a new reply: those of its kind, and one theme.
func (r *Rules) blank(lang string) []db.Block {
	var list []db.Block
	for _, b := range r.art.Kinds().Of(Kind).Begin(lang) {
		list = append(list, b)
		if b.Code == PartSaid {
			list = append(list, db.Block{Key: "t1", Code: themePart})
		}
	}
	return list
}

// Draft is what an editor sends from the desk.
type Draft struct {
	Revision int64 // of the text they started from
	Title    string
	Texts    map[string]string // by the key of a part
	Names    map[string]string // of themes, by key
	Rows     []Row
	Places   map[int]Place // by the number of a response
	// Settled are the parts whose two texts were both before the editor: theirs stands.
	Settled []string
	At      string // the part they had before them last
}

// Place is where a response goes: the key of a part, db.SourceLeftOut with a reason, or nowhere yet.
type Place struct{ In, Reason string }

// maxReason bounds why a response is left out, in letters.
const maxReason = 200

// Save stores places and texts. Texts that two people wrote from the same start are put together; the
// answer says whether some stand side by side now.
func (r *Rules) Save(ctx context.Context, tx *db.Store, by *db.Actor, queryID int64, dr Draft) (clashes bool, err error) {
	d, err := r.Open(ctx, tx, queryID, by)
	if err != nil {
		return false, err
	}
	if d.State == db.SynthesisPublished {
		return false, community.Refuse(community.Conflict, "synthesis-published")
	}
	if err := d.place(ctx, tx, by, dr); err != nil {
		return false, err
	}
	if err := tx.PutSynthesisEditor(ctx, &db.SynthesisEditor{QueryID: queryID, ActorID: by.ID, Block: dr.At}); err != nil {
		return false, fmt.Errorf("note editor of %d: %w", queryID, err)
	}
	return r.art.Save(ctx, tx, d.Artifact, artifact.Saving{
		By: by, Revision: dr.Revision, Title: dr.Title, Abstract: d.Artifact.Abstract, Blocks: d.written(dr), Settled: dr.Settled,
		Facts: factsOf(d.Artifact),
	})
}

// keepNumbers stores the numbers that responses were shown with, placed or not: texts refer to them.
func (d *Desk) keepNumbers(ctx context.Context, tx *db.Store) error {
	for i := range d.Sources {
		s := &d.Sources[i]
		if !s.fresh {
			continue
		}
		if err := tx.PutSource(ctx, s.SynthesisSource); err != nil {
			return fmt.Errorf("number response %d of %d: %w", s.Number, d.QueryID, err)
		}
		s.fresh = false
	}
	return nil
}

// place stores where responses go that were moved. One that is left out needs a reason only when the
// text is shown, so that nothing typed is lost here.
func (d *Desk) place(ctx context.Context, tx *db.Store, by *db.Actor, dr Draft) error {
	if err := d.keepNumbers(ctx, tx); err != nil {
		return err
	}
	for n, p := range dr.Places {
		s := d.byNumber(n)
		if s == nil {
			continue // its post is gone meanwhile
		}
		if p.In != "" && p.In != db.SourceLeftOut && !d.takes(p.In) {
			return community.RefuseField(fmt.Sprintf("place-%d", n), "choice-unknown")
		}
		if p.In != db.SourceLeftOut {
			p.Reason = ""
		}
		p.Reason = clip(content.PlainName(p.Reason), maxReason)
		if s.Place == p.In && s.Reason == p.Reason && s.PlacedBy != 0 {
			continue
		}
		s.Place, s.Reason, s.PlacedBy = p.In, p.Reason, by.ID
		if err := tx.PutSource(ctx, s.SynthesisSource); err != nil {
			return fmt.Errorf("place response %d of %d: %w", n, d.QueryID, err)
		}
	}
	return nil
}

// takes says whether responses can be used in a part.
func (d *Desk) takes(key string) bool {
	if slices.Contains([]string{PartShort, PartCompared, PartResources, PartDisagree}, key) {
		return true
	}
	return d.Part(key).Code == themePart
}

// written are the parts as an editor sent them; what they did not send stays. A theme
// that was emptied, name and text, goes, unless a response is used in it or it is the last.
func (d *Desk) written(dr Draft) []db.Block {
	var list []db.Block
	for _, b := range d.Artifact.Blocks.List {
		text, sent := dr.Texts[b.Key]
		if b.Key == PartCompared {
			text, sent = Table(dr.Rows), dr.Rows != nil
		}
		if sent && !automatic(b.Key) {
			b.Text = text
		}
		if name, sent := dr.Names[b.Key]; sent && b.Code == themePart {
			b.Title = name
		}
		b.Clash = nil
		list = append(list, b)
	}
	return slices.DeleteFunc(list, func(b db.Block) bool {
		_, sent := dr.Texts[b.Key]
		return sent && b.Code == themePart && b.Title == "" && strings.TrimSpace(b.Text) == "" && len(d.Themes()) > 1 && !d.uses(b.Key, dr)
	})
}

// uses says whether a response goes into a part, as far as the editor has sent.
func (d *Desk) uses(key string, dr Draft) bool {
	for _, s := range d.Sources {
		in := s.Place
		if p, sent := dr.Places[int(s.Number)]; sent {
			in = p.In
		}
		if in == key {
			return true
		}
	}
	return false
}

// automatic says that a part is written by itself when the reply is published.
func automatic(key string) bool {
	return slices.Contains([]string{PartQuestion, PartSaid, PartResponses, PartThanks, PartNote}, key)
}

// AddTheme puts one more theme behind the others.
func (r *Rules) AddTheme(ctx context.Context, tx *db.Store, by *db.Actor, queryID int64) error {
	d, err := r.Open(ctx, tx, queryID, by)
	if err != nil {
		return err
	}
	if len(d.Themes()) >= maxThemes {
		return community.Refuse(community.Conflict, "themes-many")
	}
	list := slices.Clone(d.Artifact.Blocks.List)
	at := 1 + slices.IndexFunc(list, func(b db.Block) bool { return b.Key == PartSaid })
	for at < len(list) && list[at].Code == themePart {
		at++
	}
	list = slices.Insert(list, at, db.Block{Key: d.freeKey(), Code: themePart})
	_, err = r.art.Save(ctx, tx, d.Artifact, artifact.Saving{
		By: by, Revision: d.Artifact.Revision, Title: d.Artifact.Title, Abstract: d.Artifact.Abstract, Blocks: list, Facts: factsOf(d.Artifact),
	})
	return err
}

// maxThemes bounds a reply that people will read.
const maxThemes = 12

func factsOf(a *db.Artifact) artifact.Facts {
	return artifact.Facts{
		Audience: a.Audience, Topics: a.Topics, Licence: a.Licence, Maturity: a.Maturity, Validity: a.Validity, SeeAlso: a.Links.SeeAlso,
	}
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
