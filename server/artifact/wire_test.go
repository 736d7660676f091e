package artifact_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/practice"
)

// two is a home and a server of members, with a published checklist at home.
type two struct {
	a, c               *house
	amina, binh, david *db.Actor // at home, at home, at c
	g, there           *db.Group // at home, and its copy
	davidHere          *db.Actor // david as home knows him
}

func newTwo(t *testing.T) *two {
	t.Helper()
	w := &two{a: newHouse(t, "a.test"), c: newHouse(t, "c.test")}
	w.amina, w.binh, w.david = w.a.person("amina"), w.a.person("binh"), w.c.person("david")
	w.g = w.a.group(w.amina, db.OpennessOpen)
	w.there = w.c.copyOf(w.g)
	w.c.met(w.binh, "copse")
	w.davidHere = w.a.met(w.david, "copse")
	w.a.joins(w.g, w.binh)
	w.a.joins(w.g, w.davidHere)
	w.c.joins(w.there, w.david)
	return w
}

// cross hands what home published to the other server, passed on by the group, and answers how it
// ended there.
func (w *two) cross(act *vocab.Object) federation.Outcome {
	w.c.t.Helper()
	in := w.c.incoming(act, w.there.Actor)
	var out federation.Outcome
	w.c.do(func(ctx context.Context, tx *db.Store) (err error) {
		if act.Type == "Update" {
			out, err = w.c.ex.TakeUpdate(ctx, tx, in)
		} else {
			out, err = w.c.ex.TakeCreate(ctx, tx, in)
		}
		return err
	})
	return out
}

// out publishes a checklist of binh's as an idea, and gives c a copy.
func (w *two) out() *db.Artifact {
	a := w.a.checklist(w.g, w.binh)
	w.a.do(func(ctx context.Context, tx *db.Store) error {
		_, err := w.a.r.Publish(ctx, tx, w.a.again(a), artifact.Publishing{By: w.amina, AsAnIdea: true})
		return err
	})
	w.cross(w.a.sent(w.binh, "Create", a.URI))
	return w.a.again(a)
}

// Scenario 3.7: what others hold says the same as home, down to the hash.
func TestPublish_otherServersHoldIt(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	a := w.out()
	b, err := w.c.s.ArtifactByURI(w.c.ctx, a.URI)
	w.c.ok(err)
	if b.Kind != "checklist" || b.Version != 1 || b.Title != a.Title || b.Maturity != "idea" || b.Licence != a.Licence || b.Topics != a.Topics {
		t.Errorf("copy %+v", b)
	}
	if b.ReviewBy.IsZero() || b.HeardAt.IsZero() {
		t.Errorf("copy without dates: %+v", b)
	}
	mine, err := w.a.s.VersionOf(w.a.ctx, a.ID, 1)
	w.a.ok(err)
	theirs, err := w.c.s.VersionOf(w.c.ctx, b.ID, 1)
	w.c.ok(err)
	if theirs.Hash != mine.Hash || theirs.Source != mine.Source || theirs.URI != mine.URI {
		t.Errorf("version %s %s, want %s %s", theirs.URI, theirs.Hash, mine.URI, mine.Hash)
	}
	post, err := w.c.s.PostByURI(w.c.ctx, a.URI)
	w.c.ok(err)
	if post.Kind != db.KindArtifact || post.Sensitive || post.Summary != "" || post.ID != b.ID {
		t.Errorf("post %+v", post)
	}
	doc := w.a.sent(w.binh, "Create", a.URI).Inner().Object
	if doc.Type != "Article" || doc.Name != a.Title || doc.Summary != a.Abstract || !strings.HasSuffix(doc.URL, practice.Page(a.ID)) || doc.Preview == nil {
		t.Errorf("document %+v", doc)
	}
	if !strings.Contains(doc.Content, "@coldchain@a.test") && !strings.Contains(doc.Content, "coldchain") {
		t.Errorf("content names no group: %s", doc.Content)
	}
}

