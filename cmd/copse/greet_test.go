package main

import (
	"testing"
	"time"

	"github.com/copse-social/copse/federation/fedtest"
)

// After an absence, and only then, those who were heard from before are told that we are there.
func TestGreet_afterAnAbsence(t *testing.T) {
	t.Parallel()
	l, c := newCommons(t)
	lemmy, gts, blocked := l.guest("lemmy.example", fedtest.Lemmy()), l.guest("gts.example", fedtest.GoToSocial()), l.guest("bad.example", fedtest.Mastodon())
	for _, p := range []*fedtest.Peer{lemmy, gts, blocked} {
		l.welcomes(p, p.Person("bob"), "water")
	}
	l.ok(l.store.SetHostPolicy(l.ctx, blocked.Host, "blocked", "spam"))
	greeted := func() (n int) {
		t.Helper()
		l.ok(l.greet(l.ctx))
		rest(t, l)
		for _, p := range []*fedtest.Peer{lemmy, gts, blocked} {
			for _, a := range p.Received("Update") {
				if a["actor"] != l.iris.Instance() || objectOf(a) != l.iris.Instance() {
					t.Errorf("%s got %v", p.Host, a)
				}
				n++
			}
			p.Forget()
		}
		return n
	}
	if n := greeted(); n != 0 {
		t.Errorf("%d greetings although everybody was heard a moment ago", n)
	}
	c.pass(time.Hour)
	if n := greeted(); n != 2 {
		t.Errorf("%d greetings after an hour, want two: the blocked host gets none", n)
	}
	c.pass(60 * 24 * time.Hour)
	if n := greeted(); n != 0 {
		t.Errorf("%d greetings after two months, want none", n)
	}
}
