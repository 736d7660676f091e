package charter_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/charter"
)

func TestSign_adoptsByItsOwnRule(t *testing.T) {
	t.Parallel()
	for rule, names := range map[string]int{charter.RuleConsent: 4, charter.RuleMajority: 3, charter.RuleAll: 5} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			var people []*db.Actor
			for _, handle := range []string{"amina", "theo", "esi", "carla", "david"} {
				people = append(people, h.person(handle))
			}
			g, c := h.found(people[0], rule, invited(people[1]), invited(people[2]), invited(people[3]), invited(people[4]))
			for i, who := range people[1:] {
				want := db.CharterProposed
				if i+2 > names {
					want = db.CharterAdopted
				}
				if got := h.again(c).State; got != want {
					t.Fatalf("after %d names: %s, want %s", i+1, got, want)
				}
				if want == db.CharterProposed {
					h.sign(c, who)
				}
			}
			if got := h.again(c).State; got != db.CharterAdopted || h.stage(g) != db.StageCoalescing {
				t.Errorf("in the end: %s, stage %s", got, h.stage(g))
			}
		})
	}
}

func TestAdopt_onlyFacilitatorsAndOnlyByThatRule(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, theo := h.person("amina"), h.person("theo")
	_, c := h.found(amina, charter.RuleFacilitator, invited(theo))
	adopt := func(by *db.Actor) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error { return h.r.Adopt(ctx, tx, by, h.again(c)) }
	}
	h.refused("not-facilitator", adopt(theo))
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Remark(ctx, tx, c, db.RemarkConcern, charter.Word{By: theo, Text: "Who pays?"})
	})
	h.refused("charter-concern", adopt(amina))
	list, err := h.s.RemarksOn(h.ctx, c.ID)
	h.ok(err)
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Settle(ctx, tx, theo, c, list[0].ID) })
	h.do(adopt(amina))
	if got := h.again(c).State; got != db.CharterAdopted {
		t.Errorf("it is %s", got)
	}
	h.refused("charter-not-proposed", adopt(amina))
}

func TestAdopt_notWhereFoundersDecide(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina := h.person("amina")
	_, c := h.found(amina, charter.RuleAll, invited(h.person("theo")))
	h.refused("charter-by-rule", func(ctx context.Context, tx *db.Store) error { return h.r.Adopt(ctx, tx, amina, c) })
}

func TestBySilence(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, theo := h.person("amina"), h.person("theo")
	_, c := h.found(amina, charter.RuleConsent, invited(theo))
	quiet := func() string {
		h.do(func(ctx context.Context, tx *db.Store) error { return h.r.BySilence(ctx, tx, h.again(c)) })
		return h.again(c).State
	}
	if got := quiet(); got != db.CharterProposed {
		t.Errorf("at once it is %s", got)
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Remark(ctx, tx, c, db.RemarkConcern, charter.Word{By: theo, Text: "Who pays?"})
	})
	h.pass(15 * 24 * time.Hour)
	if got := quiet(); got != db.CharterProposed {
		t.Errorf("with an open concern it is %s", got)
	}
	list, err := h.s.RemarksOn(h.ctx, c.ID)
	h.ok(err)
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Settle(ctx, tx, theo, c, list[0].ID) })
	if got := quiet(); got != db.CharterAdopted {
		t.Errorf("after the answer it is %s", got)
	}
	quiet() // and again changes nothing
}

