package duty_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/duty"
)

// A "me too" and a question leave a query among what is to be answered; something useful takes it off.
func TestSheet_answer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	grace, hugo, kofi := h.Person("grace"), h.Person("hugo"), h.Person("kofi")
	for _, who := range []*db.Actor{grace, hugo, kofi} {
		h.facilitates(who) // so that nobody is new
	}
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return tx.SaveProfile(ctx, &db.Profile{ActorID: kofi.ID, Topics: "solar fridges"})
	})
	fridge := h.asks(grace, "Which solar fridges hold at 43 degrees?")
	for range 2 {
		h.Pass(time.Hour)
		h.asks(grace, "Who sells comparator discs?")
		break
	}
	h.answers(hugo, fridge, db.MeToo)
	h.answers(kofi, fridge, db.Clarification)
	sh, lines := h.sheet()
	want := []string{"answer Which solar fridges hold at 43 degrees?", "answer Who sells comparator discs?"}
	if diff := cmp.Diff(want, lines); diff != "" || sh.Counts[db.DutyAnswer] != 2 {
		t.Errorf("%v (-want +got)\n%s", sh.Counts, diff)
	}
	if got := sh.Helpers[fridge.ID]; !slices.Contains(got, kofi.ID) {
		t.Errorf("%v could help, want kofi", got)
	}
	h.answers(kofi, fridge, db.Experience)
	if _, lines = h.sheet(); len(lines) != 1 {
		t.Errorf("a useful response leaves %v", lines)
	}
}

func TestSheet_welcome(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	carla, hugo, grace := h.Person("carla"), h.Person("hugo"), h.Person("grace")
	h.joins(carla, "I look after wells in Karu and mend chlorine dosers.")
	h.Pass(time.Hour)
	h.joins(hugo, "")
	h.Pass(time.Hour)
	h.joins(grace, "I train health workers in three districts.")
	_, lines := h.sheet()
	if diff := cmp.Diff([]string{"newcomer carla", "newcomer hugo", "newcomer grace"}, lines); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	// a person's answer to the introduction welcomes, whoever gives it; so do words where nobody introduced themselves
	intro, err := h.Store.IntroductionOf(h.Ctx, h.water.ActorID, carla.ID)
	h.OK(err)
	h.answers(grace, intro, "")
	h.Pass(22 * time.Hour)
	h.Refused("text-empty", func(ctx context.Context, tx *db.Store) error {
		return h.r.Welcome(ctx, tx, h.amina, h.chosen("", hugo.ID), " ")
	})
	h.Refused("not-facilitator", func(ctx context.Context, tx *db.Store) error {
		return h.r.Welcome(ctx, tx, carla, h.chosen("", hugo.ID), "Welcome")
	})
	for _, who := range []*db.Actor{hugo, grace} {
		h.Do(func(ctx context.Context, tx *db.Store) error {
			return h.r.Welcome(ctx, tx, h.amina, h.chosen("", who.ID), "Welcome, ask me about dosers.")
		})
	}
	h.Refused("duty-gone", func(ctx context.Context, tx *db.Store) error {
		return h.r.Welcome(ctx, tx, h.amina, h.chosen("", grace.ID), "Again")
	})
	if _, lines = h.sheet(); len(lines) != 0 {
		t.Errorf("all are welcomed, still there: %v", lines)
	}
	if got := h.Lines(hugo)[0]; got != db.NotifyJoin {
		t.Errorf("hugo is told by %q", got)
	}
	list, err := h.Store.WelcomesSince(h.Ctx, []int64{h.water.ActorID}, db.Time{}, 10)
	h.OK(err)
	if hours, n, waiting := duty.WelcomeTime(list); n != 3 || waiting != 0 || int(hours) != 22 {
		t.Errorf("M15 is %.1f hours over %d, %d wait", hours, n, waiting)
	}
}

