package guest_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/community/comtest"
	"github.com/copse-social/copse/server/guest"
)

// house is an instance with the community water, which binh of another server facilitates.
type house struct {
	*comtest.Home
	r     *guest.Rules
	water *db.Group
	binh  *db.Actor
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{Home: comtest.New(t)}
	h.r = guest.New(h.Pub.IRIs(), h.Com)
	h.water = h.Group("water", community.NewGroup{Facilitator: h.Person("amina")})
	h.binh = h.Remote(db.ActorPerson, "binh", "beta.test", "mastodon")
	h.grant(h.binh)
	return h
}

func (h *house) grant(who *db.Actor) {
	h.T.Helper()
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return tx.GrantRole(ctx, &db.RoleGrant{GroupID: h.water.ActorID, ActorID: who.ID, Role: db.RoleFacilitator})
	})
}

func (h *house) ask(who *db.Actor, browser string) {
	h.T.Helper()
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Ask(ctx, tx, who, browser) })
}

var tokenIn = regexp.MustCompile(`https://copse\.test/guest/(\w+)`)

// tokens are those that went out, the first first, and where each went.
func (h *house) tokens() (list, inboxes []string) {
	h.T.Helper()
	for _, s := range h.Outbox("Create") {
		if m := tokenIn.FindStringSubmatch(string(s.Body)); m != nil {
			list, inboxes = append(list, m[1]), append(inboxes, s.Inboxes()...)
		}
	}
	return list, inboxes
}

// token asks for a link and reads it, as only binh can.
func (h *house) token(browser string) string {
	h.T.Helper()
	h.Pass(2 * time.Minute)
	h.ask(h.binh, browser)
	list, inboxes := h.tokens()
	if len(list) == 0 || inboxes[len(inboxes)-1] != h.binh.Inbox {
		h.T.Fatalf("links %v went to %v", list, inboxes)
	}
	return list[len(list)-1]
}

// enter comes in with a link and gives the pass, "" with the code of a refusal.
func (h *house) enter(token, browser string) (pass, code string) {
	h.T.Helper()
	err := h.Store.InTx(h.Ctx, func(ctx context.Context, tx *db.Store) (err error) {
		pass, _, err = h.r.Enter(ctx, tx, token, browser, "Firefox")
		return err
	})
	if err != nil {
		return "", comtest.Code(err)
	}
	return pass, ""
}

func (h *house) known(pass string) *db.Actor {
	h.T.Helper()
	p, err := guest.Known(h.Ctx, h.Store, pass)
	h.OK(err)
	if p == nil {
		return nil
	}
	return p.Actor
}

func TestEnter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token := h.token("one")
	who, err := h.r.Holder(h.Ctx, h.Store, token, "one")
	h.OK(err)
	if who.ID != h.binh.ID {
		t.Errorf("the link is %s's", who.URI)
	}
	pass, code := h.enter(token, "one")
	if code != "" || h.known(pass) == nil || h.known(pass).ID != h.binh.ID {
		t.Fatalf("refused with %q, known as %v", code, h.known(pass))
	}
	if h.known("") != nil || h.known("X"+pass) != nil {
		t.Error("somebody is known by nothing")
	}
	h.Pass(guest.PassFor)
	if h.known(pass) != nil {
		t.Error("the visit does not end")
	}
	entries, err := h.Store.AuditSince(h.Ctx, 0, 10)
	h.OK(err)
	if len(entries) != 1 || entries[0].Who != "@binh@beta.test" || entries[0].Act != "guest-sign-in" {
		t.Errorf("the audit log has %+v", entries)
	}
}

// TestT40_guestToken: a link works once, for a quarter of an hour, and ends with the next one.
func TestT40_guestToken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token := h.token("one")
	for range 2 { // looked at by whoever shows previews
		if _, err := h.r.Holder(h.Ctx, h.Store, token, "one"); err != nil {
			t.Errorf("looking at a link uses it up: %v", err)
		}
	}
	if _, code := h.enter(token, "one"); code != "" {
		t.Errorf("refused with %q", code)
	}
	if _, code := h.enter(token, "one"); code != "guest-link-gone" {
		t.Errorf("a second time: %q", code)
	}
	old := h.token("one")
	fresh := h.token("one")
	if _, code := h.enter(old, "one"); code != "guest-link-gone" {
		t.Errorf("one that was replaced: %q", code)
	}
	h.Pass(guest.LinkFor)
	if _, code := h.enter(fresh, "one"); code != "guest-link-gone" {
		t.Errorf("after a quarter of an hour: %q", code)
	}
	if _, code := h.enter("GUESSED", "one"); code != "guest-link-gone" {
		t.Errorf("one that was guessed: %q", code)
	}
}

