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
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/moving"
)

// TestMoving_intoAnotherInstancesCommunity: a facilitator there and an admin there agree, people of both
// count once, followers elsewhere get Move, bans hold, roles are listed to be asked for, and the room in
// which the archive lay is gone.
func TestMoving_intoAnotherInstancesCommunity(t *testing.T) {
	t.Parallel()
	r := newRemoval(t, db.OpennessOpen)
	ctx := context.Background()
	wells := r.beta.group("wells", func(n *community.NewGroup) { n.HoldPolicy = db.HoldNone })
	r.ok(r.gamma.follow("gus", "water@alpha.example"))
	for _, g := range []string{"water@alpha.example", "wells@beta.example"} { // mia belongs to both
		r.ok(r.as("mia@gamma.example", "join", []string{g}))
	}
	r.ok(r.as("ann@alpha.example", "join", []string{"water@alpha.example"}))
	r.ok(r.as("sid@alpha.example", "join", []string{"water@alpha.example"}))
	r.settle()
	r.ok(r.as("ann@alpha.example", "start", []string{"water@alpha.example", "pump", "Pump runs dry", "Since Monday."}))
	r.settle()
	r.ok(r.as("gus@gamma.example", "reply", []string{"pump", "level", "Is the level lower?"}))
	r.settle()

	into, err := r.alpha.resolver.Handle(ctx, "wells@beta.example")
	r.ok(err)
	peer, err := r.alpha.resolver.Handle(ctx, "beta.example@beta.example")
	r.ok(err)
	r.ok(r.alpha.act("faci", func(ctx context.Context, tx *db.Store, a *db.Actor) error {
		there, err := tx.GroupByID(ctx, into.ID)
		if err != nil {
			return err
		}
		_, err = r.alpha.moving.Propose(ctx, tx, a, r.group, moving.Proposal{Peer: peer, Into: there, Why: "Both agreed."})
		return err
	}))
	r.ok(r.do(r.alpha, "boss", r.alpha.moving.Countersign))
	r.settle()
	r.expect(db.MoveAsked, db.MoveProposed)
	if err := r.do(r.beta, "rita", r.beta.agrees()); err == nil { // an admin is no facilitator there, as long as it has one
		t.Log("an admin answered for the facilitators")
	} else if !strings.Contains(err.Error(), "not-facilitator") {
		t.Error(err)
	}
	if m := r.move(r.beta); m.State == db.MoveProposed {
		r.ok(r.do(r.beta, "faci", r.beta.agrees()))
		r.expect(db.MoveAsked, db.MoveAsked)
		r.ok(r.do(r.beta, "rita", r.beta.agrees()))
	}
	r.ok(r.do(r.alpha, "sid", r.alpha.moving.Stay))
	r.settle()
	r.offset += time.Minute
	r.settle()
	r.expect(db.MoveReady, db.MoveReady)
	if p, err := r.beta.store.PostByURI(ctx, r.posts["pump"]); err != nil || p.GroupID == wells.ActorID {
		t.Errorf("what is copied stands in the community before the switch: %+v, %v", p, err)
	}
	r.switches()
	r.expect(db.MoveDone, db.MoveDone)
	r.merged(wells)
}

// merged looks at what came of it.
func (r *removal) merged(wells *db.Group) {
	r.t.Helper()
	ctx := context.Background()
	if at, err := r.thread("beta.example", "pump"); err != nil || at != "ann@alpha.example: Pump runs dry | Since Monday.\n  gus@gamma.example: Is the level lower?\n" {
		r.t.Errorf("at the new home: %q, %v", at, err)
	}
	p, err := r.beta.store.PostByURI(ctx, r.posts["pump"])
	r.ok(err)
	if p.GroupID != wells.ActorID {
		r.t.Errorf("the discussion is in group %d", p.GroupID)
	}
	if !r.beta.hasFollower("wells", "gus@gamma.example") {
		r.t.Error("gus did not come along")
	}
	g, err := r.beta.store.GroupByID(ctx, wells.ActorID)
	r.ok(err)
	if g.MembersCount != 4 { // faci of beta, faci of alpha, mia and ann, each once
		r.t.Errorf("%d members", g.MembersCount)
	}
	m := r.move(r.beta)
	if m.Heir != wells.ActorID || m.Into != wells.ActorID {
		r.t.Errorf("it led to %d", m.Heir)
	}
	left, _, err := r.beta.store.LeftBehind(ctx, m.ID, 10)
	r.ok(err)
	var why []string
	for _, l := range left {
		why = append(why, l.Kind+" "+l.Why)
	}
	if got := strings.Join(why, ", "); got != "member chose-to-stay, role role-to-ask" {
		r.t.Errorf("left behind: %s", got)
	}
	if _, err := r.beta.store.LocalActor(ctx, "moving_"); !errors.Is(err, db.ErrNotFound) {
		r.t.Errorf("a storeroom: %v", err)
	}
	if n, err := r.beta.store.ArchiveMembers(ctx, wells.ActorID, 0, 10); err != nil || len(n) != 4 {
		r.t.Errorf("%d memberships, %v", len(n), err)
	}
	r.ok(r.as("gus@gamma.example", "reply", []string{"pump", "yes", "Here too."}))
	r.settle()
	if got, err := r.thread("beta.example", "pump"); err != nil || !strings.Contains(got, "gus@gamma.example: Here too.") {
		r.t.Errorf("the thread is %q, %v", got, err)
	}
}