// Scenario 3.12: an Update for all who hold it, one Note for microblogs, the old version readable.
func TestPublish_secondVersion(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	a := w.out()
	s := w.a.saving(a, w.binh)
	s.Blocks[1].Text += "\nSwitch the fridge first."
	w.a.do(func(ctx context.Context, tx *db.Store) error {
		_, err := w.a.r.Save(ctx, tx, w.a.again(a), s)
		return err
	})
	publish := func(note string) rule {
		return func(ctx context.Context, tx *db.Store) error {
			_, err := w.a.r.Publish(ctx, tx, w.a.again(a), artifact.Publishing{By: w.amina, AsAnIdea: true, Note: note})
			return err
		}
	}
	w.a.refused("note-missing", publish(" "))
	w.a.do(publish("Says which fridge is switched first."))
	update := w.a.sent(w.binh, "Update", a.URI)
	if out := w.cross(update); out != federation.Done() {
		t.Fatalf("update: %+v", out)
	}
	b, err := w.c.s.ArtifactByURI(w.c.ctx, a.URI)
	w.c.ok(err)
	list, err := w.c.s.VersionsOf(w.c.ctx, b.ID)
	w.c.ok(err)
	if b.Version != 2 || len(list) != 2 || list[0].ChangeNote == "" {
		t.Errorf("copy at %d with %d versions", b.Version, len(list))
	}
	told := w.a.sent(w.g.Actor, "Create", w.a.lastPost(w.g.Actor).URI).Inner().Object
	if !strings.Contains(told.Content, "Says which fridge") || told.Type != "Note" {
		t.Errorf("told %s", told.Content)
	}
	w.a.do(func(ctx context.Context, tx *db.Store) error { return w.a.r.Retire(ctx, tx, w.a.again(a), w.amina) })
	w.cross(w.a.sent(w.binh, "Update", a.URI))
	if b, err = w.c.s.ArtifactByURI(w.c.ctx, a.URI); err != nil || b.Stage != db.StageRetired {
		t.Errorf("copy is %s, %v", b.Stage, err)
	}
	w.a.do(func(ctx context.Context, tx *db.Store) error { return w.a.r.Confirm(ctx, tx, w.a.again(a), w.amina) })
}

// T17, T22: what is forged changes nothing on any page.
func TestT17_forgedArticles(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	a := w.out()
	fresh := func(change func(doc *vocab.Object)) *vocab.Object {
		act := w.a.sent(w.binh, "Create", a.URI)
		change(act.Inner().Object)
		return act
	}
	source := func(doc *vocab.Object, text string) {
		doc.Source.Content, doc.ContentHash = text, practice.HashOf(text)
	}
	for name, change := range map[string]func(doc *vocab.Object){
		"another text under version 1":  func(doc *vocab.Object) { source(doc, "Evil\n\n## Do\n\nheat it") },
		"a hash that is not the text's": func(doc *vocab.Object) { doc.Source.Content = "Evil"; doc.Version = 2 },
		"a version on another server":   func(doc *vocab.Object) { source(doc, "Evil\n"); doc.Version, doc.Current = 2, "https://evil.test/v/2" },
		"a version of another artifact": func(doc *vocab.Object) { source(doc, "Evil\n"); doc.Version, doc.Current = 2, doc.ID+"0/versions/2" },
		"no text":                       func(doc *vocab.Object) { doc.Source, doc.Version = nil, 2 },
		"a text without end":            func(doc *vocab.Object) { source(doc, strings.Repeat("a", practice.MaxSource+1)); doc.Version = 2 },
		"version 0":                     func(doc *vocab.Object) { doc.Version = 0 },
	} {
		act := fresh(change)
		act.Type = "Update"
		later := w.c.now()
		act.Inner().Object.Updated = &later
		w.cross(act)
		b, err := w.c.s.ArtifactByURI(w.c.ctx, a.URI)
		w.c.ok(err)
		v, err := w.c.s.VersionOf(w.c.ctx, b.ID, 1)
		w.c.ok(err)
		post, err := w.c.s.PostByURI(w.c.ctx, a.URI)
		w.c.ok(err)
		if b.Version != 1 || strings.Contains(v.Source+post.Content, "vil") {
			t.Errorf("%s: taken: version %d, %q", name, b.Version, v.Source)
		}
	}
	// An artifact whose home is not the group's own is talk: it stands in no library.
	eve := w.c.met(&db.Actor{URI: "https://evil.test/eve", Type: db.ActorPerson, Handle: "eve", Host: "evil.test"}, "copse")
	act := fresh(func(doc *vocab.Object) {
		doc.ID = "https://evil.test/o/1"
		doc.Current, doc.AttributedTo = doc.ID+"/versions/1", []vocab.Ref{{IRI: eve.URI}}
	})
	act.Actor = vocab.Ref{IRI: eve.URI}
	act.Object[0].IRI = "https://evil.test/o/1"
	w.cross(act)
	if _, err := w.c.s.ArtifactByURI(w.c.ctx, "https://evil.test/o/1"); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("an artifact of another server is in the library: %v", err)
	}
}

