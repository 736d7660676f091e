package membership_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/membership"
)

func TestTakeJoin(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.person("fay")
	g, closed := h.group("water", db.OpennessOpen, fay), h.group("inner", db.OpennessPrivate, fay)
	charter := h.adopts(g, 1)
	ana, bo := h.remote(db.ActorPerson, "ana", "peer.test", "copse"), h.remote(db.ActorPerson, "bo", "peer.test", "copse")
	join := func(id string, who *db.Actor, g *db.Group, more string) string {
		return fmt.Sprintf(`{"id":"https://peer.test/%s","type":"Join","actor":%q,"object":%q%s}`, id, who.URI, g.Actor.URI, more)
	}
	said := fmt.Sprintf(`,"summary":"I look after pumps in the north.","content":"<p>Hello there</p>","instrument":%q`, charter.URI)
	h.take(h.r.TakeJoin, ana, join("j1", ana, g, ""), "link-short")
	no := h.outbox("Reject")
	if len(no) != 1 || no[0]["summary"] != "link-short" {
		t.Errorf("refused with %v", no)
	}
	h.take(h.r.TakeJoin, ana, join("j2", ana, g, said), "")
	h.take(h.r.TakeJoin, ana, join("j3", ana, g, said), "") // asked again, answered again
	yes := h.outbox("Accept")
	if len(yes) != 2 || h.status(ana, g) != db.MemberNewcomer {
		t.Errorf("%d Accepts, membership %q", len(yes), h.status(ana, g))
	}
	if inner := yes[1]["object"].(map[string]any); inner["id"] != "https://peer.test/j3" || inner["type"] != "Join" {
		t.Errorf("accepted %v", inner)
	}
	c, err := h.s.CommitmentOf(h.ctx, g.ActorID, ana.ID)
	if err != nil || c.CharterVersion != 1 || c.Introduction != "Hello there" || c.Door != "peer" {
		t.Errorf("kept %+v, %v", c, err)
	}
	h.take(h.r.TakeJoin, ana, join("j4", ana, closed, ""), "")
	if h.status(ana, closed) != db.MemberPending || len(h.outbox("Accept")) != 2 {
		t.Errorf("membership %q in a closed group", h.status(ana, closed))
	}
	h.ok(h.s.PutBan(h.ctx, &db.Ban{GroupID: g.ActorID, ActorID: bo.ID}))
	h.take(h.r.TakeJoin, bo, join("j5", bo, g, said), "banned")
	h.take(h.r.TakeJoin, ana, join("j6", ana, h.remoteGroup("far", "far.test"), said), "not-ours")
}

func TestHear_commitsByAnAnswer(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.person("fay")
	g := h.group("water", db.OpennessOpen, fay)
	h.adopts(g, 1)
	hugo := h.remote(db.ActorPerson, "hugo", "social.test", "mastodon")
	note := func(id, text string) string {
		return fmt.Sprintf(`{"id":"https://social.test/%s","type":"Note","attributedTo":%q,"to":[%q],"content":%q,
			"tag":[{"type":"Mention","href":%q,"name":"@water"}]}`, id, hugo.URI, g.Actor.URI, text, g.Actor.URI)
	}
	if h.note(hugo, note("n0", "<p>@water Which pump is best?</p>")) {
		t.Error("a question was heard as a wish")
	}
	if !h.note(hugo, note("n1", "<p>@water I commit</p>")) || h.status(hugo, g) != "" {
		t.Errorf("bare words make %q", h.status(hugo, g))
	}
	words := note("n2", "<p>@water I commit – I run the cold room in Port Nord</p>")
	if !h.note(hugo, words) || h.status(hugo, g) != db.MemberNewcomer {
		t.Fatalf("membership %q", h.status(hugo, g))
	}
	c, err := h.s.CommitmentOf(h.ctx, g.ActorID, hugo.ID)
	if err != nil || c.Link != "I run the cold room in Port Nord" || c.CharterVersion != 1 || c.Door != "client" || !strings.Contains(c.Words, "I commit") {
		t.Errorf("kept %+v, %v", c, err)
	}
	sent := len(h.outbox("Create"))
	if !h.note(hugo, words) {
		t.Error("the same words again are not known")
	}
	if again, _ := h.s.CommitmentOf(h.ctx, g.ActorID, hugo.ID); again.ID != c.ID || len(h.outbox("Create")) != sent {
		t.Error("the same words again changed something")
	}
}

