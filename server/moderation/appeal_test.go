package moderation_test

import (
	"context"
	"slices"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

func (h *home) appeals(who *db.Actor, g *db.Group) func(ctx context.Context, tx *db.Store) error {
	return func(ctx context.Context, tx *db.Store) error {
		return h.r.Appeal(ctx, tx, who, g, "It was a price list.")
	}
}

// TestAppeal_anotherOrganisationLooks: not who banned, nor a colleague of theirs.
func TestAppeal_anotherOrganisationLooks(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, kit, eve := h.Person("fay"), h.Person("kit"), h.Person("eve")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	mo := h.Remote(db.ActorPerson, "mo", "far.test", "copse")
	h.moderates(g, kit, db.RoleModerator)
	h.Refused("ban-gone", h.appeals(eve, g))
	ban := h.bans(g, fay, eve)
	h.moderates(g, mo, db.RoleModerator)
	h.Refused("appeal-empty", func(ctx context.Context, tx *db.Store) error { return h.r.Appeal(ctx, tx, eve, g, " ") })
	h.Do(h.appeals(eve, g))
	h.Refused("appealed-before", h.appeals(eve, g))
	s := h.One("Announce")
	if !slices.Equal(s.Inboxes(), []string{mo.Inbox}) {
		t.Errorf("went to %v", s.Inboxes())
	}
	golden(t, "announce_appeal", s.Body)
	if slices.Contains(h.Lines(kit), db.NotifyReport) || slices.Contains(h.Lines(fay), db.NotifyReport) {
		t.Error("the organisation of who banned was asked")
	}
	row := h.reports(g.ActorID)[0]
	lift := func(by *db.Actor) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error { return h.r.Lift(ctx, tx, by, row, "It was.") }
	}
	h.Refused("appeal-own-ban", lift(fay))
	h.Refused("appeal-other-organisation", lift(kit))
	h.Refused("banned", lift(eve))
	h.Take(h.r.TakeResolve, mo, replace(`{"id":"https://far.test/r","type":"Resolve","object":"FLAG","content":"It stays."}`, "FLAG", row.URI), "")
	if !slices.Contains(h.Lines(eve), db.NotifyDecided) {
		t.Errorf("eve was told %v", h.Lines(eve))
	}
	if _, err := h.Store.BanOf(h.Ctx, g.ActorID, eve.ID); err != nil {
		t.Errorf("the ban was not to end: %v", err)
	}
	h.Refused("appealed-before", h.appeals(eve, g))
	if a, err := h.Store.AppealAgainst(h.Ctx, g.ActorID, ban.URI); err != nil || a.JudgeID != mo.ID {
		t.Errorf("appeal %+v, %v", a, err)
	}
}

// TestAppeal_liftedByAColleagueWhereThereIsNobodyElse: another steward, else an admin.
func TestAppeal_liftedByAColleagueWhereThereIsNobodyElse(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, kit, eve, theo := h.Person("fay"), h.Person("kit"), h.Person("eve"), h.Account("theo", true).Actor
	water, soil := h.Group("water", community.NewGroup{Facilitator: fay}), h.Group("soil", community.NewGroup{Facilitator: fay})
	h.moderates(water, kit, db.RoleModerator)
	for _, g := range []*db.Group{water, soil} {
		h.bans(g, fay, eve)
		h.Do(h.appeals(eve, g))
	}
	for who, g := range map[*db.Actor]*db.Group{kit: water, theo: soil} {
		if !slices.Contains(h.Lines(who), db.NotifyReport) {
			t.Errorf("%s was told %v", who.Handle, h.Lines(who))
		}
		row := h.reports(g.ActorID)[0]
		h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Lift(ctx, tx, who, row, "It was.") })
		if _, err := h.Store.BanOf(h.Ctx, g.ActorID, eve.ID); err == nil {
			t.Error("the ban goes on")
		}
	}
	h.Refused("not-an-appeal", func(ctx context.Context, tx *db.Store) error {
		return h.r.Lift(ctx, tx, theo, &db.Report{GroupID: water.ActorID}, "")
	})
}

