package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest/fedify"
)

// TestFedify_secondKnock: a server that refuses our Cavage signature is asked again with RFC 9421,
// and finds both to be good.
func TestFedify_secondKnock(t *testing.T) {
	t.Parallel()
	l := newFedifyLab(t, fedify.Options{})
	l.ok(l.peer.Refuse(l.ctx, http.StatusUnauthorized, 0))
	_, err := l.peer.Follow(l.ctx, "farid", l.handle())
	l.ok(err)
	eventually(t, "the Accept is tried twice", func() bool { return len(l.ours(http.MethodPost)) >= 2 })
	for n, want := range []string{fedify.Cavage, fedify.RFC9421} {
		r := l.ours(http.MethodPost)[n]
		if r.Signature != want || !r.Verified || r.Proof != "good" || r.Status != http.StatusUnauthorized {
			t.Errorf("knock %d: signature %q, verified %t (%s), proof %s, answered %d; want %q, true, good, 401",
				n+1, r.Signature, r.Verified, r.Reason, r.Proof, r.Status, want)
		}
	}
}

// TestFedify_readsOurs: our signed GETs open what a server with authorized fetch keeps closed.
func TestFedify_readsOurs(t *testing.T) {
	t.Parallel()
	l := newFedifyLab(t, fedify.Options{Secure: true})
	post, err := l.peer.Post(l.ctx, fedify.Note{As: "farid", Text: "<p>Dry again in Karu.</p>"})
	l.ok(err)
	if a := l.actor("farid@" + l.peer.Host); a.URI != l.peer.Actor("farid") || a.Type != db.ActorPerson {
		t.Errorf("the handle leads to %s %s", a.Type, a.URI)
	}
	f, err := l.resolver.Object(l.ctx, post.ID)
	l.ok(err)
	if f.Author.URI != l.peer.Actor("farid") || !strings.Contains(f.Doc.Content, "Dry again") {
		t.Errorf("read %q by %s", f.Doc.Content, f.Author.URI)
	}
	signed := 0
	for _, r := range l.ours(http.MethodGet) {
		if r.Signature != "" {
			signed++
			if !r.Verified || r.Signature != fedify.Cavage || !strings.HasPrefix(r.Key, l.iris.Instance()) {
				t.Errorf("GET %s: signature %q by %s, verified %t (%s)", r.Path, r.Signature, r.Key, r.Verified, r.Reason)
			}
		}
	}
	if signed == 0 {
		t.Error("no GET of ours was signed")
	}
}

// TestFedify_changedKey: a new key under the old id is fetched when the old one no longer fits,
// and with the last word of its owner the person is gone.
func TestFedify_changedKey(t *testing.T) {
	t.Parallel()
	l := newFedifyLab(t, fedify.Options{})
	first, err := l.peer.Post(l.ctx, fedify.Note{As: "farid", Text: "<p>Who tests the seals?</p>", To: []string{l.handle()}})
	l.ok(err)
	l.arrives(first.ID)
	before := l.actor("farid@" + l.peer.Host).PublicKey
	l.ok(l.peer.Rotate(l.ctx, "farid"))
	second, err := l.peer.Post(l.ctx, fedify.Note{As: "farid", Text: "<p>We test them.</p>", InReplyTo: first.ID, To: []string{l.handle()}})
	l.ok(err)
	l.arrives(second.ID)
	if after := l.actor("farid@" + l.peer.Host).PublicKey; after == before {
		t.Error("the key is still the old one")
	}
	l.ok(l.peer.Leave(l.ctx, "farid", l.handle()))
	l.becomes(second.ID, "is erased", func(p *db.Post) bool { return p.State == db.PostDeleted && p.Content == "" })
	a, err := l.store.ActorByURI(l.ctx, l.peer.Actor("farid"))
	l.ok(err)
	if a.DeletedAt.IsZero() {
		t.Error("farid is not known to be gone")
	}
}
