package fedify_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/copse-social/copse/federation/fedtest/fedify"
)

// ways are the four ways in which two servers may talk here.
var ways = []struct {
	name, host, knock string
	tls               bool
}{
	{"http cavage", "127.0.0.1", fedify.Cavage, false},
	{"http rfc9421", "127.0.0.1", fedify.RFC9421, false},
	{"https cavage", "127.0.0.1", fedify.Cavage, true},
	{"https rfc9421 by name", "peer.example", fedify.RFC9421, true},
}

func TestPeer_followAndCreate(t *testing.T) {
	t.Parallel()
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			o := fedify.Options{Host: way.host, FirstKnock: way.knock}
			if way.tls {
				o.Authority = fedify.NewAuthority(t)
			}
			home, away := fedify.Start(t, o), fedify.Start(t, o)
			follow, err := home.Follow(t.Context(), "farid", away.Handle("hugo"))
			if err != nil {
				t.Fatal(err)
			}
			away.WaitFor(t, "Follow", away.Actor("hugo"))
			home.WaitFor(t, "Accept", follow)
			states, err := home.Following(t.Context(), "farid")
			if err != nil || states[away.Actor("hugo")] != "accepted" {
				t.Fatalf("following = %v, %v; want hugo accepted", states, err)
			}
			post, err := away.Post(t.Context(), fedify.Note{As: "hugo", Text: "<p>Rain at last.</p>"})
			if err != nil {
				t.Fatal(err)
			}
			home.WaitFor(t, "Create", post.ID)
			assertSigned(t, home, way.knock)
		})
	}
}