// Scenario 3.4 and 3.5 between two Copses: the frozen draft goes to the reviewer alone, who judges at
// home; a verdict of somebody who was not asked is none.
func TestReview_elsewhere(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	a := w.a.checklist(w.g, w.binh)
	w.a.ask(a, w.binh, w.amina, w.davidHere)
	offer := w.a.sent(w.g.Actor, "Offer", a.URI)
	if len(offer.To) != 1 || offer.To[0] != w.david.URI || len(offer.Cc) != 0 || strings.Contains(string(offer.Raw), vocab.Public) {
		t.Errorf("draft offered to %v %v", offer.To, offer.Cc)
	}
	take := func(act *vocab.Object) (out federation.Outcome) {
		w.c.do(func(ctx context.Context, tx *db.Store) (err error) {
			out, _, err = w.c.r.TakeOffer(ctx, tx, w.c.incoming(act, nil))
			return err
		})
		return out
	}
	if out := take(offer); out != federation.Done() {
		t.Fatalf("offer: %+v", out)
	}
	b, err := w.c.s.ArtifactByURI(w.c.ctx, a.URI)
	w.c.ok(err)
	if ok, err := w.c.r.Readable(w.c.ctx, w.c.s, w.there, b, w.david); err != nil || !ok {
		t.Errorf("david can't read it: %v", err)
	}
	if ok, err := w.c.r.Readable(w.c.ctx, w.c.s, w.there, b, w.c.person("esi")); err != nil || ok {
		t.Errorf("esi reads it: %v", err)
	}
	w.c.do(func(ctx context.Context, tx *db.Store) error {
		return w.c.r.JudgeElsewhere(ctx, tx, b, artifact.Judgement{
			By: w.david, Verdict: db.VerdictAccept, Interest: "none", Comment: "Clear.", Door: "web", Criteria: map[string]string{"clear": "yes", "evil": "yes"},
		})
	})
	review, err := w.c.s.ReviewBy(w.c.ctx, b.ID, 1, w.david.ID)
	w.c.ok(err)
	verdict := w.c.sent(w.david, "Create", review.VerdictURI)
	for range 2 { // a second coming changes nothing
		if taken, why := w.hear(verdict); !taken || why != "" {
			t.Fatalf("verdict: %v %q", taken, why)
		}
	}
	st, err := w.a.r.Stands(w.a.ctx, w.a.s, w.a.again(a))
	w.a.ok(err)
	if st.Accepts != 1 || !st.Outside || st.Reviews[1].Door != "peer" || st.Reviews[1].Criteria.Answers["clear"] != "yes" || len(st.Reviews[1].Criteria.Answers) != 1 {
		t.Errorf("stands %+v, %+v", st, st.Reviews[1])
	}
	eve := w.a.met(&db.Actor{URI: "https://evil.test/eve", Type: db.ActorPerson, Handle: "eve", Host: "evil.test"}, "copse")
	verdict.Actor, verdict.Inner().Object.ID = vocab.Ref{IRI: eve.URI}, "https://evil.test/n/1"
	if _, why := w.hear(verdict); why != "reviewer-unasked" {
		t.Errorf("a verdict of a stranger: %q", why)
	}
}

