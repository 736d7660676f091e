package exchange_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// mentionFrom lets somebody elsewhere start a discussion by a mention.
func (h *house) mentionFrom(who *db.Actor, g *db.Group, html string) (*federation.Incoming, federation.Outcome) {
	h.t.Helper()
	in := incoming(h.t, who, activity("Create", who, note(who, html, "", g.Actor)))
	return in, h.take(h.ex.TakeCreate, in)
}

// replyFrom lets somebody elsewhere answer.
func (h *house) replyFrom(who *db.Actor, to *db.Post, html string, mentions ...*db.Actor) (*federation.Incoming, federation.Outcome) {
	h.t.Helper()
	in := incoming(h.t, who, activity("Create", who, note(who, html, to.URI, mentions...)))
	return in, h.take(h.ex.TakeCreate, in)
}

func TestTakeCreate_mentionBecomesADiscussion(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	h.outbox()
	in, out := h.mentionFrom(mo, g, `<p><span class="h-card"><a href="`+g.Actor.URL+`" class="u-url mention">@<span>water</span></a></span> Which strips last?</p><p>Ours fade within a month.</p>`)
	if out.State != db.ReceiptDone {
		t.Fatalf("outcome %+v", out)
	}
	p := h.byURI(in.Object.Doc.ID)
	if p == nil || p.Title != "Which strips last?" || p.GroupID != g.ActorID || p.State != db.PostPublished {
		t.Fatalf("post %+v", p)
	}
	if strings.Contains(p.Content, "Which strips") || !strings.Contains(p.Content, "fade within a month") {
		t.Errorf("text %q, want it without the title", p.Content)
	}
	sent := h.outbox()
	var embedded bool
	for _, s := range sent {
		if o, ok := s.Body["object"].(map[string]any); ok && s.Type == "Announce" && o["id"] == in.Activity.ID {
			embedded = true
		}
	}
	if !embedded || !reaches(sent, "Announce", db.FamilyMicroblog) {
		t.Error("the group does not pass the discussion on")
	}
	again := h.take(h.ex.TakeCreate, in)
	if again.State != db.ReceiptIgnored || again.Reason != "known" {
		t.Errorf("the same again: %+v", again)
	}
}

func TestTakeCreate_replyAnywhereInTheTree(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	p := h.start(g, amina, "Title", "words")
	first, out := h.replyFrom(mo, p, "<p>With the group named</p>", g.Actor)
	if out.State != db.ReceiptDone {
		t.Fatalf("reply: %+v", out)
	}
	// A reply to a reply that names nobody, has a name (NodeBB) and a context of its own.
	n := note(mo, "<p>Deeper</p>", first.Object.Doc.ID)
	n["name"], n["context"] = "Title", "https://masto.test/topics/1"
	in := incoming(t, mo, activity("Create", mo, n))
	if out := h.take(h.ex.TakeCreate, in); out.State != db.ReceiptDone {
		t.Fatalf("deeper reply: %+v", out)
	}
	deep := h.byURI(in.Object.Doc.ID)
	if deep == nil || deep.DiscussionID != p.ID || deep.Title != "" || deep.Kind != db.KindComment {
		t.Errorf("deeper reply %+v", deep)
	}
	if n := h.post(p.ID).RepliesCount; n != 2 {
		t.Errorf("starter counts %d answers, want 2", n)
	}
	if !slices.Contains(h.inbox(amina), db.NotifyReply) {
		t.Error("the answered person is not told")
	}
}

func TestTakeCreate_refusedIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina, func(n *community.NewGroup) { n.PostPolicy = db.PostMembers })
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	h.outbox()
	for i := range 2 {
		in, out := h.mentionFrom(mo, g, "<p>May I ask</p>")
		if out.State != db.ReceiptRefused || out.Reason != "members-only-start" {
			t.Fatalf("outcome %+v", out)
		}
		if h.byURI(in.Object.Doc.ID) != nil {
			t.Error("a refused post is kept")
		}
		sent := h.outbox()
		if !reaches(sent, "Reject", mo.SharedInbox) {
			t.Error("no Reject for machines")
		}
		words := reaches(sent, "Create", mo.SharedInbox) || reaches(sent, "Create", mo.Inbox)
		if words != (i == 0) {
			t.Errorf("attempt %d: told in words %v; want once a day", i+1, words)
		}
	}
}