// TestAppeal_elsewhere: it goes to the server of the group, in the name of the person.
func TestAppeal_elsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	eve, g := h.Person("eve"), h.RemoteGroup("soil", "peer.test", "copse")
	ban := h.bans(g, h.Remote(db.ActorPerson, "mo", "far.test", ""), eve)
	h.Do(h.appeals(eve, g))
	s := h.One("Flag")
	if s.Doc["actor"] != eve.URI || !slices.Equal(s.Inboxes(), []string{g.Actor.Inbox}) {
		t.Errorf("sent %v to %v", s.Doc, s.Inboxes())
	}
	golden(t, "appeal", s.Body)
	h.Take(h.r.TakeResolve, g.Actor, replace(`{"id":"https://peer.test/r","type":"Resolve","object":"FLAG","content":"It stays."}`, "FLAG", s.URI), "")
	if _, err := h.Store.AppealAgainst(h.Ctx, g.ActorID, ban.URI); err != nil || !slices.Equal(h.Lines(eve), []string{db.NotifyDecided}) {
		t.Errorf("eve was told %v, %v", h.Lines(eve), err)
	}
}

// TestT21_appealsAreForThoseConcerned: nobody appeals in another's name, and who is asked to judge is
// asked by the group.
func TestT21_appealsAreForThoseConcerned(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, mo := h.Person("fay"), h.Person("mo")
	g, soil := h.Group("water", community.NewGroup{Facilitator: fay}), h.RemoteGroup("soil", "peer.test", "copse")
	eve, kim := h.Remote(db.ActorPerson, "eve", "evil.test", "mastodon"), h.Remote(db.ActorPerson, "kim", "evil.test", "")
	ban, far := h.bans(g, fay, eve), h.bans(soil, kim, eve)
	h.moderates(soil, mo, db.RoleModerator)
	flag := func(ban *db.Ban) string {
		return replace(`{"id":"FLAG","type":"Flag","object":["BAN"],"content":"<p>It was not me.</p>"}`, "FLAG", ban.URI+"#f", "BAN", ban.URI)
	}
	h.Take(h.r.TakeFlag, kim, flag(ban), "not-own-ban")
	in := h.Take(h.r.TakeFlag, eve, flag(far), "not-from-the-group")
	in.Via = soil.Actor
	h.TakeIn(h.r.TakeFlag, in, "")
	if !slices.Equal(h.Lines(mo), []string{db.NotifyReport}) || len(h.reports(soil.ActorID)) != 1 {
		t.Errorf("the judge was told %v", h.Lines(mo))
	}
	h.TakeIn(h.r.TakeFlag, in, "") // asked once more, of what is here: no second case
	if len(h.reports(soil.ActorID)) != 1 {
		t.Error("one ban, two appeals")
	}
	same := replace(flag(ban), ban.URI+"#f", far.URI+"#f")
	h.Take(h.r.TakeFlag, eve, same, "reported-before") // an id that another report has
	in = h.Take(h.r.TakeFlag, eve, flag(ban), "")
	h.TakeIn(h.r.TakeFlag, in, "appealed-before")
	in.Vouched = false
	h.TakeIn(h.r.TakeFlag, in, "not-vouched")
}

// TestHear_directMessageIsTheAppeal: people on microblogs have no other way, and get the answer in
// words.
func TestHear_directMessageIsTheAppeal(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, kit := h.Person("fay"), h.Person("kit")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	h.moderates(g, kit, db.RoleModerator)
	eve := h.Remote(db.ActorPerson, "eve", "social.test", "mastodon")
	hear := func(to string) bool {
		doc, err := vocab.Decode([]byte(replace(`{"id":"https://social.test/n","type":"Note","content":"<p>It was a price list.</p>","to":["TO"],"attributedTo":"E"}`, "TO", to, "E", eve.URI)))
		h.OK(err)
		var heard bool
		h.Do(func(ctx context.Context, tx *db.Store) (err error) {
			_, heard, err = h.r.Hear(ctx, tx, &federation.Incoming{Actor: eve, Vouched: true, Object: &federation.Fetched{Doc: doc, Author: eve}})
			return err
		})
		return heard
	}
	if hear(g.Actor.URI) {
		t.Error("who is not banned appeals")
	}
	h.bans(g, fay, eve)
	if hear(vocab.Public) || hear("https://x.test/nobody") {
		t.Error("heard what was not for the group")
	}
	if !hear(g.Actor.URI) || hear(g.Actor.URI) {
		t.Error("an appeal is heard once")
	}
	row := h.reports(g.ActorID)[0]
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Resolve(ctx, tx, kit, row, "It stays.") })
	if list := h.Outbox("Create"); len(list) != 2 {
		t.Errorf("%d messages to eve, want thanks and the decision", len(list))
	}
}
