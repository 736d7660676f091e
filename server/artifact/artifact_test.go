package artifact_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/practice"
)

// Domain.md 3c and T45: a draft is for the members of its home, and for nobody else.
func TestDraft_forMembersOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "a.test")
	amina, binh, eve := h.person("amina"), h.person("binh"), h.person("eve")
	g := h.group(amina, db.OpennessOpen)
	h.joins(g, binh)
	h.refused("members-only", func(ctx context.Context, tx *db.Store) error {
		_, err := h.r.Begin(ctx, tx, artifact.Beginning{Group: g, Author: eve, Kind: "checklist", Title: "Mine"})
		return err
	})
	a := h.checklist(g, binh)
	for name, row := range map[string]struct {
		who  *db.Actor
		want bool
	}{"its author": {binh, true}, "a facilitator": {amina, true}, "a stranger": {eve, false}, "nobody": {nil, false}} {
		got, err := h.r.Readable(h.ctx, h.s, g, a, row.who)
		if err != nil || got != row.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := h.s.PostByID(h.ctx, a.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a draft has a post: %v", err)
	}
	if list, err := h.s.Library(h.ctx, db.LibraryQuery{Limit: 10}); err != nil || len(list) != 0 {
		t.Errorf("a draft is in the library: %v, %v", list, err)
	}
}

func TestSave_twoAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "a.test")
	amina := h.person("amina")
	a := h.checklist(h.group(amina, db.OpennessOpen), amina)
	first, second := h.saving(a, amina), h.saving(a, amina)
	first.Blocks[0].Text, second.Blocks[1].Text = "hers", "his"
	for _, s := range []artifact.Saving{first, second} {
		h.do(func(ctx context.Context, tx *db.Store) error {
			clash, err := h.r.Save(ctx, tx, h.again(a), s)
			if clash {
				t.Error("texts of different blocks clash")
			}
			return err
		})
	}
	now := h.again(a)
	if now.Blocks.List[0].Text != "hers" || now.Blocks.List[1].Text != "his" {
		t.Errorf("got %+v", now.Blocks.List[:2])
	}
	third := h.saving(a, amina) // from the same old start, in the same place
	third.Blocks[0].Text = "theirs"
	h.do(func(ctx context.Context, tx *db.Store) error {
		clash, err := h.r.Save(ctx, tx, h.again(a), third)
		if !clash {
			t.Error("no clash")
		}
		return err
	})
	h.refused("block-clash", func(ctx context.Context, tx *db.Store) error {
		return h.r.AskReview(ctx, tx, h.again(a), artifact.Asking{By: amina})
	})
	now = h.again(a)
	settle := h.saving(now, amina)
	settle.Blocks[0].Text, settle.Settled = "hers and theirs", []string{now.Blocks.List[0].Key}
	h.do(func(ctx context.Context, tx *db.Store) error {
		_, err := h.r.Save(ctx, tx, now, settle)
		return err
	})
	if b := h.again(a).Blocks.List[0]; b.Clash != nil || b.Text != "hers and theirs" {
		t.Errorf("got %+v", b)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Restore(ctx, tx, h.again(a), amina, 2) })
	if got := h.again(a).Blocks.List[0].Text; got != "Text of audience" {
		t.Errorf("restored %q", got)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Discard(ctx, tx, h.again(a), amina) })
	h.refused("draft-discarded", func(ctx context.Context, tx *db.Store) error {
		_, err := h.r.Save(ctx, tx, h.again(a), settle)
		return err
	})
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Restore(ctx, tx, h.again(a), amina, 0) })
}

// Scenario 3.4 to 3.7: two reviewers, one of another organisation, and no version before they accept.
func TestReview_rule(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "a.test")
	amina, binh, carla, eve := h.person("amina"), h.person("binh"), h.person("carla"), h.person("eve")
	david := h.met(&db.Actor{URI: "https://c.test/david", Type: db.ActorPerson, Handle: "david", Host: "c.test"}, "mastodon")
	g := h.group(amina, db.OpennessOpen)
	for _, p := range []*db.Actor{binh, carla, david} {
		h.joins(g, p)
	}
	a := h.checklist(g, binh)
	h.refused("verdicts-few", func(ctx context.Context, tx *db.Store) error {
		_, err := h.r.Publish(ctx, tx, a, artifact.Publishing{By: binh})
		return err
	})
	for code, who := range map[string][]*db.Actor{
		"reviewers-inside": {amina, carla}, "reviewers-few": {david}, "reviewer-author": {binh, david}, "reviewer-stranger": {eve, david},
	} {
		h.refused(code, func(ctx context.Context, tx *db.Store) error {
			return h.r.AskReview(ctx, tx, h.again(a), artifact.Asking{By: binh, Reviewers: who})
		})
	}
	h.ask(a, binh, carla, david)
	h.refused("reviewer-unasked", func(ctx context.Context, tx *db.Store) error {
		return h.r.Judge(ctx, tx, h.again(a), artifact.Judgement{By: amina, Verdict: db.VerdictAccept})
	})
	h.judge(a, carla, db.VerdictAccept)
	note := h.sent(g.Actor, "Create", h.noteTo(a, david))
	if !strings.Contains(note.Inner().Object.Content, "Text of items") || len(note.To) != 1 || note.To[0] != david.URI {
		t.Errorf("asked %v: %s", note.To, note.Inner().Object.Content)
	}
	if taken, why := h.reply(david, "https://c.test/n/1", note.Inner().IRI, "@coldchain Changes: say which fridge."); !taken || why != "" {
		t.Fatalf("verdict not taken: %q", why)
	}
	h.refused("verdicts-few", func(ctx context.Context, tx *db.Store) error {
		_, err := h.r.Publish(ctx, tx, h.again(a), artifact.Publishing{By: binh})
		return err
	})
	if got := h.again(a); got.Stage != db.StageChanges {
		t.Errorf("stage %s", got.Stage)
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Answer(ctx, tx, h.again(a), artifact.Answered{By: binh, Reviewer: david.ID, Text: "Named the fridge."})
	})
	if taken, why := h.reply(david, "https://c.test/n/2", note.Inner().IRI, "accept, thank you"); !taken || why != "" {
		t.Fatalf("verdict not taken: %q", why)
	}
	v := h.publish(a, binh, "")
	if v.Hash != practice.HashOf(v.Source) || v.URI != a.URI+"/versions/1" {
		t.Errorf("got %s %s", v.URI, v.Hash)
	}
	var roles []string
	for _, p := range v.People.List {
		roles = append(roles, p.Name+" "+p.Role+" "+p.Verdict)
	}
	if got := strings.Join(roles, ", "); !strings.Contains(got, "binh author") || !strings.Contains(got, "david reviewer accept") || !strings.Contains(got, "carla reviewer accept") {
		t.Errorf("people %s", got)
	}
	now := h.again(a)
	if now.Version != 1 || now.Stage != db.StagePublished || now.ReviewBy.IsZero() {
		t.Errorf("got %+v", now)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Unname(ctx, tx, now, david) })
	v, err := h.s.VersionOf(h.ctx, a.ID, 1)
	h.ok(err)
	for _, p := range v.People.List {
		if p.Name == "david" || p.URI == david.URI {
			t.Errorf("still named: %+v", p)
		}
	}
}

