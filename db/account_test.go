package db_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// ok fails a test at once on an error.
func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// clock is a clock that a test moves.
type clock struct{ at time.Time }

func newClock() *clock                 { return &clock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }
func (c *clock) now() time.Time        { return c.at }
func (c *clock) pass(by time.Duration) { c.at = c.at.Add(by) }

// login stores an account for a new person of ours.
func login(t testing.TB, s *db.Store, handle string) *db.Account {
	t.Helper()
	a := &db.Account{ActorID: person(t, s, handle, "copse.test").ID, Email: handle + "@Copse.test", Role: db.RoleUser}
	ok(t, s.CreateAccount(t.Context(), a))
	return a
}

func TestAccountByLogin(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	ann := login(t, s, "ann")
	person(t, s, "ann", "peer.test") // somebody else's namesake has no login here
	for _, name := range []string{"ann", "@ann", " ANN ", "ann@copse.test", "Ann@Copse.Test"} {
		got, err := s.AccountByLogin(ctx, name)
		if err != nil || got.ID != ann.ID || got.Actor.Handle != "ann" {
			t.Errorf("%q finds %v, %v", name, got, err)
		}
	}
	if _, err := s.AccountByLogin(ctx, "bob"); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("an unknown login: %v", err)
	}
	again := &db.Account{ActorID: person(t, s, "bob", "copse.test").ID, Email: "ANN@copse.test"}
	if err := s.CreateAccount(ctx, again); !errors.Is(err, db.ErrConflict) {
		t.Errorf("a second account with the same mail address: %v", err)
	}
}

func TestSaveAccount_keepsWhatOthersWrite(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	ann := login(t, s, "ann")
	c.pass(2 * time.Hour)
	ok(t, s.SeenAccount(ctx, ann.ID))
	seen := c.at
	c.pass(time.Minute)
	ok(t, s.SeenAccount(ctx, ann.ID)) // within the hour: not worth a write
	ann.Locale, ann.Role, ann.SlowLine = "fr", db.RoleAdmin, true
	ok(t, s.SaveAccount(ctx, ann))
	if plain, err := s.AccountByID(ctx, ann.ID); err != nil || plain.IsAdmin() {
		t.Errorf("saving one's settings gives rights: %v", err)
	}
	ok(t, s.SaveAccess(ctx, ann))
	got, err := s.AccountByID(ctx, ann.ID)
	ok(t, err)
	if !got.SeenAt.Equal(seen) || got.Locale != "fr" || !got.IsAdmin() || !got.SlowLine {
		t.Errorf("%+v", got)
	}
	byActor, err := s.AccountOf(ctx, ann.ActorID)
	if err != nil || byActor.ID != ann.ID {
		t.Errorf("by its person: %v, %v", byActor, err)
	}
	if _, err := s.AccountOf(ctx, person(t, s, "far", "peer.test").ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("somebody elsewhere has an account: %v", err)
	}
}

