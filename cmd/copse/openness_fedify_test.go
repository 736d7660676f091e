package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/fedtest/fedify"
	"github.com/copse-social/copse/server/community"
)

// TestFedify_membersOnly: an approved follower on a server that nobody here wrote reads the group's
// own followers-only Note back with a signed GET, and one whose follow waits finds nothing, wherever
// they look (wire.md 6b). What is released they both read, and nothing around it.
func TestFedify_membersOnly(t *testing.T) {
	t.Parallel()
	l := newFedifyLab(t, fedify.Options{Users: []string{"farid", "eve"}, Software: "mastodon"})
	l.cop = l.opens("amina", "quiet", community.NewGroup{Name: "Quiet room", Openness: db.OpennessRestricted, Languages: "en"})
	for _, who := range []string{"farid", "eve"} {
		_, err := l.peer.Follow(l.ctx, who, l.handle())
		l.ok(err)
		eventually(t, who+" asks", func() bool {
			a, err := l.store.ActorByHandle(l.ctx, who, l.peer.Host)
			if err != nil {
				return false
			}
			_, err = l.store.FollowBetween(l.ctx, a.ID, l.cop.ActorID)
			return err == nil
		})
	}
	l.admits("farid")
	uri := l.starts("amina", "quiet", "Fridge fails", "At 43 degrees.")
	told := l.peer.Wait(t, "the group's own Note", func(r fedify.Received) bool {
		return r.Type == "Create" && r.Actor == l.cop.Actor.URI && strings.Contains(string(r.JSON), "At 43 degrees.")
	})
	note, err := l.peer.Fetch(l.ctx, "farid", told.Object)
	l.ok(err)
	var doc fedtest.Doc
	l.ok(json.Unmarshal(note.Document, &doc))
	if why := droppedByMicroblogs(doc, l.cop.Actor); why != "" {
		t.Errorf("Mastodon or GoToSocial would drop it: %s\n%s", why, note.Document)
	}
	post := l.post(uri)
	closed := []string{
		told.Object, uri, uri + "/replies", uri + "/likes", l.iris.Context(post.ID), l.cop.Actor.URI + "/outbox?page=1",
		l.cop.Actor.URI + "/followers?page=1", l.iris.DiscussionPage(post.ID), l.iris.PostPage(post.ID),
	}
	l.hiddenFrom("eve", closed)
	l.tx(func(ctx context.Context, tx *db.Store) error { return l.trust.Release(ctx, tx, l.actor("amina"), post) })
	open := l.peer.Wait(t, "the released Note", func(r fedify.Received) bool {
		return r.Type == "Create" && r.Object != told.Object && strings.Contains(string(r.JSON), "opened it to everybody")
	})
	if got, err := l.peer.Fetch(l.ctx, "eve", open.Object); err != nil || !strings.Contains(string(got.Document), "At 43 degrees.") {
		t.Errorf("released, it reads as %s, %v", got.Document, err)
	}
	l.hiddenFrom("eve", closed[:7]) // its pages are those of the released text now
	l.tx(func(ctx context.Context, tx *db.Store) error {
		return l.trust.TakeBack(ctx, tx, l.actor("amina"), post)
	})
	l.peer.WaitFor(t, "Delete", open.Object)
	l.hiddenFrom("eve", append(closed, open.Object))
	l.allVerified()
}

// admits lets somebody in who asked to follow the group.
func (l *fedifyLab) admits(who string) {
	l.t.Helper()
	a, err := l.store.ActorByHandle(l.ctx, who, l.peer.Host)
	l.ok(err)
	f, err := l.store.FollowBetween(l.ctx, a.ID, l.cop.ActorID)
	l.ok(err)
	l.tx(func(ctx context.Context, tx *db.Store) error {
		return l.community.AcceptFollow(ctx, tx, l.actor("amina"), f)
	})
	eventually(l.t, who+" is let in", func() bool {
		states, err := l.peer.Following(l.ctx, who)
		return err == nil && states[l.cop.Actor.URI] == "accepted"
	})
}

// hiddenFrom wants addresses to answer somebody of the peer's that there is nothing.
func (l *fedifyLab) hiddenFrom(who string, addresses []string) {
	l.t.Helper()
	for _, iri := range addresses {
		got, err := l.peer.Fetch(l.ctx, who, iri)
		no, is := errors.AsType[*fedify.Refused](err)
		if !is || no.Status != http.StatusNotFound && no.Status != http.StatusGone {
			l.t.Errorf("%s reads %s: %s, %v; want nothing there", who, iri, got.Document, err)
		}
	}
}

// droppedByMicroblogs says why Mastodon or GoToSocial would not show a followers-only Note of a
// group, after peers.md B2 and B5; "" where they do.
func droppedByMicroblogs(note fedtest.Doc, g *db.Actor) string {
	to, many := note["to"].([]any)
	if !many {
		to = []any{note["to"]}
	}
	words, _ := note["contentMap"].(map[string]any)
	switch {
	case note["type"] != "Note":
		return "no Note"
	case note["attributedTo"] != g.URI:
		return "its author is not who is followed"
	case len(to) != 1 || to[0] != g.FollowersURI:
		return "not to the followers of its author alone"
	case note["cc"] != nil:
		return "somebody stands in cc"
	case note["name"] != nil:
		return "a name becomes a warning"
	case note["published"] == nil || note["content"] == nil || len(words) != 1:
		return "no date, no text, or not one language"
	case strings.Contains(string(mustJSON(note)), "#Public"):
		return "it names the public"
	}
	return ""
}

func mustJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
