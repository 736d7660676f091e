package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
)

func TestInbox_failuresAreIsolated(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	var acts []fedtest.Doc
	for i := range 5 {
		act := ana.Activity("Like", fmt.Sprintf("%s/ap/objects/%d", home, i+1))
		acts = append(acts, act)
		h.post(p, ana, act)
	}
	bad := acts[2]["id"]
	h.apply = func(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
		if err := tx.SetSetting(ctx, in.Activity.ID, "applied"); err != nil {
			return federation.Outcome{}, err
		}
		if in.Activity.ID == bad {
			return federation.Outcome{}, errors.New("boom")
		}
		return federation.Done(), nil
	}
	h.settle()
	for i, act := range acts {
		rc := h.receipt(act)
		value, err := h.store.Setting(ctx, act["id"].(string))
		if err != nil {
			t.Fatal(err)
		}
		wrote := value == "applied"
		want := int16(db.ReceiptDone)
		if i == 2 {
			want = db.ReceiptPending
		}
		if rc.State != want || wrote != (i != 2) {
			t.Errorf("activity %d: state %d, wrote %v", i, rc.State, wrote)
		}
	}
	if rc := h.receipt(acts[2]); rc.Reason != "internal" || rc.Attempts != 1 || !rc.NextAt.Equal(h.clock.now().Add(10*time.Second)) {
		t.Errorf("the failed one: %+v", rc)
	}
}

// One activity over which something panics must not stop the server, now and at each start.
func TestInbox_panicsAreIsolated(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	bad := ana.Activity("Like", home+"/ap/objects/1")
	good := ana.Activity("Like", home+"/ap/objects/2")
	h.apply = func(_ context.Context, _ *db.Store, in *federation.Incoming) (federation.Outcome, error) {
		if in.Activity.ID == bad["id"] {
			panic("nobody foresaw this")
		}
		return federation.Done(), nil
	}
	h.post(p, ana, bad)
	h.post(p, ana, good)
	h.settle()
	if rc := h.receipt(bad); rc.State != db.ReceiptPending || rc.Reason != "internal" || rc.Attempts != 1 {
		t.Errorf("the bad one: %+v", rc)
	}
	if rc := h.receipt(good); rc.State != db.ReceiptDone {
		t.Errorf("the good one: %+v", rc)
	}
}

// What was stored from elsewhere between resolving and applying is no reason to wait.
func TestInbox_racesAreRunAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	lost, stuck := ana.Activity("Like", home+"/ap/objects/1"), ana.Activity("Like", home+"/ap/objects/2")
	tries := 0
	h.apply = func(_ context.Context, _ *db.Store, in *federation.Incoming) (federation.Outcome, error) {
		if in.Activity.ID == stuck["id"] {
			return federation.Outcome{}, fmt.Errorf("create post: %w", db.ErrConflict)
		}
		if tries++; tries == 1 {
			return federation.Outcome{}, fmt.Errorf("create post: %w", db.ErrConflict)
		}
		return federation.Done(), nil
	}
	h.post(p, ana, lost)
	h.post(p, ana, stuck)
	h.settle()
	if rc := h.receipt(lost); rc.State != db.ReceiptDone {
		t.Errorf("after a lost race: %+v", rc)
	}
	if rc := h.receipt(stuck); rc.State != db.ReceiptPending || !rc.NextAt.After(h.clock.now()) || rc.Attempts < 2 {
		t.Errorf("a conflict that stays: %+v", rc)
	}
}