func TestAccounts_listsAndCounts(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	ann, bob, cem := login(t, s, "ann"), login(t, s, "bob"), login(t, s, "cem")
	ann.Role, cem.Role, cem.DisabledAt = db.RoleAdmin, db.RoleAdmin, s.Now()
	ok(t, s.SaveAccess(ctx, ann))
	ok(t, s.SaveAccess(ctx, cem))
	ok(t, s.SeenAccount(ctx, bob.ID))
	page, err := s.Accounts(ctx, ann.ID, 2)
	ok(t, err)
	if len(page) != 2 || page[0].ID != bob.ID || page[1].ID != cem.ID {
		t.Errorf("after ann: %v", page)
	}
	admins, err := s.Admins(ctx)
	if err != nil || len(admins) != 1 || admins[0].ID != ann.ID {
		t.Errorf("admins %v, %v; want ann alone", admins, err)
	}
	all, active, err := s.AccountsCount(ctx, db.At(c.at.Add(-time.Hour)))
	if err != nil || all != 2 || active != 1 {
		t.Errorf("%d accounts, %d active (%v); want 2 and 1", all, active, err)
	}
	for words, want := range map[string]int{"": 3, "bo": 1, "COPSE.TEST": 3, "b_x": 0, "copse ann": 1} {
		found, err := s.FindAccounts(ctx, words, 0, 10)
		if err != nil || len(found) != want {
			t.Errorf("%q finds %d, %v; want %d", words, len(found), err, want)
		}
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	ann, bob := login(t, s, "ann"), login(t, s, "bob")
	save := func(hash string, who *db.Account, life time.Duration) {
		t.Helper()
		ok(t, s.SaveSession(ctx, &db.Session{TokenHash: hash, AccountID: who.ID, Data: []byte(hash), ExpiresAt: db.At(c.at.Add(life))}))
	}
	save("short", ann, time.Minute)
	save("phone", ann, time.Hour)
	c.pass(time.Second)
	save("laptop", ann, time.Hour)
	save("bobs", bob, time.Hour)
	first, err := s.SessionByHash(ctx, "phone")
	ok(t, err)
	save("phone", ann, 2*time.Hour) // used again
	again, err := s.SessionByHash(ctx, "phone")
	if err != nil || again.PublicID != first.PublicID || !again.CreatedAt.Equal(first.CreatedAt.Time) {
		t.Errorf("a session that goes on became another: %+v, %v", again, err)
	}
	if a := again.Account; a == nil || a.ID != ann.ID || a.Actor == nil || a.Actor.Handle != "ann" || a.Email != "ann@copse.test" {
		t.Errorf("it comes with the account %+v", a)
	}
	save("nobodys", &db.Account{}, time.Hour)
	if row, err := s.SessionByHash(ctx, "nobodys"); err != nil || row.Account != nil || string(row.Data) != "nobodys" {
		t.Errorf("a session that nobody has signed in to: %+v, %v", row, err)
	}
	c.pass(2 * time.Minute)
	if _, err := s.SessionByHash(ctx, "short"); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a session past its end: %v", err)
	}
	wantSessions(t, s, ann, "laptop", "phone")
	ok(t, s.RevokeSession(ctx, bob.ID, first.PublicID)) // not bob's
	wantSessions(t, s, ann, "laptop", "phone")
	ok(t, s.RevokeSession(ctx, ann.ID, first.PublicID))
	wantSessions(t, s, ann, "laptop")
	save("tablet", ann, time.Hour)
	ok(t, s.RevokeSessions(ctx, ann.ID, "laptop"))
	wantSessions(t, s, ann, "laptop")
	wantSessions(t, s, bob, "bobs")
	ok(t, s.DeleteSession(ctx, "laptop"))
	wantSessions(t, s, ann)
	c.pass(2 * time.Hour)
	ok(t, s.DropExpiredSessions(ctx))
	c.at = c.at.Add(-2 * time.Hour) // what was dropped does not come back with the clock
	wantSessions(t, s, bob)
}

func wantSessions(t *testing.T, s *db.Store, who *db.Account, want ...string) {
	t.Helper()
	list, err := s.SessionsOf(context.Background(), who.ID)
	ok(t, err)
	var got []string
	for _, row := range list {
		got = append(got, row.TokenHash)
	}
	if !sameSet(got, want) {
		t.Errorf("sessions %q, want %q", got, want)
	}
}

// sameSet compares two lists whose order is open.
func sameSet[T comparable](a, b []T) bool {
	count := map[T]int{}
	for _, x := range a {
		count[x]++
	}
	for _, x := range b {
		count[x]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestSettings(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	if v, err := s.Setting(ctx, db.SettingName); err != nil || v != "" {
		t.Errorf("never set: %q, %v", v, err)
	}
	for _, v := range []string{"Health", "Health Agency"} {
		ok(t, s.SetSetting(ctx, db.SettingName, v))
	}
	if v, err := s.Setting(ctx, db.SettingName); err != nil || v != "Health Agency" {
		t.Errorf("set twice: %q, %v", v, err)
	}
}

func TestDrafts_onePerFormAndTarget(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	ann, bob := login(t, s, "ann"), login(t, s, "bob")
	for _, d := range []db.Draft{
		{AccountID: ann.ID, Form: "reply", Target: "1", Body: "first"},
		{AccountID: ann.ID, Form: "discussion", Target: "7", Title: "Clay"},
		{AccountID: bob.ID, Form: "reply", Target: "1", Body: "bob's"},
		{AccountID: ann.ID, Form: "reply", Target: "1", Body: "second"},
	} {
		c.pass(time.Second)
		ok(t, s.PutDraft(ctx, &d))
	}
	list, err := s.DraftsOf(ctx, ann.ID)
	ok(t, err)
	var got []string
	for _, d := range list {
		got = append(got, d.Form+" "+d.Title+d.Body)
	}
	if diff := cmp.Diff([]string{"reply second", "discussion Clay"}, got); diff != "" {
		t.Errorf("drafts, newest first (-want +got)\n%s", diff)
	}
	ok(t, s.PutDraft(ctx, &db.Draft{AccountID: ann.ID, Form: "reply", Target: "1"})) // emptied
	if _, err := s.DraftFor(ctx, ann.ID, "reply", "1"); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("an emptied draft: %v", err)
	}
	if d, err := s.DraftFor(ctx, bob.ID, "reply", "1"); err != nil || d.Body != "bob's" {
		t.Errorf("somebody else's draft: %+v, %v", d, err)
	}
}

// actorOf is the person behind an account.
func actorOf(t *testing.T, s *db.Store, a *db.Account) *db.Actor {
	t.Helper()
	who, err := s.ActorByID(t.Context(), a.ActorID)
	ok(t, err)
	return who
}