func TestTakeCreate_notForThePublic(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	p := h.start(g, amina, "Title", "words")
	h.outbox()
	followersOnly := note(mo, "<p>for my followers</p>", "", g.Actor)
	followersOnly["to"], followersOnly["cc"] = []any{mo.FollowersURI}, []any{g.Actor.URI}
	direct := note(mo, "<p>a private word</p>", "", g.Actor)
	direct["to"], direct["cc"] = []any{g.Actor.URI}, []any{}
	privateReply := note(mo, "<p>a private answer</p>", p.URI, g.Actor)
	privateReply["to"], privateReply["cc"] = []any{g.Actor.URI}, []any{}
	for _, row := range []struct {
		name   string
		object map[string]any
		state  int16
		reason string
	}{
		{"followers only", followersOnly, db.ReceiptRefused, "followers-only"},
		{"direct", direct, db.ReceiptDone, ""},
		{"direct answer", privateReply, db.ReceiptDone, ""},
	} {
		in := incoming(t, mo, activity("Create", mo, row.object))
		if out := h.take(h.ex.TakeCreate, in); out.State != row.state || out.Reason != row.reason {
			t.Errorf("%s: outcome %+v", row.name, out)
		}
		if out := h.outbox(); reaches(out, "Announce", db.FamilyForum) || reaches(out, "Announce", db.FamilyMicroblog) {
			t.Errorf("%s: was announced", row.name)
		}
	}
	if got := h.inbox(amina); len(got) != 2 || got[0] != db.NotifyDirect || got[1] != db.NotifyDirect {
		t.Errorf("the facilitator's inbox %v, want two private messages", got)
	}
	page, err := h.store.ThreadPage(context.Background(), db.ThreadQuery{DiscussionID: p.ID, Limit: 10})
	if err != nil || len(page) != 0 || h.post(p.ID).RepliesCount != 0 {
		t.Errorf("the private answer shows in the thread: %v, %v", page, err)
	}
}

func TestTakeCreate_heldLink(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina, func(n *community.NewGroup) { n.HoldPolicy = db.HoldLinks })
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	p := h.start(g, amina, "Title", "words")
	h.outbox()
	in, out := h.replyFrom(mo, p, `<p>buy cheap pills <a href="https://pills.test/">https://pills.test/</a></p>`, g.Actor)
	if out.State != db.ReceiptDone {
		t.Fatalf("outcome %+v", out)
	}
	held := h.byURI(in.Object.Doc.ID)
	if held.State != db.PostHeld {
		t.Fatalf("state %q, want held", held.State)
	}
	sent := h.outbox()
	if reaches(sent, "Announce", db.FamilyForum) {
		t.Error("a held answer was announced")
	}
	if !reaches(sent, "Create", mo.SharedInbox) && !reaches(sent, "Create", mo.Inbox) {
		t.Error("the writer is not told that it is held")
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Approve(ctx, tx, amina, held) })
	var embedded bool
	for _, s := range h.outbox() {
		if o, ok := s.Body["object"].(map[string]any); ok && s.Type == "Announce" && o["id"] == in.Activity.ID {
			embedded = true
		}
	}
	if !embedded {
		t.Error("the approved answer is not passed on as it came")
	}
}

func TestTakeUpdate_secondEditUnderOneID(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.group("water", h.person("amina"))
	mo := h.stranger("mo", "gts.test", db.ActorPerson)
	in, _ := h.mentionFrom(mo, g, "<p>Title here</p><p>one</p>")
	for i, text := range []string{"two", "three"} {
		n := note(mo, "<p>Title here</p><p>"+text+"</p>", "", g.Actor)
		n["id"], n["updated"] = in.Object.Doc.ID, "2026-11-20T13:3"+string(rune('0'+i))+":00Z"
		a := activity("Update", mo, n)
		a["id"] = in.Object.Doc.ID + "/activity#Update"
		if out := h.take(h.ex.TakeUpdate, incoming(t, mo, a)); out.State != db.ReceiptDone {
			t.Fatalf("edit %d: %+v", i+1, out)
		}
		if p := h.byURI(in.Object.Doc.ID); !strings.Contains(p.Content, text) {
			t.Errorf("after edit %d the text is %q", i+1, p.Content)
		}
	}
	if list, _ := h.store.RevisionsOf(context.Background(), h.byURI(in.Object.Doc.ID).ID); len(list) != 2 {
		t.Errorf("%d revisions, want 2", len(list))
	}
}

func TestT22_updateByAnother(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.group("water", h.person("amina"))
	mo, eve := h.stranger("mo", "masto.test", db.ActorPerson), h.stranger("eve", "masto.test", db.ActorPerson)
	in, _ := h.mentionFrom(mo, g, "<p>Title here</p><p>one</p>")
	n := note(eve, "<p>Title here</p><p>forged</p>", "", g.Actor)
	n["id"] = in.Object.Doc.ID
	if out := h.take(h.ex.TakeUpdate, incoming(t, eve, activity("Update", eve, n))); out.State != db.ReceiptRefused {
		t.Errorf("update by another actor of the host: %+v", out)
	}
	if out := h.take(h.ex.TakeDelete, incoming(t, eve, activity("Delete", eve, in.Object.Doc.ID))); out.State != db.ReceiptRefused {
		t.Errorf("delete by another actor of the host: %+v", out)
	}
	if p := h.byURI(in.Object.Doc.ID); p.State != db.PostPublished || strings.Contains(p.Content, "forged") {
		t.Errorf("after the forgeries: %q %q", p.State, p.Content)
	}
}

