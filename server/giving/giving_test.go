package giving_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/community/comtest"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/giving"
)

// house is an instance with the community water, and grace of another organisation.
type house struct {
	*comtest.Home
	kinds exchange.Kinds
	water *db.Group
	amina *db.Actor
	grace *db.Actor
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{Home: comtest.New(t), kinds: giving.Kinds(exchange.Kinds{})}
	h.amina = h.Person("amina")
	h.water = h.Group("water", community.NewGroup{Facilitator: h.amina})
	h.grace = h.Remote(db.ActorPerson, "grace", "karu.test", "mastodon")
	return h
}

// shown stores a post by grace that came by a door, with the row that makes it something else than
// talk, and tells the rules that everybody has seen it.
func (h *house) shown(kind, door string, parent *db.Post, row func(ctx context.Context, tx *db.Store, p *db.Post) error) *db.Post {
	h.T.Helper()
	p := h.Post(h.water, h.grace, parent)
	p.Kind, p.Door = kind, door
	h.Do(func(ctx context.Context, tx *db.Store) error {
		if row != nil {
			if err := row(ctx, tx, p); err != nil {
				return err
			}
		}
		return h.kinds.Shown(ctx, tx, h.water, p)
	})
	return p
}

// given lists what was kept, "who organisation door kind" each.
func (h *house) given() []string {
	h.T.Helper()
	list, err := h.Store.Contributions(h.Ctx, h.water.ActorID, db.Time{}, 100)
	h.OK(err)
	names := map[int64]string{h.amina.ID: "amina", h.grace.ID: "grace", 0: "nobody"}
	out := []string{}
	for _, c := range list {
		out = append(out, fmt.Sprintf("%s %s %s %s", names[c.ActorID], c.Organisation, c.Door, c.Kind))
	}
	return out
}

// Every kind of contribution is kept with the door it came by, for all doors there are and will be.
func TestKinds_everyDoor(t *testing.T) {
	t.Parallel()
	asks := func(anonymous bool) func(ctx context.Context, tx *db.Store, p *db.Post) error {
		return func(ctx context.Context, tx *db.Store, p *db.Post) error {
			return tx.PutQuery(ctx, &db.Query{PostID: p.ID, GroupID: p.GroupID, AskerID: p.AuthorID, Anonymous: anonymous, Kind: db.AsksProblem, State: db.QueryOpen})
		}
	}
	for _, door := range []string{"web", "peer", "client", "mail", "command"} {
		t.Run(door, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			above := h.Post(h.water, h.amina, nil)
			page := h.Post(h.water, h.amina, nil)
			h.Do(func(ctx context.Context, tx *db.Store) error {
				if err := tx.CreateArtifact(ctx, &db.Artifact{ID: page.ID, URI: page.URI, GroupID: h.water.ActorID, AuthorID: h.amina.ID, Kind: "story", Stage: db.StagePublished, Version: 1}); err != nil {
					return err
				}
				return tx.PutQuery(ctx, &db.Query{PostID: above.ID, GroupID: h.water.ActorID, AskerID: h.amina.ID, Kind: db.AsksProblem, State: db.QueryOpen})
			})
			h.shown(db.KindDiscussion, door, nil, nil)
			h.shown(db.KindIntroduction, door, nil, nil)
			h.shown(db.KindComment, door, h.Post(h.water, h.amina, nil), nil)
			h.shown(db.KindQuery, door, nil, asks(false))
			h.shown(db.KindQuery, door, nil, asks(true))
			h.shown(db.KindComment, door, above, func(ctx context.Context, tx *db.Store, p *db.Post) error {
				return tx.PutResponse(ctx, &db.Response{PostID: p.ID, QueryID: above.ID, AuthorID: p.AuthorID})
			})
			h.shown(db.KindComment, door, page, func(ctx context.Context, tx *db.Store, p *db.Post) error {
				_, err := tx.PutUse(ctx, &db.ArtifactUse{ArtifactID: page.ID, ActorID: p.AuthorID, PostID: p.ID, Version: 1})
				return err
			})
			h.shown(db.KindArtifact, door, nil, nil) // kept when its version was
			h.Do(func(ctx context.Context, tx *db.Store) error {
				a, err := tx.ArtifactByID(ctx, page.ID)
				if err != nil {
					return err
				}
				for _, verdict := range []string{db.VerdictDecline, db.VerdictChanges, db.VerdictAccept} { // changed once
					if err := giving.Review(ctx, tx, a, &db.ArtifactReview{Round: 2, Verdict: verdict, Door: door}, h.grace); err != nil {
						return err
					}
				}
				return nil
			})
			who := "grace karu.test " + door + " "
			want := []string{
				who + "post", who + "post", who + "reply", who + "query", "nobody  " + door + " query", who + "response", who + "use", who + "review",
			}
			if diff := cmp.Diff(want, h.given()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// What the group says itself, and what an asker adds, gives nothing.
func TestKinds_nothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	own := h.Post(h.water, h.water.Actor, nil)
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.kinds.Shown(ctx, tx, h.water, own) })
	asked := h.Post(h.water, h.grace, nil)
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return tx.PutQuery(ctx, &db.Query{PostID: asked.ID, GroupID: h.water.ActorID, AskerID: h.grace.ID, Kind: db.AsksProblem, State: db.QueryOpen})
	})
	h.shown(db.KindComment, "client", asked, func(ctx context.Context, tx *db.Store, p *db.Post) error {
		return tx.PutResponse(ctx, &db.Response{PostID: p.ID, QueryID: asked.ID, AuthorID: p.AuthorID})
	})
	if got := h.given(); len(got) != 0 {
		t.Errorf("kept: %v", got)
	}
}

