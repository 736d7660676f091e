package federation_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
)

func TestProfile_families(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for software, want := range map[string]string{
		"lemmy": db.FamilyForum, "nodebb": db.FamilyForum, "copse": db.FamilyForum, "mastodon": db.FamilyMicroblog,
		"gotosocial": db.FamilyMicroblog, "sharkey": db.FamilyMicroblog, "mobilizon": db.FamilyEvents, "wordpress": "",
	} {
		kind := fedtest.Mastodon()
		kind.Software, kind.Version = software, "1.2.3"
		p := fedtest.New(t, h.net, software+".peer.test", kind)
		host, err := h.resolver.Profile(context.Background(), p.Host)
		if err != nil || host.Family != want || host.Software != software || host.Version != "1.2.3" {
			t.Errorf("%s: %+v, %v", software, host, err)
		}
	}
}

func TestProfile_isReadOnceADay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	read := func(wantReads bool, family string) {
		t.Helper()
		p.Forget()
		host, err := h.resolver.Profile(ctx, "MASTO.test")
		if err != nil || host.Family != family || len(p.Requests()) > 0 != wantReads {
			t.Errorf("%+v, %v after %d reads", host, err, len(p.Requests()))
		}
	}
	p.RefuseReads(500)
	read(true, "")
	h.clock.pass(30 * time.Minute)
	read(false, "")
	p.Recover()
	h.clock.pass(31 * time.Minute)
	read(true, db.FamilyMicroblog)
	h.clock.pass(23 * time.Hour)
	read(false, db.FamilyMicroblog)
	p.RefuseReads(500)
	h.clock.pass(2 * time.Hour)
	read(true, db.FamilyMicroblog)
	if _, err := h.resolver.Profile(ctx, "no host"); err == nil {
		t.Error("a profile of no host")
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	for host, policy := range map[string]string{"evil.test": db.HostBlocked, "loud.test": db.HostSilenced, "good.test": db.HostAllowed} {
		if err := h.store.SetHostPolicy(ctx, host, policy, "why"); err != nil {
			t.Fatal(err)
		}
	}
	for host, allowed := range map[string]bool{
		"evil.test": false, "EVIL.test.": false, "a.b.evil.test": false, "notevil.test": true, "evil.test.good.test": true,
		"loud.test": true, "good.test": true, "test": true, "other.example:8443": true, "": false,
	} {
		err := h.policy.Allowed(ctx, host)
		if (err == nil) != allowed || err != nil && !errors.Is(err, federation.ErrRefusedHost) {
			t.Errorf("%s: %v", host, err)
		}
	}
	if err := h.store.SetHostPolicy(ctx, "evil.test", "", ""); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(10 * time.Second)
	if err := h.policy.Allowed(ctx, "evil.test"); err != nil {
		t.Errorf("after the block was lifted: %v", err)
	}
}