// hear hands a Note to home.
func (w *two) hear(act *vocab.Object) (taken bool, why string) {
	w.a.t.Helper()
	w.a.do(func(ctx context.Context, tx *db.Store) error {
		out, is, err := w.a.r.TakeReply(ctx, tx, w.a.incoming(act, nil))
		taken, why = is, out.Reason
		return err
	})
	return taken, why
}

// lastPost is the last one that somebody here wrote.
func (h *house) lastPost(by *db.Actor) *db.Post {
	h.t.Helper()
	list, err := h.s.PostsBy(h.ctx, by.ID, 0, 1)
	h.ok(err)
	return list[0]
}

// T18: only a group that one of ours belongs to may send drafts, and only its own.
func TestT18_offersByStrangers(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	a := w.a.checklist(w.g, w.binh)
	w.a.ask(a, w.binh, w.amina, w.davidHere)
	esi := w.c.person("esi")
	evil := w.c.met(&db.Actor{URI: "https://evil.test/g", Type: db.ActorGroup, Handle: "g", Host: "evil.test"}, "copse")
	for name, row := range map[string]struct {
		change func(act, doc *vocab.Object)
		want   string
	}{
		"to somebody who does not belong": {func(act, _ *vocab.Object) { act.Target.IRI = esi.URI }, "not-a-member"},
		"of another server":               {func(_, doc *vocab.Object) { doc.ID = "https://evil.test/o/1" }, "not-its-own"},
		"of another author":               {func(_, doc *vocab.Object) { doc.AttributedTo[0].IRI = w.binh.URI }, "not-author"},
		"with a forged hash":              {func(_, doc *vocab.Object) { doc.Source.Content += "x" }, "hash"},
		"an address of ours":              {func(_, doc *vocab.Object) { doc.ID = "https://c.test/ap/objects/1" }, "not-its-own"},
		"by a strange group": {func(act, doc *vocab.Object) {
			act.Actor.IRI, doc.ID, doc.AttributedTo[0].IRI = evil.URI, "https://evil.test/o/1", evil.URI
		}, "not-a-member"},
	} {
		act := w.a.sent(w.g.Actor, "Offer", a.URI)
		row.change(act, act.Inner().Object)
		var out federation.Outcome
		w.c.do(func(ctx context.Context, tx *db.Store) (err error) {
			out, _, err = w.c.r.TakeOffer(ctx, tx, w.c.incoming(act, nil))
			return err
		})
		if out.Reason != row.want {
			t.Errorf("%s: %q, want %q", name, out.Reason, row.want)
		}
	}
	if list, err := w.c.s.Library(w.c.ctx, db.LibraryQuery{Limit: 9}); err != nil || len(list) > 0 {
		t.Errorf("library %v, %v", list, err)
	}
}