func TestTakeDelete_beforeCreate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.group("water", h.person("amina"))
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	n := note(mo, "<p>Never mind</p>", "", g.Actor)
	if out := h.take(h.ex.TakeDelete, incoming(t, mo, activity("Delete", mo, n["id"]))); out.State != db.ReceiptIgnored {
		t.Fatalf("delete of the unknown: %+v", out)
	}
	if out := h.take(h.ex.TakeCreate, incoming(t, mo, activity("Create", mo, n))); out.Reason != "deleted-before" {
		t.Errorf("create after its delete: %+v", out)
	}
}

func TestTakeLike_againAfterUndo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	mo := h.stranger("mo", "nodebb.test", db.ActorPerson)
	p := h.start(g, amina, "Title", "words")
	like := activity("Like", mo, p.URI) // NodeBB: one id for every like of a post
	undo := activity("Undo", mo, like)
	for i, step := range []struct {
		do   taker
		act  map[string]any
		want int64
	}{{h.ex.TakeLike, like, 1}, {h.ex.TakeLike, like, 1}, {h.ex.TakeUndoLike, undo, 0}, {h.ex.TakeUndoLike, undo, 0}, {h.ex.TakeLike, like, 0}, {h.ex.TakeLike, like, 1}} {
		h.take(step.do, incoming(t, mo, step.act))
		if n := h.post(p.ID).LikesCount; n != step.want {
			t.Errorf("step %d: %d likes, want %d", i+1, n, step.want)
		}
	}
}

func TestTakeAnnounce_countsAsShareOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	p := h.start(g, amina, "Title", "words")
	h.outbox()
	boost := activity("Announce", mo, p.URI)
	if out := h.take(h.ex.TakeAnnounce, incoming(t, mo, boost)); out.State != db.ReceiptDone {
		t.Fatalf("boost: %+v", out)
	}
	if h.post(p.ID).SharesCount != 1 || len(h.outbox()) != 0 {
		t.Error("a boost is not just counted")
	}
	h.take(h.ex.TakeUndoAnnounce, incoming(t, mo, activity("Undo", mo, boost)))
	if h.post(p.ID).SharesCount != 0 {
		t.Error("a boost taken back still counts")
	}
}

func TestTakeLike_forwardedToTheGroupsHome(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ben := h.person("ben")
	h.do(func(ctx context.Context, tx *db.Store) error { _, err := h.com.EnsureInstance(ctx, tx); return err })
	there := h.stranger("coldchain", "rco.test", db.ActorGroup)
	g, err := h.store.GroupByID(context.Background(), there.ID)
	if err != nil {
		t.Fatal(err)
	}
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	p := h.start(g, ben, "From afar", "words")
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.SetPostState(ctx, p, db.PostPublished, "", there.ID)
	})
	h.outbox()
	like := activity("Like", mo, p.URI)
	h.take(h.ex.TakeLike, incoming(t, mo, like))
	var passed bool
	for _, s := range h.outbox() {
		passed = passed || (s.Type == "Like" && s.Body["id"] == like["id"] && s.To.Inboxes[0].Inbox == there.SharedInbox)
	}
	if !passed {
		t.Error("the like, which only we were told of, does not reach the group's server")
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Delete(ctx, tx, ben, h.post(p.ID)) })
}

