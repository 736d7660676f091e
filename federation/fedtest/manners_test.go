package fedtest_test

import (
	"maps"
	"testing"

	"github.com/copse-social/copse/federation/fedtest"
)

type doc = fedtest.Doc

func TestRefuses(t *testing.T) {
	t.Parallel()
	const g = "https://alpha.test/g"
	note := func(change doc) doc {
		d := doc{"id": "https://masto.test/1", "type": "Note", "attributedTo": "https://masto.test/u", "to": []any{g}, "audience": g, "content": "x"}
		maps.Copy(d, change)
		return d
	}
	for _, c := range []struct {
		name, kind, verb string
		object           any
		want             int
	}{
		{"a post", "lemmy", "Create", note(nil), 202},
		{"author as object", "lemmy", "Create", note(doc{"attributedTo": doc{"id": "x"}}), 400},
		{"authors", "lemmy", "Create", note(doc{"attributedTo": []any{"x", "y"}}), 400},
		{"context as object", "lemmy", "Create", note(doc{"context": doc{"id": "x"}}), 400},
		{"recipient as object", "lemmy", "Create", note(doc{"to": []any{doc{"id": g}}}), 400},
		{"audience not addressed", "lemmy", "Create", note(doc{"to": []any{fedtest.Public}}), 400},
		{"plain text", "lemmy", "Create", note(doc{"mediaType": "text/plain"}), 400},
		{"comment as Article", "lemmy", "Create", note(doc{"type": "Article", "inReplyTo": "x"}), 400},
		{"audio", "lemmy", "Create", note(doc{"attachment": []any{doc{"type": "Audio", "url": "x"}}}), 400},
		{"image", "lemmy", "Create", note(doc{"attachment": []any{doc{"type": "Image", "url": "x"}}}), 202},
		{"link", "lemmy", "Create", note(doc{"attachment": doc{"type": "Link", "href": "x"}}), 202},
		{"wrapped", "lemmy", "Announce", doc{"type": "Create", "object": note(doc{"mediaType": "text/plain"})}, 400},
		{"authors", "nodebb", "Create", note(doc{"attributedTo": []any{"x"}}), 400},
		{"Lock", "nodebb", "Lock", "https://alpha.test/1", 202},
		{"Lock", "gotosocial", "Lock", "https://alpha.test/1", 500},
		{"QuoteRequest", "gotosocial", "QuoteRequest", "https://alpha.test/1", 500},
		{"unknown", "gotosocial", "Resolve", "https://alpha.test/1", 400},
		{"edit by id", "gotosocial", "Update", "https://alpha.test/1", 500},
		{"edit", "gotosocial", "Update", note(nil), 202},
		{"moved post", "gotosocial", "Move", "https://alpha.test/1", 400},
		{"report of a post only", "gotosocial", "Flag", "https://alpha.test/1", 400},
		{"report", "gotosocial", "Flag", []any{"https://alpha.test/u", "https://alpha.test/1"}, 202},
		{"to nobody", "gotosocial", "Create", doc{"type": "Note", "attributedTo": "x"}, 400},
		{"anything", "mastodon", "Resolve", "https://alpha.test/1", 202},
	} {
		t.Run(c.kind+" "+c.verb+" "+c.name, func(t *testing.T) {
			t.Parallel()
			_, masto, peer := pair(t, kinds()[c.kind])
			ana, bob := masto.Person("ana"), peer.Person("bob")
			r := masto.Post(ana, bob.Inbox, ana.Activity(c.verb, c.object))
			got := peer.Requests()[len(peer.Requests())-1]
			if r.Status != c.want || (got.Problem != nil) != (c.want != 202) {
				t.Errorf("status %d, want %d: %v", r.Status, c.want, got.Problem)
			}
			if taken := len(peer.Received()) == 1; taken != (c.want == 202) {
				t.Errorf("taken: %t", taken)
			}
		})
	}
}
