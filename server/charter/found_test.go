package charter_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
)

func TestFound_proposesAndAsksEverybody(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, theo := h.person("amina"), h.person("theo")
	farid := h.remote(db.ActorPerson, "farid", "social.test", "mastodon")
	g, c := h.found(amina, "", invited(theo), invited(farid),
		charter.Invited{Address: "grace@mail.test", Mail: true}, charter.Invited{Address: "paulo@away.test"})
	if c.State != db.CharterProposed || c.Fields.Rule != charter.RuleConsent || h.stage(g) != db.StagePotential {
		t.Errorf("version is %s by %s, stage %s", c.State, c.Fields.Rule, h.stage(g))
	}
	if got := h.signers(c); got != "amina:web " {
		t.Errorf("signed by %q", got)
	}
	list, err := h.s.FoundersOf(h.ctx, g.ActorID)
	h.ok(err)
	var states strings.Builder
	for _, f := range list {
		states.WriteString(f.Address + "=" + f.State + " ")
	}
	want := "amina@copse.test=asked theo@copse.test=asked farid@social.test=asked grace@mail.test=mail paulo@away.test=absent "
	if states.String() != want {
		t.Errorf("founders\n got %s\nwant %s", states.String(), want)
	}
	p, err := h.s.PostByURI(h.ctx, h.notice(g, farid))
	h.ok(err)
	for _, want := range []string{"I sign", "Keeping vaccines cold", "https://copse.test/c/coldchain/charter", "@farid"} {
		if !strings.Contains(p.Content, want) {
			t.Errorf("the question to farid lacks %q: %s", want, p.Content)
		}
	}
	if p.Visibility != db.VisibilityDirect {
		t.Errorf("the question is %s", p.Visibility)
	}
}

func TestFound_refusesWhatNobodyCanSign(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina := h.person("amina")
	for code, change := range map[string]func(f *charter.Founding){
		"purpose-missing": func(f *charter.Founding) { f.Fields.Purpose = " " },
		"outside-missing": func(f *charter.Founding) { f.Fields.Outside = []string{"", " "} },
		"choice-unknown":  func(f *charter.Founding) { f.Fields.Rule = "dice" },
		"days-range":      func(f *charter.Founding) { f.Fields.Days = 400 },
		"answer-long":     func(f *charter.Founding) { f.Fields.Why = strings.Repeat("x", 5000) },
		"text-invalid":    func(f *charter.Founding) { f.Fields.Why = "\xff" },
		"handle-reserved": func(f *charter.Founding) { f.Group.Handle = "www" },
		"founders-many":   func(f *charter.Founding) { f.Founders = make([]charter.Invited, 16) },
		"founder-address": func(f *charter.Founding) { f.Founders = []charter.Invited{{Address: "x <y@z.test>", Mail: true}} },
	} {
		f := charter.Founding{Group: community.NewGroup{Handle: "cold", Name: "Cold", Facilitator: amina}, Fields: fields("")}
		change(&f)
		h.refused(code, func(ctx context.Context, tx *db.Store) error {
			_, _, err := h.r.Found(ctx, tx, f)
			return err
		})
	}
}

func TestReached_asksWhoWasAway(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, _ := h.found(h.person("amina"), "", charter.Invited{Address: "paulo@away.test"})
	list, err := h.s.FoundersToAsk(h.ctx, db.At(h.now().Add(time.Hour)), 10)
	h.ok(err)
	if len(list) != 1 {
		t.Fatalf("%d to ask again", len(list))
	}
	paulo := h.remote(db.ActorPerson, "paulo", "away.test", "mastodon")
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Reached(ctx, tx, list[0], paulo) })
	if h.notice(g, paulo) == "" {
		t.Error("paulo was not asked")
	}
}

func TestWrite_hostileTextIsHarmless(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	f := charter.Founding{Group: community.NewGroup{Handle: "cold", Name: "Cold", Facilitator: h.person("amina")}, Fields: fields("")}
	f.Fields.Purpose = `<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>`
	f.Fields.Inside = []string{"</li></ul><script>x</script>", "a\u202eb"}
	var c *db.Charter
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		_, c, err = h.r.Found(ctx, tx, f)
		return err
	})
	for _, bad := range []string{"<script", "<img", `href="javascript`, "\u202e"} {
		if strings.Contains(c.Text, bad) {
			t.Errorf("the text holds %q: %s", bad, c.Text)
		}
	}
}
