package synthesis_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/synthesis"
)

func TestBegin_onceAndOnlyWhenClosed(t *testing.T) {
	t.Parallel()
	s := closed(t)
	begin := func(by *db.Actor) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error { return s.r.Begin(ctx, tx, by, s.query) }
	}
	s.Refused("newcomer-not-yet", begin(s.Person("eve")))
	s.begin(s.binh)
	s.begin(s.amina)
	d := s.desk()
	if len(d.Editors) != 2 || d.Artifact.StewardID != s.binh.ID || d.Artifact.Kind != synthesis.Kind {
		t.Errorf("editors %d, steward %d, kind %s", len(d.Editors), d.Artifact.StewardID, d.Artifact.Kind)
	}
	var numbers []string
	for _, one := range d.Sources {
		numbers = append(numbers, one.Post.Source)
	}
	if diff := cmp.Diff([]string{"Vents first.", "Page 6 of the plan."}, numbers); diff != "" {
		t.Errorf("on the desk, me-too aside (-want +got):\n%s", diff)
	}
	s.step(query.Step{Do: query.Reopen, Words: "one more"})
	late := s.answer(s.carla, db.Clarification, "It is a solar one.")
	if d = s.desk(); len(d.Sources) != 3 || d.Sources[2].PostID != late.ID || d.Sources[2].Number != 3 {
		t.Errorf("a response that came since: %d on the desk", len(d.Sources))
	}
}

func TestSave_twoEditorsLoseNothing(t *testing.T) {
	t.Parallel()
	s := closed(t)
	s.begin(s.amina)
	start := s.draft()
	if s.save(s.amina, start) {
		t.Error("the first save clashes")
	}
	mine, theirs := s.draft(), s.draft()
	mine.Texts["short"], theirs.Texts["resources"] = "Shade it [1].", "The plan, page 6 [2]."
	s.save(s.amina, mine)
	if s.save(s.binh, theirs) {
		t.Error("different parts clash")
	}
	d := s.desk()
	if d.Part("short").Text != "Shade it [1]." || d.Part("resources").Text != "The plan, page 6 [2]." {
		t.Errorf("short %q, resources %q", d.Part("short").Text, d.Part("resources").Text)
	}
	mine, theirs = s.draft(), s.draft()
	mine.Texts["short"], theirs.Texts["short"] = "Vents.", "Mats."
	s.save(s.amina, mine)
	if !s.save(s.binh, theirs) {
		t.Error("two texts for one part do not clash")
	}
	b := s.desk().Part("short")
	if b.Clash == nil || !strings.Contains(b.Text+b.Clash.Text, "Vents.") || !strings.Contains(b.Text+b.Clash.Text, "Mats.") {
		t.Errorf("both texts are to stand: %+v", b)
	}
	if got := s.desk().Lacks(); !cmp.Equal(got, []string{"synthesis-clash"}) {
		t.Errorf("lacks %v", got)
	}
	settled := s.draft()
	settled.Texts["short"], settled.Settled = "Vents, then mats [1].", []string{"short"}
	if s.save(s.binh, settled) || s.desk().Part("short").Text != "Vents, then mats [1]." {
		t.Errorf("settled: %+v", s.desk().Part("short"))
	}
}

func TestSave_placesAndThemes(t *testing.T) {
	t.Parallel()
	s := closed(t)
	s.begin(s.amina)
	dr := s.draft()
	dr.Places = map[int]synthesis.Place{1: {In: "nowhere"}}
	s.Refused("choice-unknown", func(ctx context.Context, tx *db.Store) error {
		_, err := s.r.Save(ctx, tx, s.amina, s.query, dr)
		return err
	})
	dr.Places = map[int]synthesis.Place{1: {In: "t1"}, 2: {In: db.SourceLeftOut}, 9: {In: "t1"}}
	s.save(s.amina, dr)
	if got := s.desk().Lacks(); !cmp.Equal(got, []string{"synthesis-unplaced"}) {
		t.Errorf("left out without a reason: lacks %v", got)
	}
	if used, all := s.desk().Coverage(); used != 1 || all != 2 {
		t.Errorf("coverage %d of %d", used, all)
	}
	s.Do(func(ctx context.Context, tx *db.Store) error { return s.r.AddTheme(ctx, tx, s.amina, s.query) })
	if got := s.desk().Themes(); len(got) != 2 || got[1].Key != "t2" {
		t.Fatalf("themes %v", got)
	}
	dr = s.draft()
	dr.Texts["t2"], dr.Names["t2"] = "", ""
	s.save(s.amina, dr)
	if got := s.desk().Themes(); len(got) != 1 {
		t.Errorf("an empty theme stays: %v", got)
	}
	dr = s.draft()
	dr.Texts["t1"], dr.Names["t1"] = "", ""
	s.save(s.amina, dr)
	if got := s.desk().Themes(); len(got) != 1 {
		t.Error("the theme that a response is used in went")
	}
}