// agrees says yes as the commands and pages do.
func (s *site) agrees() func(ctx context.Context, tx *db.Store, a *db.Actor, m *db.Move) error {
	return func(ctx context.Context, tx *db.Store, a *db.Actor, m *db.Move) error {
		return moving.Stepper{Rules: s.moving, By: a}.Agree(ctx, tx, m)
	}
}

// TestMoving_confidentialCommunity: it goes to an organisation that it trusts and that has confirmed it,
// and to no other; members elsewhere find its new place, strangers find neither; the week of notice is
// the members' own.
func TestMoving_confidentialCommunity(t *testing.T) {
	t.Parallel()
	r := newRemoval(t, db.OpennessConfidential)
	ctx := context.Background()
	peer, err := r.alpha.resolver.Handle(ctx, "beta.example@beta.example")
	r.ok(err)
	propose := func() error {
		return r.alpha.act("faci", func(ctx context.Context, tx *db.Store, a *db.Actor) error {
			_, err := r.alpha.moving.Propose(ctx, tx, a, r.group, moving.Proposal{Peer: peer, Why: "Decided on 3 May."})
			return err
		})
	}
	if err := propose(); err == nil || !strings.Contains(err.Error(), "move-not-trusted") {
		t.Errorf("it goes to whom it does not trust: %v", err)
	}
	for _, at := range []*site{r.beta, r.gamma} {
		there, err := r.alpha.resolver.Handle(ctx, at.host+"@"+at.host)
		r.ok(err)
		r.ok(r.alpha.act("faci", func(ctx context.Context, tx *db.Store, a *db.Actor) error {
			return r.alpha.trust.Trust(ctx, tx, a, r.group, there)
		}))
		r.settle()
		r.ok(at.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			g, err := tx.GroupByURI(ctx, r.group.Actor.URI)
			if err != nil {
				return err
			}
			return at.trust.Answer(ctx, tx, g, "yes")
		}))
		r.settle()
	}
	r.ok(r.as("mia@gamma.example", "follow", []string{"water@alpha.example"}))
	r.settle()
	r.ok(r.as("faci@alpha.example", "admit", []string{"water", "mia@gamma.example"}))
	r.settle()
	r.ok(r.as("faci@alpha.example", "start", []string{"water@alpha.example", "pump", "Pump runs dry", "Canaryarchive."}))
	r.settle()
	r.ok(propose())
	r.ok(r.do(r.alpha, "boss", r.alpha.moving.Countersign))
	r.settle()
	r.agrees()
	r.expect(db.MoveReady, db.MoveReady)
	if err := r.do(r.alpha, "faci", r.alpha.moving.SwitchNow); err == nil || !strings.Contains(err.Error(), "move-members-choose") {
		t.Errorf("members had no time to choose: %v", err)
	}
	r.offset += 8 * 24 * time.Hour
	r.settle()
	r.settle()
	r.expect(db.MoveDone, db.MoveDone)
	heir, err := r.beta.store.GroupByHandle(ctx, "water", "beta.example")
	r.ok(err)
	if heir.Openness != db.OpennessConfidential {
		t.Errorf("it is %s now", heir.Openness)
	}
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
	for _, at := range []*site{r.alpha, r.beta} {
		for _, path := range []string{"/c/water", "/c/water/move", "/.well-known/webfinger?resource=acct:water@" + at.host} {
			w := httptest.NewRecorder()
			at.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://"+at.host+path, http.NoBody))
			if w.Code != http.StatusNotFound {
				t.Errorf("a stranger gets %d at %s%s", w.Code, at.host, path)
			}
		}
	}
}
