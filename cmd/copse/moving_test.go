package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/moving"
	"github.com/copse-social/copse/server/moving/porter"
)

// removal is a story of a community that goes from alpha to beta, with a member and a follower on
// gamma.
type removal struct {
	*story
	alpha, beta, gamma *site
	group              *db.Group
}

func newRemoval(t *testing.T, openness string) *removal {
	t.Helper()
	s := newStory(t)
	if err := s.instances([]string{"alpha.example", "beta.example", "gamma.example"}); err != nil {
		t.Fatal(err)
	}
	r := &removal{story: s, alpha: s.sites["alpha.example"], beta: s.sites["beta.example"], gamma: s.sites["gamma.example"]}
	r.group = r.alpha.group("water", func(n *community.NewGroup) { n.Openness, n.HoldPolicy = openness, db.HoldNone })
	r.admin(r.beta, "rita")
	r.admin(r.alpha, "boss")
	return r
}

func (r *removal) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *removal) admin(at *site, name string) {
	r.t.Helper()
	r.ok(at.store.InTx(context.Background(), func(ctx context.Context, tx *db.Store) error {
		_, err := at.community.CreatePerson(ctx, tx, community.NewPerson{Handle: name, Name: name, Email: name + "@mail.example", Admin: true})
		return err
	}))
}

func (r *removal) settle() { settle(r.t, r.alpha, r.beta, r.gamma) }

// do lets somebody act on the move that one home keeps.
func (r *removal) do(at *site, who string, act func(ctx context.Context, tx *db.Store, a *db.Actor, m *db.Move) error) error {
	return at.act(who, func(ctx context.Context, tx *db.Store, a *db.Actor) error {
		list, err := tx.Moves(ctx, 1)
		if err != nil || len(list) == 0 {
			r.t.Fatalf("no move at %s: %v", at.host, err)
		}
		return act(ctx, tx, a, list[0])
	})
}

func (r *removal) move(at *site) *db.Move {
	r.t.Helper()
	list, err := at.store.Moves(context.Background(), 1)
	r.ok(err)
	if len(list) == 0 {
		r.t.Fatalf("no move at %s", at.host)
	}
	return list[0]
}

func (r *removal) proposes() {
	r.t.Helper()
	ctx := context.Background()
	peer, err := r.alpha.resolver.Handle(ctx, "beta.example@beta.example")
	r.ok(err)
	r.ok(r.alpha.act("faci", func(ctx context.Context, tx *db.Store, a *db.Actor) error {
		_, err := r.alpha.moving.Propose(ctx, tx, a, r.group, moving.Proposal{Peer: peer, Why: "Decided on 3 May."})
		return err
	}))
	r.ok(r.do(r.alpha, "boss", r.alpha.moving.Countersign))
	r.settle()
}

func (r *removal) agrees() {
	r.t.Helper()
	r.ok(r.do(r.beta, "rita", func(ctx context.Context, tx *db.Store, a *db.Actor, m *db.Move) error {
		return r.beta.moving.Agree(ctx, tx, a, m, "")
	}))
	r.settle()
	r.offset += time.Minute
	r.settle()
}

func (r *removal) switches() {
	r.t.Helper()
	r.ok(r.do(r.alpha, "faci", r.alpha.moving.SwitchNow))
	r.settle()
}

// expect compares what the two homes say of the move.
func (r *removal) expect(old, home string) {
	r.t.Helper()
	if a, b := r.move(r.alpha), r.move(r.beta); a.State != old || b.State != home {
		r.t.Fatalf("old home %s (%s %s), new home %s (%s %s), want %s and %s", a.State, a.Part, a.Problem, b.State, b.Part, b.Problem, old, home)
	}
}

