package moving_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/moving"
)

// offer is the Offer of the community at old.test, with what differs.
func (h *home) offer(n string, change map[string]any) string {
	h.T.Helper()
	doc := map[string]any{
		"id": "https://old.test/o" + n, "type": "Offer", "actor": h.old.URI, "object": h.soil.Actor.URI,
		"target": "https://copse.test/ap/instance", "instrument": "https://old.test/ap/moves/1", "content": "Decided.", "summary": "soil",
	}
	maps.Copy(doc, change)
	raw, err := json.Marshal(doc)
	h.OK(err)
	return string(raw)
}

// T24: a community is offered by its own instance alone, with an archive of its own; the same Offer
// twice is one, and a community has one move at a time.
func TestT24_forgedOffers(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	eve := h.Remote(db.ActorPerson, "eve", "old.test", "")
	evil := h.Remote(db.ActorApplication, "evil.test", "evil.test", "copse")
	h.Take(h.r.TakeOffer, evil, h.offer("1", map[string]any{"actor": evil.URI}), "not-its-own")
	h.Take(h.r.TakeOffer, eve, h.offer("1", map[string]any{"actor": eve.URI}), "not-its-own")
	h.Take(h.r.TakeOffer, h.old, h.offer("1", map[string]any{"instrument": "https://evil.test/ap/moves/1"}), "archive-elsewhere")
	h.Take(h.r.TakeOffer, h.old, h.offer("1", map[string]any{"object": "https://old.test/nobody"}), "unknown-group")
	h.Take(h.r.TakeOffer, h.old, h.offer("1", map[string]any{"target": "https://else.test/ap/instance"}), "not-for-us")
	in := h.Take(h.r.TakeOffer, h.old, h.offer("1", nil), "")
	h.TakeIn(h.r.TakeOffer, in, "known") // replayed
	h.Take(h.r.TakeOffer, h.old, h.offer("2", nil), "known")
	in = h.Take(h.r.TakeOffer, h.old, h.offer("1", nil), "known")
	in.Vouched = false
	h.TakeIn(h.r.TakeOffer, in, "not-vouched")
	if list, err := h.Store.Moves(h.Ctx, 10); err != nil || len(list) != 1 {
		t.Errorf("%d moves, %v", len(list), err)
	}
}

// T24: only the new home that was asked answers, in the order of things, for a place of its own; and
// without a link back from there the community stays.
func TestT24_forgedAnswers(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	m := h.asked()
	evil := h.Remote(db.ActorApplication, "evil.test", "evil.test", "copse")
	say := func(by *db.Actor, kind, result string) string {
		return `{"id":"` + by.URI + `/` + kind + `","type":"` + kind + `","actor":"` + by.URI + `","object":"` + m.URI + `","result":"` + result + `"}`
	}
	heir := h.heir("https://copse.test/somebody-else")
	h.Take(h.copied, h.there, say(h.there, "Accept", heir.URI), "not-copying")
	h.Take(h.r.TakeAgreed, evil, say(evil, "TentativeAccept", ""), "not-yours")
	h.Take(h.r.TakeRefusal, evil, say(evil, "Reject", ""), "not-yours")
	if _, err := h.r.Page(h.Ctx, h.Store, moving.Wanted{Move: m.ID, Part: "group"}, h.there); !errors.Is(err, moving.ErrNoPage) {
		t.Errorf("an archive before the word of its new home: %v", err)
	}
	h.Take(h.r.TakeAgreed, h.there, say(h.there, "TentativeAccept", ""), "")
	h.Take(h.r.TakeAgreed, h.there, say(h.there, "TentativeAccept", ""), "not-asked") // replayed
	if _, err := h.r.Page(h.Ctx, h.Store, moving.Wanted{Move: m.ID, Part: "group"}, evil); !errors.Is(err, moving.ErrNoPage) {
		t.Errorf("an archive for somebody else: %v", err)
	}
	h.Take(h.copied, evil, say(evil, "Accept", evil.URI), "not-yours")
	h.Take(h.copied, h.there, say(h.there, "Accept", "https://evil.test/water"), "heir-elsewhere")
	h.Take(h.copied, h.there, say(h.there, "Accept", heir.URI), "")
	ready := func(place *db.Actor) *db.Move {
		t.Helper()
		h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Ready(ctx, tx, h.move(m.ID), place) })
		return h.move(m.ID)
	}
	if got := ready(heir); got.State != db.MoveCopying || got.Problem != "no-link-back" {
		t.Errorf("without a link back: state %s, %s", got.State, got.Problem)
	}
	other := *heir
	other.Host, other.AlsoKnownAs = "evil.test", h.water.Actor.URI
	if got := ready(&other); got.State != db.MoveCopying {
		t.Errorf("with a link back from elsewhere: state %s", got.State)
	}
	person := *heir
	person.Type, person.AlsoKnownAs = db.ActorPerson, h.water.Actor.URI
	if got := ready(&person); got.State != db.MoveCopying {
		t.Errorf("to a person: state %s", got.State)
	}
	heir.AlsoKnownAs = h.water.Actor.URI
	h.OK(h.Store.SaveActor(h.Ctx, heir))
	if got := ready(heir); got.State != db.MoveReady {
		t.Errorf("with a link back: state %s", got.State)
	}
	heir.AlsoKnownAs = "" // taken back before the switch
	h.OK(h.Store.SaveActor(h.Ctx, heir))
	h.Refused("no-link-back", func(ctx context.Context, tx *db.Store) error { return h.r.SwitchNow(ctx, tx, h.faci, h.move(m.ID)) })
	if len(h.Outbox("Move")) != 0 {
		t.Error("a Move went out")
	}
}

// T24: a Move seen twice is one, the next hop of a chain is another, and one that comes here unasked
// brings nothing.
func TestT24_movesSeen(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	heir := h.heir(h.soil.Actor.URI)
	seen := func(id string, from, to *db.Actor) {
		t.Helper()
		body := `{"id":"` + id + `","type":"Move","actor":"` + from.URI + `","object":"` + from.URI + `","target":"` + to.URI + `"}`
		rule := func(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
			return federation.Done(), h.r.Seen(ctx, tx, in)
		}
		h.Take(rule, from, body, "")
	}
	seen("https://old.test/m0", h.soil.Actor, h.water.Actor)
	seen("https://old.test/m0", h.soil.Actor, h.there) // no community
	if m, err := h.Store.MoveOf(h.Ctx, h.soil.ActorID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("of what nobody let in: %+v, %v", m, err)
	}
	seen("https://old.test/m1", h.soil.Actor, heir)
	seen("https://old.test/m1", h.soil.Actor, heir)
	seen("https://old.test/m2", h.soil.Actor, heir)
	if m, err := h.Store.MoveOf(h.Ctx, h.soil.ActorID); err != nil || m.URI != "https://old.test/m1" || m.Heir != heir.ID {
		t.Errorf("seen three times: %+v, %v", m, err)
	}
}
