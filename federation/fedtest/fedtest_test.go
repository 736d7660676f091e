package fedtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
)

func kinds() map[string]fedtest.Kind {
	return map[string]fedtest.Kind{
		"mastodon": fedtest.Mastodon(), "gotosocial": fedtest.GoToSocial(),
		"lemmy": fedtest.Lemmy(), "nodebb": fedtest.NodeBB(),
	}
}

// pair is a peer of the kind beside a Mastodon that talks to it.
func pair(t *testing.T, k fedtest.Kind) (net *fedtest.Network, masto, peer *fedtest.Peer) {
	t.Helper()
	net = &fedtest.Network{}
	return net, fedtest.New(t, net, "masto.test", fedtest.Mastodon()), fedtest.New(t, net, "peer.test", k)
}

func TestPost_signedActivityIsTaken(t *testing.T) {
	t.Parallel()
	for name, k := range kinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, masto, peer := pair(t, k)
			ana, group := masto.Person("ana"), peer.Group("water")
			follow := ana.Activity("Follow", group.ID)
			if r := masto.Post(ana, group.Inbox, follow); r.Status != http.StatusAccepted {
				t.Fatalf("status %d", r.Status)
			}
			got := peer.Received("Follow")
			if len(got) != 1 || got[0]["id"] != follow["id"] {
				t.Errorf("received %v", got)
			}
			last := peer.Requests()[len(peer.Requests())-1]
			if !last.Verified || last.KeyID != ana.KeyID || last.Status != http.StatusAccepted {
				t.Errorf("recorded %+v", last)
			}
		})
	}
}

func TestPost_refusals(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ rfc, mismatch int }{
		"mastodon": {202, 401}, "gotosocial": {401, 500}, "lemmy": {400, 400}, "nodebb": {400, 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, masto, peer := pair(t, kinds()[name])
			ana, eve, bob := masto.Person("ana"), masto.Person("eve"), peer.Person("bob")
			like := ana.Activity("Like", bob.ID)
			if r := masto.PostAs(ana, sign.RFC9421, bob.Inbox, like); r.Status != want.rfc {
				t.Errorf("RFC 9421: status %d, want %d", r.Status, want.rfc)
			}
			if r := masto.Post(eve, bob.Inbox, like); r.Status != want.mismatch {
				t.Errorf("other signer: status %d, want %d", r.Status, want.mismatch)
			}
			if r := masto.Send(masto.Request(http.MethodPost, bob.Inbox, like)); r.Status != http.StatusUnauthorized {
				t.Errorf("unsigned: status %d", r.Status)
			}
		})
	}
}

func TestPost_tamperedBody(t *testing.T) {
	t.Parallel()
	_, masto, peer := pair(t, fedtest.Mastodon())
	ana, bob := masto.Person("ana"), peer.Person("bob")
	req := masto.Sign(masto.Request(http.MethodPost, bob.Inbox, ana.Activity("Like", bob.ID)), ana, sign.Cavage)
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		t.Fatal(err)
	}
	req.Body = io.NopCloser(bytes.NewReader(bytes.Replace(raw, []byte("Like"), []byte("Flag"), 1)))
	if r := masto.Send(req); r.Status != http.StatusUnauthorized {
		t.Errorf("status %d", r.Status)
	}
	if got := peer.Received(); len(got) != 0 {
		t.Errorf("received %v", got)
	}
}

func TestGet_signedReadsOnly(t *testing.T) {
	t.Parallel()
	_, masto, gts := pair(t, fedtest.GoToSocial())
	bob := gts.Person("bob")
	note := bob.Note("hello")
	for _, c := range []struct {
		name, iri string
		as        *fedtest.Actor
		want      int
	}{
		{"actor unsigned", bob.ID, nil, 401},
		{"actor signed", bob.ID, masto.Instance(), 200},
		{"key unsigned", bob.KeyID, nil, 200},
		{"object unsigned", note["id"].(string), nil, 401},
		{"object signed", note["id"].(string), masto.Instance(), 200},
		{"activity signed", bob.Create(note)["id"].(string), masto.Instance(), 404},
	} {
		if r := masto.GetAs(c.as, c.iri); r.Status != c.want {
			t.Errorf("%s: status %d, want %d", c.name, r.Status, c.want)
		}
	}
}

func TestRotate_oldKeyNoLongerVerifies(t *testing.T) {
	t.Parallel()
	_, masto, peer := pair(t, fedtest.Mastodon())
	ana, bob := masto.Person("ana"), peer.Person("bob")
	old := masto.Sign(masto.Request(http.MethodPost, bob.Inbox, ana.Activity("Like", bob.ID)), ana, sign.Cavage)
	masto.Rotate(ana)
	if r := masto.Send(old); r.Status != http.StatusUnauthorized {
		t.Errorf("old key: status %d", r.Status)
	}
	if r := masto.Post(ana, bob.Inbox, ana.Activity("Like", bob.ID)); r.Status != http.StatusAccepted {
		t.Errorf("new key: status %d", r.Status)
	}
}

