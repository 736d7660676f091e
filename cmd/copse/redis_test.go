package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/federation/fedtest"
)

func TestServe_queueAndLimitsInRedis(t *testing.T) {
	t.Parallel()
	redis := miniredis.RunT(t)
	cfg, err := config.Load([]string{"url=https://alpha.example", "data=" + t.TempDir()}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	cfg.RedisURL = "redis://" + redis.Addr() + "/0"
	network := &fedtest.Network{}
	i, err := openInstance(t.Context(), cfg, overrides{Transport: network, Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := i.Close(); err != nil {
			t.Error(err)
		}
	})
	network.Handle("alpha.example", i.handler)
	group := (&site{instance: i, t: t, host: "alpha.example"}).group("water")
	at, _ := on(t, i, allRoles())
	if status, _, _ := visit(t, browser(t), "GET", at+"/readyz", ""); status != http.StatusOK {
		t.Errorf("with Redis /readyz answers %d", status)
	}

	peer := fedtest.New(t, network, "social.example", fedtest.Mastodon())
	farid := peer.Person("farid")
	if r := peer.Post(farid, "https://alpha.example/ap/inbox", farid.Activity("Follow", group.Actor.URI)); r.Status != http.StatusAccepted {
		t.Fatalf("Follow answers %d", r.Status)
	}
	within(t, "Accept by way of Redis", func() bool { return len(peer.Received("Accept")) == 1 })
	if len(redis.Keys()) == 0 {
		t.Error("nothing was ever in Redis")
	}

	redis.SetError("gone")
	if status, _, body := visit(t, browser(t), "GET", at+"/readyz", ""); status != http.StatusOK || !strings.Contains(body, `"degraded":["redis"]`) {
		t.Errorf("without Redis /readyz answers %d %s", status, body)
	}
	if away := i.away(t.Context()); len(away) != 1 || away[0] != "redis" {
		t.Errorf("admins are told that %q are away", away)
	}
	redis.SetError("")
	if status, _, _ := visit(t, browser(t), "GET", at+"/readyz", ""); status != http.StatusOK {
		t.Errorf("after its return /readyz answers %d", status)
	}
}

func TestServe_brokenRedisAddressHidesItsPassword(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load([]string{"url=https://alpha.example", "data=" + t.TempDir()}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	cfg.RedisURL = "redis://:swordfish@host:port/0"
	_, err = openInstance(t.Context(), cfg, overrides{Transport: &fedtest.Network{}})
	if err == nil || strings.Contains(err.Error(), "swordfish") {
		t.Errorf("gives %v", err)
	}
}
