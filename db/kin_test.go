package db_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestTakeKin_putsWhatIsSaidNowInPlace(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, other := group(t, s, "water"), group(t, s, "soil")
	ok(t, s.TakeKin(ctx, g.ID, map[string]string{other.URI: db.KinSisterOf, "https://far.test/g": db.KinChapterOf}))
	said, err := s.KinSaidOf(ctx, other.URI)
	ok(t, err)
	if len(said) != 1 || said[0].Group.Handle != "water" {
		t.Fatalf("said of soil: %v", said)
	}
	said[0].ToldAt = s.Now()
	ok(t, s.PutKin(ctx, said[0]))
	ok(t, s.TakeKin(ctx, g.ID, map[string]string{other.URI: db.KinSisterOf}))
	list, err := s.KinSaidBy(ctx, g.ID)
	ok(t, err)
	if len(list) != 1 || list[0].ToldAt.IsZero() {
		t.Errorf("what stays keeps its time: %v", list)
	}
	ok(t, s.TakeKin(ctx, g.ID, map[string]string{other.URI: db.KinHasChapter}))
	wire, err := s.SaidBy(ctx, g.ID)
	ok(t, err)
	if diff := cmp.Diff(map[string][]string{db.KinHasChapter: {other.URI}}, wire.Kin); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestKinBack(t *testing.T) {
	t.Parallel()
	for relation, want := range map[string]string{
		db.KinChapterOf: db.KinHasChapter, db.KinHasChapter: db.KinChapterOf, db.KinSisterOf: db.KinSisterOf, "cousin": "",
	} {
		if got := db.KinBack(relation); got != want {
			t.Errorf("back of %s is %q, want %q", relation, got, want)
		}
	}
}

func TestListedGroups_foundersAlone(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann, bob := group(t, s, "water"), person(t, s, "ann", "copse.test"), person(t, s, "bob", "copse.test")
	ok(t, s.PutLife(ctx, &db.GroupLife{GroupID: g.ID, Stage: db.StagePotential}))
	_, err := s.PutFounder(ctx, &db.Founder{GroupID: g.ID, ActorID: ann.ID, Address: "ann@copse.test", State: db.FounderAsked})
	ok(t, err)
	count := func(reader int64) int {
		list, err := s.ListedGroups(ctx, reader, "", 10)
		ok(t, err)
		return len(list)
	}
	beyond, err := s.GroupsBeyond(ctx, bob.ID, 10)
	ok(t, err)
	found, err := s.SearchGroups(ctx, db.SearchQuery{Words: "water", Limit: 10})
	ok(t, err)
	if count(ann.ID) != 1 || count(bob.ID) != 0 || count(0) != 0 || len(beyond) != 0 || len(found) != 0 {
		t.Errorf("while founders gather: ann %d, bob %d, a stranger %d, front page %d, search %d", count(ann.ID), count(bob.ID), count(0), len(beyond), len(found))
	}
	ok(t, s.PutLife(ctx, &db.GroupLife{GroupID: g.ID, Stage: db.StageCoalescing}))
	if count(0) != 1 {
		t.Errorf("once it is open to all a stranger sees %d", count(0))
	}
}
