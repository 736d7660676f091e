package outgoing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/copse-social/copse/cmd/copse/outgoing"
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

type house struct {
	t     *testing.T
	ctx   context.Context
	store *db.Store
	desk  *outgoing.Desk
}

func newHouse(t *testing.T) *house {
	h := &house{t: t, ctx: context.Background(), store: dbtest.New(t)}
	h.desk = &outgoing.Desk{Store: h.store, Base: "https://copse.test"}
	return h
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// post stores a post and how its delivery to each host ended.
func (h *house) post(title, visibility string, ends map[string]int16) *db.Post {
	h.t.Helper()
	ann := &db.Actor{URI: "https://copse.test/ap/people/" + title, Type: db.ActorPerson, Handle: title, Host: "copse.test", Local: true}
	h.ok(h.store.CreateActor(h.ctx, ann))
	p := &db.Post{AuthorID: ann.ID, Title: title, Kind: db.KindDiscussion, State: db.PostPublished, Visibility: visibility, Local: true}
	p.ID = h.store.NewID()
	p.URI = fmt.Sprintf("https://copse.test/ap/objects/%d", p.ID)
	h.ok(h.store.CreatePost(h.ctx, p, nil))
	act := &db.Activity{URI: p.URI + "/create", Type: "Create", ActorID: ann.ID, PostID: p.ID, ObjectURI: p.URI, Body: []byte(`{"content":"` + title + `"}`)}
	h.ok(h.store.CreateActivity(h.ctx, act))
	for host, state := range ends {
		d := &db.Delivery{ActivityID: act.ID, Host: host, Inbox: "https://" + host + "/inbox"}
		h.ok(h.store.CreateDeliveries(h.ctx, []*db.Delivery{d}))
		if state != db.DeliveryPending {
			h.ok(h.store.EndDeliveries(h.ctx, []int64{d.ID}, db.DeliveryEnd{State: state, Code: 400, Error: "400 bad", Tries: 2}))
		}
	}
	return p
}

func TestShow_byWhatAnAdminCopies(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.post("pump", db.VisibilityPublic, map[string]int16{"far.test": db.DeliveryDone, "slow.test": db.DeliveryPending})
	for _, ref := range []string{
		fmt.Sprint(p.ID), " " + fmt.Sprint(p.ID) + "\n", p.URI, fmt.Sprintf("https://copse.test/p/%d/receipts?live=1", p.ID),
		fmt.Sprintf("https://copse.test/d/%d#p%d", p.ID, p.ID), fmt.Sprintf("https://copse.test/d/%d?after=x", p.ID),
	} {
		got, err := h.desk.Show(h.ctx, ref)
		if err != nil || got.Title != "pump" || got.Counts.Has != 1 || got.Counts.Waits != 1 || len(got.Hosts) != 2 || !got.Listed {
			t.Errorf("%q: %+v, %v", ref, got, err)
		}
	}
	for _, ref := range []string{"", "9", "https://copse.test/", "https://copse.test/p/", "https://far.test/p/" + fmt.Sprint(p.ID)} {
		if got, err := h.desk.Show(h.ctx, ref); err == nil {
			t.Errorf("%q is taken for %+v", ref, got)
		}
	}
}

func TestShow_saysWhy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.post("pump", db.VisibilityPublic, map[string]int16{
		"a.test": db.DeliveryPending, "b.test": db.DeliveryPending, "c.test": db.DeliveryPending, "d.test": db.DeliveryRefused,
		"e.test": db.DeliverySuperseded, "f.test": db.DeliveryCancelled, "g.test": db.DeliveryExpired, "h.test": db.DeliveryDone,
	})
	now := h.store.Now()
	h.ok(h.store.SaveHostHealth(h.ctx, []*db.Host{
		{Name: "a.test", State: db.BreakerOpen, Streak: 5, FailingSince: now, NextProbeAt: now, LastError: "timed out"},
		{Name: "b.test", State: db.BreakerClosed},
	}))
	h.ok(h.store.PauseHost(h.ctx, "b.test"))
	got, err := h.desk.Show(h.ctx, p.URI)
	h.ok(err)
	l := got.Listing()
	var lines []string
	for _, row := range l.Rows {
		lines = append(lines, strings.Join([]string{row[0], row[1], row[5], row[6]}, "|"))
	}
	want := "a.test|waits|the host does not answer|timed out\nb.test|waits|paused by an admin|-\nc.test|waits|-|-\nd.test|refused|-|400 bad\n" +
		"g.test|expired|-|400 bad\nf.test|cancelled|-|400 bad\ne.test|superseded|-|400 bad\nh.test|has it|-|-"
	if text := strings.Join(lines, "\n"); text != want || l.Text != "1 of 8 have it, 3 wait.\n" {
		t.Errorf("%s\n%s\nwant\n%s", text, l.Text, want)
	}
}