func TestInbox_retriesAndGivesUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	q := fedtest.New(t, h.net, "other.test", fedtest.Mastodon())
	pumps := p.Group("pumps")
	h.followed(pumps)
	bo := q.Person("bo")
	act, again := pumps.Announce(bo.Note("one")["id"]), pumps.Announce(bo.Note("another")["id"])
	q.RefuseReads(http.StatusServiceUnavailable)
	h.post(p, pumps, act)
	waited := time.Duration(0)
	for range 12 {
		if list := h.settle(); len(list) != 0 {
			t.Fatal("applied without its object")
		}
		rc := h.receipt(act)
		if rc.State != db.ReceiptPending {
			break
		}
		wait := rc.NextAt.Sub(h.clock.now())
		if wait <= waited {
			t.Fatalf("waits %s after %s", wait, waited)
		}
		waited = wait
		h.clock.pass(wait)
	}
	rc := h.receipt(act)
	if rc.State != db.ReceiptRefused || rc.Reason != "unreachable" || waited < 2*time.Hour {
		t.Errorf("ended as %d %q after %s", rc.State, rc.Reason, waited)
	}
	h.post(p, pumps, again)
	h.settle()
	q.Recover()
	h.clock.pass(time.Minute)
	if list := h.settle(); len(list) != 1 || list[0].Object == nil {
		t.Errorf("after the server came back: %+v", list)
	}
}

func TestInbox_orderAboutOneThing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	q := fedtest.New(t, h.net, "other.test", fedtest.Mastodon())
	ana := p.Person("ana")
	h.meet(ana)
	parent := q.Person("bo").Note("parent")
	q.RefuseReads(http.StatusServiceUnavailable)
	note := ana.Answer(parent, "answer")
	h.post(p, ana, ana.Create(note))
	h.settle()
	h.post(p, ana, ana.Activity("Delete", note["id"]))
	h.post(p, ana, ana.Activity("Like", home+"/ap/objects/1"))
	if got := kindsOf(h.settle()); got != "[Like]" {
		t.Errorf("while the first waits: %s", got)
	}
	q.Recover()
	h.clock.pass(time.Minute)
	if got := kindsOf(h.settle()); got != "[Create Delete]" {
		t.Errorf("afterwards: %s", got)
	}
	// In one batch, with the first one in the background, too.
	other := ana.Answer(q.Person("cy").Note("another"), "answer")
	h.post(p, ana, ana.Create(other))
	h.post(p, ana, ana.Update(other, fedtest.Doc{"content": "edited"}))
	h.post(p, ana, ana.Activity("Delete", other["id"]))
	if got := kindsOf(h.settle()); got != "[Create Update Delete]" {
		t.Errorf("in one batch: %s", got)
	}
}

func kindsOf(list []*federation.Incoming) string {
	var out []string
	for _, in := range list {
		out = append(out, in.Activity.Type)
	}
	return fmt.Sprint(out)
}

func TestInbox_laterInABatchSeesTheEarlier(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana, bo := p.Person("ana"), p.Person("bo")
	note := ana.Note("hello")
	h.apply = func(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
		if in.Activity.Type != "Create" {
			return federation.Done(), nil
		}
		return federation.Done(), tx.CreatePost(ctx, &db.Post{
			URI: in.Object.Doc.ID, AuthorID: in.Actor.ID, State: db.PostPublished, Kind: db.KindDiscussion, Visibility: db.VisibilityPublic,
		}, nil)
	}
	h.post(p, ana, ana.Create(note))
	h.post(p, bo, bo.Announce(note["id"]))
	if got := kindsOf(h.settle()); got != "[Create Announce]" {
		t.Errorf("applied %s", got)
	}
}