// Scenario 3.9 and 3.10: counted at home and wherever there are copies, ordinary answers not.
func TestReport_countsEverywhere(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	a := w.out()
	b, err := w.c.s.ArtifactByURI(w.c.ctx, a.URI)
	w.c.ok(err)
	var said *db.Post
	report := func(u db.ArtifactUse) rule {
		return func(ctx context.Context, tx *db.Store) (err error) {
			said, err = w.c.r.Report(ctx, tx, b, w.david, &u)
			return err
		}
	}
	w.c.refused("place-missing", report(db.ArtifactUse{Way: practice.Adapted}))
	w.c.refused("choice-unknown", report(db.ArtifactUse{Place: "Kisumu"}))
	w.c.refused("hours-range", report(db.ArtifactUse{Place: "Kisumu", Way: practice.AsItWas, Hours: 99_999}))
	w.c.do(report(db.ArtifactUse{Place: "Kisumu", Way: practice.Adapted, Changed: "Shorter.", Result: "No dose lost.", Hours: 6}))
	sent := w.c.sent(w.david, "Create", said.URI)
	if note := sent.Inner().Object; note.Applies != a.URI || !strings.Contains(note.Content, "No dose lost.") {
		t.Errorf("report %+v", note)
	}
	w.a.do(func(ctx context.Context, tx *db.Store) error {
		_, err := w.a.ex.TakeCreate(ctx, tx, w.a.incoming(sent, nil))
		return err
	})
	w.c.do(func(ctx context.Context, tx *db.Store) error { // home has passed it on
		p, err := tx.PostByURI(ctx, sent.Inner().IRI)
		if err != nil {
			return err
		}
		return tx.SetPostState(ctx, p, db.PostPublished, "", w.there.ActorID)
	})
	farid := w.a.met(&db.Actor{URI: "https://d.test/farid", Type: db.ActorPerson, Handle: "farid", Host: "d.test"}, "mastodon")
	w.a.joins(w.g, farid)
	for i, text := range []string{"printed for 12 health posts, as it was", "thank you"} {
		doc := &vocab.Object{ID: "https://d.test/n/" + string(rune('1'+i)), Type: "Note", Content: "<p>" + text + "</p>", InReplyTo: []vocab.Ref{{IRI: a.URI}}, To: []string{w.g.Actor.URI, vocab.Public}}
		if i == 0 {
			doc.Tag = []vocab.Tag{{Type: "Hashtag", Name: "#reuse"}}
		}
		act := &vocab.Object{ID: doc.ID + "#c", Type: "Create", Actor: vocab.Ref{IRI: farid.URI}, Object: []vocab.Ref{{IRI: doc.ID, Object: doc}}}
		w.a.do(func(ctx context.Context, tx *db.Store) error {
			_, err := w.a.ex.TakeCreate(ctx, tx, w.a.incoming(act, nil))
			return err
		})
	}
	home := w.a.again(a)
	if home.UsesCount != 2 || home.UsesOrgs != 2 || home.UsesHours != 6 {
		t.Errorf("at home %d reports of %d organisations, %d hours", home.UsesCount, home.UsesOrgs, home.UsesHours)
	}
	if b, err = w.c.s.ArtifactByURI(w.c.ctx, a.URI); err != nil || b.UsesCount != 1 || b.UsesHours != 6 {
		t.Errorf("the copy counts %d, %d hours, %v", b.UsesCount, b.UsesHours, err)
	}
	uses, err := w.a.s.UsesOf(w.a.ctx, a.ID, 9)
	w.a.ok(err)
	if len(uses) != 2 || uses[0].Way != practice.AsItWas || uses[1].Version != 1 {
		t.Errorf("uses %+v", uses)
	}
	post, err := w.a.s.PostByID(w.a.ctx, uses[0].PostID)
	w.a.ok(err)
	w.a.do(func(ctx context.Context, tx *db.Store) error {
		return tx.SetPostState(ctx, post, db.PostRemoved, "", w.amina.ID)
	})
	if home = w.a.again(a); home.UsesCount != 1 {
		t.Errorf("a removed report counts: %d", home.UsesCount)
	}
}

