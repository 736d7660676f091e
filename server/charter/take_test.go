package charter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/charter"
)

// theirs is a charter as a group elsewhere sends it.
func theirs(id string, version int64, stage string) *vocab.Object {
	doc := &vocab.Object{ID: id, Type: "Article", Name: "Charter", Content: `<p>Keep it cold.</p><script>x</script>`, Language: "en"}
	doc.ArtifactKind, doc.Version, doc.Stage = charter.Kind, version, stage
	return doc
}

// take hands a charter to the rules and answers why it was refused, "" where it was not.
func (h *home) take(from *db.Actor, doc *vocab.Object) string {
	h.t.Helper()
	var out federation.Outcome
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		out, err = h.r.TakeCharter(ctx, tx, &federation.Incoming{Actor: from, Object: &federation.Fetched{Doc: doc, Author: from}})
		return err
	})
	return out.Reason
}

func TestTakeCharter_keepsACopyOfWhatTheGroupSays(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.remote(db.ActorGroup, "coldchain", "rco.test", "copse")
	if why := h.take(g, theirs("https://rco.test/ap/charters/1", 1, "in-review")); why != "" {
		t.Fatalf("refused: %s", why)
	}
	if why := h.take(g, theirs("https://rco.test/ap/charters/1", 1, "published")); why != "" {
		t.Fatalf("refused: %s", why)
	}
	c, err := h.s.AdoptedCharter(h.ctx, g.ID)
	h.ok(err)
	if c.URI != "https://rco.test/ap/charters/1" || strings.Contains(c.Text, "script") {
		t.Errorf("copy %s: %s", c.URI, c.Text)
	}
}

func TestT17_charterSpeaksForItsGroupAlone(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.remote(db.ActorGroup, "coldchain", "rco.test", "copse")
	twin := h.remote(db.ActorGroup, "twin", "rco.test", "copse")
	eve := h.remote(db.ActorPerson, "eve", "rco.test", "copse")
	_, ours := h.found(h.person("amina"), "")
	h.take(g, theirs("https://rco.test/ap/charters/1", 1, "published"))
	for name, row := range map[string]struct {
		from *db.Actor
		doc  *vocab.Object
		want string
	}{
		"a person":               {eve, theirs("https://rco.test/ap/charters/1", 1, "published"), "not-the-group"},
		"another group":          {twin, theirs("https://rco.test/ap/charters/1", 1, "published"), "not-the-group"},
		"an address of ours":     {g, theirs(ours.URI, 1, "published"), "not-the-group"},
		"another number":         {g, theirs("https://rco.test/ap/charters/1", 2, "published"), "not-the-group"},
		"a number that is taken": {g, theirs("https://rco.test/ap/charters/2", 1, "published"), "version-taken"},
		"no number":              {g, theirs("https://rco.test/ap/charters/3", 0, "published"), "version"},
	} {
		if got := h.take(row.from, row.doc); got != row.want {
			t.Errorf("%s: %q, want %q", name, got, row.want)
		}
	}
	if c := h.again(ours); c.State != db.CharterProposed {
		t.Errorf("ours is %s", c.State)
	}
}

func TestT21_charterPassedOnProvesNothing(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.remote(db.ActorGroup, "coldchain", "rco.test", "copse")
	eve := h.remote(db.ActorPerson, "eve", "evil.test", "copse")
	in := &federation.Incoming{Actor: eve, Object: &federation.Fetched{Doc: theirs("https://rco.test/ap/charters/1", 1, "published"), Author: g}}
	h.do(func(ctx context.Context, tx *db.Store) error {
		if out, err := h.r.TakeCharter(ctx, tx, in); err != nil || out.Reason != "not-the-group" {
			t.Errorf("%v, %v", out, err)
		}
		return nil
	})
}

func TestAnswer_signsElsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	binh := h.person("binh")
	a := h.remote(db.ActorGroup, "coldchain", "rco.test", "copse")
	h.ok(h.s.EnsureGroup(h.ctx, &db.Group{ActorID: a.ID, Openness: db.OpennessOpen}))
	g, err := h.s.GroupByID(h.ctx, a.ID)
	h.ok(err)
	h.take(a, theirs("https://rco.test/ap/charters/1", 1, "in-review"))
	c, err := h.s.ProposedCharter(h.ctx, a.ID)
	h.ok(err)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Answer(ctx, tx, g, c, charter.Word{By: binh, Text: "I sign"})
	})
	if got := h.signers(c); got != "binh:web " {
		t.Errorf("shown as signed by %q", got)
	}
	rows, err := h.s.PendingOutbox(h.ctx, 10)
	h.ok(err)
	act, err := h.s.ActivityByID(h.ctx, rows[0].ActivityID)
	h.ok(err)
	var sent struct {
		Object struct{ InReplyTo, Content string }
	}
	h.ok(json.Unmarshal(act.Body, &sent))
	if sent.Object.InReplyTo != c.URI || !strings.Contains(sent.Object.Content, "I sign") {
		t.Errorf("sent %+v", sent)
	}
	c.State = db.CharterSuperseded
	h.refused("charter-not-proposed", func(ctx context.Context, tx *db.Store) error {
		return h.r.Answer(ctx, tx, g, c, charter.Word{By: binh, Text: "I sign"})
	})
}

// TestDoc_golden holds the shape of a charter on the wire; COPSE_TEST_GOLDEN=1 rewrites it.
func TestDoc_golden(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina := h.person("amina")
	g, c := h.found(amina, charter.RuleFacilitator)
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Adopt(ctx, tx, amina, c) })
	names := strings.NewReplacer(number(g.ActorID), "COLDCHAIN", number(c.ID), "VERSION", number(amina.ID), "AMINA")
	moments := regexp.MustCompile(`2026-03-01T09:00:00\.\d+Z`)
	for name, whole := range map[string]bool{"charter.json": true, "charter_version.json": false} {
		doc, err := h.r.Doc(h.ctx, h.s, g, h.again(c), whole)
		h.ok(err)
		body, err := vocab.Encode(doc)
		h.ok(err)
		var b bytes.Buffer
		h.ok(json.Indent(&b, body, "", "  "))
		got := moments.ReplaceAllString(names.Replace(b.String()), "WHEN") + "\n"
		if os.Getenv("COPSE_TEST_GOLDEN") != "" {
			h.ok(os.MkdirAll("testdata", 0o755))
			h.ok(os.WriteFile("testdata/"+name, []byte(got), 0o600))
		}
		want, err := os.ReadFile("testdata/" + name)
		h.ok(err)
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	versions := h.r.VersionsDoc(g, []*db.Charter{c, {State: db.CharterDraft}})
	if *versions.TotalItems != 1 {
		t.Errorf("%d versions for others, want the adopted one", *versions.TotalItems)
	}
}

func number(id int64) string { return strconv.FormatInt(id, 10) }