func TestShapes(t *testing.T) {
	t.Parallel()
	group := fedtest.Target{ID: "https://alpha.test/ap/groups/1", Handle: "water@alpha.test"}
	for name, want := range map[string]struct{ thread, answer string }{
		"mastodon": {"Note", "Note"}, "gotosocial": {"Note", "Note"},
		"lemmy": {"Page", "Note"}, "nodebb": {"Article", "Note"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, peer := pair(t, kinds()[name])
			bob := peer.Person("bob")
			thread := bob.Thread(group, "Filters", "Which ones last?")
			answer := bob.Answer(thread, "Ceramic")
			if thread["type"] != want.thread || answer["type"] != want.answer {
				t.Errorf("types %v, %v", thread["type"], answer["type"])
			}
			if answer["inReplyTo"] != thread["id"] {
				t.Errorf("inReplyTo %v", answer["inReplyTo"])
			}
			if !strings.Contains(encode(t, thread), group.ID) {
				t.Errorf("thread does not address the group: %v", thread)
			}
			create := bob.Create(thread)
			if create["actor"] != bob.ID || create["object"].(fedtest.Doc)["id"] != thread["id"] {
				t.Errorf("create %v", create)
			}
			if diff := cmp.Diff(thread["to"], create["to"]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func encode(t *testing.T, d fedtest.Doc) string {
	t.Helper()
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestMoods(t *testing.T) {
	t.Parallel()
	_, masto, peer := pair(t, fedtest.Mastodon())
	ana, bob := masto.Person("ana"), peer.Person("bob")
	post := func() fedtest.Reply { return masto.Post(ana, bob.Inbox, ana.Activity("Like", bob.ID)) }

	peer.Busy(http.StatusTooManyRequests, time.Minute)
	if r := post(); r.Status != http.StatusTooManyRequests || r.Header.Get("Retry-After") != "60" {
		t.Errorf("busy: %d %q", r.Status, r.Header.Get("Retry-After"))
	}
	peer.Refuse(http.StatusForbidden)
	if r := post(); r.Status != http.StatusForbidden || r.Header.Get("Retry-After") != "" {
		t.Errorf("refuse: %d", r.Status)
	}
	peer.RefuseReads(http.StatusBadGateway)
	if r := masto.Get(bob.ID); r.Status != http.StatusBadGateway {
		t.Errorf("reads: %d", r.Status)
	}
	peer.Recover()
	if r := post(); r.Status != http.StatusAccepted {
		t.Errorf("recovered: %d", r.Status)
	}
	if n := len(peer.Received()); n != 1 {
		t.Errorf("%d received", n)
	}
	peer.Forget()
	if n := len(peer.Requests()); n != 0 {
		t.Errorf("%d requests after Forget", n)
	}
}

func TestStall_untilReleasedOrGivenUp(t *testing.T) {
	t.Parallel()
	net, masto, peer := pair(t, fedtest.Mastodon())
	bob := peer.Person("bob")
	release := peer.Stall()

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req := masto.Request(http.MethodGet, bob.ID, nil).WithContext(ctx)
	if _, err := net.RoundTrip(req); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	done := make(chan fedtest.Reply)
	go func() { done <- masto.Get(bob.ID) }()
	release()
	if r := <-done; r.Status != http.StatusOK {
		t.Errorf("released: status %d", r.Status)
	}
}

func TestDelete_asTheKindDoes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"mastodon": 404, "gotosocial": 404, "lemmy": 410, "nodebb": 200} {
		_, masto, peer := pair(t, kinds()[name])
		note := peer.Person("bob").Note("gone soon")
		peer.Delete(note["id"].(string))
		if r := masto.Get(note["id"].(string)); r.Status != want {
			t.Errorf("%s: status %d, want %d", name, r.Status, want)
		}
	}
}

func TestUpdate_newFormIsServed(t *testing.T) {
	t.Parallel()
	_, masto, peer := pair(t, fedtest.Lemmy())
	bob := peer.Person("bob")
	note := bob.Note("first")
	update := bob.Update(note, fedtest.Doc{"content": "<p>second</p>"})
	if update["type"] != "Update" || !strings.Contains(string(masto.Get(note["id"].(string)).Body), "second") {
		t.Errorf("update %v", update)
	}
}

func TestETag(t *testing.T) {
	t.Parallel()
	_, masto, peer := pair(t, fedtest.Mastodon())
	bob := peer.Person("bob")
	etag := masto.Get(bob.ID).Header.Get("ETag")
	req := masto.Request(http.MethodGet, bob.ID, nil)
	req.Header.Set("If-None-Match", etag)
	if r := masto.Send(req); r.Status != http.StatusNotModified {
		t.Errorf("status %d for %s", r.Status, etag)
	}
}