func TestMoving_openCommunity(t *testing.T) {
	t.Parallel()
	r := newRemoval(t, db.OpennessOpen)
	r.ok(r.gamma.follow("gus", "water@alpha.example"))
	r.ok(r.as("mia@gamma.example", "join", []string{"water@alpha.example"}))
	r.ok(r.alpha.follow("ann", "water@alpha.example"))
	r.settle()
	r.ok(r.as("faci@alpha.example", "start", []string{"water@alpha.example", "pump", "Pump runs dry", "Since Monday."}))
	r.settle()
	r.ok(r.as("gus@gamma.example", "reply", []string{"pump", "level", "Is the level lower?"}))
	r.ok(r.as("ann@alpha.example", "reply", []string{"pump", "valve", "Look at the valve."}))
	r.settle()
	r.ok(r.as("mia@gamma.example", "like", []string{"level"}))
	r.settle()
	r.proposes()
	r.expect(db.MoveAsked, db.MoveAsked)
	r.agrees()
	r.expect(db.MoveReady, db.MoveReady)
	r.switches()
	r.expect(db.MoveDone, db.MoveDone)

	ctx := context.Background()
	at, err := r.thread("beta.example", "pump")
	r.ok(err)
	want := "faci@alpha.example: Pump runs dry | Since Monday.\n  ann@alpha.example: Look at the valve.\n  gus@gamma.example: Is the level lower? [helpful 1]\n"
	if at != want {
		t.Errorf("at the new home:\n%s\nwant\n%s", at, want)
	}
	if !r.beta.hasFollower("water", "gus@gamma.example") || !r.beta.hasFollower("water", "ann@alpha.example") {
		t.Error("followers did not come along")
	}
	heir, err := r.beta.store.GroupByHandle(ctx, "water", "beta.example")
	r.ok(err)
	mia, err := r.beta.store.ActorByHandle(ctx, "mia", "gamma.example")
	r.ok(err)
	if m, err := r.beta.store.MembershipOf(ctx, heir.ActorID, mia.ID); err != nil || !m.Belongs() {
		t.Errorf("membership of mia: %+v, %v", m, err)
	}

	// Whoever answers now answers at the new home, wherever they are.
	r.ok(r.as("gus@gamma.example", "reply", []string{"valve", "thanks", "That was it."}))
	r.ok(r.as("ann@alpha.example", "reply", []string{"level", "yes", "By a metre."}))
	r.settle()
	for _, host := range []string{"alpha.example", "beta.example", "gamma.example"} {
		for _, name := range []string{"thanks", "yes"} {
			if got, err := r.thread(host, name); err != nil || got == "not here\n" {
				t.Errorf("%s at %s: %q, %v", name, host, got, err)
			}
		}
	}
	p, err := r.beta.store.PostByURI(ctx, r.posts["thanks"])
	r.ok(err)
	if p.GroupID != heir.ActorID || p.State != db.PostPublished {
		t.Errorf("the answer is in group %d, %s", p.GroupID, p.State)
	}
}

// TestMoving_othersFollow: Mastodon is told by Move and follows by itself; what software that knows no
// Move still sends to the old address arrives at the new one; old pages and handles lead on.
func TestMoving_othersFollow(t *testing.T) {
	t.Parallel()
	r := newRemoval(t, db.OpennessOpen)
	r.ok(r.peersOf("mastodon", []string{"social.example"}))
	r.ok(r.peersOf("lemmy", []string{"forum.example"}))
	r.ok(r.as("farid@social.example", "follow", []string{"water@alpha.example"}))
	r.ok(r.as("kim@forum.example", "follow", []string{"water@alpha.example"}))
	r.settle()
	r.proposes()
	r.agrees()
	for _, host := range []string{"social.example", "forum.example"} {
		if got, err := r.got(host, []string{"Announce", "Create"}); err != nil || !strings.Contains(got, "Announce") {
			t.Errorf("%s was not told ahead: %q, %v", host, got, err)
		}
	}
	r.switches()
	for _, host := range []string{"social.example", "forum.example"} {
		if got, err := r.got(host, []string{"Update", "Move"}); err != nil || !strings.Contains(got, "Move ") || strings.Index(got, "Update ") > strings.Index(got, "Move ") {
			t.Errorf("%s got %q, %v", host, got, err)
		}
	}
	r.ok(r.as("farid@social.example", "follow", []string{"water@beta.example"}))
	r.ok(r.as("kim@forum.example", "start", []string{"water@alpha.example", "late", "Tank leaks", "At the weld."}))
	r.settle()
	if !r.beta.hasFollower("water", "farid@social.example") {
		t.Error("farid was not taken at the new home")
	}
	if got, err := r.thread("beta.example", "late"); err != nil || !strings.HasPrefix(got, "kim@forum.example: Tank leaks") {
		t.Errorf("what was sent to the old address is %q at the new home, %v", got, err)
	}
	ask := func(path, accept string) *httptest.ResponseRecorder {
		req := httptest.NewRequest(http.MethodGet, "https://alpha.example"+path, http.NoBody)
		req.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		r.alpha.handler.ServeHTTP(w, req)
		return w
	}
	if w := ask("/c/water", "text/html"); w.Code != http.StatusFound || w.Header().Get("Location") != "https://beta.example/c/water" {
		t.Errorf("the old page answers %d to %s", w.Code, w.Header().Get("Location"))
	}
	if w := ask("/c/water", "application/activity+json"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"movedTo":"https://beta.example/ap/groups/`) {
		t.Errorf("the old actor answers %d: %s", w.Code, w.Body)
	}
	if w := ask("/.well-known/webfinger?resource=acct:water@alpha.example", "*/*"); !strings.Contains(w.Body.String(), "#movedTo") {
		t.Errorf("the old handle says %s", w.Body)
	}
}