func TestHear_talkIsTalk(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", db.OpennessOpen, h.person("fay"))
	hugo := h.remote(db.ActorPerson, "hugo", "social.test", "mastodon")
	public := fmt.Sprintf(`"to":["https://www.w3.org/ns/activitystreams#Public"],"cc":[%q]`, g.Actor.URI)
	for name, body := range map[string]string{
		"within a post":        `"content":"<p>At the clinic I commit to measuring each week.</p>",` + public,
		"answer to a person":   `"content":"<p>I commit to try that at our clinic</p>","inReplyTo":"https://social.test/other",` + public,
		"words of somebody":    `"content":"<p>Who says I commitment?</p>",` + public,
		"no in Spanish":        fmt.Sprintf(`"content":"<p>No me comprometo a nada, trabajo en la clínica</p>","to":[%q]`, g.Actor.URI),
		"for nobody of ours":   `"content":"<p>I commit, I run the cold room there</p>","to":["https://far.test/g"]`,
		"an article, not talk": "",
	} {
		kind := "Note"
		if body == "" {
			kind, body = "Article", `"content":"<p>I commit – I run the cold room</p>",`+public
		}
		if h.note(hugo, fmt.Sprintf(`{"id":"https://social.test/1","type":%q,"attributedTo":%q,%s}`, kind, hugo.URI, body)) {
			t.Errorf("%s was heard as a wish", name)
		}
	}
	if h.status(hugo, g) != "" {
		t.Errorf("membership %q", h.status(hugo, g))
	}
}

// TestQuestion_andAnswerByMessage: somebody on a server that knows no Join is asked back, answers by
// a message, and is refused with a reason they can read.
func TestQuestion_andAnswerByMessage(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.person("fay")
	g := h.group("inner", db.OpennessRestricted, fay)
	hugo := h.remote(db.ActorPerson, "hugo", "social.test", "mastodon")
	note := func(id, text string) string {
		return fmt.Sprintf(`{"id":"https://social.test/%s","type":"Note","attributedTo":%q,"to":[%q],"content":%q}`, id, hugo.URI, g.Actor.URI, text)
	}
	if !h.note(hugo, note("1", "<p>Je m’engage. Je forme le personnel de 14 cliniques.</p>")) || h.status(hugo, g) != db.MemberPending {
		t.Fatalf("membership %q", h.status(hugo, g))
	}
	ask := membership.Decision{Who: hugo, Text: "Which clinics?"}
	bo := h.person("bo")
	h.refused("not-core", func(ctx context.Context, tx *db.Store) error { return h.r.Question(ctx, tx, bo, g, ask) })
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Question(ctx, tx, fay, g, ask) })
	said := h.outbox("Create")
	if last := said[len(said)-1]["object"].(map[string]any); !strings.Contains(last["content"].(string), "Which clinics?") {
		t.Errorf("asked %v", last["content"])
	}
	if !h.note(hugo, note("2", "<p>@inner Those of Upper Dena</p>")) {
		t.Error("the answer was not heard")
	}
	words, err := h.s.JoinWordsOf(h.ctx, g.ActorID, hugo.ID)
	if err != nil || len(words) != 2 || words[1].Kind != db.JoinAnswered || words[1].Text != "Those of Upper Dena" {
		t.Errorf("kept %v, %v", words, err)
	}
	h.refused("reason-missing", func(ctx context.Context, tx *db.Store) error {
		return h.r.Refuse(ctx, tx, fay, g, membership.Decision{Who: hugo})
	})
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Refuse(ctx, tx, fay, g, membership.Decision{Who: hugo, Text: "You sell filters."})
	})
	if h.status(hugo, g) != db.MemberRemoved {
		t.Errorf("membership %q after the no", h.status(hugo, g))
	}
	said = h.outbox("Create")
	if last := said[len(said)-1]["object"].(map[string]any); !strings.Contains(last["content"].(string), "You sell filters.") {
		t.Errorf("refused with %v", last["content"])
	}
	h.refused("follow-gone", func(ctx context.Context, tx *db.Store) error { return h.r.Question(ctx, tx, fay, g, ask) })
}
