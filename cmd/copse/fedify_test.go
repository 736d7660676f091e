package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/fedtest/fedify"
)

// TestFedify_conversation walks the main way between a group of ours and a person on a server
// that nobody here wrote, once for each kind of signature that server begins with.
func TestFedify_conversation(t *testing.T) {
	t.Parallel()
	for _, knock := range []string{fedify.Cavage, fedify.RFC9421} {
		t.Run(knock, func(t *testing.T) {
			t.Parallel()
			l := newFedifyLab(t, fedify.Options{FirstKnock: knock})
			l.isFound()
			l.isFollowed()
			ours := l.announces()
			l.isAnswered(ours)
			l.takesMention()
			l.allVerified()
		})
	}
}

// isFound: WebFinger leads to the group, and NodeInfo passes a strict reading.
func (l *fedifyLab) isFound() {
	l.t.Helper()
	found, err := l.peer.Lookup(l.ctx, l.handle())
	l.ok(err)
	if found.ID != l.cop.Actor.URI || found.Type != "Group" {
		l.t.Errorf("%s leads to %s %s, want Group %s", l.handle(), found.Type, found.ID, l.cop.Actor.URI)
	}
	info, err := l.peer.NodeInfo(l.ctx, l.iris.Base())
	l.ok(err)
	if !strings.Contains(string(info), "copse") {
		l.t.Errorf("NodeInfo reads %s", info)
	}
}

// isFollowed: a signed Follow gets its Accept.
func (l *fedifyLab) isFollowed() {
	l.t.Helper()
	follow, err := l.peer.Follow(l.ctx, "farid", l.handle())
	l.ok(err)
	l.peer.WaitFor(l.t, "Accept", follow)
	states, err := l.peer.Following(l.ctx, "farid")
	l.ok(err)
	if states[l.cop.Actor.URI] != "accepted" {
		l.t.Errorf("farid's follows stand at %v", states)
	}
	if !l.hasFollower("coldchain", "farid@"+l.peer.Host) {
		l.t.Error("farid is no follower here")
	}
	h, err := l.store.HostByName(l.ctx, l.peer.Host)
	l.ok(err)
	if h.Software != "fedifypeer" || h.Family != "" {
		l.t.Errorf("the peer's host is known as %q of family %q", h.Software, h.Family)
	}
}

// announces: a new discussion reaches a server of unknown make in both dialects, and everything it
// names can be read with a signed GET.
func (l *fedifyLab) announces() string {
	l.t.Helper()
	uri := l.starts("amina", "coldchain", "Fridge fails at 43 °C", "The fridge in **Karu** stopped twice.")
	l.peer.WaitFor(l.t, "Announce", uri)
	create, err := l.store.ActivityByID(l.ctx, l.post(uri).CreateActivityID)
	l.ok(err)
	whole := l.peer.WaitFor(l.t, "Announce", create.URI)
	if !strings.Contains(string(whole.JSON), "stopped twice") {
		l.t.Errorf("the wrapped Create lacks the text: %s", whole.JSON)
	}
	note, err := l.peer.Fetch(l.ctx, "farid", uri)
	l.ok(err)
	var doc fedtest.Doc
	l.ok(json.Unmarshal(note.Document, &doc))
	text, _ := doc["content"].(string)
	if note.Type != "Note" || doc["name"] != nil || !strings.HasPrefix(text, "<p><strong>Fridge fails at 43 °C</strong></p>") {
		l.t.Errorf("the discussion reads as %s %s", note.Type, note.Document)
	}
	context, _ := doc["context"].(string)
	thread, err := l.peer.Collection(l.ctx, "farid", context)
	l.ok(err)
	if diff := cmp.Diff([]string{uri}, thread); diff != "" {
		l.t.Errorf("context (-want +got):\n%s", diff)
	}
	return uri
}

