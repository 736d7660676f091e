package membership_test

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
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/membership"
)

var ids = regexp.MustCompile(`/ap/([a-z]+)/[0-9]+`)

// golden compares the last activity of a type that went out with testdata, without its context and
// proof and with numbers for ids; COPSE_TEST_GOLDEN rewrites it.
func (h *home) golden(name, kind string) {
	h.t.Helper()
	list := h.outbox(kind)
	if len(list) == 0 {
		h.t.Fatalf("no %s went out", kind)
	}
	doc := list[len(list)-1]
	delete(doc, "@context")
	delete(doc, "proof")
	for _, when := range []string{"published", "endTime", "updated"} {
		if doc[when] != nil {
			doc[when] = "2026-03-01T09:00:00Z" // the clock of these tests moves at each look
		}
	}
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	h.ok(enc.Encode(doc))
	text := ids.ReplaceAllString(got.String(), "/ap/$1/1")
	file := filepath.Join("testdata", name)
	if os.Getenv("COPSE_TEST_GOLDEN") != "" {
		h.ok(os.MkdirAll("testdata", 0o755))
		h.ok(os.WriteFile(file, []byte(text), 0o644))
	}
	want, err := os.ReadFile(file)
	h.ok(err)
	if diff := cmp.Diff(string(want), text); diff != "" {
		h.t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// What is said between servers about belonging, word for word.
func TestGolden(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, ana := h.person("amina"), h.person("ana")
	g, there := h.group("water", db.OpennessOpen, amina), h.remoteGroup("cold", "b.example")
	carla := h.remote(db.ActorPerson, "carla", "b.example", "copse")
	h.adopts(there, 1)
	h.do(h.asks(ana, there))
	h.golden("join.json", "Join")
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Invite(ctx, tx, amina, g, membership.Decision{Who: carla, Text: "You run a cold room."})
	})
	h.golden("invite.json", "Invite")
	h.take(h.r.TakeJoin, carla, `{"id":"https://b.example/join","type":"Join","actor":"`+carla.URI+`","object":"`+g.Actor.URI+`","summary":"I run a cold room in Port Nord."}`, "")
	h.golden("accept_join.json", "Accept")
	act := func(do func(context.Context, *db.Store, *db.Actor, *db.Group, community.RoleOf) error, role string) {
		h.do(func(ctx context.Context, tx *db.Store) error {
			return do(ctx, tx, amina, g, community.RoleOf{Who: carla, Role: role})
		})
	}
	act(h.com.GrantRole, db.RoleModerator)
	h.golden("add_moderator.json", "Add")
	act(h.com.WithdrawRole, db.RoleModerator)
	h.golden("remove_moderator.json", "Remove")
	act(h.com.GrantRole, db.RoleExpert)
	h.golden("add_expert.json", "Add")
	act(h.com.WithdrawRole, db.RoleExpert)
	h.golden("remove_expert.json", "Remove")
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Leave(ctx, tx, ana, there, "") })
	h.golden("leave.json", "Leave")
}