// Wire.md 7: whoever is elsewhere offers a draft to the group's library, and home decides.
func TestSubmit(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	draft := w.c.checklist(w.there, w.david)
	w.c.do(func(ctx context.Context, tx *db.Store) error { return w.c.r.Submit(ctx, tx, draft, w.david) })
	offer := w.c.sent(w.david, "Offer", draft.URI)
	take := func(act *vocab.Object) (out federation.Outcome, err error) {
		err = w.a.s.InTx(w.a.ctx, func(ctx context.Context, tx *db.Store) (err error) {
			out, _, err = w.a.r.TakeOffer(ctx, tx, w.a.incoming(act, nil))
			return err
		})
		return out, err
	}
	if out, err := take(offer); err != nil || out != federation.Done() {
		t.Fatalf("offer: %+v, %v", out, err)
	}
	if out, err := take(offer); err != nil || out.Reason != "known" {
		t.Errorf("again: %+v, %v", out, err)
	}
	list, err := w.a.s.ArtifactDrafts(w.a.ctx, w.g.ActorID, 9)
	w.a.ok(err)
	if len(list) != 1 || list[0].AuthorID != w.davidHere.ID || list[0].Title != draft.Title {
		t.Fatalf("drafts %+v", list)
	}
	stranger := w.a.met(&db.Actor{URI: "https://evil.test/eve", Type: db.ActorPerson, Handle: "eve", Host: "evil.test"}, "copse")
	offer.Actor.IRI, offer.Inner().Object.ID, offer.Inner().Object.AttributedTo[0].IRI = stranger.URI, "https://evil.test/o/1", stranger.URI
	if out, err := take(offer); err != nil || out.Reason != "members-only" {
		t.Errorf("a stranger's: %+v, %v", out, err)
	}
	if no := w.a.sent(w.g.Actor, "Reject", offer.ID); no.Summary != "members-only" {
		t.Errorf("the stranger is told %q", no.Summary)
	}
	w.a.do(func(ctx context.Context, tx *db.Store) error {
		_, err := w.a.r.Publish(ctx, tx, w.a.again(list[0]), artifact.Publishing{By: w.amina, AsAnIdea: true})
		return err
	})
	doc := w.a.sent(w.g.Actor, "Create", list[0].URI).Inner().Object
	if doc.AttributedTo[0].IRI != w.g.Actor.URI || len(doc.Contributors) == 0 || doc.Contributors[0].Actor != w.david.URI {
		t.Errorf("published by %v with %v", doc.AttributedTo, doc.Contributors)
	}
}

// Scenario 3.11: both sides show what was made of what.
func TestAdaptation(t *testing.T) {
	t.Parallel()
	w := newTwo(t)
	a := w.out()
	mine := w.c.group(w.david, db.OpennessOpen)
	var d *db.Artifact
	w.c.do(func(ctx context.Context, tx *db.Store) (err error) {
		d, err = w.c.r.Begin(ctx, tx, artifact.Beginning{Group: mine, Author: w.david, Kind: "checklist", Title: "Milk cooling", BasedOn: []string{a.URI}, Blocks: []db.Block{{Key: "audience", Code: "audience", Title: "For whom", Text: "Dairies"}, {Key: "items", Code: "items", Title: "Points", Text: "One"}}})
		if err != nil {
			return err
		}
		_, err = w.c.r.Publish(ctx, tx, d, artifact.Publishing{By: w.david, AsAnIdea: true})
		return err
	})
	offer := w.c.sent(mine.Actor, "Offer", d.URI)
	w.a.met(mine.Actor, "copse")
	take := func(act *vocab.Object) (out federation.Outcome) {
		w.a.do(func(ctx context.Context, tx *db.Store) (err error) {
			out, _, err = w.a.r.TakeOffer(ctx, tx, w.a.incoming(act, nil))
			return err
		})
		return out
	}
	if out := take(offer); out != federation.Done() {
		t.Errorf("offer: %+v", out)
	}
	if got := w.a.again(a).Links.Adapted; len(got) != 1 || got[0] != d.URI {
		t.Errorf("adapted %v", got)
	}
	offer.Object[0].IRI = "https://elsewhere.test/o/1"
	if out := take(offer); out.Reason != "not-its-own" {
		t.Errorf("another server's: %+v", out)
	}
	if doc := w.c.sent(w.david, "Create", d.URI).Inner().Object; len(doc.DerivedFrom) != 1 || doc.DerivedFrom[0] != a.URI {
		t.Errorf("derived from %v", doc.DerivedFrom)
	}
}