// noteTo is the address of the direct Note that asked somebody.
func (h *house) noteTo(a *db.Artifact, who *db.Actor) string {
	h.t.Helper()
	review, err := h.s.ReviewBy(h.ctx, a.ID, h.again(a).Version+1, who.ID)
	h.ok(err)
	return review.AskedURI
}

// reply hands a Note from elsewhere to the rules: whether it was taken, and how it ended.
func (h *house) reply(from *db.Actor, id, parent, text string) (taken bool, reason string) {
	h.t.Helper()
	doc := &vocab.Object{ID: id, Type: "Note", Content: "<p>" + text + "</p>", InReplyTo: []vocab.Ref{{IRI: parent}}}
	act := &vocab.Object{ID: id + "#create", Type: "Create", Actor: vocab.Ref{IRI: from.URI}, Object: []vocab.Ref{{IRI: id, Object: doc}}}
	h.do(func(ctx context.Context, tx *db.Store) error {
		out, is, err := h.r.TakeReply(ctx, tx, h.incoming(act, nil))
		taken, reason = is, out.Reason
		return err
	})
	return taken, reason
}

func TestVerdictIn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"accept": db.VerdictAccept, "Accept, with thanks": db.VerdictAccept, "Accepting is hard": "", "changes: two": db.VerdictChanges,
		"reject.": db.VerdictReject, "أوافق": db.VerdictAccept, "J’accepte": db.VerdictAccept, "I accept": "", "": "",
	} {
		if got := artifact.VerdictIn(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Scenario 3.2: both are named only once a suggestion is taken.
func TestSuggest(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "a.test")
	amina, binh, esi := h.person("amina"), h.person("binh"), h.person("esi")
	g := h.group(amina, db.OpennessOpen)
	for _, p := range []*db.Actor{binh, esi} {
		h.joins(g, p)
	}
	a := h.checklist(g, binh)
	suggest := func(block, text string) rule {
		return func(ctx context.Context, tx *db.Store) error {
			return h.r.Suggest(ctx, tx, h.again(a), artifact.Suggesting{By: esi, Block: block, Text: text, Reason: "We had a burn."})
		}
	}
	h.do(suggest("items", "Text of items\nGloves"))
	h.do(suggest("audience", "Everybody"))
	h.refused("choice-unknown", suggest("nothing", "x"))
	h.refused("text-empty", suggest("items", "Text of items"))
	list, err := h.s.SuggestionsOn(h.ctx, a.ID)
	h.ok(err)
	mine := h.saving(h.again(a), binh) // the draft moves on meanwhile
	mine.Blocks[1].Text = "First\n" + mine.Blocks[1].Text
	h.do(func(ctx context.Context, tx *db.Store) error {
		_, err := h.r.Save(ctx, tx, h.again(a), mine)
		return err
	})
	decide := func(id int64, accept bool, why string) rule {
		return func(ctx context.Context, tx *db.Store) error {
			return h.r.DecideSuggestion(ctx, tx, h.again(a), artifact.Decision{By: binh, ID: id, Accept: accept, Reason: why})
		}
	}
	h.do(decide(list[0].ID, true, ""))
	h.refused("reason-missing", decide(list[1].ID, false, ""))
	h.do(decide(list[1].ID, false, "It is for two people."))
	h.refused("suggestion-decided", decide(list[1].ID, true, ""))
	if got := h.again(a).Blocks.List[1].Text; !strings.Contains(got, "Gloves") || !strings.Contains(got, "First") {
		t.Errorf("got %q", got)
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		v, err := h.r.Publish(ctx, tx, h.again(a), artifact.Publishing{By: amina, AsAnIdea: true})
		if err == nil && !strings.Contains(v.People.List[1].Name, "esi") {
			t.Errorf("people %+v", v.People.List)
		}
		return err
	})
	if got := h.again(a); got.Maturity != "idea" {
		t.Errorf("published without review as %s", got.Maturity)
	}
}
