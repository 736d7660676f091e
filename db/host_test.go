package db_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestHosts_whatWeKnow(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	ok(t, s.SetHostProfile(ctx, &db.Host{Name: "a.test", Software: "mastodon", Version: "4.5", Family: db.FamilyMicroblog}))
	ok(t, s.SetHostPolicy(ctx, "b.test", db.HostBlocked, "spam"))
	ok(t, s.SetHostScheme(ctx, "a.test", "rfc9421"))
	ok(t, s.SetHostWantsObjects(ctx, "a.test"))
	ok(t, s.SetHostPaused(ctx, "c.test", s.Now()))
	ok(t, s.SetHostPolicy(ctx, "c.test", db.HostSilenced, ""))
	ok(t, s.SetHostPolicy(ctx, "c.test", "", "")) // forgotten
	all, err := s.HostsByName(ctx, []string{"a.test", "b.test", "c.test", "d.test"})
	ok(t, err)
	a, b := all["a.test"], all["b.test"]
	if len(all) != 3 || a.Software != "mastodon" || a.Scheme != "rfc9421" || !a.WantsObjects || b.PolicyReason != "spam" || all["c.test"].PausedAt.IsZero() {
		t.Errorf("%+v", all)
	}
	if list, err := s.HostsWithPolicy(ctx); err != nil || len(list) != 1 || list[0].Name != "b.test" {
		t.Errorf("decided about: %v, %v", list, err)
	}
	if list, err := s.Hosts(ctx, "a.test", 1); err != nil || len(list) != 1 || list[0].Name != "b.test" {
		t.Errorf("second page: %v, %v", list, err)
	}
	if n, err := s.CountHosts(ctx); err != nil || n != (db.HostCounts{Known: 3, Blocked: 1}) {
		t.Errorf("%+v, %v", n, err)
	}
}

func TestHeardFromHost_onceAMinute(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	ok(t, s.SaveHostHealth(ctx, []*db.Host{{Name: "a.test", State: db.BreakerOpen, Streak: 3, NextProbeAt: db.At(c.at.Add(time.Hour))}}))
	for _, step := range []struct {
		after time.Duration
		want  time.Duration // since the start
	}{{0, 0}, {30 * time.Second, 0}, {40 * time.Second, 70 * time.Second}} {
		c.pass(step.after)
		ok(t, s.HeardFromHost(ctx, "a.test"))
		h, err := s.HostByName(ctx, "a.test")
		ok(t, err)
		if got := h.LastInAt.Sub(newClock().at); got != step.want || h.NextProbeAt.After(c.at) {
			t.Errorf("heard after %v, next probe %v; want %v and now", got, h.NextProbeAt, step.want)
		}
	}
}

func TestPeopleAtAndTrouble(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	bo, cy := person(t, s, "bo", "peer.test"), person(t, s, "cy", "peer.test")
	for _, f := range []struct{ who, whom *db.Actor }{{bo, g}, {cy, g}, {ann, bo}} {
		ok(t, s.PutFollow(ctx, &db.Follow{FollowerID: f.who.ID, FolloweeID: f.whom.ID, State: db.FollowAccepted}, f.who))
	}
	n, err := s.PeopleAt(ctx, "peer.test")
	if diff := cmp.Diff(db.HostPeople{Known: 2, Followed: 1, Following: 2}, n); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if list, err := s.HostsInTrouble(ctx, g.ID, 10); err != nil || len(list) != 0 {
		t.Errorf("in trouble: %v, %v", list, err)
	}
	ok(t, s.SaveHostHealth(ctx, []*db.Host{{Name: "peer.test", State: db.BreakerOpen, Streak: 3, FailingSince: s.Now()}}))
	list, err := s.HostsInTrouble(ctx, g.ID, 10)
	if err != nil || len(list) != 1 || list[0].Followers != 2 || list[0].Since.IsZero() {
		t.Errorf("in trouble: %v, %v", list, err)
	}
	ok(t, s.ForgiveHost(ctx, "peer.test"))
	if list, err = s.HostsInTrouble(ctx, g.ID, 10); err != nil || len(list) != 0 {
		t.Errorf("forgiven: %v, %v", list, err)
	}
}

// TestSaveHostHealth_heardAMomentAgo: what is heard within a minute of the last sign of life is not
// noted, so the next try is not later than that.
func TestSaveHostHealth_heardAMomentAgo(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	ok(t, s.EnsureHost(ctx, "a.test"))
	ok(t, s.HeardFromHost(ctx, "a.test"))
	fails := func(want time.Duration) {
		t.Helper()
		ok(t, s.SaveHostHealth(ctx, []*db.Host{{Name: "a.test", State: db.BreakerOpen, Streak: 9, NextProbeAt: db.At(c.at.Add(time.Hour))}}))
		h, err := s.HostByName(ctx, "a.test")
		ok(t, err)
		if got := h.NextProbeAt.Sub(c.at); got != want {
			t.Errorf("next probe in %v, want %v", got, want)
		}
	}
	c.pass(10 * time.Second)
	fails(50 * time.Second)
	c.pass(time.Minute)
	fails(time.Hour)
}
