package charter_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/charter"
)

func TestTakeReply_whatWordsMean(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text    string
		signs   bool
		concern bool
	}{
		{"I sign", true, false},
		{"@coldchain @amina I SIGN!", true, false},
		{"“I sign.” Glad to be in.", true, false},
		{"Je signe", true, false},
		{"أوقّع", true, false},
		{"Подписываю.", true, false},
		{"我签署。", true, false},
		{"I sign, but only if clause 3 goes", false, false},
		{"I sign nothing", false, false},
		{"I will not sign", false, false},
		{"one doubt about clause 3", false, false},
		{"Concern: fourteen days are too long", false, true},
		{"objection: trop long", false, true},
		{"اعتراض: المدة طويلة", false, true},
		{"反对：太长", false, true},
		{"My concern: none", false, false},
	} {
		t.Run(row.text, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			farid := h.remote(db.ActorPerson, "farid", "social.test", "mastodon")
			g, c := h.found(h.person("amina"), charter.RuleAll, invited(farid), charter.Invited{Address: "grace@mail.test", Mail: true})
			if taken, reason := h.reply(farid, "https://social.test/1", h.notice(g, farid), row.text); !taken || reason != "" {
				t.Fatalf("taken %v, reason %q", taken, reason)
			}
			signed := h.signers(c) == "amina:web farid:client "
			open, err := h.s.OpenConcerns(h.ctx, c.ID)
			h.ok(err)
			remarks, err := h.s.RemarksOn(h.ctx, c.ID)
			h.ok(err)
			if signed != row.signs || (open == 1) != row.concern || (len(remarks) == 1) == row.signs {
				t.Errorf("signed %v, %d concerns, %d remarks", signed, open, len(remarks))
			}
		})
	}
}

func TestT22_nobodySignsUnasked(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	farid := h.remote(db.ActorPerson, "farid", "social.test", "mastodon")
	eve := h.remote(db.ActorPerson, "eve", "social.test", "mastodon")
	g, c := h.found(h.person("amina"), charter.RuleAll, invited(farid))
	for name, parent := range map[string]string{
		"the question to another": h.notice(g, farid), "the version": c.URI, "the charter": g.Actor.URI + "/charter", "nothing": "",
	} {
		if taken, _ := h.reply(eve, "https://social.test/"+name, parent, "I sign"); taken {
			t.Errorf("a stranger's answer to %s was taken", name)
		}
	}
	if got := h.signers(c); got != "amina:web " {
		t.Errorf("signed by %q", got)
	}
}

func TestTakeReply_anyWayThatLeadsToTheCharter(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	farid := h.remote(db.ActorPerson, "farid", "social.test", "mastodon")
	binh := h.remote(db.ActorPerson, "binh", "health.test", "copse")
	david := h.remote(db.ActorPerson, "david", "agri.test", "copse")
	g, c := h.found(h.person("amina"), charter.RuleAll, invited(farid), invited(binh), invited(david), charter.Invited{Address: "grace@mail.test", Mail: true})
	h.reply(farid, "https://social.test/1", h.notice(g, farid), "I sign")
	h.reply(farid, "https://social.test/1", h.notice(g, farid), "I sign") // again
	h.reply(farid, "https://social.test/2", h.notice(g, farid), "one doubt about clause 3")
	h.reply(binh, "https://health.test/1", c.URI, "I sign")
	h.reply(david, "https://agri.test/1", g.Actor.URI+"/charter", "I sign")
	if got, want := h.signers(c), "amina:web farid:client binh:peer david:peer "; got != want {
		t.Errorf("signed by %q, want %q", got, want)
	}
	if remarks, err := h.s.RemarksOn(h.ctx, c.ID); err != nil || len(remarks) != 1 || remarks[0].Actor.Handle != "farid" {
		t.Errorf("remarks %v, %v", remarks, err)
	}
	if m, err := h.s.MembershipOf(h.ctx, g.ActorID, farid.ID); err != nil || m.Status != db.MemberFull {
		t.Errorf("who signed is %v, %v", m, err)
	}
}

func TestTakeReply_leavesEverythingElse(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	farid := h.remote(db.ActorPerson, "farid", "social.test", "mastodon")
	g, _ := h.found(h.person("amina"), charter.RuleAll, invited(farid))
	group := h.remote(db.ActorGroup, "echo", "peer.test", "copse")
	note := &vocab.Object{ID: "https://social.test/1", Type: "Note", Content: "I sign", InReplyTo: []vocab.Ref{{IRI: h.notice(g, farid)}}}
	for name, in := range map[string]*federation.Incoming{
		"no object":           {Actor: farid},
		"passed on by others": {Actor: farid, Via: group, Object: &federation.Fetched{Doc: note, Author: farid}},
		"an article":          {Actor: farid, Object: &federation.Fetched{Doc: &vocab.Object{Type: "Article", InReplyTo: note.InReplyTo}, Author: farid}},
		"another thread": {Actor: farid, Object: &federation.Fetched{Author: farid, Doc: &vocab.Object{
			Type: "Note", Content: "I sign", InReplyTo: []vocab.Ref{{IRI: "https://copse.test/ap/objects/1"}},
		}}},
	} {
		h.do(func(ctx context.Context, tx *db.Store) error {
			if _, taken, err := h.r.TakeReply(ctx, tx, in); err != nil || taken {
				t.Errorf("%s: taken %v, %v", name, taken, err)
			}
			return nil
		})
	}
}