// A helpful mark counts on the response of somebody else, in a community of ours.
func TestKinds_marked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	asked := h.Post(h.water, h.amina, nil)
	var answer *db.Post
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return tx.PutQuery(ctx, &db.Query{PostID: asked.ID, GroupID: h.water.ActorID, AskerID: h.amina.ID, Kind: db.AsksProblem, State: db.QueryOpen})
	})
	answer = h.Post(h.water, h.grace, asked)
	talk := h.Post(h.water, h.amina, h.Post(h.water, h.amina, nil))
	h.Do(func(ctx context.Context, tx *db.Store) error {
		if err := tx.PutResponse(ctx, &db.Response{PostID: answer.ID, QueryID: asked.ID, AuthorID: h.grace.ID}); err != nil {
			return err
		}
		for _, m := range []struct {
			by *db.Actor
			on *db.Post
		}{{h.amina, answer}, {h.grace, answer}, {h.amina, asked}, {h.grace, talk}} {
			if err := h.kinds.Marked(ctx, tx, m.by, m.on); err != nil {
				return err
			}
		}
		return nil
	})
	if diff := cmp.Diff([]string{"amina copse.test web helpful"}, h.given()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A version is given by those who have written since the one before, with their organisation then.
func TestVersion(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := &db.Artifact{URI: "https://copse.test/ap/objects/1", GroupID: h.water.ActorID, AuthorID: h.amina.ID, Kind: "story", Stage: db.StageDraft}
	publish := func(n int64) {
		h.Do(func(ctx context.Context, tx *db.Store) error {
			v := &db.ArtifactVersion{ArtifactID: a.ID, Number: n, URI: fmt.Sprintf("%s/v/%d", a.URI, n), PublishedAt: tx.Now()}
			if err := tx.CreateVersion(ctx, v); err != nil {
				return err
			}
			return giving.Version(ctx, tx, a, v)
		})
	}
	save := func(by *db.Actor) {
		h.Do(func(ctx context.Context, tx *db.Store) error {
			_, err := tx.NextRevision(ctx, a, by.ID)
			return err
		})
	}
	h.OK(h.Store.CreateArtifact(h.Ctx, a))
	save(h.amina)
	save(h.grace)
	publish(1)
	h.grace.Organisation = "Karu Hospital"
	h.OK(h.Store.SaveActor(h.Ctx, h.grace))
	save(h.grace)
	publish(2)
	publish(3)
	want := []string{"grace karu.test peer version", "amina copse.test web version", "grace Karu Hospital peer version", "amina copse.test web version"}
	if diff := cmp.Diff(want, h.given()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The introduction that a person's own server posts is known as such, so that answers to it welcome.
func TestKinds_introducedElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.OK(h.Store.PutCommitment(h.Ctx, &db.Commitment{GroupID: h.water.ActorID, ActorID: h.grace.ID, Link: "I vaccinate.", Door: "peer"}))
	p := h.shown(db.KindIntroduction, "peer", nil, nil)
	if at, err := h.Store.IntroductionOf(h.Ctx, h.water.ActorID, h.grace.ID); err != nil || at.ID != p.ID {
		t.Errorf("introduced in %v, %v", at, err)
	}
}