func TestSheet_close(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	grace, hugo := h.facilitates(h.Person("grace")), h.facilitates(h.Person("hugo"))
	answered, alone := h.asks(grace, "Which fridge holds at 43 degrees?"), h.asks(grace, "Who sells comparator discs?")
	h.answers(hugo, answered, db.Advice)
	h.tick(8 * day)
	_, lines := h.sheet()
	if diff := cmp.Diff([]string{"answer Who sells comparator discs?", "closing Which fridge holds at 43 degrees?"}, lines); diff != "" {
		t.Errorf("before the end (-want +got)\n%s", diff)
	}
	h.tick(3 * day)
	sh, lines := h.sheet()
	if diff := cmp.Diff([]string{"unanswered Who sells comparator discs?", "consolidate Which fridge holds at 43 degrees?"}, lines); diff != "" {
		t.Errorf("after the end (-want +got)\n%s", diff)
	}
	if got := duty.Age(sh.List[0], h.Now()); got != duty.Late {
		t.Errorf("what nobody answered is %q", got)
	}
	h.Do(func(ctx context.Context, tx *db.Store) error {
		if err := tx.CreateSynthesis(ctx, &db.Synthesis{QueryID: answered.ID, ArtifactID: 7, GroupID: h.water.ActorID, State: db.SynthesisShown, DueAt: db.At(tx.Now().Add(day))}); err != nil {
			return err
		}
		_, err := tx.PutObjection(ctx, &db.Objection{ID: tx.NewID(), QueryID: answered.ID, ActorID: hugo.ID, Text: "No", URI: "https://copse.test/o"})
		return err
	})
	if _, lines = h.sheet(); !slices.Contains(lines, "objection Which fridge holds at 43 degrees?") {
		t.Errorf("an objection is not seen: %v", lines)
	}
	_ = alone
}

