package community_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func TestCreatePerson(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana := h.Account("ana", true)
	a, err := h.Store.ActorByURI(h.Ctx, ana.Actor.URI)
	h.OK(err)
	if a.Inbox != a.URI+"/inbox" || a.SharedInbox != "https://copse.test/ap/inbox" || a.URL != "https://copse.test/u/ana" || a.Acct() != "ana@copse.test" {
		t.Errorf("addresses %q %q %q %q", a.Inbox, a.SharedInbox, a.URL, a.Acct())
	}
	if !strings.HasPrefix(a.URI, "https://copse.test/ap/people/") || len(a.PrivateKey) == 0 || a.ProofKey == "" || a.Indexable {
		t.Errorf("actor %+v", a)
	}
	if !ana.IsAdmin() {
		t.Error("asked for an admin, got a user")
	}
}

func TestCreatePerson_refusals(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.Person("ana")
	h.Group("water", community.NewGroup{})
	for _, row := range []struct{ handle, email, code string }{
		{"a", "x@copse.test", "handle-invalid"},
		{"an a", "x@copse.test", "handle-invalid"},
		{"ana.b", "x@copse.test", "handle-invalid"},
		{strings.Repeat("a", 31), "x@copse.test", "handle-invalid"},
		{"postmaster", "x@copse.test", "handle-reserved"},
		{"api", "x@copse.test", "handle-reserved"},
		{"Ana", "x@copse.test", "handle-taken"},
		{"water", "x@copse.test", "handle-taken"}, // one namespace with groups
		{"bo", "bo", "email-invalid"},
		{"bo", "Bo <bo@copse.test>", "email-invalid"},
		{"bo", "ANA@copse.test", "email-taken"},
	} {
		h.Refused(row.code, func(ctx context.Context, tx *db.Store) error {
			_, err := h.r.CreatePerson(ctx, tx, community.NewPerson{Handle: row.handle, Email: row.email, Actor: h.Prepared(db.ActorPerson)})
			return err
		})
	}
}

func TestPrepareActor_withinTheTransaction(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.Do(func(ctx context.Context, tx *db.Store) error {
		a, err := h.r.CreatePerson(ctx, tx, community.NewPerson{Handle: "ana", Email: "ana@copse.test"})
		if err == nil && len(a.Actor.PrivateKey) == 0 {
			t.Error("a person without keys")
		}
		return err
	})
	if _, err := h.r.PrepareActor(h.Store, db.ActorApplication); err == nil {
		t.Error("prepared a second actor of the server")
	}
	err := h.Store.InTx(h.Ctx, func(ctx context.Context, tx *db.Store) error {
		_, err := h.r.CreateGroup(ctx, tx, community.NewGroup{Handle: "gr", Name: "G", Actor: h.Prepared(db.ActorPerson)})
		return err
	})
	if _, no := errors.AsType[*community.Refusal](err); err == nil || no {
		t.Errorf("a group from a person's actor: %v, want a fault", err)
	}
}

func TestCreateGroup_seatsItsFacilitator(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.Person("fay")
	made := h.Group("water", community.NewGroup{Summary: "How *we* work", Languages: " en  fr ", Facilitator: fay})
	g, err := h.Store.GroupByID(h.Ctx, made.ActorID)
	h.OK(err)
	if g.Openness != db.OpennessOpen || g.PostPolicy != db.PostAnyone || g.HoldPolicy != db.HoldLinks || g.Languages != "en fr" {
		t.Errorf("settings %q %q %q %q", g.Openness, g.PostPolicy, g.HoldPolicy, g.Languages)
	}
	if g.MembersCount != 1 || g.Actor.FollowersCount != 1 || g.Actor.Locked || !g.Actor.Discoverable || !g.Actor.Indexable {
		t.Errorf("group %+v, actor %+v", g, g.Actor)
	}
	if !strings.Contains(g.Actor.Summary, "<em>we</em>") || g.Actor.ModeratorsURI != g.Actor.URI+"/moderators" {
		t.Errorf("summary %q, moderators %q", g.Actor.Summary, g.Actor.ModeratorsURI)
	}
	st, err := h.r.Standing(h.Ctx, h.Store, g, fay)
	h.OK(err)
	if st.Role != db.RoleFacilitator || !st.Follows || !st.Belongs {
		t.Errorf("standing of the facilitator %+v", st)
	}
}