// TestT45_archiveIsForTheNewHome: the archive of a community that is not open is read by the instance
// that was asked and has agreed, and by nobody else, before, meanwhile and after.
func TestT45_archiveIsForTheNewHome(t *testing.T) {
	t.Parallel()
	r := newRemoval(t, db.OpennessRestricted)
	ctx := context.Background()
	r.ok(r.as("mia@gamma.example", "follow", []string{"water@alpha.example"}))
	r.settle()
	r.ok(r.as("faci@alpha.example", "admit", []string{"water", "mia@gamma.example"}))
	r.settle()
	r.ok(r.as("faci@alpha.example", "start", []string{"water@alpha.example", "pump", "Pump runs dry", "Canaryarchive."}))
	r.settle()
	r.proposes()
	url := r.move(r.alpha).Archive + "/posts/0"
	closed := func(when string, readers ...*site) {
		t.Helper()
		for _, at := range readers {
			body, err := at.fetch.Body(ctx, url)
			if !errors.Is(err, federation.ErrNotFound) {
				t.Errorf("%s, %s reads %q, %v", when, at.host, body, err)
			}
		}
		w := httptest.NewRecorder()
		r.alpha.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, http.NoBody))
		if w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "Canary") {
			t.Errorf("%s, a stranger gets %d %s", when, w.Code, w.Body)
		}
	}
	closed("before the yes", r.beta, r.gamma)
	r.agrees()
	r.expect(db.MoveReady, db.MoveReady)
	closed("meanwhile", r.gamma)
	if body, err := r.beta.fetch.Body(ctx, url); err != nil || !strings.Contains(string(body), "Canaryarchive") {
		t.Errorf("the new home reads %s, %v", body, err)
	}
	r.switches()
	r.expect(db.MoveDone, db.MoveDone)
	closed("after it", r.beta, r.gamma)

	// The member is asked to follow and is let in at once.
	if told, err := r.told("mia@gamma.example"); err != nil || !strings.Contains(told, "invited") {
		t.Errorf("mia was told %q, %v", told, err)
	}
	r.ok(r.as("mia@gamma.example", "follow", []string{"water@beta.example"}))
	r.settle()
	if !r.beta.hasFollower("water", "mia@gamma.example") {
		t.Error("mia was not let in")
	}
	if got, err := r.thread("beta.example", "pump"); err != nil || !strings.Contains(got, "Canaryarchive") {
		t.Errorf("at the new home: %q, %v", got, err)
	}
}

// TestMoving_killedInTheMiddle: a new process goes on with the page that was not stored, whatever
// became of the other home meanwhile.
func TestMoving_killedInTheMiddle(t *testing.T) {
	t.Parallel()
	r := newRemoval(t, db.OpennessOpen)
	ctx := context.Background()
	for _, name := range []string{"one", "two", "three"} {
		r.ok(r.as("faci@alpha.example", "start", []string{"water@alpha.example", name, "Pump " + name, "Since Monday."}))
	}
	r.settle()
	r.proposes()
	r.ok(r.do(r.beta, "rita", func(ctx context.Context, tx *db.Store, a *db.Actor, m *db.Move) error {
		return r.beta.moving.Agree(ctx, tx, a, m, "")
	}))
	r.settle()
	r.offset += time.Minute
	for range 3 {
		if worked, err := r.beta.porter.Step(ctx); err != nil || !worked {
			t.Fatalf("step: %v, %v", worked, err)
		}
	}
	at := r.move(r.beta)
	if at.State != db.MoveCopying || at.Part == "group" {
		t.Fatalf("after three pages: %s %s", at.State, at.Part)
	}
	stopped, stop := context.WithCancel(ctx)
	stop() // killed within a step
	if _, err := r.beta.porter.Step(stopped); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	r.beta.porter = porter.New(porter.Options{
		Store: r.beta.store, Rules: r.beta.moving, Resolver: r.beta.resolver, Fetch: r.beta.fetch.Body, Host: r.beta.host, Log: r.beta.log,
	})
	r.net.Down("alpha.example")
	r.settle()
	if m := r.move(r.beta); m.Problem != "host-away" || m.Part != at.Part || m.Cursor != at.Cursor {
		t.Errorf("while the old home is away: %+v", m)
	}
	r.net.Up("alpha.example")
	r.offset += time.Hour
	r.settle()
	r.expect(db.MoveReady, db.MoveReady)
	r.offset += 8 * 24 * time.Hour // nobody presses anything: the notice ends
	r.settle()
	r.settle()
	r.expect(db.MoveDone, db.MoveDone)
	heir, err := r.beta.store.GroupByHandle(ctx, "water", "beta.example")
	r.ok(err)
	if n, _, err := r.beta.store.ArchiveCounts(ctx, heir.ActorID); err != nil || n != 4 { // three, and the notice, written after they were copied
		t.Errorf("%d posts at the new home, %v", n, err)
	}
	if got, err := r.thread("beta.example", "three"); err != nil || got != "faci@alpha.example: Pump three | Since Monday.\n" {
		t.Errorf("at the new home: %q, %v", got, err)
	}
}

