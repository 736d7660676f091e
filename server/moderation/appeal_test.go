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
	fay, kit, eve := h.person("fay"), h.person("kit"), h.person("eve")
	g := h.group("water", community.NewGroup{Facilitator: fay})
	mo := h.remote(db.ActorPerson, "mo", "far.test", "copse")
	h.moderates(g, kit, db.RoleModerator)
	h.refused("ban-gone", h.appeals(eve, g))
	ban := h.bans(g, fay, eve)
	h.moderates(g, mo, db.RoleModerator)
	h.refused("appeal-empty", func(ctx context.Context, tx *db.Store) error { return h.r.Appeal(ctx, tx, eve, g, " ") })
	h.do(h.appeals(eve, g))
	h.refused("appealed-before", h.appeals(eve, g))
	s := h.one("Announce")
	if !slices.Equal(s.inboxes(), []string{mo.Inbox}) {
		t.Errorf("went to %v", s.inboxes())
	}
	golden(t, "announce_appeal", s.Body)
	if slices.Contains(h.lines(kit), db.NotifyReport) || slices.Contains(h.lines(fay), db.NotifyReport) {
		t.Error("the organisation of who banned was asked")
	}
	row := h.reports(g.ActorID)[0]
	lift := func(by *db.Actor) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error { return h.r.Lift(ctx, tx, by, row, "It was.") }
	}
	h.refused("appeal-own-ban", lift(fay))
	h.refused("appeal-other-organisation", lift(kit))
	h.refused("banned", lift(eve))
	h.take(h.r.TakeResolve, mo, replace(`{"id":"https://far.test/r","type":"Resolve","object":"FLAG","content":"It stays."}`, "FLAG", row.URI), "")
	if !slices.Contains(h.lines(eve), db.NotifyDecided) {
		t.Errorf("eve was told %v", h.lines(eve))
	}
	if _, err := h.s.BanOf(h.ctx, g.ActorID, eve.ID); err != nil {
		t.Errorf("the ban was not to end: %v", err)
	}
	h.refused("appealed-before", h.appeals(eve, g))
	if a, err := h.s.AppealAgainst(h.ctx, g.ActorID, ban.URI); err != nil || a.JudgeID != mo.ID {
		t.Errorf("appeal %+v, %v", a, err)
	}
}

// TestAppeal_liftedByAColleagueWhereThereIsNobodyElse: another steward, else an admin.
func TestAppeal_liftedByAColleagueWhereThereIsNobodyElse(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, kit, eve, theo := h.person("fay"), h.person("kit"), h.person("eve"), h.account("theo", true).Actor
	water, soil := h.group("water", community.NewGroup{Facilitator: fay}), h.group("soil", community.NewGroup{Facilitator: fay})
	h.moderates(water, kit, db.RoleModerator)
	for _, g := range []*db.Group{water, soil} {
		h.bans(g, fay, eve)
		h.do(h.appeals(eve, g))
	}
	for who, g := range map[*db.Actor]*db.Group{kit: water, theo: soil} {
		if !slices.Contains(h.lines(who), db.NotifyReport) {
			t.Errorf("%s was told %v", who.Handle, h.lines(who))
		}
		row := h.reports(g.ActorID)[0]
		h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Lift(ctx, tx, who, row, "It was.") })
		if _, err := h.s.BanOf(h.ctx, g.ActorID, eve.ID); err == nil {
			t.Error("the ban goes on")
		}
	}
	h.refused("not-an-appeal", func(ctx context.Context, tx *db.Store) error {
		return h.r.Lift(ctx, tx, theo, &db.Report{GroupID: water.ActorID}, "")
	})
}

