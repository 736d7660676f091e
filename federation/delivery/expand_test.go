package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/sign"
)

func alwaysTestSigner(context.Context, int64) (*sign.Signer, error) { return testSigner(), nil }

func noKey(context.Context, int64) (*sign.Signer, error) { return nil, errors.New("no key") }

// reached lists the hosts that got an activity.
func (h *house) reached(name string) []string {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	out := []string{}
	for _, p := range h.net.got {
		if p.name == name {
			out = append(out, strings.TrimSuffix(p.host, ".test"))
		}
	}
	slices.Sort(out)
	return out
}

func TestExpand_filters(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for host, software := range map[string][2]string{
		"lemmy": {"lemmy", db.FamilyForum}, "nodebb": {"nodebb", db.FamilyForum}, "masto": {"mastodon", db.FamilyMicroblog},
		"gancio": {"gancio", db.FamilyEvents}, "unknown": {"", ""},
	} {
		h.follower(host+".test", "ana")
		if software[0] != "" {
			h.profile(host+".test", software[0], software[1])
		}
	}
	h.follower("copse.test", "own") // a row that must never be there
	followers := func(change func(a *db.Audience)) db.Audience {
		a := h.followers()
		change(&a)
		return a
	}
	for i, c := range []struct {
		to   db.Audience
		want []string
	}{
		{h.followers(), []string{"gancio", "lemmy", "masto", "nodebb", "unknown"}},
		{followers(func(a *db.Audience) { a.Families = []string{db.FamilyForum, ""} }), []string{"lemmy", "nodebb", "unknown"}},
		{followers(func(a *db.Audience) { a.Families = []string{db.FamilyMicroblog} }), []string{"masto"}},
		{followers(func(a *db.Audience) { a.Software = []string{"nodebb"} }), []string{"nodebb"}},
		{followers(func(a *db.Audience) { a.ExceptSoftware = []string{"nodebb", "gancio"} }), []string{"lemmy", "masto", "unknown"}},
		{followers(func(a *db.Audience) { a.ExceptHosts = []string{"masto.test"} }), []string{"gancio", "lemmy", "nodebb", "unknown"}},
		{h.inbox("single.test", "https://single.test/u/x/inbox"), []string{"single"}},
		{h.inbox("", "https://Bare.test/inbox"), []string{"bare"}},
		{h.inbox("copse.test", "https://copse.test/inbox"), []string{}},
		{h.inbox("odd.test", "mailto:x@odd.test"), []string{}},
		{h.inbox("odd.test", "https://user@odd.test/inbox"), []string{}},
		{followers(func(a *db.Audience) {
			a.Families, a.Inboxes = []string{db.FamilyMicroblog}, h.inbox("lemmy.test", "https://lemmy.test/inbox").Inboxes
		}), []string{"lemmy", "masto"}},
	} {
		name := fmt.Sprintf("c%d", i)
		h.publish("Create", name, "o-"+name, c.to)
		h.settle()
		if got := h.reached(name); !slices.Equal(got, c.want) && !(len(got) == 1 && strings.EqualFold(got[0], strings.Join(c.want, ""))) {
			t.Errorf("audience %+v reached %v, want %v", c.to, got, c.want)
		}
	}
}

func TestExpand_neverToBlockedHosts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opt.Policy = func(_ context.Context, host string) error {
		if host == "refused.test" {
			return errors.New("refused")
		}
		return nil
	}
	h.restart()
	for _, host := range []string{"blocked.test", "refused.test", "well.test"} {
		h.follower(host, "ana")
	}
	h.followAs(db.Actor{Handle: "eve", Host: "front.test", SharedInbox: "https://refused.test/inbox"})
	if err := h.store.SetHostPolicy(t.Context(), "blocked.test", db.HostBlocked, ""); err != nil {
		t.Fatal(err)
	}
	a := h.publish("Create", "c1", "o1", h.followers(), h.inbox("blocked.test", "https://blocked.test/u/x/inbox"))
	h.settle()
	if got := h.reached("c1"); !slices.Equal(got, []string{"well"}) {
		t.Errorf("reached %v, want well alone", got)
	}
	if list := h.deliveries(a); len(list) != 1 {
		t.Errorf("%d deliveries were made, want 1", len(list))
	}
}

func TestBlock_cancelsWhatWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.net.answer("one.test", always(503))
	a := h.publish("Create", "c1", "o1", h.followers())
	h.settle()
	if err := h.store.SetHostPolicy(t.Context(), "one.test", db.HostBlocked, ""); err != nil {
		t.Fatal(err)
	}
	h.net.forget()
	h.after(time.Minute)
	h.wantGot("one.test")
	h.wantState(a, "one.test", db.DeliveryCancelled)
}

