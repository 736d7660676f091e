package federation_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
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

// What a host calls itself is hostile text (T26): short, straight, and never the name of a host.
func TestProfile_title(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	cases := map[string]string{
		"Health Corps":                       "Health Corps",
		"  Health\n\tCorps ":                 "Health Corps",
		"وزارة الصحة":                        "وزارة الصحة",
		"U.N. Women":                         "U.N. Women",
		"Corps \u202eslaH\u2066":             "Corps slaH",
		strings.Repeat("long ", 100):         strings.TrimSpace(strings.Repeat("long ", 12)),
		"mastodon.social":                    "",
		"WHO (who.int)":                      "",
		"WHO who。int":                        "",
		"@ana@copse.test":                    "",
		"https://copse.test/":                "",
		"Copse\u200b\u00ad":                  "Copse",
		strings.Repeat("a", 2000):            strings.Repeat("a", 60),
		"Z" + strings.Repeat("\u0315", 2000): "Z" + strings.Repeat("\u0315", 4),
	}
	n := 0
	for claimed, want := range cases {
		n++
		kind := fedtest.Mastodon()
		kind.Title = claimed
		p := fedtest.New(t, h.net, fmt.Sprintf("h%d.test", n), kind)
		if _, err := h.resolver.Profile(ctx, p.Host); err != nil {
			t.Fatal(err)
		}
		titles, err := h.store.HostTitles(ctx, 100)
		if err != nil || titles[p.Host] != want {
			t.Errorf("%q is kept as %q, want %q; %v", claimed, titles[p.Host], want, err)
		}
	}
}
