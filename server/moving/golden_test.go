package moving_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/moving"
)

var (
	ids     = regexp.MustCompile(`/(ap/[a-z]+|[a-z]+)/[0-9][0-9a-z.]*`)
	moments = regexp.MustCompile(`"(20\d\d-[^"]+Z|[0-9a-f]{64}|z6Mk[^"]+|-----BEGIN[^"]+)"`)
)

// golden compares a document with testdata: without its context and proof, with numbers for ids and one
// word for keys, sums and moments; COPSE_TEST_GOLDEN rewrites it.
func (h *home) golden(name string, doc map[string]any) {
	h.T.Helper()
	delete(doc, "@context")
	delete(doc, "proof")
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	h.OK(enc.Encode(doc))
	text := moments.ReplaceAllString(ids.ReplaceAllString(got.String(), "/$1/1"), `"…"`)
	file := filepath.Join("testdata", name)
	if os.Getenv("COPSE_TEST_GOLDEN") != "" {
		h.OK(os.MkdirAll("testdata", 0o755))
		h.OK(os.WriteFile(file, []byte(text), 0o644))
	}
	want, err := os.ReadFile(file)
	h.OK(err)
	if diff := cmp.Diff(string(want), text); diff != "" {
		h.T.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// said is the last activity of a type that went out.
func (h *home) said(kind string) map[string]any {
	h.T.Helper()
	list := h.Outbox(kind)
	if len(list) == 0 {
		h.T.Fatalf("no %s went out", kind)
	}
	return list[len(list)-1].Doc
}

// What two homes say to one another about a community that goes, and what its followers are told,
// word for word.
func TestGolden_leaving(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.Post(h.water, h.faci, nil)
	m := h.asked()
	h.golden("offer.json", h.said("Offer"))
	h.Take(h.r.TakeAgreed, h.there, `{"id":"https://new.test/a1","type":"TentativeAccept","actor":"https://new.test/new.test","object":"`+m.URI+`"}`, "")
	for _, part := range []string{"group", "members", "roles", "followers", "posts", "log", "end"} {
		page, err := h.r.Page(h.Ctx, h.Store, moving.Wanted{Move: m.ID, Part: part}, h.there)
		h.OK(err)
		raw, err := vocab.Encode(page)
		h.OK(err)
		var doc map[string]any
		h.OK(json.Unmarshal(raw, &doc))
		h.golden("archive_"+part+".json", doc)
	}
	heir := h.heir(h.water.Actor.URI)
	h.Take(h.copied, h.there, `{"id":"https://new.test/a2","type":"Accept","actor":"https://new.test/new.test","object":"`+m.URI+`","result":"`+heir.URI+`"}`, "")
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Ready(ctx, tx, h.move(m.ID), heir) })
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.SwitchNow(ctx, tx, h.faci, h.move(m.ID)) })
	h.golden("move.json", h.said("Move"))
}

// What the new home says: yes, no, and no longer.
func TestGolden_arriving(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	offer := func(n string) *db.Move {
		t.Helper()
		h.Take(h.r.TakeOffer, h.old, h.offer(n, nil), "")
		m, err := h.Store.MoveByURI(h.Ctx, "https://old.test/o"+n)
		h.OK(err)
		return m
	}
	m := offer("1")
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Refuse(ctx, tx, h.boss, m, "We have no room.")
	})
	h.golden("reject.json", h.said("Reject"))
	m = offer("2")
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Agree(ctx, tx, h.boss, m, "soils") })
	h.golden("tentative_accept.json", h.said("TentativeAccept"))
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Cancel(ctx, tx, h.boss, h.move(m.ID)) })
	h.golden("reject_cancelled.json", h.said("Reject"))
}

// Our own word taken back.
func TestGolden_withdrawn(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	m := h.asked()
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Cancel(ctx, tx, h.faci, h.move(m.ID)) })
	h.golden("undo_offer.json", h.said("Undo"))
}
