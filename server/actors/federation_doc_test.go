package actors_test

import (
	"cmp"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
)

// line is one row of the table of activities in FEDERATION.md.
type line struct {
	activity, about string
	ignored         string // why, "" when it is taken
}

// documented reads the table of activities in FEDERATION.md.
func documented(t *testing.T) []line {
	t.Helper()
	text, err := os.ReadFile("../../FEDERATION.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "\n### Activities\n")
	table, _, _ = strings.Cut(table, "\n### ")
	kind := regexp.MustCompile("^`([A-Za-z]+)`$")
	ignored := regexp.MustCompile("^ignored \\(`([a-z-]+)`\\)$")
	var out []line
	for row := range strings.Lines(table) {
		cells := strings.Split(row, " | ")
		if !strings.HasPrefix(row, "| `") || len(cells) != 4 {
			continue
		}
		l := line{activity: strings.Trim(cells[0], "| `")}
		if m := kind.FindStringSubmatch(cells[1]); m != nil {
			l.about = m[1]
		}
		taken := strings.TrimSuffix(strings.TrimSpace(cells[3]), " |")
		if m := ignored.FindStringSubmatch(taken); m != nil {
			l.ignored = m[1]
		} else if !strings.HasPrefix(taken, "yes") {
			t.Errorf("%s: taken is neither yes nor ignored: %q", l.activity, taken)
		}
		out = append(out, l)
	}
	return out
}

func TestFederationDoc_hasTheWholeTable(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	code, page := map[[2]string]bool{}, map[[2]string]bool{}
	for _, a := range h.door.Acts() {
		code[a] = true
	}
	for _, l := range documented(t) {
		if key := [2]string{l.activity, l.about}; page[key] {
			t.Errorf("FEDERATION.md has %v twice", key)
		} else {
			page[key] = true
		}
	}
	order := func(a, b [2]string) int { return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1])) }
	for _, key := range slices.SortedFunc(maps.Keys(code), order) {
		if !page[key] {
			t.Errorf("FEDERATION.md does not say what happens with %v", key)
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(page), order) {
		if !code[key] {
			t.Errorf("FEDERATION.md promises %v, which the table does not know", key)
		}
	}
}

// Every row, delivered for real: it reaches its rule, or is ignored for the reason given.
func TestFederationDoc_everyRowSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	peer := fedtest.New(t, h.net, "forum.test", fedtest.Lemmy())
	for i, l := range documented(t) {
		who := peer.Person("bob" + id(int64(i))) // one deletes itself, one is moved
		if l.activity == "Delete" {              // of somebody never met it is not even kept
			peer.Post(who, home+"/ap/inbox", who.Activity("Follow", h.water.Actor.URI))
			h.settle()
		}
		doc := h.example(who, l, p)
		if r := peer.Post(who, home+"/ap/inbox", doc); r.Status != http.StatusAccepted {
			t.Errorf("%s of %q: %d %s", l.activity, l.about, r.Status, r.Body)
			continue
		}
		h.settle()
		rc, err := h.store.ReceiptByURI(h.ctx, doc["id"].(string), who.ID)
		if err != nil {
			t.Errorf("%s of %q: %v", l.activity, l.about, err)
			continue
		}
		switch {
		case l.ignored != "" && (rc.State != db.ReceiptIgnored || rc.Reason != l.ignored):
			t.Errorf("%s of %q ended as %d %q, want it ignored for %q", l.activity, l.about, rc.State, rc.Reason, l.ignored)
		case l.ignored == "" && (rc.State == db.ReceiptPending || strings.HasPrefix(rc.Reason, "unknown-activity")):
			t.Errorf("%s of %q ended as %d %q, which no rule said", l.activity, l.about, rc.State, rc.Reason)
		}
	}
}

// example is an activity as a row names it.
func (h *house) example(who *fedtest.Actor, l line, p *db.Post) fedtest.Doc {
	switch l.activity {
	case "Undo":
		return who.Undo(who.Activity(cmp.Or(l.about, "Travel"), p.URI))
	case "Reject":
		return who.Activity("Reject", fedtest.Doc{"id": h.iris.Activity(7), "type": cmp.Or(l.about, "Create"), "actor": h.ana.Actor.URI, "object": who.ID})
	case "Create":
		return who.Create(who.Answer(h.get(p.URI), "Ceramic ones."))
	}
	switch l.about {
	case "actor":
		return who.Activity(l.activity, who.ID, fedtest.Doc{"target": h.ana.Actor.URI})
	case "featured", "moderators", "roles", "queries":
		return who.Activity(l.activity, p.URI, fedtest.Doc{"target": h.water.Actor.URI + "/" + l.about})
	case "group":
		return who.Activity(l.activity, p.URI, fedtest.Doc{"target": h.water.Actor.URI})
	}
	switch l.activity {
	case "Follow", "Join", "Leave":
		return who.Activity(l.activity, h.water.Actor.URI)
	case "Add", "Remove":
		return who.Activity(l.activity, p.URI, fedtest.Doc{"target": "https://forum.test/list"})
	}
	return who.Activity(l.activity, p.URI)
}