func TestExpand_oneInboxPerGoToSocialHost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, who := range []string{"ana", "bo", "cy"} {
		h.followAs(db.Actor{Handle: who, Host: "gts.test"})
		h.followAs(db.Actor{Handle: who, Host: "plain.test"})
	}
	h.profile("gts.test", "gotosocial", db.FamilyMicroblog)
	h.publish("Create", "c1", "o1", h.followers(), h.inbox("gts.test", "https://gts.test/u/cy/inbox"))
	h.settle()
	if got := h.paths("gts.test", "c1"); !slices.Equal(got, []string{"/u/ana/inbox", "/u/cy/inbox"}) {
		t.Errorf("gts.test got it at %v, want one inbox for all followers and the one of who is addressed", got)
	}
	if got := h.paths("plain.test", "c1"); len(got) != 3 {
		t.Errorf("plain.test got it at %v, want all three", got)
	}
	h.net.answer("gts.test", func(p *parcel) (int, error) {
		if p.path == "/u/ana/inbox" {
			return 410, nil
		}
		return 202, nil
	})
	h.publish("Create", "c2", "o2", h.followers())
	h.settle()
	if got := h.paths("gts.test", "c2"); !slices.Equal(got, []string{"/u/ana/inbox", "/u/bo/inbox"}) {
		t.Errorf("gts.test got it at %v, want the next follower's inbox after a refusal", got)
	}
	h.publish("Create", "c3", "o3", h.followers())
	h.settle()
	if got := h.paths("gts.test", "c3"); !slices.Equal(got, []string{"/u/bo/inbox"}) {
		t.Errorf("gts.test got it at %v, want the inbox that took the last one", got)
	}
	h.publish("Create", "c4", "o4", h.inbox("gts.test", "https://gts.test/u/ana/inbox"))
	h.settle()
	if got := h.paths("gts.test", "c4"); !slices.Equal(got, []string{"/u/ana/inbox"}) {
		t.Errorf("gts.test got it at %v: what is meant for one person went to another", got)
	}
}