// isAnswered: reply, edit, like, boost and deletion, as far as the tree reaches.
func (l *fedifyLab) isAnswered(ours string) {
	l.t.Helper()
	reply, err := l.peer.Post(l.ctx, fedify.Note{As: "farid", Text: "<p>Move it off the wall.</p>", InReplyTo: ours})
	l.ok(err)
	if p := l.arrives(reply.ID); p.ReplyToID != l.post(ours).ID || p.State != db.PostPublished || p.GroupID != l.cop.ActorID {
		l.t.Errorf("the reply stands as %s below %d", p.State, p.ReplyToID)
	}
	deeper := l.answers("amina", reply.ID, "By how much?")
	l.peer.WaitFor(l.t, "Create", deeper)
	last, err := l.peer.Post(l.ctx, fedify.Note{As: "hugo", Text: "<p>A hand's breadth.</p>", InReplyTo: deeper})
	l.ok(err)
	l.arrives(last.ID)
	if diff := cmp.Diff([]string{ours, reply.ID, deeper, last.ID}, l.thread(ours)); diff != "" {
		l.t.Errorf("thread (-want +got):\n%s", diff)
	}

	l.ok(l.peer.Edit(l.ctx, "farid", reply.ID, "<p>Move it ten centimetres off the wall.</p>"))
	l.becomes(reply.ID, "is edited", func(p *db.Post) bool {
		return strings.Contains(p.Content, "ten centimetres") && !p.EditedAt.IsZero()
	})
	_, err = l.peer.Like(l.ctx, "hugo", ours)
	l.ok(err)
	l.becomes(ours, "is liked", func(p *db.Post) bool { return p.LikesCount == 1 })
	l.ok(l.peer.Unlike(l.ctx, "hugo", ours))
	l.becomes(ours, "is no longer liked", func(p *db.Post) bool { return p.LikesCount == 0 })
	_, err = l.peer.Announce(l.ctx, "hugo", ours)
	l.ok(err)
	l.becomes(ours, "is shared", func(p *db.Post) bool { return p.SharesCount == 1 })
	l.ok(l.peer.Unannounce(l.ctx, "hugo", ours))
	l.becomes(ours, "is no longer shared", func(p *db.Post) bool { return p.SharesCount == 0 })
	l.ok(l.peer.Delete(l.ctx, "hugo", last.ID))
	l.becomes(last.ID, "is deleted", func(p *db.Post) bool { return p.State == db.PostDeleted && p.Content == "" })

	l.does("amina", deeper, l.exchange.Delete)
	l.peer.WaitFor(l.t, "Delete", deeper)
	_, err = l.peer.Fetch(l.ctx, "farid", deeper)
	if no, is := err.(*fedify.Refused); !is || no.Status != http.StatusGone {
		l.t.Errorf("our deleted post reads %v, want 410", err)
	}
}

// takesMention: a post that names the group begins a discussion, which the group passes on.
func (l *fedifyLab) takesMention() {
	l.t.Helper()
	post, err := l.peer.Post(l.ctx, fedify.Note{
		As: "hugo", To: []string{l.handle()}, Visibility: "unlisted",
		Text: "<p>Which seals last in the heat?</p><p>Ours crack after a year.</p>",
	})
	l.ok(err)
	if p := l.arrives(post.ID); !p.Starts() || p.Title != "Which seals last in the heat?" || p.State != db.PostPublished {
		l.t.Errorf("the mention stands as %s %q, a start: %t", p.State, p.Title, p.Starts())
	}
	l.peer.WaitFor(l.t, "Announce", post.ID)
	l.peer.WaitFor(l.t, "Announce", post.Activity)
	l.ok(l.peer.Edit(l.ctx, "hugo", post.ID, "<p>Which door seals last in the heat?</p><p>Ours crack.</p>"))
	l.becomes(post.ID, "has a new title", func(p *db.Post) bool { return p.Title == "Which door seals last in the heat?" })
	l.ok(l.peer.Delete(l.ctx, "hugo", post.ID))
	l.becomes(post.ID, "is deleted", func(p *db.Post) bool { return p.State == db.PostDeleted })
}
