package admin_test

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/copse-social/copse/db"
)

// TestBlocks_shownBeforeTheyAreApplied: a list in Mastodon's form changes nothing until what it would
// break was shown, and makes nothing milder.
func TestBlocks_shownBeforeTheyAreApplied(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("theo", db.RoleAdmin)
	a := h.as("theo")
	h.ok(h.store.SetHostPolicy(h.ctx, "bad.example", db.HostBlocked, "spam"))
	h.ok(h.store.EnsureHost(h.ctx, "sub.loud.example"))
	list := "#domain,#severity,#public_comment\nbad.example,silence,\nloud.example,suspend,noise\ncopse.test,suspend,us\n"
	a.get("/admin/federation/lists").want(http.StatusOK).shows("Show what it would break")
	a.post("/admin/federation/lists", []string{"list", " "}).want(http.StatusUnprocessableEntity).shows("No server is named here.")
	a.post("/admin/federation/lists", []string{"list", list, "act", "look"}).want(http.StatusOK).shows("loud.example", "noise", "Apply to 1 server", "Nothing that exists would break.")
	if _, err := h.store.HostByName(h.ctx, "loud.example"); err == nil {
		t.Error("looking has decided")
	}
	a.post("/admin/federation/lists", []string{"list", list, "act", "apply"}).leads("/admin/federation?show=blocked")
	for host, want := range map[string]string{"bad.example": db.HostBlocked, "loud.example": db.HostBlocked} {
		if got, err := h.store.HostByName(h.ctx, host); err != nil || got.Policy != want {
			t.Errorf("%s is %+v, %v", host, got, err)
		}
	}
	a.get("/admin/federation/lists.csv").want(http.StatusOK).shows("bad.example,suspend", "loud.example,suspend")
	a.get("/admin/log").shows("Applied a block list")
}

// A list comes as a file as well; a line that names no server is named by its number.
func TestBlocks_asAFile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("theo", db.RoleAdmin)
	b := h.as("theo")
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "blocks.csv")
	h.ok(err)
	_, err = part.Write([]byte("#domain,#severity\r\nspam.example,suspend\r\nno host,suspend\r\n"))
	h.ok(errors.Join(err, form.WriteField("act", "look"), form.Close()))
	req := httptest.NewRequest(http.MethodPost, "https://copse.test/admin/federation/lists", &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	b.send(req).want(http.StatusOK).shows("spam.example", "1 line names no server", "line 3", "no host")
	if host, err := h.store.HostByName(h.ctx, "spam.example"); err == nil && host.Policy != "" {
		t.Errorf("decided without a word: %+v", host)
	}
}
