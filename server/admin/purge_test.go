package admin_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/copse-social/copse/db"
)

// Nothing goes before the name was typed again, and then the page says how far it is.
func TestPurge_ofAServerAsksTwiceAndShowsHowFar(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("theo", db.RoleAdmin)
	h.ok(h.store.UpsertRemoteActor(h.ctx, &db.Actor{URI: "https://bad.test/kim", Type: db.ActorPerson, Handle: "kim", Host: "bad.test", Inbox: "https://bad.test/i"}))
	h.ok(h.store.EnsureHost(h.ctx, "bad.test"))
	path := "/admin/federation/bad.test/purge"
	b := h.as("theo")
	b.get("/admin/federation/bad.test").shows(path)
	b.get(path).want(http.StatusOK).shows("What would go", "1 person", "cannot be undone")
	b.post(path, []string{"host", "good.test"}).want(http.StatusUnprocessableEntity).shows("This is not the name of the server.")
	if _, err := h.store.HostPurgeOf(h.ctx, "bad.test"); err == nil {
		t.Fatal("it began all the same")
	}
	b.post(path, []string{"host", " Bad.test ", "reason", "sells pills"}).leads(path)
	b.get(path).shows("Under way since", "Still there").hides("What would go", `name="host"`)
	b.post(path, []string{"host", "bad.test", "reason", "again"}).want(http.StatusUnprocessableEntity).shows("This is under way already.")
	for going := true; going; {
		h.ok(h.store.InTx(h.ctx, func(ctx context.Context, tx *db.Store) error {
			p, err := h.sanction.StepPurge(ctx, tx, "bad.test")
			going = err == nil && p.Going()
			return err
		}))
	}
	b.get(path).shows("was removed on", "It stays blocked.", "Nothing of this server is kept here")
	b.get("/admin/log").shows("Removed everything of a server", "bad.test: sells pills")
	b.get("/admin/federation/never.test/purge").want(http.StatusNotFound)
	h.person("ana", "")
	h.as("ana").post(path, []string{"host", "bad.test"}).want(http.StatusForbidden)
}