// TestT40_guestPhishing: somebody types binh's handle. Binh, who opens the link, does not come in with
// it (login CSRF), and neither does who asked, without the link.
func TestT40_guestPhishing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token := h.token("mallory's")
	for _, browser := range []string{"binh's", ""} {
		if _, err := h.r.Holder(h.Ctx, h.Store, token, browser); comtest.Code(err) != "guest-other-browser" {
			t.Errorf("binh is offered to come in: %v", err)
		}
		if _, code := h.enter(token, browser); code != "guest-other-browser" {
			t.Errorf("binh comes in: %q", code)
		}
	}
	body := string(h.Outbox("Create")[0].Body)
	if strings.Contains(body, "mallory") || !strings.Contains(body, "guest-link") {
		t.Errorf("the note says %s", body)
	}
}

// TestT40_guestActor: nobody is asked who is not a facilitator elsewhere, and the pass of one is not
// that of another.
func TestT40_guestActor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	carla := h.Remote(db.ActorPerson, "carla", "beta.test", "mastodon")
	gone := h.Remote(db.ActorPerson, "dora", "beta.test", "mastodon")
	h.grant(gone)
	amina, err := h.Store.LocalActor(h.Ctx, "amina")
	h.OK(err)
	group := h.Remote(db.ActorGroup, "shadow", "beta.test", "copse")
	h.grant(group)
	for _, who := range []*db.Actor{carla, amina, group, nil} {
		h.ask(who, "one")
	}
	h.ask(h.binh, "")
	if list, _ := h.tokens(); len(list) != 0 {
		t.Errorf("%d links went out", len(list))
	}
	pass, _ := h.enter(h.token("one"), "one")
	h.grant(carla)
	h.Pass(2 * time.Minute)
	h.ask(carla, "two")
	list, inboxes := h.tokens()
	if inboxes[len(inboxes)-1] != carla.Inbox {
		t.Errorf("carla's link goes to %v", inboxes)
	}
	other, code := h.enter(list[len(list)-1], "two")
	if code != "" || h.known(other).ID != carla.ID || h.known(pass).ID != h.binh.ID {
		t.Errorf("%q: they are taken for each other", code)
	}
}

// TestT48_guestRate: five links a day go to one account, one a minute.
func TestT48_guestRate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 3 {
		h.ask(h.binh, "one")
	}
	if list, _ := h.tokens(); len(list) != 1 {
		t.Errorf("%d links within a minute", len(list))
	}
	for range 10 {
		h.Pass(2 * time.Minute)
		h.ask(h.binh, "one")
	}
	list, _ := h.tokens()
	if len(list) != 5 {
		t.Errorf("%d links within a day", len(list))
	}
	if slices.Sort(list); len(slices.Compact(list)) != 5 {
		t.Error("two links are alike")
	}
	h.Pass(25 * time.Hour)
	h.ask(h.binh, "one")
	if list, _ = h.tokens(); len(list) != 6 {
		t.Errorf("%d links, the next day", len(list))
	}
}

// TestT40_guestRevoked: a guest ends their visits, and a block of their server or their own end does.
func TestT40_guestRevoked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	one, _ := h.enter(h.token("one"), "one")
	two, _ := h.enter(h.token("two"), "two")
	three, _ := h.enter(h.token("three"), "three")
	list, err := h.Store.GuestPassesOf(h.Ctx, h.binh.ID)
	h.OK(err)
	if len(list) != 3 || list[2].UserAgent != "Firefox" {
		t.Fatalf("%d visits", len(list))
	}
	h.OK(h.Store.EndGuestPasses(h.Ctx, h.binh.ID, list[2].PublicID))
	if h.known(one) != nil || h.known(two) == nil {
		t.Error("one visit ends, or others with it")
	}
	h.OK(h.Store.EndGuestPasses(h.Ctx, h.binh.ID+1, 0))
	if h.known(two) == nil {
		t.Error("somebody ends the visit of another")
	}
	h.OK(h.Store.EndGuestPasses(h.Ctx, h.binh.ID, 0))
	if h.known(two) != nil || h.known(three) != nil {
		t.Error("a visit goes on")
	}
	last, _ := h.enter(h.token("four"), "four")
	h.OK(h.Store.SetHostPolicy(h.Ctx, "beta.test", db.HostBlocked, ""))
	if h.known(last) != nil {
		t.Error("people of a blocked server stay in")
	}
}