func TestSheet_review(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.facilitates(h.Person("mei"))
	h.Do(func(ctx context.Context, tx *db.Store) error {
		for _, a := range []*db.Artifact{
			{Title: "old", StewardID: mei.ID, ReviewBy: db.At(tx.Now().Add(-90 * day)), Version: 1, Stage: db.StagePublished},
			{Title: "soon", StewardID: mei.ID, ReviewBy: db.At(tx.Now().Add(10 * day)), Version: 1, Stage: db.StagePublished},
			{Title: "later", StewardID: mei.ID, ReviewBy: db.At(tx.Now().Add(100 * day)), Version: 1, Stage: db.StagePublished},
			{Title: "left alone", StewardID: 99, ReviewBy: db.At(tx.Now().Add(100 * day)), Version: 1, Stage: db.StagePublished},
			{Title: "retired", ReviewBy: db.At(tx.Now().Add(-day)), RetiredAt: tx.Now(), Version: 1, Stage: db.StageRetired},
			{Title: "judged late", StewardID: mei.ID, Stage: db.StageReview},
		} {
			a.GroupID, a.AuthorID, a.Kind, a.URI = h.water.ActorID, mei.ID, "story", "https://copse.test/ap/"+a.Title
			if err := tx.CreateArtifact(ctx, a); err != nil {
				return err
			}
			if a.Stage == db.StageReview {
				if err := tx.AskReview(ctx, &db.ArtifactReview{ArtifactID: a.ID, ReviewerID: h.amina.ID, Round: 1, DueAt: db.At(tx.Now().Add(-day))}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	sh, lines := h.sheet()
	if diff := cmp.Diff([]string{"due old", "verdict judged late", "orphan left alone", "due soon"}, lines); diff != "" || sh.Counts[db.DutyReview] != 4 {
		t.Errorf("%v (-want +got)\n%s", sh.Counts, diff)
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 20, 9, 0, 0, 0, time.UTC)
	due := func(kind string, late time.Duration) *db.Duty {
		return &db.Duty{Kind: kind, Stage: kind + " " + late.String(), Due: db.At(now.Add(-late)), Since: db.At(now.Add(-late - 3*day))}
	}
	list := []*db.Duty{
		due(db.DutyReview, 20*day), due(db.DutyAnswer, 2*day), due(db.DutyClose, 3*day), due(db.DutyWelcome, 2*day),
		due(db.DutyAnswer, -2*day), due(db.DutyReview, -10*day), due(db.DutyReview, 90*day), due(db.DutyWelcome, 0),
	}
	duty.Order(list, now)
	var got []string
	for _, d := range list {
		got = append(got, d.Stage)
	}
	want := []string{
		"review 2160h0m0s", // four months are worse than two days
		"answer 48h0m0s", "welcome 48h0m0s", "review 480h0m0s", "close 72h0m0s", "welcome 0s", "review -240h0m0s", "answer -48h0m0s",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for age, late := range map[string]time.Duration{duty.Late: 0, duty.Soon: -day, duty.Calm: -2 * day} {
		if got := duty.Age(due(db.DutyWelcome, late), now); got != age {
			t.Errorf("%s before it is due a welcome is %q, want %q", -late, got, age)
		}
	}
}

// TestSnooze_assign also shows that a facilitator elsewhere is told where the cockpit is, once a day,
// and that nobody new is named to their server.
func TestSnooze_assign(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	kofi, binh := h.facilitates(h.Person("kofi")), h.facilitates(h.Remote(db.ActorPerson, "binh", "beta.test", "copse"))
	grace := h.Person("grace")
	h.joins(grace, "")
	c := h.chosen(db.DutyWelcome, grace.ID)
	do := func(rule func(ctx context.Context, tx *db.Store) error) { t.Helper(); h.Do(rule) }
	do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Snooze(ctx, tx, h.amina, c, h.Now().Add(2*day))
	})
	if sh, lines := h.sheet(); len(lines) != 0 || sh.Counts[db.DutyWelcome] != 0 {
		t.Errorf("put off, still there: %v %v", lines, sh.Counts)
	}
	h.Pass(2 * day)
	if _, lines := h.sheet(); len(lines) != 1 {
		t.Errorf("two days later: %v", lines)
	}
	h.Refused("snooze-long", func(ctx context.Context, tx *db.Store) error {
		return h.r.Snooze(ctx, tx, h.amina, c, h.Now().Add(90*day))
	})
	h.Refused("not-facilitator", func(ctx context.Context, tx *db.Store) error { return h.r.Assign(ctx, tx, grace, c, kofi) })
	h.Refused("not-facilitator", func(ctx context.Context, tx *db.Store) error { return h.r.Assign(ctx, tx, h.amina, c, grace) })
	h.Refused("duty-gone", func(ctx context.Context, tx *db.Store) error {
		return h.r.Assign(ctx, tx, h.amina, h.chosen(db.DutyAnswer, 12345), kofi)
	})
	before := len(h.Outbox())
	for range 3 {
		do(func(ctx context.Context, tx *db.Store) error { return h.r.Assign(ctx, tx, h.amina, c, kofi) })
		do(func(ctx context.Context, tx *db.Store) error { return h.r.Assign(ctx, tx, kofi, c, binh) })
	}
	if got := h.Lines(kofi); len(slices.DeleteFunc(slices.Clone(got), func(k string) bool { return k != db.NotifyDuty })) != 1 {
		t.Errorf("kofi is told %v", got)
	}
	sent := h.Outbox()[before:]
	if len(sent) != 1 || !slices.Equal(sent[0].Inboxes(), []string{binh.Inbox}) {
		t.Fatalf("%d notes went out: %v", len(sent), sent)
	}
	if body := string(sent[0].Body); strings.Contains(body, "grace") || !strings.Contains(body, "/c/water/cockpit") {
		t.Errorf("the note says %s", body)
	}
	sh, _ := h.sheet()
	if len(sh.List) != 1 || sh.List[0].AssigneeID != binh.ID {
		t.Errorf("it is not binh's: %+v", sh.List)
	}
	do(func(ctx context.Context, tx *db.Store) error { return h.r.Assign(ctx, tx, binh, c, nil) })
	want := []string{"amina duty-snooze ", "amina duty-assign @kofi@copse.test", "kofi duty-assign @binh@beta.test", "@binh@beta.test duty-free "}
	if got := slices.Compact(h.audited()); !slices.Equal(slices.Compact(append(got[:3:3], got[len(got)-1])), want) {
		t.Errorf("the audit log has %v", got)
	}
}

// TestSheet_core shows who is new, and nothing else, to the core group.
func TestSheet_core(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	esi, grace := h.Person("esi"), h.Person("grace")
	h.joins(grace, "")
	h.asks(grace, "Who sells comparator discs?")
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return tx.GrantRole(ctx, &db.RoleGrant{GroupID: h.water.ActorID, ActorID: esi.ID, Role: db.RoleCore})
	})
	scope, groups, err := h.r.Scope(h.Ctx, h.Store, esi)
	h.OK(err)
	sh, err := h.r.Sheet(h.Ctx, h.Store, duty.Wanted{Scope: scope, Each: 10})
	h.OK(err)
	if len(groups) != 1 || len(sh.List) != 1 || sh.List[0].Kind != db.DutyWelcome {
		t.Errorf("one of the core group sees %+v in %d communities", sh.List, len(groups))
	}
	for who, want := range map[*db.Actor]int{h.amina: 4, esi: 1, grace: 0, nil: 0} {
		if kinds, err := h.r.Kinds(h.Ctx, h.Store, h.water, who); err != nil || len(kinds) != want {
			t.Errorf("%v sees %v, %v", who, kinds, err)
		}
	}
}