func TestAmend_newVersionKeepsTheOldAddress(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, theo, eve := h.person("amina"), h.person("theo"), h.person("eve")
	g, one := h.found(amina, charter.RuleFacilitator, invited(theo))
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Adopt(ctx, tx, amina, one) })
	next := fields(charter.RuleFacilitator)
	next.Behaviours = "Say what failed, and what it cost."
	h.refused("members-only", func(ctx context.Context, tx *db.Store) error {
		_, err := h.r.Draft(ctx, tx, charter.Version{Group: g, By: eve, Fields: next})
		return err
	})
	var two *db.Charter
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		if two, err = h.r.Draft(ctx, tx, charter.Version{Group: g, By: amina, Fields: next, Note: "Costs too"}); err != nil {
			return err
		}
		return h.r.Propose(ctx, tx, amina, two)
	})
	var three *db.Charter
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		three, err = h.r.Draft(ctx, tx, charter.Version{Group: g, By: amina, Fields: next})
		return err
	})
	h.refused("charter-proposed", func(ctx context.Context, tx *db.Store) error { return h.r.Propose(ctx, tx, amina, three) })
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Adopt(ctx, tx, amina, two) })
	if a, b := h.again(one), h.again(two); a.State != db.CharterSuperseded || b.State != db.CharterAdopted || a.URI != one.URI || a.Text == b.Text {
		t.Errorf("version 1 %s at %s, version 2 %s", a.State, a.URI, b.State)
	}
	pinned, err := h.s.PinnedIn(h.ctx, g.ActorID)
	if err != nil || len(pinned) != 1 || pinned[0].Title != "Charter, version 2, is in force" {
		t.Errorf("pinned %v, %v", pinned, err)
	}
}

func TestWithdraw_forgetsTheNames(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, theo := h.person("amina"), h.person("theo")
	_, c := h.found(amina, charter.RuleAll, invited(theo), charter.Invited{Address: "grace@mail.test", Mail: true})
	h.sign(c, theo)
	h.refused("charter-author", func(ctx context.Context, tx *db.Store) error { return h.r.Withdraw(ctx, tx, theo, h.again(c)) })
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Withdraw(ctx, tx, amina, h.again(c)) })
	if got := h.signers(c); got != "" || h.again(c).State != db.CharterDraft {
		t.Errorf("signed by %q, state %s", got, h.again(c).State)
	}
}

func TestAdopt_tellsFollowersInWordsAndPeersInFull(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina := h.person("amina")
	binh := h.remote(db.ActorPerson, "binh", "health.test", "copse")
	_, c := h.found(amina, charter.RuleFacilitator, invited(binh))
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Adopt(ctx, tx, amina, c) })
	var got []string
	rows, err := h.s.PendingOutbox(h.ctx, 100)
	h.ok(err)
	for _, row := range rows {
		act, err := h.s.ActivityByID(h.ctx, row.ActivityID)
		h.ok(err)
		var doc struct {
			Type   string
			Object struct {
				Type  string
				Stage string `json:"copse:stage"`
			}
		}
		h.ok(json.Unmarshal(act.Body, &doc))
		to, err := row.To()
		h.ok(err)
		whom := "followers"
		if len(to.Inboxes) > 0 {
			whom = to.Inboxes[0].Inbox
		}
		got = append(got, doc.Type+" "+doc.Object.Type+" "+doc.Object.Stage+" to "+whom)
	}
	for _, want := range []string{
		"Create Note  to https://health.test/binh/inbox", "Create Article in-review to https://health.test/binh/inbox",
		"Update Article published to https://health.test/binh/inbox", "Update Article published to followers",
		"Update Group coalescing to followers", "Create Note  to followers",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("nobody sent %q; sent\n%q", want, got)
		}
	}
}

func TestReadable(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, theo, eve := h.person("amina"), h.person("theo"), h.person("eve")
	g, c := h.found(amina, "", invited(theo))
	draft := &db.Charter{GroupID: g.ActorID, Version: 1, State: db.CharterDraft, AuthorID: theo.ID}
	for _, row := range []struct {
		openness string
		c        *db.Charter
		who      *db.Actor
		want     bool
	}{
		{db.OpennessOpen, c, nil, true},
		{db.OpennessRestricted, c, nil, true},
		{db.OpennessPrivate, c, nil, false},
		{db.OpennessPrivate, c, eve, false},
		{db.OpennessPrivate, c, theo, true},
		{db.OpennessConfidential, c, amina, true},
		{db.OpennessOpen, draft, nil, false},
		{db.OpennessOpen, draft, eve, false},
		{db.OpennessOpen, draft, theo, true},
		{db.OpennessOpen, draft, amina, true},
	} {
		g.Openness = row.openness
		if got, err := h.r.Readable(h.ctx, h.s, g, row.c, row.who); err != nil || got != row.want {
			t.Errorf("%s %s for %v: %v, %v", row.openness, row.c.State, row.who, got, err)
		}
	}
}