func TestCreateGroup_refusals(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.Person("ana")
	for _, row := range []struct {
		n    community.NewGroup
		code string
	}{
		{community.NewGroup{Handle: "ana", Name: "A"}, "handle-taken"},
		{community.NewGroup{Handle: "water", Name: " \u202e "}, "name-missing"},
		{community.NewGroup{Handle: "water", Name: "W", Openness: "ajar"}, "choice-unknown"},
		{community.NewGroup{Handle: "water", Name: "W", PostPolicy: "cats"}, "choice-unknown"},
		{community.NewGroup{Handle: "water", Name: "W", HoldPolicy: "breath"}, "choice-unknown"},
		{community.NewGroup{Handle: "water", Name: "W", Summary: strings.Repeat("a", 10_001)}, "summary-long"},
		{community.NewGroup{Handle: "water", Name: "W", Summary: "a\x00b"}, "summary-invalid"},
	} {
		row.n.Actor = h.Prepared(db.ActorGroup)
		h.Refused(row.code, func(ctx context.Context, tx *db.Store) error {
			_, err := h.r.CreateGroup(ctx, tx, row.n)
			return err
		})
	}
	closed := h.Group("quiet", community.NewGroup{Openness: db.OpennessConfidential})
	if !closed.Actor.Locked || closed.Actor.Discoverable || closed.Actor.Indexable {
		t.Errorf("a confidential group lets itself be found: %+v", closed.Actor)
	}
}

func TestEnsureInstance_once(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	var ids []int64
	for range 2 {
		h.Do(func(ctx context.Context, tx *db.Store) error {
			a, err := h.r.EnsureInstance(ctx, tx)
			if err == nil {
				ids = append(ids, a.ID)
				if a.URI != "https://copse.test/ap/instance" || a.Handle != "copse.test" || a.Type != db.ActorApplication {
					t.Errorf("instance actor %+v", a)
				}
			}
			return err
		})
	}
	if ids[0] != ids[1] {
		t.Errorf("instance actors %v, want one", ids)
	}
}

func TestEditPerson_tellsFollowers(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana := h.Account("ana", false)
	ana.Actor.Name, ana.Actor.SummarySource, ana.Actor.Organisation = "Ana\u202e", "I *test* pumps", "Health <Agency>"
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.EditPerson(ctx, tx, ana) })
	s := h.One("Update")
	if s.To.FollowersOf != ana.ActorID || !s.Public {
		t.Errorf("goes to %+v, public %v", s.To, s.Public)
	}
	doc := s.Doc["object"].(map[string]any)
	if doc["name"] != "Ana" || doc["summary"] != "<p>I <em>test</em> pumps</p>\n" && doc["summary"] != "<p>I <em>test</em> pumps</p>" {
		t.Errorf("name %q, summary %q", doc["name"], doc["summary"])
	}
	if _, twice := doc["@context"]; twice {
		t.Error("the actor inside has a context of its own")
	}
}

func TestEditPerson_tellsHomesOfCommunities(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, fay := h.Account("ana", false), h.Person("fay")
	h.join(ana.Actor, h.Group("water", community.NewGroup{Facilitator: fay}))
	soil := h.RemoteGroup("soil", "peer.test", "copse")
	h.Do(func(ctx context.Context, tx *db.Store) error {
		_, err := h.r.Follow(ctx, tx, ana.Actor, soil.Actor)
		return err
	})
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.EditPerson(ctx, tx, ana) })
	var to []string
	for _, s := range h.Outbox("Update") {
		for _, i := range s.To.Inboxes {
			to = append(to, i.Inbox)
		}
	}
	if len(to) != 1 || to[0] != soil.Actor.DeliveryInbox() {
		t.Errorf("an edit went to %v, want the home of the community elsewhere", to)
	}
}

func TestEditGroup(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, bo := h.Person("fay"), h.Person("bo")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	h.Refused("not-facilitator", func(ctx context.Context, tx *db.Store) error { return h.r.EditGroup(ctx, tx, bo, g) })
	g.Openness, g.Tagline = db.OpennessPrivate, "Clean water"
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.EditGroup(ctx, tx, fay, g) })
	s := h.One("Update")
	if s.Public || s.Doc["to"].([]any)[0] != g.Actor.FollowersURI {
		t.Errorf("an edit of a private group is public: %v, to %v", s.Public, s.Doc["to"])
	}
	again, err := h.Store.GroupByID(h.Ctx, g.ActorID)
	h.OK(err)
	if again.Tagline != "Clean water" || !again.Actor.Locked {
		t.Errorf("stored %+v, locked %v", again, again.Actor.Locked)
	}
}

func TestEdit_refusals(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.Account("fay", false)
	g, far := h.Group("water", community.NewGroup{Facilitator: fay.Actor}), h.RemoteGroup("soil", "peer.test", "")
	editGroup := func(g *db.Group) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error { return h.r.EditGroup(ctx, tx, fay.Actor, g) }
	}
	h.Refused("not-ours", editGroup(far))
	g.Actor.Name = ""
	h.Refused("name-missing", editGroup(g))
	g.Actor.Name, g.PostPolicy = "Water", "cats"
	h.Refused("choice-unknown", editGroup(g))
	editPerson := func(ctx context.Context, tx *db.Store) error { return h.r.EditPerson(ctx, tx, fay) }
	fay.Actor.SummarySource = strings.Repeat("a", 10_001)
	h.Refused("summary-long", editPerson)
	fay.Actor.SummarySource, fay.Actor.SuspendedAt = "", h.Store.Now()
	h.Refused("suspended", editPerson)
	if len(h.Outbox()) != 0 {
		t.Errorf("refused edits sent %v", h.Outbox())
	}
}
