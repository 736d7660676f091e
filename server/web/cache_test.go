package web_test

import (
	"compress/gzip"
	"context"
	"io"
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

func TestT34_pagesOfReadersNeverMeet(t *testing.T) {
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
	signedIn := h.as(amina).get(path)
	if kept := signedIn.header.Get("Cache-Control"); kept != "private, no-store" || signedIn.header.Get("ETag") != "" {
		t.Errorf("the page of somebody signed in may be kept: %q", kept)
	}
}

func TestCached_packsOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.stopClock()
	amina := h.person("amina")
	path := "/d/" + itoa(h.start(h.group("water", amina), amina, "A title").ID)
	plain := h.visitor().get(path).want(http.StatusOK)
	packed := h.visitor()
	packed.header.Set("Accept-Encoding", "gzip")
	a := packed.get(path).want(http.StatusOK)
	if a.header.Get("Content-Encoding") != "gzip" || a.header.Get("ETag") != "W/"+plain.header.Get("ETag") {
		t.Fatalf("from memory: %v", a.header)
	}
	r, err := gzip.NewReader(strings.NewReader(a.body))
	h.ok(err)
	if body, err := io.ReadAll(r); err != nil || string(body) != plain.body {
		t.Errorf("unpacked it is another page: %v", err)
	}
	packed.header.Set("If-None-Match", a.header.Get("ETag"))
	packed.get(path).want(http.StatusNotModified)
}