// TestMoving_calledOff: before the switch either side ends it, and nothing of the copy stays.
func TestMoving_calledOff(t *testing.T) {
	t.Parallel()
	r := newRemoval(t, db.OpennessOpen)
	ctx := context.Background()
	r.ok(r.as("faci@alpha.example", "start", []string{"water@alpha.example", "pump", "Pump runs dry", "Since Monday."}))
	r.settle()
	r.proposes()
	if err := r.do(r.beta, "someone", func(ctx context.Context, tx *db.Store, a *db.Actor, m *db.Move) error {
		return r.beta.moving.Agree(ctx, tx, a, m, "")
	}); err == nil || !strings.Contains(err.Error(), "not-admin") {
		t.Errorf("somebody who is no admin agrees: %v", err)
	}
	r.agrees()
	r.expect(db.MoveReady, db.MoveReady)
	r.ok(r.do(r.alpha, "faci", r.alpha.moving.Cancel))
	r.settle()
	r.expect(db.MoveCancelled, db.MoveCancelled)
	if g, err := r.beta.store.GroupByHandle(ctx, "water", "beta.example"); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the copy stands: %+v, %v", g, err)
	}
	if has, err := r.beta.store.HasPost(ctx, r.posts["pump"]); err != nil || has {
		t.Errorf("its posts stand: %v, %v", has, err)
	}
	r.ok(r.as("faci@alpha.example", "reply", []string{"pump", "on", "We go on here."}))
	if err := r.do(r.alpha, "faci", r.alpha.moving.SwitchNow); err == nil {
		t.Error("what was called off was switched")
	}
}

// TestMoving_twoBecomeOne: members belong once, threads keep their addresses and places, followers
// elsewhere come along, the handle leads on, and roles are listed to be asked for.
func TestMoving_twoBecomeOne(t *testing.T) {
	t.Parallel()
	r := newRemoval(t, db.OpennessOpen)
	ctx := context.Background()
	wells := r.alpha.group("wells", func(n *community.NewGroup) { n.HoldPolicy = db.HoldNone })
	r.ok(r.gamma.follow("gus", "water@alpha.example"))
	for _, g := range []string{"water", "wells"} {
		r.ok(r.as("ann@alpha.example", "join", []string{g + "@alpha.example"}))
	}
	r.ok(r.as("bo@alpha.example", "join", []string{"water@alpha.example"}))
	bo, err := r.alpha.person("bo")
	r.ok(err)
	r.ok(r.alpha.act("faci", func(ctx context.Context, tx *db.Store, a *db.Actor) error {
		return r.alpha.community.GrantRole(ctx, tx, a, r.group, community.RoleOf{Who: bo, Role: db.RoleModerator})
	}))
	r.settle()
	r.ok(r.as("ann@alpha.example", "start", []string{"water@alpha.example", "pump", "Pump runs dry", "Since Monday."}))
	r.settle()
	r.ok(r.alpha.act("faci", func(ctx context.Context, tx *db.Store, a *db.Actor) error {
		_, err := r.alpha.moving.ProposeMerge(ctx, tx, a, moving.Merger{Group: r.group, Into: wells, Why: "Both agreed."})
		return err
	}))
	r.ok(r.do(r.alpha, "faci", r.alpha.moving.AgreeMerge))
	r.settle()
	r.switches()
	m := r.move(r.alpha)
	if m.State != db.MoveDone {
		t.Fatalf("the merger is %s at %s: %s", m.State, m.Part, m.Problem)
	}
	p, err := r.alpha.store.PostByURI(ctx, r.posts["pump"])
	r.ok(err)
	if p.GroupID != wells.ActorID {
		t.Errorf("the discussion is in group %d", p.GroupID)
	}
	if !r.alpha.hasFollower("wells", "gus@gamma.example") {
		t.Error("gus did not come along")
	}
	g, err := r.alpha.store.GroupByID(ctx, wells.ActorID)
	r.ok(err)
	if g.MembersCount != 3 { // faci, ann and bo, each once
		t.Errorf("%d members", g.MembersCount)
	}
	left, _, err := r.alpha.store.LeftBehind(ctx, m.ID, 10)
	r.ok(err)
	if len(left) != 1 || left[0].Why != "role-to-ask" || !strings.Contains(left[0].What, bo.URI) {
		t.Errorf("left behind: %+v", left)
	}
	r.ok(r.as("gus@gamma.example", "reply", []string{"pump", "yes", "Here too."}))
	r.settle()
	if got, err := r.thread("alpha.example", "pump"); err != nil || !strings.Contains(got, "gus@gamma.example: Here too.") {
		t.Errorf("the thread is %q, %v", got, err)
	}
}