func (h *house) paths(host, name string) []string {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	var out []string
	for _, p := range h.net.got {
		if p.host == host && p.name == name {
			out = append(out, p.path)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestExpand_inBatches(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const n = 1100
	h.manyFollowers(n, n)
	to := h.followers()
	for i := range 150 { // more than the first batch holds
		to.Inboxes = append(to.Inboxes, db.FollowerInbox{Host: "single.test", Inbox: fmt.Sprintf("https://single.test/u/%d/inbox", i)})
	}
	a := h.publish("Create", "c1", "o1", to)
	small := h.publish("Create", "c2", "o2", h.inbox("small.test", "https://small.test/inbox"))
	steps := 0
	for worked := true; worked; steps++ {
		var err error
		if worked, err = h.expand(t.Context()); err != nil {
			t.Fatal(err)
		}
		if steps == 0 && len(h.deliveries(small)) != 1 {
			t.Error("a small audience waits for a large one")
		}
		if steps == 0 && len(h.deliveries(a)) != firstBatch {
			t.Errorf("first batch has %d, want %d", len(h.deliveries(a)), firstBatch)
		}
	}
	if got := len(h.deliveries(a)); got != n+150 {
		t.Errorf("%d deliveries, want %d", got, n+150)
	}
	if steps < 4 || steps > 6 {
		t.Errorf("expanded in %d steps", steps)
	}
}

// manyFollowers makes n followers at some hosts without the cost of following.
func (h *house) manyFollowers(n, hosts int) {
	h.t.Helper()
	err := h.store.InTx(context.Background(), func(ctx context.Context, tx *db.Store) error {
		for i := range n {
			host := fmt.Sprintf("h%05d.test", i%hosts)
			a := &db.Actor{
				Handle: fmt.Sprintf("u%d", i), Host: host, Type: db.ActorPerson, URI: fmt.Sprintf("https://%s/u/%d", host, i),
				Inbox: fmt.Sprintf("https://%s/u/%d/inbox", host, i), SharedInbox: "https://" + host + "/inbox",
			}
			if err := tx.CreateActor(ctx, a); err != nil {
				return err
			}
			if err := tx.PutFollow(ctx, &db.Follow{FollowerID: a.ID, FolloweeID: h.group.ID, State: db.FollowAccepted}, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func TestExpand_twoProcessesMakeOneDelivery(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.manyFollowers(50, 50)
	a, other := h.publish("Create", "c1", "o1", h.followers()), h.publish("Create", "c2", "o2", h.followers())
	rows, err := h.store.PendingOutbox(t.Context(), 2)
	if err != nil || len(rows) != 2 {
		t.Fatalf("pending %v, %v", rows, err)
	}
	plan := func(row *db.OutboxRow) *step {
		st, err := h.plan(t.Context(), row)
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	first, stale, next := plan(rows[0]), plan(rows[0]), plan(rows[1])
	for _, steps := range [][]*step{{first}, {stale, next}} { // the second is another process, which knows of neither
		if worked, err := h.storeSteps(t.Context(), steps); err != nil || !worked {
			t.Fatalf("store %d: %v, %v", len(steps), worked, err)
		}
	}
	if worked, err := h.storeSteps(t.Context(), []*step{plan(rows[0])}); err != nil || worked {
		t.Errorf("third expansion: %v, %v, want that it did nothing", worked, err)
	}
	h.settle()
	if n, m := len(h.deliveries(a)), len(h.deliveries(other)); n != 50 || m != 50 || len(h.net.got) != 100 {
		t.Errorf("%d and %d deliveries and %d requests, want 50, 50 and 100", n, m, len(h.net.got))
	}
}

func TestExpand_unreadableAudienceHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.publish("Create", "c1", "o1", h.followers())
	rows, _ := h.store.PendingOutbox(t.Context(), 1)
	rows[0].Audience = "{"
	st, err := h.plan(t.Context(), rows[0])
	if err == nil {
		_, err = h.storeSteps(t.Context(), []*step{st})
	}
	if err != nil {
		t.Fatal(err)
	}
	if rows, _ = h.store.PendingOutbox(t.Context(), 1); len(rows) != 0 {
		t.Errorf("outbox still holds %+v", rows[0])
	}
}

func TestDelete_supersedesWhatWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.follower("two.test", "bo")
	h.net.answer("one.test", always(502))
	create := h.publish("Create", "c1", "o1", h.followers())
	boost := h.publish("Announce", "boost", "o1", h.followers())
	wrapped := h.wrap("Announce", "wrapped", "o1", "Update")
	like := h.publish("Like", "like", "o1", h.followers())
	other := h.publish("Create", "c2", "o2", h.followers())
	h.settle()
	h.net.answer("one.test", nil)
	h.net.forget()
	first := h.wrap("Announce", "announced", "o1", "Delete")
	h.publish("Delete", "deleted", "o1", h.followers())
	h.after(time.Minute)
	if got := h.net.names("one.test"); slices.Contains(got, "c1") || slices.Contains(got, "boost") || slices.Contains(got, "wrapped") {
		t.Errorf("one.test got %v after the Delete", got)
	}
	for _, a := range []*db.Activity{create, boost, wrapped} {
		h.wantState(a, "one.test", db.DeliverySuperseded)
		h.wantState(a, "two.test", db.DeliveryDone)
	}
	for _, a := range []*db.Activity{like, other, first} {
		h.wantState(a, "one.test", db.DeliveryDone)
	}
	h.wantGot("two.test", "announced", "deleted")
}

// wrap publishes an activity that carries a whole other one.
func (h *house) wrap(kind, name, object, inner string) *db.Activity {
	h.t.Helper()
	h.posts++
	a := &db.Activity{
		URI: "https://copse.test/ap/activities/" + name, ActorID: h.group.ID, Type: kind, ObjectURI: object, Local: true, PostID: h.posts,
	}
	a.Body = fmt.Appendf(nil, `{"id":%q,"type":%q,"actor":%q,"object":{"id":"https://author.test/act/%s","type":%q,"actor":"https://author.test/u/ana","object":%q}}`,
		a.URI, kind, h.group.URI, name, inner, object)
	h.keep(a, h.followers())
	return a
}

func TestNodeBB_cannotFetchTheWrappedActivity(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("nodebb.test", "ana")
	h.profile("author.test", "gotosocial", db.FamilyMicroblog)
	h.net.answer("nodebb.test", always(424))
	a := h.wrap("Announce", "c1", "o1", "Create")
	h.settle()
	h.wantState(a, "nodebb.test", db.DeliveryRefused)
	if !h.host("author.test").WantsObjects || h.host("nodebb.test").WantsObjects {
		t.Error("what the author's host can't serve must be announced as an object from now on")
	}
}