// From the desk to the page that everybody reads (scenarios.md 2.11 to 2.13).
func TestPublish_afterContributorsHaveLooked(t *testing.T) {
	t.Parallel()
	s := closed(t)
	s.begin(s.amina)
	publish := func(ctx context.Context, tx *db.Store) error { return s.r.Publish(ctx, tx, s.amina, s.query) }
	object := func(by *db.Actor, text string) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error {
			return s.r.Object(ctx, tx, s.query, synthesis.Protest{By: by, Quote: "Vents helped in Karu", Text: text, Door: "web"})
		}
	}
	s.Refused("synthesis-short-empty", func(ctx context.Context, tx *db.Store) error { return s.r.Show(ctx, tx, s.amina, s.query) })
	s.save(s.amina, s.draft())
	s.Refused("synthesis-not-shown", publish)
	s.Refused("synthesis-not-shown", object(s.binh, "It was shade."))
	s.Do(func(ctx context.Context, tx *db.Store) error { return s.r.Show(ctx, tx, s.amina, s.query) })
	s.Refused("synthesis-contributors-only", object(s.carla, "No."))
	s.Do(object(s.binh, "It was shade."))
	d := s.desk()
	if len(d.Objections) != 1 || d.Objections[0].Block != "t1" {
		t.Fatalf("objections %+v", d.Objections)
	}
	s.Pass(49 * time.Hour)
	s.Refused("synthesis-objections-open", publish)
	s.Do(func(ctx context.Context, tx *db.Store) error {
		return s.r.Settle(ctx, tx, s.query, synthesis.Settling{By: s.amina, Objection: d.Objections[0].ID, Answer: "Changed to shade."})
	})
	s.Do(publish)
	q, err := s.Store.QueryOf(s.Ctx, s.query)
	s.OK(err)
	reply, err := s.Store.QueryReply(s.Ctx, s.query)
	s.OK(err)
	d = s.desk()
	if q.State != db.QueryConsolidated || reply != d.Artifact.URI || d.State != db.SynthesisPublished {
		t.Errorf("query %s, reply %q, desk %s", q.State, reply, d.State)
	}
	v, err := s.Store.VersionOf(s.Ctx, d.ArtifactID, 1)
	s.OK(err)
	for _, want := range []string{"Fridge fails at 43 degrees", `[\[1\]](<`, "| Karu | Vents | Cold |", "binh", "not a consensus"} {
		if !strings.Contains(v.Source, want) {
			t.Errorf("the reply lacks %q:\n%s", want, v.Source)
		}
	}
	var said strings.Builder
	for _, sent := range s.Outbox("Create", "Announce") {
		said.Write(sent.Body)
	}
	for _, want := range []string{`"copse:consolidates":"` + d.Query.Post.URI + `"`, `"object":"` + s.first.URI + `"`, `"used":"paraphrased"`} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("what goes out lacks %s", want)
		}
	}
	pointer, err := s.Store.PostByID(s.Ctx, d.PointerID)
	s.OK(err)
	if pointer.DiscussionID != s.query || pointer.AuthorID != s.g.ActorID || !strings.Contains(pointer.Content, d.Artifact.URI) && !strings.Contains(pointer.Content, "Keeping fridges cool") {
		t.Errorf("pointer %+v", pointer)
	}
	s.Refused("synthesis-published", func(ctx context.Context, tx *db.Store) error {
		_, err := s.r.Save(ctx, tx, s.amina, s.query, s.draft())
		return err
	})
}

func TestShow_needsEverySentenceOfTheRules(t *testing.T) {
	t.Parallel()
	s := closed(t)
	s.begin(s.amina)
	for name, c := range map[string]struct {
		mend func(*synthesis.Draft)
		want string
	}{
		"long":    {func(d *synthesis.Draft) { d.Texts["short"] = strings.Repeat("word ", 121) }, "synthesis-short-long"},
		"unnamed": {func(d *synthesis.Draft) { d.Names["t1"] = "" }, "synthesis-theme-unnamed"},
		"no text": {func(d *synthesis.Draft) { d.Texts["t1"] = " " }, "synthesis-themes-empty"},
		"unplaced": {func(d *synthesis.Draft) {
			d.Texts["t1"], d.Names["t1"], d.Places[2] = "Vents [1].", "Air", synthesis.Place{}
		}, "synthesis-unplaced"},
	} {
		dr := s.draft()
		c.mend(&dr)
		s.save(s.amina, dr)
		if got := s.desk().Lacks(); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: lacks %v, want %s", name, got, c.want)
		}
	}
}
