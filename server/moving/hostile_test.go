package moving_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/moving"
)

// archived is a move whose archive is read from the posts on.
func archived() *db.Move {
	return &db.Move{
		ID: 7, URI: "https://old.example/ap/activities/1", Side: db.MoveArriving, State: db.MoveCopying,
		Host: "old.example", Archive: "https://old.example/ap/moves/9", Part: "posts", Cursor: 40,
	}
}

// pageOf is a page that fits the move, with some items, as the old home would serve it.
func pageOf(items ...string) map[string]any {
	h := sha256.New()
	list := make([]json.RawMessage, len(items))
	for i, item := range items {
		list[i] = json.RawMessage(item)
		h.Write(list[i])
	}
	return map[string]any{
		"id": "https://old.example/ap/moves/9/posts/40", "type": "copse:ArchivePage", "partOf": "https://old.example/ap/activities/1",
		"copse:part": "posts", "copse:digest": hex.EncodeToString(h.Sum(nil)), "items": list,
		"next": "https://old.example/ap/moves/9/posts/65",
	}
}

func encoded(t *testing.T, page map[string]any) []byte {
	t.Helper()
	body, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestT24_pagesOfAnArchive: a page that is not the one that was asked for, is too much, leads back or to
// another place, or was changed on its way is no page of the archive.
func TestT24_pagesOfAnArchive(t *testing.T) {
	t.Parallel()
	if _, err := moving.ReadPage(archived(), encoded(t, pageOf(`{"id":"https://old.example/p/1"}`))); err != nil {
		t.Fatalf("a good page: %v", err)
	}
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf(`{"id":"https://old.example/p/%d"}`, i)
	}
	people := make([]map[string]string, 60_000)
	for name, change := range map[string]func(map[string]any){
		"of another move":          func(p map[string]any) { p["id"] = "https://old.example/ap/moves/8/posts/40" },
		"of another host":          func(p map[string]any) { p["id"] = "https://else.example/ap/moves/9/posts/40" },
		"of another Offer":         func(p map[string]any) { p["partOf"] = "https://old.example/ap/activities/2" },
		"of another part":          func(p map[string]any) { p["copse:part"] = "roles" },
		"of no kind":               func(p map[string]any) { p["type"] = "Collection" },
		"changed on its way":       func(p map[string]any) { p["items"] = []json.RawMessage{json.RawMessage(`{"id":"x"}`)} },
		"with too many people":     func(p map[string]any) { p["copse:actors"] = people },
		"leading to itself":        func(p map[string]any) { p["next"] = p["id"] },
		"leading back":             func(p map[string]any) { p["next"] = "https://old.example/ap/moves/9/posts/10" },
		"leading to a part before": func(p map[string]any) { p["next"] = "https://old.example/ap/moves/9/members/0" },
		"leaving a part out":       func(p map[string]any) { p["next"] = "https://old.example/ap/moves/9/end/0" },
		"leading elsewhere":        func(p map[string]any) { p["next"] = "https://else.example/ap/moves/9/posts/65" },
		"without an end":           func(p map[string]any) { delete(p, "next") },
	} {
		page := pageOf(`{"id":"https://old.example/p/1"}`)
		change(page)
		if _, err := moving.ReadPage(archived(), encoded(t, page)); !errors.Is(err, moving.ErrArchive) {
			t.Errorf("a page %s is read: %v", name, err)
		}
	}
	if _, err := moving.ReadPage(archived(), encoded(t, pageOf(many...))); !errors.Is(err, moving.ErrArchive) {
		t.Errorf("a page of too many items is read: %v", err)
	}
	deep := strings.Repeat(`{"items":[`, 20_000) + strings.Repeat(`]}`, 20_000)
	if _, err := moving.ReadPage(archived(), []byte(deep)); !errors.Is(err, moving.ErrArchive) {
		t.Errorf("a page without a floor is read: %v", err)
	}
}

// TestReadPage_namesPosts: what third servers are asked for is what is published; the rest is the old
// home's own business.
func TestReadPage_namesPosts(t *testing.T) {
	t.Parallel()
	p, err := moving.ReadPage(archived(), encoded(t, pageOf(
		`{"id":"https://old.example/p/1","attributedTo":"https://old.example/u/1","state":"published"}`,
		`{"id":"https://old.example/p/2","attributedTo":"https://old.example/u/1","state":"held"}`,
	)))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Posts(); len(got) != 1 || got["https://old.example/p/1"] != "https://old.example/u/1" {
		t.Errorf("posts %v", got)
	}
}
