package doctor

import (
	"net/url"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestNoted(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	s := dbtest.At(t, func() time.Time { return now })
	look := func(check string) Finding {
		t.Helper()
		d := New(Options{URL: &url.URL{Scheme: "http", Host: "copse.localhost:1"}, Data: t.TempDir(), Now: func() time.Time { return now }})
		d.Inside(t.Context(), s)
		for _, f := range d.Found {
			if f.Check == check {
				if f.State != OK && f.Fix == "" {
					t.Errorf("%s says nothing of how to mend it", check)
				}
				return f
			}
		}
		t.Fatalf("%s was not looked at", check)
		return Finding{}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for kept, want := range map[string]string{"": OK, "5s": OK, "-2h0m0s": Failed, "9600h0m0s": Failed} {
		must(s.SetSetting(t.Context(), db.SettingClockSkew, kept))
		if f := look("clock of others"); f.State != want {
			t.Errorf("skew %q: %+v", kept, f)
		}
	}
	if f := look("queue"); f.State != OK {
		t.Errorf("an empty queue: %+v", f)
	}
	a := &db.Activity{URI: "https://copse.test/a/1", Type: "Create", Local: true, Body: []byte("{}")}
	must(s.CreateActivity(t.Context(), a))
	must(s.CreateDeliveries(t.Context(), []*db.Delivery{{ActivityID: a.ID, Host: "one.test", Inbox: "https://one.test/inbox"}}))
	now = now.Add(5 * time.Minute)
	if f := look("queue"); f.State != OK {
		t.Errorf("after five minutes: %+v", f)
	}
	now = now.Add(time.Hour)
	if f := look("queue"); f.State != Warning {
		t.Errorf("after an hour: %+v", f)
	}
	must(s.EnsureHost(t.Context(), "one.test"))
	must(s.PauseHost(t.Context(), "one.test"))
	if f := look("queue"); f.State != OK {
		t.Errorf("an admin has paused it: %+v", f)
	}
	must(s.KeepPending(t.Context(), 90, 100))
	if f := look("queue"); f.State != Warning {
		t.Errorf("nearly full: %+v", f)
	}
}