func TestTakeCreate_intoTheCopyOfAGroupElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	there, cy := h.stranger("coldchain", "rco.test", db.ActorGroup), h.stranger("cy", "health.test", db.ActorPerson)
	n := note(cy, "<p><strong>Fridge fails</strong></p><p>at 43 degrees</p>", "", there)
	n["copse:title"], n["audience"] = "Fridge fails", there.URI
	create := activity("Create", cy, n)
	direct := incoming(t, cy, create)
	if out := h.take(h.ex.TakeCreate, direct); out.State != db.ReceiptDone || h.byURI(n["id"].(string)).State != db.PostWaiting {
		t.Fatalf("from the author alone: %+v; want it to wait for the group", out)
	}
	passed := incoming(t, cy, create)
	passed.Via = there
	if out := h.take(h.ex.TakeCreate, passed); out.State != db.ReceiptDone {
		t.Fatalf("passed on by the group: %+v", out)
	}
	p := h.byURI(n["id"].(string))
	if p == nil || p.State != db.PostPublished || p.GroupID != there.ID || p.Title != "Fridge fails" || strings.Contains(p.Content, "Fridge fails") {
		t.Fatalf("copy %+v", p)
	}
	// Only the group removes; a stranger's word counts nothing.
	eve := h.stranger("eve", "evil.test", db.ActorPerson)
	del := activity("Delete", eve, p.URI)
	del["summary"] = "spam"
	if out := h.take(h.ex.TakeDelete, incoming(t, eve, del)); out.State != db.ReceiptRefused {
		t.Errorf("removal by a stranger: %+v", out)
	}
	in := incoming(t, eve, del)
	in.Via = there
	if out := h.take(h.ex.TakeDelete, in); out.State != db.ReceiptDone || h.post(p.ID).State != db.PostRemoved {
		t.Errorf("removal passed on by the group: %+v", out)
	}
}

func TestTakeReject_postOfOurs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ben := h.person("ben")
	there, eve := h.stranger("coldchain", "rco.test", db.ActorGroup), h.stranger("eve", "evil.test", db.ActorPerson)
	g, _ := h.store.GroupByID(context.Background(), there.ID)
	p := h.start(g, ben, "From afar", "words")
	create := h.outbox()[0].Body
	reject := func(by *db.Actor) federation.Outcome {
		a := activity("Reject", by, map[string]any{"id": create["id"], "type": "Create", "actor": ben.URI, "object": p.URI})
		a["summary"] = "members-only-start"
		return h.take(h.ex.TakeReject, incoming(t, by, a))
	}
	if out := reject(eve); out.State != db.ReceiptRefused {
		t.Errorf("reject by a stranger: %+v", out)
	}
	if out := reject(there); out.State != db.ReceiptDone {
		t.Errorf("reject by the group: %+v", out)
	}
	if p = h.post(p.ID); p.State != db.PostRefused || p.StateReason != "members-only-start" {
		t.Errorf("after the reject: %q %q", p.State, p.StateReason)
	}
	if !slices.Contains(h.inbox(ben), db.NotifyRefused) {
		t.Error("the author is not told")
	}
}

func TestPostDoc_shape(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	p := h.start(g, amina, "Does 43 °C matter? Yes.", "# Heading\n\n| a | b |\n|---|---|\n| 1 | 2 |")
	doc, err := h.ex.PostDoc(context.Background(), h.store, p)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Type != "Note" || doc.Name != "" || doc.To[0] != g.Actor.URI || doc.Audience != g.Actor.URI || !slices.Contains(doc.To, vocab.Public) {
		t.Errorf("addressing: %+v", doc)
	}
	if !strings.HasPrefix(doc.Content, "<p><strong>Does 43 °C matter? Yes.</strong></p>") || strings.Contains(doc.Content, "<table") || strings.Contains(doc.Content, "<h1") {
		t.Errorf("content %q", doc.Content)
	}
	if !strings.Contains(doc.Content, "@water@copse.test") {
		t.Error("the group is not named in the text")
	}
	if !strings.HasPrefix(doc.Source.Content, "Does 43 °C matter? Yes.\n\n# Heading") {
		t.Errorf("source %q", doc.Source.Content)
	}
	if doc.Replies == nil || doc.Replies.First == nil || doc.Context != h.iris.Context(p.ID) {
		t.Errorf("replies %+v, context %q", doc.Replies, doc.Context)
	}
}

func TestPostDoc_membersOnlyIsNeverPublic(t *testing.T) {
	t.Parallel()
	for _, openness := range []string{db.OpennessRestricted, db.OpennessPrivate, db.OpennessConfidential} {
		h := newHouse(t)
		amina := h.person("amina")
		g := h.group("water", amina, func(n *community.NewGroup) { n.Openness = openness })
		h.outbox()
		p := h.start(g, amina, "Among us", "words")
		if out := h.outbox(); reaches(out, "Announce", db.FamilyForum) || reaches(out, "Announce", db.FamilyMicroblog) {
			t.Errorf("%s: was announced", openness)
		}
		doc, err := h.ex.PostDoc(context.Background(), h.store, p)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(doc.To, vocab.Public) || slices.Contains(doc.Cc, vocab.Public) || !slices.Contains(doc.To, g.Actor.FollowersURI) {
			t.Errorf("%s: to %v, cc %v", openness, doc.To, doc.Cc)
		}
		if act, err := h.store.ActivityByID(context.Background(), p.CreateActivityID); err != nil || act.Public {
			t.Errorf("%s: anybody may fetch the Create (%v)", openness, err)
		}
	}
}
