package web_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/exchange"
)

func TestCached_followsWhatChanges(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	p := h.start(h.group("water", amina), amina, "First title")
	path := "/d/" + strconv.FormatInt(p.ID, 10)
	first := h.visitor().get(path).want(http.StatusOK).shows("First title")
	again := h.visitor()
	again.header.Set("If-None-Match", first.header.Get("ETag"))
	again.get(path).want(http.StatusNotModified)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.ex.Edit(ctx, tx, p, &exchange.Draft{Author: amina, Title: "Second title", Source: "x"})
	})
	again.get(path).want(http.StatusOK).shows("Second title")
}

func TestCached_keepsReadersApart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	p := h.start(h.group("water", amina), amina, "A title")
	path := "/d/" + strconv.FormatInt(p.ID, 10)
	h.visitor().get(path).want(http.StatusOK)
	arabic := h.visitor()
	arabic.header.Set("Accept-Language", "ar")
	arabic.get(path).shows(`dir="rtl"`)
	own := "/p/" + strconv.FormatInt(p.ID, 10) + "/edit"
	h.as(amina).get(path).shows(own)
	if strings.Contains(h.visitor().get(path).body, own) {
		t.Error("a signed-out reader gets the page of the author")
	}
}