// assertSigned wants every POST that p took to be signed by knock, and proved.
func assertSigned(t *testing.T, p *fedify.Peer, knock string) {
	t.Helper()
	requests, err := p.Requests(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	posts := 0
	for _, r := range requests {
		if r.Method != http.MethodPost {
			continue
		}
		posts++
		if r.Signature != knock || !r.Verified || r.Proof != "good" || r.Status != http.StatusAccepted {
			t.Errorf("POST %s: signature %q verified %t (%s), proof %s, answered %d; want %s, true, good, 202",
				r.Path, r.Signature, r.Verified, r.Reason, r.Proof, r.Status, knock)
		}
	}
	if posts == 0 {
		t.Error("no POST arrived")
	}
}

func TestPeer_conversation(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := fedify.Options{Authority: fedify.NewAuthority(t)}
	home, away := fedify.Start(t, o), fedify.Start(t, o)

	first, err := home.Post(ctx, fedify.Note{As: "farid", Text: "<p>Who tests wells?</p>", To: []string{away.Handle("hugo")}})
	if err != nil {
		t.Fatal(err)
	}
	got := away.WaitFor(t, "Create", first.ID)
	if !strings.Contains(string(got.JSON), `u-url mention`) || !strings.Contains(string(got.JSON), `"Mention"`) {
		t.Errorf("the post does not mention hugo: %s", got.JSON)
	}
	answer, err := away.Post(ctx, fedify.Note{As: "hugo", Text: "<p>We do.</p>", InReplyTo: first.ID, Visibility: "unlisted"})
	if err != nil {
		t.Fatal(err)
	}
	if got := home.WaitFor(t, "Create", answer.ID); !strings.Contains(string(got.JSON), first.ID) {
		t.Errorf("the answer does not name its parent: %s", got.JSON)
	}
	if err := away.Edit(ctx, "hugo", answer.ID, "<p>We do, each spring.</p>"); err != nil {
		t.Fatal(err)
	}
	got = home.WaitFor(t, "Update", answer.ID)
	if text := string(got.JSON); !strings.Contains(text, "each spring") || !strings.Contains(text, "u-url mention") {
		t.Errorf("the edit lacks its text or mention: %s", got.JSON)
	}
	if _, err := home.Like(ctx, "farid", answer.ID); err != nil {
		t.Fatal(err)
	}
	away.WaitFor(t, "Like", answer.ID)
	if err := home.Unlike(ctx, "farid", answer.ID); err != nil {
		t.Fatal(err)
	}
	away.Wait(t, "Undo by farid", func(r fedify.Received) bool { return r.Type == "Undo" && r.Actor == home.Actor("farid") })
	if _, err := home.Announce(ctx, "farid", answer.ID); err != nil {
		t.Fatal(err)
	}
	away.WaitFor(t, "Announce", answer.ID)
	if err := away.Delete(ctx, "hugo", answer.ID); err != nil {
		t.Fatal(err)
	}
	home.WaitFor(t, "Delete", answer.ID)
	_, err = home.Fetch(ctx, "farid", answer.ID)
	if refused := new(fedify.Refused); !errors.As(err, &refused) || refused.Status != http.StatusGone {
		t.Errorf("fetch of a deleted post: %v, want 410", err)
	}
}

func TestPeer_readsOthers(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := fedify.Options{Authority: fedify.NewAuthority(t), Secure: true, Software: "otherpeer"}
	home, away := fedify.Start(t, o), fedify.Start(t, o)
	found, err := home.Lookup(ctx, away.Handle("hugo"))
	if err != nil || found.Type != "Person" || found.ID != away.Actor("hugo") {
		t.Fatalf("lookup = %+v, %v; want hugo", found, err)
	}
	info, err := home.NodeInfo(ctx, away.Origin)
	if err != nil || !strings.Contains(string(info), "otherpeer") {
		t.Errorf("nodeinfo = %s, %v", info, err)
	}
	post, err := away.Post(ctx, fedify.Note{As: "hugo", Text: "<p>Dry again.</p>"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := home.Lookup(ctx, post.ID); err == nil {
		t.Error("an unsigned GET of a post passed a secure peer")
	}
	if got, err := home.Fetch(ctx, "farid", post.ID); err != nil || got.Type != "Note" {
		t.Errorf("fetch = %+v, %v; want a Note", got, err)
	}
	ids, err := home.Collection(ctx, "farid", away.Actor("hugo")+"/outbox")
	if err != nil || len(ids) != 1 || ids[0] != post.Activity {
		t.Errorf("outbox = %v, %v; want %s", ids, err, post.Activity)
	}
}

func TestPeer_directPostIsNotReadByOthers(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	home, away := fedify.Start(t, fedify.Options{}), fedify.Start(t, fedify.Options{})
	post, err := home.Post(ctx, fedify.Note{
		As: "farid", Text: "<p>For you alone.</p>", To: []string{away.Handle("hugo")}, Visibility: "direct",
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := away.WaitFor(t, "Create", post.ID); got.Inbox != "hugo" {
		t.Errorf("it came to the inbox of %q, want hugo's own", got.Inbox)
	}
	if _, err := away.Fetch(ctx, "hugo", post.ID); err != nil {
		t.Errorf("hugo cannot read it: %v", err)
	}
	if _, err := away.Fetch(ctx, "farid", post.ID); err == nil {
		t.Error("a stranger could read it")
	}
}

func TestPeer_manualAnswerAndUnfollow(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	home, away := fedify.Start(t, fedify.Options{}), fedify.Start(t, fedify.Options{Manual: []string{"hugo"}})
	follow, err := home.Follow(ctx, "farid", away.Handle("hugo"))
	if err != nil {
		t.Fatal(err)
	}
	away.WaitFor(t, "Follow", away.Actor("hugo"))
	if err := away.Answer(ctx, follow, true); err != nil {
		t.Fatal(err)
	}
	home.WaitFor(t, "Accept", follow)
	if err := home.Unfollow(ctx, "farid", away.Handle("hugo")); err != nil {
		t.Fatal(err)
	}
	away.WaitFor(t, "Undo", follow)
	if err := home.Unfollow(ctx, "farid", away.Handle("hugo")); err == nil {
		t.Error("a second unfollow was sent")
	}
}

func TestPeer_refusalAndQueue(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	home, away := fedify.Start(t, fedify.Options{}), fedify.Start(t, fedify.Options{})
	if err := away.Refuse(ctx, http.StatusServiceUnavailable, 1); err != nil {
		t.Fatal(err)
	}
	note := fedify.Note{As: "farid", Text: "<p>Anyone?</p>", To: []string{away.Handle("hugo")}}
	_, err := home.Post(ctx, note)
	if refused := new(fedify.Refused); !errors.As(err, &refused) || refused.Status != http.StatusServiceUnavailable {
		t.Fatalf("post to a refusing peer: %v, want 503", err)
	}
	note.Queued = true
	queued, err := home.Post(ctx, note)
	if err != nil {
		t.Fatal(err)
	}
	if err := away.Refuse(ctx, 0, 0); err != nil {
		t.Fatal(err)
	}
	away.WaitFor(t, "Create", queued.ID)
}

func TestPeer_unsignedIsRecordedAndRefused(t *testing.T) {
	t.Parallel()
	p := fedify.Start(t, fedify.Options{})
	body := `{"@context":"https://www.w3.org/ns/activitystreams","type":"Like","id":"http://nobody.example/1",` +
		`"actor":"http://nobody.example/u","object":"http://nobody.example/2"}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.Origin+"/inbox", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/activity+json")
	resp, err := (&http.Client{}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := p.Inbox(t.Context())
	if err != nil || len(got) != 1 || got[0].Verified || got[0].Reason != "noSignature" {
		t.Errorf("inbox = %+v, %v; want one unverified Like", got, err)
	}
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("answered %d, want 401", resp.StatusCode)
	}
}

func TestPeer_sendsWhatATestWrites(t *testing.T) {
	t.Parallel()
	home, away := fedify.Start(t, fedify.Options{}), fedify.Start(t, fedify.Options{})
	flag := map[string]any{
		"@context": "https://www.w3.org/ns/activitystreams",
		"id":       home.Actor("farid") + "#flags/1",
		"type":     "Flag",
		"actor":    home.Actor("farid"),
		"object":   []string{away.Actor("hugo")},
		"content":  "spam",
	}
	if err := home.Send(t.Context(), "farid", flag, away.Handle("hugo")); err != nil {
		t.Fatal(err)
	}
	away.Wait(t, "Flag", func(r fedify.Received) bool { return r.Type == "Flag" && strings.Contains(string(r.JSON), "spam") })
}

func TestPeer_leaveAndRotate(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	home, away := fedify.Start(t, fedify.Options{}), fedify.Start(t, fedify.Options{})
	before, err := away.Lookup(ctx, home.Handle("hugo"))
	if err != nil {
		t.Fatal(err)
	}
	if err := home.Rotate(ctx, "hugo"); err != nil {
		t.Fatal(err)
	}
	after, err := away.Fetch(ctx, "farid", home.Actor("hugo")) // the signed loader keeps no copy
	if err != nil || keyOf(t, before.JSON) == keyOf(t, after.Document) {
		t.Errorf("the key stayed the same, %v", err)
	}
	// Only a server that knows the key already can verify the last word.
	if _, err := home.Post(ctx, fedify.Note{As: "farid", Text: "<p>Bye.</p>", To: []string{away.Handle("hugo")}}); err != nil {
		t.Fatal(err)
	}
	if err := home.Leave(ctx, "farid", away.Handle("hugo")); err != nil {
		t.Fatal(err)
	}
	away.WaitFor(t, "Delete", home.Actor("farid"))
	_, err = away.Fetch(ctx, "hugo", home.Actor("farid"))
	if refused := new(fedify.Refused); !errors.As(err, &refused) || refused.Status != http.StatusGone {
		t.Errorf("fetch of a person who left: %v, want 410", err)
	}
}

func keyOf(t *testing.T, actor []byte) string {
	t.Helper()
	var doc struct {
		PublicKey struct{ PublicKeyPem string }
	}
	if err := json.Unmarshal(actor, &doc); err != nil || doc.PublicKey.PublicKeyPem == "" {
		t.Fatalf("no key in %s: %v", actor, err)
	}
	return doc.PublicKey.PublicKeyPem
}