func TestStatus_counts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.post("pump", db.VisibilityPublic, map[string]int16{"far.test": db.DeliveryPending, "slow.test": db.DeliveryPending, "rude.test": db.DeliveryRefused})
	h.ok(h.store.SaveHostHealth(h.ctx, []*db.Host{{Name: "slow.test", State: db.BreakerOpen, Streak: 5, FailingSince: h.store.Now(), LastError: "timed out"}}))
	s, err := h.desk.Status(h.ctx)
	h.ok(err)
	if s.Waiting != 2 || s.Dead != 1 || s.Open != 1 || s.Dormant != 0 || len(s.Classes) != 1 || s.Classes[0].Class != "normal" || s.Classes[0].Oldest == nil {
		t.Errorf("%+v", s)
	}
	text := s.Listing().Text
	for _, words := range []string{"normal: 2 wait", "left alone for a while: 1", "Given up: 1"} {
		if !strings.Contains(text, words) {
			t.Errorf("%q lacks %q", text, words)
		}
	}
}

// To run a server isn't to read what people write to one another (T47): an export has no private
// words.
func TestT47_exportWithoutPrivateWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.post("open", db.VisibilityPublic, map[string]int16{"far.test": db.DeliveryRefused})
	h.post("whisper", db.VisibilityDirect, map[string]int16{"far.test": db.DeliveryExpired})
	h.post("other", db.VisibilityPublic, map[string]int16{"else.test": db.DeliveryExpired})
	var out bytes.Buffer
	h.ok(h.desk.Export(h.ctx, &out, ""))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 || strings.Contains(out.String(), "whisper\"}") || !strings.Contains(out.String(), `"body":{"content":"open"}`) {
		t.Errorf("export\n%s", out.String())
	}
	for _, line := range lines {
		var d map[string]any
		if err := json.Unmarshal([]byte(line), &d); err != nil || d["last_error"] != "400 bad" || d["private"] == (d["body"] != nil) {
			t.Errorf("%s: %v", line, err)
		}
	}
	hosts, err := h.desk.DeadHosts(h.ctx)
	if err != nil || len(hosts) != 2 || hosts[1].Refused != 1 || hosts[1].Expired != 1 {
		t.Errorf("%+v, %v", hosts, err)
	}
	letters, err := h.desk.Letters(h.ctx, "far.test", 0, 1)
	if err != nil || len(letters) != 1 || letters[0].State != "refused" || !strings.Contains(outgoing.LettersListing(letters, 1).Text, "--after") {
		t.Errorf("%+v, %v", letters, err)
	}
}

func TestDo_dropLeavesDeadLettersUnlessAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.post("pump", db.VisibilityPublic, map[string]int16{"far.test": db.DeliveryPending})
	h.post("well", db.VisibilityPublic, map[string]int16{"far.test": db.DeliveryRefused})
	c, err := h.desk.Weigh(h.ctx, outgoing.Drop, "far.test")
	h.ok(err)
	if c.Waiting != 1 || c.Dead != 1 || c.Done {
		t.Errorf("weighed %+v", c)
	}
	c.Dead = 0
	h.ok(h.desk.Do(h.ctx, c))
	if left, err := h.desk.Weigh(h.ctx, outgoing.Drop, "far.test"); err != nil || left.Waiting != 0 || left.Dead != 1 {
		t.Errorf("left %+v, %v", left, err)
	}
	if err := h.desk.Do(h.ctx, &outgoing.Change{Host: "far.test", Act: "explode"}); err == nil {
		t.Error("an act that there is not")
	}
}
