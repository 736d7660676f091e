package main

import (
	"testing"
	"time"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
)

// F14 of reliability.md: a leap of the clock ends no session for good.
func TestTidy_leapEndsNoSession(t *testing.T) {
	t.Parallel()
	now, ran := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), time.Duration(0)
	cfg, err := config.Load([]string{"url=https://alpha.example", "data=" + t.TempDir()}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	i, err := openInstance(t.Context(), cfg, overrides{
		Transport: &fedtest.Network{}, Now: func() time.Time { return now }, Uptime: func() time.Duration { return ran }, Log: testLog(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer i.Close()
	leap := func(d time.Duration) { now = now.Add(d) }
	pass := func(d time.Duration) { leap(d); ran += d }
	signedIn := func() bool {
		if err := i.tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err := i.store.SessionByHash(t.Context(), "hash")
		return err == nil
	}
	if err := i.store.SaveSession(t.Context(), &db.Session{TokenHash: "hash", Data: []byte{}, ExpiresAt: db.At(now.Add(30 * 24 * time.Hour))}); err != nil {
		t.Fatal(err)
	}
	pass(25 * time.Hour) // nobody to ask, and nobody contradicts
	for _, by := range []time.Duration{2 * time.Hour, -2 * time.Hour, 400 * 24 * time.Hour} {
		leap(by)
		ended := !signedIn()
		leap(-by)
		if !signedIn() {
			t.Errorf("a leap of %s and back has ended the session", by)
		}
		if far := by > 30*24*time.Hour; ended != far {
			t.Errorf("during a leap of %s it has ended: %v", by, ended)
		}
	}
	pass(30 * 24 * time.Hour)
	if signedIn() {
		t.Error("it works after its time")
	}
	pass(-20 * 24 * time.Hour) // only to look: what has really run out is gone
	if signedIn() {
		t.Error("it was not tidied away")
	}
}