func TestSign_lateFoundersAndNothingOnceReplaced(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, theo, esi := h.person("amina"), h.person("theo"), h.person("esi")
	_, c := h.found(amina, charter.RuleMajority, invited(theo), invited(esi))
	h.sign(c, theo)
	h.sign(c, esi)
	if got := h.signers(c); got != "amina:web theo:web esi:web " {
		t.Errorf("after the others had decided %s have signed", got)
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Remark(ctx, tx, h.again(c), db.RemarkConcern, charter.Word{By: esi, Text: "late"})
	})
	if list, err := h.s.RemarksOn(h.ctx, c.ID); err != nil || len(list) != 1 || list[0].Kind != db.RemarkComment {
		t.Errorf("said of what is in force: %v, %v", list, err)
	}
	c = h.again(c)
	c.State = db.CharterSuperseded
	h.ok(h.s.SaveCharter(h.ctx, c))
	h.refused("charter-not-proposed", func(ctx context.Context, tx *db.Store) error {
		return h.r.Sign(ctx, tx, c, charter.Word{By: theo})
	})
	h.refused("charter-not-proposed", func(ctx context.Context, tx *db.Store) error {
		return h.r.Remark(ctx, tx, c, db.RemarkComment, charter.Word{By: esi, Text: "late"})
	})
}

// To sign is to commit: nobody is asked to commit again to what they signed, and what a member said
// of themselves before stays.
func TestSign_commits(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, theo, eve := h.person("amina"), h.person("theo"), h.person("eve")
	g, c := h.found(amina, "", invited(theo))
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.PutCommitment(ctx, &db.Commitment{GroupID: g.ActorID, ActorID: theo.ID, Link: "I run cold rooms", Introduction: "I am Theo", PostID: 7, Door: charter.DoorWeb})
	})
	h.sign(c, theo)
	for _, who := range []*db.Actor{amina, theo} {
		got, err := h.s.CommitmentOf(h.ctx, g.ActorID, who.ID)
		if err != nil {
			t.Fatalf("commitment of %s: %v", who.Handle, err)
		}
		if got.CharterVersion != 1 || got.CharterURI != c.URI {
			t.Errorf("%s is committed to version %d at %s, want 1 at %s", who.Handle, got.CharterVersion, got.CharterURI, c.URI)
		}
		if who == theo && (got.Link != "I run cold rooms" || got.Introduction != "I am Theo" || got.PostID != 7) {
			t.Errorf("what %s said before became %+v", who.Handle, got)
		}
	}
	if _, err := h.s.CommitmentOf(h.ctx, g.ActorID, eve.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("somebody who did not sign: %v, want none", err)
	}
}

func TestRemark_whoAndWhat(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, theo, eve := h.person("amina"), h.person("theo"), h.person("eve")
	_, c := h.found(amina, "", invited(theo))
	say := func(by *db.Actor, kind, text string) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error {
			return h.r.Remark(ctx, tx, c, kind, charter.Word{By: by, Text: text})
		}
	}
	h.refused("charter-voice", say(eve, db.RemarkComment, "hello"))
	h.refused("signed-out", say(nil, db.RemarkComment, "hello"))
	h.refused("text-empty", say(theo, db.RemarkComment, " \n"))
	h.refused("choice-unknown", say(theo, "shout", "hello"))
	h.do(say(theo, db.RemarkConcern, "Too long"))
	list, err := h.s.RemarksOn(h.ctx, c.ID)
	h.ok(err)
	h.refused("not-facilitator", func(ctx context.Context, tx *db.Store) error { return h.r.Settle(ctx, tx, eve, c, list[0].ID) })
	h.refused("remark-gone", func(ctx context.Context, tx *db.Store) error { return h.r.Settle(ctx, tx, amina, c, 7) })
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Settle(ctx, tx, amina, c, list[0].ID) })
	h.pass(15 * 24 * time.Hour)
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.BySilence(ctx, tx, h.again(c)) })
	if got := h.again(c).State; got != db.CharterAdopted {
		t.Errorf("after the answer: %s", got)
	}
}
