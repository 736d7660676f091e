package query_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/query"
)

// elsewhere is a query in a community on another server, as its copy stands here.
func (h *house) elsewhere() (g *db.Group, q *db.Query) {
	h.T.Helper()
	g = h.RemoteGroup("water", "peer.test", "copse")
	p := h.Post(g, h.Remote(db.ActorPerson, "grace", "peer.test", "copse"), nil)
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return tx.PutQuery(ctx, &db.Query{
			PostID: p.ID, GroupID: g.ActorID, AskerID: p.AuthorID, Kind: db.AsksProblem, State: db.QueryOpen, StateAt: tx.Now(),
			OpenedAt: tx.Now(), HalfAt: tx.Now(), ClosesAt: db.At(tx.Now().AddDate(0, 0, 10)), Days: 10,
		})
	})
	return g, h.query(p.ID)
}

func add(g *db.Group, by *db.Actor, about, terms string) string {
	return fmt.Sprintf(`{"type":"Add","id":"%s/add","actor":"%s","object":"%s","target":"%s/queries",%s}`, by.URI, by.URI, about, g.Actor.URI, terms)
}

// What can't be is left out of what a community says of its query, and the rest is kept.
func TestTakeSays_hostileValues(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, q := h.elsewhere()
	closes := q.ClosesAt
	say := func(terms string) *db.Query {
		t.Helper()
		h.Pass(time.Minute)
		h.Take(h.q.TakeSays, g.Actor, add(g, g.Actor, q.Post.URI, `"copse:status":"open",`+terms), "")
		return h.query(q.PostID)
	}
	for _, at := range []string{"9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "never", "-271821-04-20T00:00:00Z"} {
		if got := say(`"copse:respondBy":"` + at + `"`); !got.ClosesAt.Equal(closes.Time) {
			t.Errorf("%s closes it at %s", at, got.ClosesAt)
		}
	}
	if got := say(`"published":"9999-12-31T23:59:59Z"`); got.StateAt.After(h.Now()) {
		t.Errorf("a word of the year 9999 stands until %s", got.StateAt)
	}
	if got := say(`"copse:queryKind":"<script>","copse:outcome":"great","copse:duplicateOf":"javascript:alert(1)"`); got.Kind != db.AsksProblem || got.Outcome != "" || got.DuplicateOf != "" {
		t.Errorf("kind %q, outcome %q, duplicate of %q", got.Kind, got.Outcome, got.DuplicateOf)
	}
	got := say(`"summary":"<script>alert(1)</script>` + strings.Repeat("x", 100_000) + `"`)
	if len([]rune(got.Why)) > 500 {
		t.Errorf("why is %d letters long: %.80q", len([]rune(got.Why)), got.Why)
	}
}

// A state or a kind that nobody knows changes nothing, and neither does one set by somebody else, on
// the same server or another.
func TestTakeSays_notTheirs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, q := h.elsewhere()
	evil, neighbour := h.Remote(db.ActorPerson, "evil", "evil.test", "copse"), h.Remote(db.ActorPerson, "joe", "peer.test", "copse")
	other := h.RemoteGroup("fire", "evil.test", "copse")
	answer := h.Post(g, neighbour, q.Post)
	for _, one := range []struct {
		by           *db.Actor
		about, terms string
		want         string
	}{
		{g.Actor, q.Post.URI, `"copse:status":"burning"`, "unknown-status"},
		{g.Actor, answer.URI, `"copse:responseKind":"<b>"`, "unknown-kind"},
		{evil, q.Post.URI, `"copse:status":"withdrawn"`, "not-the-groups-own"},
		{neighbour, q.Post.URI, `"copse:status":"withdrawn"`, "not-the-groups-own"},
		{other.Actor, q.Post.URI, `"copse:status":"withdrawn"`, "not-the-groups-own"},
		{neighbour, answer.URI, `"copse:responseKind":"advice"`, "not-the-groups-own"},
	} {
		h.Take(h.q.TakeSays, one.by, add(g, one.by, one.about, one.terms), one.want)
	}
	h.Take(h.q.TakeSays, other.Actor, add(other, other.Actor, q.Post.URI, `"copse:status":"withdrawn"`), "unknown-target")
	if got := h.query(q.PostID); cmp.Diff(q.State, got.State) != "" || !got.ClosesAt.Equal(q.ClosesAt.Time) {
		t.Errorf("it is %s until %s", got.State, got.ClosesAt)
	}
}

// To a query of ours somebody elsewhere asks for a step, and gets no further than they may here.
func TestTakeSays_stepsOfStrangers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, _ := h.cop()
	q := h.ask(g, h.member(g, h.Person("grace")))
	evil := h.Remote(db.ActorPerson, "evil", "evil.test", "copse")
	for terms, want := range map[string]string{
		`"copse:status":"withdrawn"`:     "not-asker",
		`"copse:outcome":"helped"`:       "not-asker",
		`"copse:status":"consolidated"`:  "unknown-status",
		`"copse:status":"consolidating"`: "not-core",
		`"copse:status":"extended"`:      "not-core",
	} {
		in := add(g, evil, q.Post.URI, terms)
		h.Take(h.q.TakeSays, evil, in, want)
	}
	if got := h.query(q.PostID); got.State != db.QueryOpen || got.Outcome != "" || !got.ExtendedAt.IsZero() {
		t.Errorf("it is %s, %q", got.State, got.Outcome)
	}
}

// A step is taken once and said once, however often it is asked for.
func TestDo_confirmedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, _ := h.cop()
	q := h.ask(g, h.member(g, h.Person("grace")))
	h.step(q.Post.Author, q, query.Step{Do: query.Withdraw})
	if said := h.said(h.query(q.PostID)); said != "query-withdrawn" {
		t.Errorf("said %q", said)
	}
	h.refuses("query-state", q.Post.Author, q, query.Step{Do: query.Withdraw})
	if said := h.said(h.query(q.PostID)); said != "query-withdrawn" {
		t.Errorf("said again: %q", said)
	}
}