// TestAppeal_elsewhere: it goes to the server of the group, in the name of the person.
func TestAppeal_elsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	eve, g := h.person("eve"), h.remoteGroup("soil", "peer.test", "copse")
	ban := h.bans(g, h.remote(db.ActorPerson, "mo", "far.test", ""), eve)
	h.do(h.appeals(eve, g))
	s := h.one("Flag")
	if s.doc["actor"] != eve.URI || !slices.Equal(s.inboxes(), []string{g.Actor.Inbox}) {
		t.Errorf("sent %v to %v", s.doc, s.inboxes())
	}
	golden(t, "appeal", s.Body)
	h.take(h.r.TakeResolve, g.Actor, replace(`{"id":"https://peer.test/r","type":"Resolve","object":"FLAG","content":"It stays."}`, "FLAG", s.URI), "")
	if _, err := h.s.AppealAgainst(h.ctx, g.ActorID, ban.URI); err != nil || !slices.Equal(h.lines(eve), []string{db.NotifyDecided}) {
		t.Errorf("eve was told %v, %v", h.lines(eve), err)
	}
}

// TestT21_appealsAreForThoseConcerned: nobody appeals in another's name, and who is asked to judge is
// asked by the group.
func TestT21_appealsAreForThoseConcerned(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, mo := h.person("fay"), h.person("mo")
	g, soil := h.group("water", community.NewGroup{Facilitator: fay}), h.remoteGroup("soil", "peer.test", "copse")
	eve, kim := h.remote(db.ActorPerson, "eve", "evil.test", "mastodon"), h.remote(db.ActorPerson, "kim", "evil.test", "")
	ban, far := h.bans(g, fay, eve), h.bans(soil, kim, eve)
	h.moderates(soil, mo, db.RoleModerator)
	flag := func(ban *db.Ban) string {
		return replace(`{"id":"FLAG","type":"Flag","object":["BAN"],"content":"<p>It was not me.</p>"}`, "FLAG", ban.URI+"#f", "BAN", ban.URI)
	}
	h.take(h.r.TakeFlag, kim, flag(ban), "not-own-ban")
	in := h.take(h.r.TakeFlag, eve, flag(far), "not-from-the-group")
	in.Via = soil.Actor
	h.takeIn(h.r.TakeFlag, in, "")
	if !slices.Equal(h.lines(mo), []string{db.NotifyReport}) || len(h.reports(soil.ActorID)) != 1 {
		t.Errorf("the judge was told %v", h.lines(mo))
	}
	h.takeIn(h.r.TakeFlag, in, "") // asked once more, of what is here: no second case
	if len(h.reports(soil.ActorID)) != 1 {
		t.Error("one ban, two appeals")
	}
	same := replace(flag(ban), ban.URI+"#f", far.URI+"#f")
	h.take(h.r.TakeFlag, eve, same, "reported-before") // an id that another report has
	in = h.take(h.r.TakeFlag, eve, flag(ban), "")
	h.takeIn(h.r.TakeFlag, in, "appealed-before")
	in.Vouched = false
	h.takeIn(h.r.TakeFlag, in, "not-vouched")
}

// TestHear_directMessageIsTheAppeal: people on microblogs have no other way, and get the answer in
// words.
func TestHear_directMessageIsTheAppeal(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, kit := h.person("fay"), h.person("kit")
	g := h.group("water", community.NewGroup{Facilitator: fay})
	h.moderates(g, kit, db.RoleModerator)
	eve := h.remote(db.ActorPerson, "eve", "social.test", "mastodon")
	hear := func(to string) bool {
		doc, err := vocab.Decode([]byte(replace(`{"id":"https://social.test/n","type":"Note","content":"<p>It was a price list.</p>","to":["TO"],"attributedTo":"E"}`, "TO", to, "E", eve.URI)))
		h.ok(err)
		var heard bool
		h.do(func(ctx context.Context, tx *db.Store) (err error) {
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
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Resolve(ctx, tx, kit, row, "It stays.") })
	if list := h.outbox("Create"); len(list) != 2 {
		t.Errorf("%d messages to eve, want thanks and the decision", len(list))
	}
}
