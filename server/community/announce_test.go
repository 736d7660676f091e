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
	h.t.Helper()
	uri := author.URI + "/act/" + strconv.FormatInt(h.s.NewID(), 10)
	a := &db.Activity{
		URI: uri, ActorID: author.ID, Type: kind, ObjectURI: p.URI, GroupID: g.ActorID, PostID: p.ID,
		Body: []byte(`{ "type":"` + kind + `","id":"` + uri + `","z":1.50,"a":"\u00e9" }`),
	}
	h.ok(h.s.KeepActivity(h.ctx, a))
	return a
}

func (h *home) announce(g *db.Group, a *db.Activity, about string) {
	h.t.Helper()
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Announce(ctx, tx, g, a, about) })
}

func (h *home) boost(g *db.Group, p *db.Post) {
	h.t.Helper()
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Boost(ctx, tx, g, p) })
}

func TestAnnounce_embedsByteForByte(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", community.NewGroup{})
	lem := h.remote(db.ActorPerson, "lem", "lemmy.test", "lemmy")
	p := h.post(g, lem, nil)
	a := h.kept(g, "Create", lem, p)
	h.announce(g, a, p.URI)
	list := h.outbox("Announce")
	if len(list) != 2 {
		t.Fatalf("%d audiences, want followers and the author's server", len(list))
	}
	s := list[0]
	if !bytes.Contains(s.Body, a.Body) || s.ObjectURI != a.URI || !s.Public || s.PostID != p.ID {
		t.Errorf("announced %s about %s", s.Body, s.ObjectURI)
	}
	want := db.Audience{FollowersOf: g.ActorID, Families: []string{db.FamilyForum, ""}}
	if diff := cmp.Diff(want, s.to); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{lem.SharedInbox}, list[1].inboxes()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{g.Actor.URI, "https://www.w3.org/ns/activitystreams#Public"}, s.doc["to"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{g.Actor.FollowersURI}, s.doc["cc"]); diff != "" {
		t.Error(diff)
	}
	if s.doc["published"] == nil || s.doc["proof"] == nil {
		t.Errorf("published %v, proof %v", s.doc["published"], s.doc["proof"])
	}
}

// TestAnnounce_unservable: what GoToSocial's people write can't be fetched, so NodeBB gets it by
// the id of the object, never wrapped.
func TestAnnounce_unservable(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", community.NewGroup{})
	h.ok(h.s.SetHostProfile(h.ctx, &db.Host{Name: "odd.test", Software: "odd", Family: db.FamilyForum}))
	h.ok(h.s.SetHostWantsObjects(h.ctx, "odd.test"))
	wrapped := db.Audience{FollowersOf: g.ActorID, Families: []string{db.FamilyForum, ""}, ExceptSoftware: []string{"nodebb"}}
	for _, author := range []*db.Actor{
		h.remote(db.ActorPerson, "gts", "gts.test", "gotosocial"), h.remote(db.ActorPerson, "odd", "odd.test", ""),
	} {
		top := h.post(g, h.person(author.Handle), nil)
		p := h.post(g, author, top)
		before := len(h.outbox())
		h.announce(g, h.kept(g, "Create", author, p), p.URI)
		list := h.outbox()[before:]
		if diff := cmp.Diff(db.Audience{FollowersOf: g.ActorID, Software: []string{"nodebb"}}, list[0].to); diff != "" || list[0].doc["object"] != p.URI {
			t.Errorf("%s to NodeBB: object %v, %s", author.Handle, list[0].doc["object"], diff)
		}
		if diff := cmp.Diff(wrapped, list[1].to); diff != "" {
			t.Errorf("%s wrapped: %s", author.Handle, diff)
		}
		h.announce(g, h.kept(g, "Update", author, p), p.URI)
		if list := h.outbox()[before:]; len(list) > 5 || list[len(list)-1].ObjectURI == p.URI {
			t.Errorf("an edit by %s goes out as an object", author.Handle)
		}
	}
}

func TestAnnounceMark(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", community.NewGroup{})
	lem := h.remote(db.ActorPerson, "lem", "lemmy.test", "lemmy")
	p := h.post(g, h.person("ana"), nil)
	like := h.kept(g, "Like", lem, p)
	mark := func(ctx context.Context, tx *db.Store) error { return h.r.AnnounceMark(ctx, tx, g, like, p.URI) }
	h.do(mark)
	if s := h.one("Announce"); s.row.Class != db.ClassBulk || slices.Contains(s.to.Families, db.FamilyMicroblog) {
		t.Errorf("class %d to %v", s.row.Class, s.to)
	}
	g.HidesCounts = true
	h.do(mark)
	h.one("Announce")
}

// A name that nobody proved goes to those alone who do not show it, and cannot be fetched.
func TestAnnounceHint_toCopseAlone(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", community.NewGroup{})
	mo := h.remote(db.ActorPerson, "mo", "masto.test", "mastodon")
	p := h.post(g, h.remote(db.ActorPerson, "binh", "health.test", "copse"), nil)
	a := h.kept(g, "Like", mo, p)
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.AnnounceHint(ctx, tx, g, a, p.URI) })
	s := h.one("Announce")
	if s.Public || !slices.Equal(s.to.Software, []string{"copse"}) || s.row.Class != db.ClassBulk {
		t.Errorf("public %t, to %+v, class %d", s.Public, s.to, s.row.Class)
	}
	g.HidesCounts = true
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.AnnounceHint(ctx, tx, g, a, p.URI) })
	h.one("Announce")
}

