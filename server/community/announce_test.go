package community_test

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// kept stores somebody's activity about a post, with bytes that nobody would write like this again.
func (h *home) kept(g *db.Group, kind string, author *db.Actor, p *db.Post) *db.Activity {
	h.T.Helper()
	uri := author.URI + "/act/" + strconv.FormatInt(h.Store.NewID(), 10)
	a := &db.Activity{
		URI: uri, ActorID: author.ID, Type: kind, ObjectURI: p.URI, GroupID: g.ActorID, PostID: p.ID,
		Body: []byte(`{ "type":"` + kind + `","id":"` + uri + `","z":1.50,"a":"\u00e9" }`),
	}
	h.OK(h.Store.KeepActivity(h.Ctx, a))
	return a
}

func (h *home) announce(g *db.Group, a *db.Activity, about string) {
	h.T.Helper()
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Announce(ctx, tx, g, a, about) })
}

func (h *home) boost(g *db.Group, p *db.Post) {
	h.T.Helper()
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Boost(ctx, tx, g, p) })
}

func TestAnnounce_embedsByteForByte(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{})
	lem := h.Remote(db.ActorPerson, "lem", "lemmy.test", "lemmy")
	p := h.Post(g, lem, nil)
	a := h.kept(g, "Create", lem, p)
	h.announce(g, a, p.URI)
	list := h.Outbox("Announce")
	if len(list) != 2 {
		t.Fatalf("%d audiences, want followers and the author's server", len(list))
	}
	s := list[0]
	if !bytes.Contains(s.Body, a.Body) || s.ObjectURI != a.URI || !s.Public || s.PostID != p.ID {
		t.Errorf("announced %s about %s", s.Body, s.ObjectURI)
	}
	want := db.Audience{FollowersOf: g.ActorID, Families: []string{db.FamilyForum, ""}}
	if diff := cmp.Diff(want, s.To); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{lem.SharedInbox}, list[1].Inboxes()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{g.Actor.URI, "https://www.w3.org/ns/activitystreams#Public"}, s.Doc["to"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{g.Actor.FollowersURI}, s.Doc["cc"]); diff != "" {
		t.Error(diff)
	}
	if s.Doc["published"] == nil || s.Doc["proof"] == nil {
		t.Errorf("published %v, proof %v", s.Doc["published"], s.Doc["proof"])
	}
}

// TestAnnounce_unservable: what GoToSocial's people write can't be fetched, so NodeBB gets it by
// the id of the object, never wrapped.
func TestAnnounce_unservable(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{})
	h.OK(h.Store.SetHostProfile(h.Ctx, &db.Host{Name: "odd.test", Software: "odd", Family: db.FamilyForum}))
	h.OK(h.Store.SetHostWantsObjects(h.Ctx, "odd.test"))
	wrapped := db.Audience{FollowersOf: g.ActorID, Families: []string{db.FamilyForum, ""}, ExceptSoftware: []string{"nodebb"}}
	for _, author := range []*db.Actor{
		h.Remote(db.ActorPerson, "gts", "gts.test", "gotosocial"), h.Remote(db.ActorPerson, "odd", "odd.test", ""),
	} {
		top := h.Post(g, h.Person(author.Handle), nil)
		p := h.Post(g, author, top)
		before := len(h.Outbox())
		h.announce(g, h.kept(g, "Create", author, p), p.URI)
		list := h.Outbox()[before:]
		if diff := cmp.Diff(db.Audience{FollowersOf: g.ActorID, Software: []string{"nodebb"}}, list[0].To); diff != "" || list[0].Doc["object"] != p.URI {
			t.Errorf("%s to NodeBB: object %v, %s", author.Handle, list[0].Doc["object"], diff)
		}
		if diff := cmp.Diff(wrapped, list[1].To); diff != "" {
			t.Errorf("%s wrapped: %s", author.Handle, diff)
		}
		h.announce(g, h.kept(g, "Update", author, p), p.URI)
		if list := h.Outbox()[before:]; len(list) > 5 || list[len(list)-1].ObjectURI == p.URI {
			t.Errorf("an edit by %s goes out as an object", author.Handle)
		}
	}
}

func TestAnnounceMark(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{})
	lem := h.Remote(db.ActorPerson, "lem", "lemmy.test", "lemmy")
	p := h.Post(g, h.Person("ana"), nil)
	like := h.kept(g, "Like", lem, p)
	mark := func(ctx context.Context, tx *db.Store) error { return h.r.AnnounceMark(ctx, tx, g, like, p.URI) }
	h.Do(mark)
	if s := h.One("Announce"); s.Row.Class != db.ClassBulk || slices.Contains(s.To.Families, db.FamilyMicroblog) {
		t.Errorf("class %d to %v", s.Row.Class, s.To)
	}
	g.HidesCounts = true
	h.Do(mark)
	h.One("Announce")
}

// A name that nobody proved goes to those alone who do not show it, and cannot be fetched.
func TestAnnounceHint_toCopseAlone(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{})
	mo := h.Remote(db.ActorPerson, "mo", "masto.test", "mastodon")
	p := h.Post(g, h.Remote(db.ActorPerson, "binh", "health.test", "copse"), nil)
	a := h.kept(g, "Like", mo, p)
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.AnnounceHint(ctx, tx, g, a, p.URI) })
	s := h.One("Announce")
	if s.Public || !slices.Equal(s.To.Software, []string{"copse"}) || s.Row.Class != db.ClassBulk {
		t.Errorf("public %t, to %+v, class %d", s.Public, s.To, s.Row.Class)
	}
	g.HidesCounts = true
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.AnnounceHint(ctx, tx, g, a, p.URI) })
	h.One("Announce")
}