func TestInbox_slowHostsHoldUpNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx, cancel := context.WithCancel(context.Background())
	slow := fedtest.New(t, h.net, "slow.test", fedtest.Mastodon())
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana, eve := p.Person("ana"), p.Person("eve")
	lost := slow.Person("bo").Note("lost")
	h.meet(ana)
	h.meet(eve)
	release := slow.Stall()
	for range 25 {
		h.post(p, eve, eve.Create(eve.Answer(lost, "hostile")))
	}
	done := make(chan string, 100)
	h.apply = func(_ context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
		tx.AfterCommit(func() { done <- in.Activity.Type })
		return federation.Done(), nil
	}
	var running sync.WaitGroup
	running.Go(func() {
		if err := h.inbox.Run(ctx); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	h.post(p, ana, ana.Activity("Like", home+"/ap/objects/1"))
	h.inbox.Nudge()
	select {
	case kind := <-done:
		if kind != "Like" {
			t.Errorf("first applied %s", kind)
		}
	case <-time.After(time.Minute): // a hang, not a deadline
		t.Error("an honest activity waits behind slow hosts")
	}
	release()
	for range 25 {
		select {
		case <-done:
		case <-time.After(time.Minute):
			t.Error("what waited for a slow host is not taken up")
		}
	}
	cancel()
	running.Wait()
}

func TestInbox_suspendedActor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	row := h.meet(ana)
	row.SuspendedAt = db.At(h.clock.now())
	if err := h.store.SaveActor(context.Background(), row); err != nil {
		t.Fatal(err)
	}
	act := ana.Activity("Like", home+"/ap/objects/1")
	h.post(p, ana, act)
	list := h.settle()
	if rc := h.receipt(act); len(list) != 0 || rc.Reason != "suspended" {
		t.Errorf("applied %d, ended as %q", len(list), rc.Reason)
	}
	undo := ana.Activity("Undo", act)
	h.post(p, ana, undo)
	if list := h.settle(); len(list) != 1 {
		t.Errorf("what takes something back: %d applied, ended as %q", len(list), h.receipt(undo).Reason)
	}
}

func TestInbox_outcomesAreKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	for _, want := range []federation.Outcome{federation.Done(), federation.Ignored("known"), federation.Refused("banned")} {
		h.apply = func(context.Context, *db.Store, *federation.Incoming) (federation.Outcome, error) { return want, nil }
		act := ana.Activity("Like", home+"/ap/objects/1")
		h.post(p, ana, act)
		h.settle()
		if rc := h.receipt(act); rc.State != want.State || rc.Reason != want.Reason || rc.Body != nil || rc.DoneAt.IsZero() {
			t.Errorf("receipt %+v, want %+v", rc, want)
		}
	}
}

func BenchmarkInbound(b *testing.B) {
	h := newHouse(b)
	p := fedtest.New(b, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	water := h.local("water")
	post := h.stored(water)
	parent := fedtest.Doc{"id": post.URI, "attributedTo": water.URI}
	reqs := make([]*http.Request, b.N)
	bodies := make([][]byte, b.N)
	h.meet(ana)
	for i := range reqs {
		act := ana.Create(ana.Answer(parent, fmt.Sprintf("answer %d", i)))
		bodies[i] = encode(b, act)
		reqs[i] = p.Sign(p.Request(http.MethodPost, sharedInbox, act), ana, "cavage")
	}
	b.ResetTimer()
	for i, req := range reqs {
		if err := h.receiver.Receive(req, bodies[i], 0); err != nil {
			b.Fatal(err)
		}
	}
	for {
		worked, err := h.inbox.Step(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		if !worked {
			break
		}
	}
	if len(h.applied) != b.N {
		b.Fatalf("applied %d of %d", len(h.applied), b.N)
	}
}

func TestInbox_backlog(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	h.post(p, ana, ana.Activity("Like", home+"/ap/objects/1"))
	h.apply = func(context.Context, *db.Store, *federation.Incoming) (federation.Outcome, error) {
		h.clock.pass(time.Second) // a batch may take long
		if !h.inbox.Backlog() {
			t.Error("no backlog while a receipt is worked off")
		}
		return federation.Done(), nil
	}
	if h.settle(); !h.inbox.Backlog() {
		t.Error("no backlog a moment after the last receipt: more may be on their way")
	}
	h.clock.pass(time.Second)
	if h.settle(); h.inbox.Backlog() {
		t.Error("a backlog when nothing has come for a while")
	}
}