func TestBoost_startersOnce(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, ana := h.group("water", community.NewGroup{}), h.person("ana")
	p := h.post(g, ana, nil)
	h.boost(g, h.post(g, ana, p))
	if len(h.outbox()) != 0 {
		t.Fatal("a comment was boosted")
	}
	h.announce(g, h.kept(g, "Create", ana, p), p.URI)
	h.boost(g, p)
	h.boost(g, p)
	boosts := map[int64]bool{}
	for _, s := range h.outbox("Announce") {
		if s.ObjectURI == p.URI {
			boosts[s.ID] = true
			if s.doc["object"] != p.URI || s.doc["published"] == nil {
				t.Errorf("boost %v", s.doc)
			}
			if diff := cmp.Diff([]any{g.Actor.FollowersURI, ana.URI}, s.doc["cc"]); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(db.Audience{FollowersOf: g.ActorID, Families: []string{db.FamilyMicroblog, ""}}, s.to); diff != "" {
				t.Error(diff)
			}
		}
	}
	if len(boosts) != 1 {
		t.Errorf("%d boosts of one post", len(boosts))
	}
	g.AnnouncesComment = true
	before := len(h.outbox())
	h.boost(g, h.post(g, ana, p))
	if len(h.outbox()) != before+1 {
		t.Error("a group that announces comments does not")
	}
}

func TestBoost_ofAMicroblogAuthor(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", community.NewGroup{})
	gts := h.remote(db.ActorPerson, "gts", "gts.test", "gotosocial")
	p := h.post(g, gts, nil)
	h.announce(g, h.kept(g, "Create", gts, p), p.URI)
	h.boost(g, p)
	var nodebb, author bool
	for _, s := range h.outbox("Announce") {
		wrapped := s.ObjectURI != p.URI
		if slices.Contains(s.to.Software, "nodebb") {
			nodebb = true
			if wrapped {
				t.Error("NodeBB gets a wrapped activity that it can't fetch")
			}
		}
		if len(s.to.Inboxes) > 0 {
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
	g := h.group("water", community.NewGroup{})
	p := h.post(g, h.person("ana"), nil)
	unboost := func(ctx context.Context, tx *db.Store) error { return h.r.Unboost(ctx, tx, g, p) }
	h.do(unboost)
	if len(h.outbox()) != 0 {
		t.Fatal("took back what was never sent")
	}
	h.boost(g, p)
	first := h.one("Announce")
	h.do(unboost)
	h.do(unboost)
	undos := h.outbox("Undo")
	for _, s := range undos {
		if s.ID != undos[0].ID || !bytes.Contains(s.Body, first.Body) || s.row.OKey != first.row.OKey {
			t.Errorf("undone with %s, order %d", s.Body, s.row.OKey)
		}
	}
	h.pass(time.Minute)
	h.boost(g, p)
	if list := h.outbox("Announce"); len(list) != 2 || list[0].ID == list[1].ID {
		t.Errorf("boosted again: %d announces", len(list))
	}
}

func TestAnnounceObject(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", community.NewGroup{})
	p := h.post(g, h.remote(db.ActorPerson, "lem", "lemmy.test", "lemmy"), nil)
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.AnnounceObject(ctx, tx, g, p) })
	h.boost(g, p) // the same announce, to microblogs as well
	list := h.outbox("Announce")
	if len(list) != 2 || list[0].ID != list[1].ID || list[0].doc["object"] != p.URI {
		t.Errorf("announces %v", list)
	}
}

// TestT46_closedGroupsTellMembersAlone: what happens in a group that is not open goes to followers,
// who are its members, where software keeps it among them, and says Public nowhere.
func TestT46_closedGroupsTellMembersAlone(t *testing.T) {
	t.Parallel()
	for _, openness := range []string{db.OpennessRestricted, db.OpennessPrivate, db.OpennessConfidential} {
		h := newHome(t)
		ana := h.person("ana")
		g := h.group("water", community.NewGroup{Openness: openness, Facilitator: ana})
		lem := h.remote(db.ActorPerson, "lem", "lemmy.test", "lemmy")
		h.follows(lem, g.Actor)
		p := h.post(g, ana, nil)
		a := h.kept(g, "Create", ana, p)
		h.announce(g, a, p.URI)
		h.boost(g, p)
		h.do(func(ctx context.Context, tx *db.Store) error { return h.r.AnnounceMark(ctx, tx, g, a, p.URI) })
		h.do(func(ctx context.Context, tx *db.Store) error { return h.r.AnnounceObject(ctx, tx, g, p) })
		bo := h.member("bo")
		h.do(func(ctx context.Context, tx *db.Store) error {
			return h.r.GrantRole(ctx, tx, ana, g, community.RoleOf{Who: bo, Role: db.RoleModerator})
		})
		for _, s := range h.outbox() {
			if s.to.FollowersOf != g.ActorID || s.to.Promise != db.PromiseKept || len(s.to.Inboxes) != 0 || s.Public {
				t.Errorf("%s of a %s group goes to %+v, public %v", s.Type, openness, s.to, s.Public)
			}
			if strings.Contains(string(s.Body), "Public") {
				t.Errorf("%s of a %s group is for the public: %s", s.Type, openness, s.Body)
			}
		}
	}
}

// member is a remote person without a place to be reached.
func (h *home) member(handle string) *db.Actor {
	a := h.remote(db.ActorPerson, handle, "copse2.test", "copse")
	a.Inbox, a.SharedInbox = "", ""
	return a
}