func TestBoost_startersOnce(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, ana := h.Group("water", community.NewGroup{}), h.Person("ana")
	p := h.Post(g, ana, nil)
	h.boost(g, h.Post(g, ana, p))
	if len(h.Outbox()) != 0 {
		t.Fatal("a comment was boosted")
	}
	h.announce(g, h.kept(g, "Create", ana, p), p.URI)
	h.boost(g, p)
	h.boost(g, p)
	boosts := map[int64]bool{}
	for _, s := range h.Outbox("Announce") {
		if s.ObjectURI == p.URI {
			boosts[s.ID] = true
			if s.Doc["object"] != p.URI || s.Doc["published"] == nil {
				t.Errorf("boost %v", s.Doc)
			}
			if diff := cmp.Diff([]any{g.Actor.FollowersURI, ana.URI}, s.Doc["cc"]); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(db.Audience{FollowersOf: g.ActorID, Families: []string{db.FamilyMicroblog, ""}}, s.To); diff != "" {
				t.Error(diff)
			}
		}
	}
	if len(boosts) != 1 {
		t.Errorf("%d boosts of one post", len(boosts))
	}
	g.AnnouncesComment = true
	before := len(h.Outbox())
	h.boost(g, h.Post(g, ana, p))
	if len(h.Outbox()) != before+1 {
		t.Error("a group that announces comments does not")
	}
}

func TestBoost_ofAMicroblogAuthor(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{})
	gts := h.Remote(db.ActorPerson, "gts", "gts.test", "gotosocial")
	p := h.Post(g, gts, nil)
	h.announce(g, h.kept(g, "Create", gts, p), p.URI)
	h.boost(g, p)
	var nodebb, author bool
	for _, s := range h.Outbox("Announce") {
		wrapped := s.ObjectURI != p.URI
		if slices.Contains(s.To.Software, "nodebb") {
			nodebb = true
			if wrapped {
				t.Error("NodeBB gets a wrapped activity that it can't fetch")
			}
		}
		if len(s.To.Inboxes) > 0 {
			author = true
			if wrapped {
				t.Error("a microblog gets a wrapped activity")
			}
		}
	}
	if !nodebb || !author {
		t.Errorf("boost reaches NodeBB %v, its author %v", nodebb, author)
	}
}

func TestUnboost_embedsTheAnnounce(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{})
	p := h.Post(g, h.Person("ana"), nil)
	unboost := func(ctx context.Context, tx *db.Store) error { return h.r.Unboost(ctx, tx, g, p) }
	h.Do(unboost)
	if len(h.Outbox()) != 0 {
		t.Fatal("took back what was never sent")
	}
	h.boost(g, p)
	first := h.One("Announce")
	h.Do(unboost)
	h.Do(unboost)
	undos := h.Outbox("Undo")
	for _, s := range undos {
		if s.ID != undos[0].ID || !bytes.Contains(s.Body, first.Body) || s.Row.OKey != first.Row.OKey {
			t.Errorf("undone with %s, order %d", s.Body, s.Row.OKey)
		}
	}
	h.Pass(time.Minute)
	h.boost(g, p)
	if list := h.Outbox("Announce"); len(list) != 2 || list[0].ID == list[1].ID {
		t.Errorf("boosted again: %d announces", len(list))
	}
}

func TestAnnounceObject(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{})
	p := h.Post(g, h.Remote(db.ActorPerson, "lem", "lemmy.test", "lemmy"), nil)
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.AnnounceObject(ctx, tx, g, p) })
	h.boost(g, p) // the same announce, to microblogs as well
	list := h.Outbox("Announce")
	if len(list) != 2 || list[0].ID != list[1].ID || list[0].Doc["object"] != p.URI {
		t.Errorf("announces %v", list)
	}
}

// TestT46_closedGroupsTellMembersAlone: what happens in a group that is not open goes to followers,
// who are its members, where software keeps it among them, and says Public nowhere.
func TestT46_closedGroupsTellMembersAlone(t *testing.T) {
	t.Parallel()
	for _, openness := range []string{db.OpennessRestricted, db.OpennessPrivate, db.OpennessConfidential} {
		h := newHome(t)
		ana := h.Person("ana")
		g := h.Group("water", community.NewGroup{Openness: openness, Facilitator: ana})
		lem := h.Remote(db.ActorPerson, "lem", "lemmy.test", "lemmy")
		h.follows(lem, g.Actor)
		p := h.Post(g, ana, nil)
		a := h.kept(g, "Create", ana, p)
		h.announce(g, a, p.URI)
		h.boost(g, p)
		h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.AnnounceMark(ctx, tx, g, a, p.URI) })
		h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.AnnounceObject(ctx, tx, g, p) })
		bo := h.member("bo")
		h.Do(func(ctx context.Context, tx *db.Store) error {
			return h.r.GrantRole(ctx, tx, ana, g, community.RoleOf{Who: bo, Role: db.RoleModerator})
		})
		for _, s := range h.Outbox() {
			if s.To.FollowersOf != g.ActorID || s.To.Promise != db.PromiseKept || len(s.To.Inboxes) != 0 || s.Public {
				t.Errorf("%s of a %s group goes to %+v, public %v", s.Type, openness, s.To, s.Public)
			}
			if strings.Contains(string(s.Body), "Public") {
				t.Errorf("%s of a %s group is for the public: %s", s.Type, openness, s.Body)
			}
		}
	}
}

// member is a remote person without a place to be reached.
func (h *home) member(handle string) *db.Actor {
	a := h.Remote(db.ActorPerson, handle, "copse2.test", "copse")
	a.Inbox, a.SharedInbox = "", ""
	return a
}
