package community_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func (h *home) tell(g *db.Group, n community.Notice, want bool) {
	h.T.Helper()
	h.Do(func(ctx context.Context, tx *db.Store) error {
		said, err := h.r.Tell(ctx, tx, g, n)
		if err == nil && said != want {
			h.T.Errorf("told %s %q: %v, want %v", n.To.Handle, n.Code, said, want)
		}
		return err
	})
}

func TestTell_aDirectNoteOnceADay(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{Languages: "fr en"})
	ana := h.Remote(db.ActorPerson, "ana", "peer.test", "mastodon")
	about := &db.Post{URI: "https://peer.test/p", AuthorID: ana.ID, Content: "<p>My <strong>pump</strong></p><script>x</script>", Lang: "es"}
	n := community.Notice{To: ana, Code: "followers-only-start", About: about}
	h.tell(g, n, true)
	h.tell(g, n, false)
	h.tell(g, community.Notice{To: ana, Code: "held"}, true) // another thing
	h.Pass(25 * time.Hour)
	h.tell(g, n, true)
	list := h.Outbox("Create")
	if len(list) != 3 {
		t.Fatalf("%d Notes went out, want 3", len(list))
	}
	s := list[0]
	if s.Public || !slices.Equal(s.Inboxes(), []string{ana.Inbox}) {
		t.Errorf("goes to %v, public %v", s.Inboxes(), s.Public)
	}
	note := s.Doc["object"].(map[string]any)
	content := note["content"].(string)
	for _, want := range []string{"es followers-only-start in Group water", "<strong>pump</strong>", ana.URL, "https://copse.test/c/water"} {
		if !strings.Contains(content, want) {
			t.Errorf("%q lacks %q", content, want)
		}
	}
	if strings.Contains(content, "script") || note["inReplyTo"] != about.URI || note["attributedTo"] != g.Actor.URI {
		t.Errorf("note %v", note)
	}
	if to := note["to"].([]any); len(to) != 1 || to[0] != ana.URI || note["cc"] != nil {
		t.Errorf("addressed to %v, %v", note["to"], note["cc"])
	}
	if fr := list[1].Doc["object"].(map[string]any)["content"].(string); !strings.Contains(fr, "fr held") {
		t.Errorf("%q is not in the group's language", fr)
	}
	p, err := h.Store.PostByURI(h.Ctx, note["id"].(string))
	h.OK(err)
	if p.Visibility != db.VisibilityDirect || p.Kind != db.KindNote || p.GroupID != g.ActorID || p.CreateActivityID != s.ID {
		t.Errorf("stored %+v", p)
	}
	again, err := h.Store.GroupByID(h.Ctx, g.ActorID)
	if err != nil || again.DiscussionsCount != 0 {
		t.Errorf("private words count as %d discussions, %v", again.DiscussionsCount, err)
	}
}

func TestTell_oursInTheirInbox(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, ana := h.Group("water", community.NewGroup{}), h.Person("ana")
	for range 2 {
		h.tell(g, community.Notice{To: ana, Code: "banned"}, len(h.Lines(ana)) == 0)
	}
	h.tell(g, community.Notice{To: ana, Code: "held", About: h.Post(g, ana, nil)}, true)
	if !slices.Equal(h.Lines(ana), []string{db.NotifyHeld, db.NotifyRefused}) || len(h.Outbox()) != 0 {
		t.Errorf("notifications %v, sent %v", h.Lines(ana), h.Outbox())
	}
}

func TestTell_silence(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{})
	ana := h.Remote(db.ActorPerson, "ana", "peer.test", "")
	h.tell(g, community.Notice{To: ana, Code: "wordless"}, false)
	h.tell(g, community.Notice{To: h.RemoteGroup("soil", "peer.test", "").Actor, Code: "held"}, false) // no talk between groups
	ana.SuspendedAt = h.Store.Now()
	h.tell(g, community.Notice{To: ana, Code: "held"}, false)
	if len(h.Outbox()) != 0 {
		t.Errorf("sent %v", h.Outbox())
	}
}

func TestTell_answersAStoredPost(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{})
	ana := h.Remote(db.ActorPerson, "ana", "peer.test", "mastodon")
	p := h.Post(g, ana, nil)
	h.tell(g, community.Notice{To: ana, Code: "held", About: p}, true)
	note, err := h.Store.PostByURI(h.Ctx, h.One("Create").Doc["object"].(map[string]any)["id"].(string))
	h.OK(err)
	top, err := h.Store.PostByID(h.Ctx, p.ID)
	h.OK(err)
	if note.ReplyToID != p.ID || top.RepliesCount != 0 {
		t.Errorf("answers %d, counted as %d answers", note.ReplyToID, top.RepliesCount)
	}
}
