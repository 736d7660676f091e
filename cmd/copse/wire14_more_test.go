package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/password"
)

// silence is a way out on which one host never answers. It does not make the test wait: it notes
// how long the sender would have waited, and lets that be over.
type silence struct {
	*fedtest.Network
	host string

	mu       sync.Mutex
	patience []time.Duration
}

// RoundTrip implements http.RoundTripper.
func (s *silence) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != s.host || req.Method != http.MethodPost {
		return s.Network.RoundTrip(req)
	}
	end, bounded := req.Context().Deadline()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !bounded {
		end = time.Now().Add(time.Hour)
	}
	s.patience = append(s.patience, time.Until(end))
	return nil, context.DeadlineExceeded
}

// 3. NodeBB never answers when its processing fails: the worker is free for others after 15 seconds
// of silence, and what was not answered is tried again.
func TestWire14_peerThatNeverAnswers(t *testing.T) {
	t.Parallel()
	l, c := newCommons(t)
	silent, swift := l.guest("bb.example", fedtest.NodeBB()), l.guest("lemmy.example", fedtest.Lemmy())
	l.welcomes(silent, silent.Person("admin"), "water")
	l.welcomes(swift, swift.Person("bob"), "water")
	way := &silence{Network: l.net, host: silent.Host}
	l.way = way
	l.restart()
	l.starts("ana", "water", "Siting a borehole", "Where to begin?")
	rest(t, l)
	if len(swift.Received("Announce")) == 0 {
		t.Error("the other host got nothing meanwhile")
	}
	if len(way.patience) == 0 || slices.Max(way.patience) > 15*time.Second {
		t.Errorf("the worker waits %v for the silent host, want at most 15 s", way.patience)
	}
	l.way = nil // it answers again
	l.restart()
	c.pass(time.Hour)
	rest(t, l)
	if len(silent.Received("Announce")) == 0 {
		t.Error("what was not answered was not tried again")
	}
}

// 9. NodeBB takes title and body from source where that is Markdown: it begins with the title as a
// plain line, and an answer holds the body alone.
func TestWire14_sourceIsNotDecoration(t *testing.T) {
	t.Parallel()
	l, _ := newCommons(t)
	uri := l.starts("ana", "water", "Siting a borehole", "Where to **begin**?")
	answer := l.answers("ana", uri, "With a *map*.")
	l.edits("ana", answer, "With a *good* map.")
	for iri, want := range map[string]string{
		uri:    "Siting a borehole\n\nWhere to **begin**?",
		answer: "With a *good* map.",
	} {
		source, _ := l.document(iri)["source"].(fedtest.Doc)
		if diff := cmp.Diff(fedtest.Doc{"content": want, "mediaType": "text/markdown"}, source); diff != "" {
			t.Errorf("source (-want +got):\n%s", diff)
		}
	}
}

// NodeBB shows our title, whatever stands in it; the first question mark or full stop inside would
// end it there, and is the one known exception.
func TestWire14_titleOnNodeBB(t *testing.T) {
	t.Parallel()
	l, _ := newCommons(t)
	for _, title := range []string{
		"Siting a borehole", "Fridge fails at 43 °C", "*Which* seals last in the heat?", "# 1 cause of leaks",
		"_Before_ and [after] the rains", "Pumps: solar / hand", "1) ask 2) dig", "> 40 m deep", "- a dash", "`code` & <tags>",
	} {
		doc := l.document(l.starts("ana", "water", title, "Body of it. More."))
		if got := titleOnNodeBB(doc); got != title {
			t.Errorf("NodeBB shows %q for the title %q", got, title)
		}
		if terms, _ := doc["copse:title"].(string); terms != title {
			t.Errorf("copse:title is %q for %q", terms, title)
		}
	}
}

// titleOnNodeBB is how NodeBB 4.15 makes a title: the name, else the first sentence of the source.
func titleOnNodeBB(doc fedtest.Doc) string {
	if name, ok := doc["name"].(string); ok {
		return name
	}
	source, _ := doc["source"].(fedtest.Doc)
	text, _ := source["content"].(string)
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	for _, stop := range []string{". ", "? ", "! "} {
		if at := strings.Index(line, stop); at >= 0 {
			line = line[:at+1]
		}
	}
	return line
}

// 10. NodeBB reads the context of a post at once when it hears of it, and drops a comment that is
// not in it. So the comment is in its context before it can be announced.
func TestWire14_collectionThatLags(t *testing.T) {
	t.Parallel()
	l, _ := newCommons(t)
	bb := l.guest("bb.example", fedtest.NodeBB())
	l.welcomes(bb, bb.Person("admin"), "water")
	uri := l.starts("ana", "water", "Siting a borehole", "Where to begin?")
	rest(t, l)
	l.document(l.iris.Context(l.post(uri).ID)) // whatever is remembered of it is old from here on
	eager := &eagerReader{Handler: bb, l: l}
	l.net.Handle(bb.Host, eager)
	answer := l.answers("ana", uri, "With a map.")
	deeper := l.answers("ana", answer, "Which one?")
	rest(t, l)
	if len(eager.missing) > 0 || eager.read < 2 {
		t.Errorf("of %d announced posts, %v were not in their context", eager.read, eager.missing)
	}
	if !l.has(deeper) {
		t.Error("the second answer is not there")
	}
}

// eagerReader reads the context of each announced post before it answers.
type eagerReader struct {
	http.Handler
	l *lab

	mu      sync.Mutex
	read    int
	missing []string
}

// ServeHTTP implements http.Handler.
func (e *eagerReader) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var act struct {
		Type   string `json:"type"`
		Object struct {
			Type   string      `json:"type"`
			Object fedtest.Doc `json:"object"`
		} `json:"object"`
	}
	if json.Unmarshal(body, &act) == nil && act.Type == "Announce" && act.Object.Type == "Create" {
		e.check(act.Object.Object)
	}
	e.Handler.ServeHTTP(w, r)
}

func (e *eagerReader) check(post fedtest.Doc) {
	context, _ := post["context"].(string)
	ids, _ := e.l.pages(context)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.read++
	if !slices.Contains(ids, idOf(post)) {
		e.missing = append(e.missing, idOf(post))
	}
}

// pages walks a collection of ours and lists its ids; more says how many pages there were.
func (l *lab) pages(iri string) (ids []string, more int) {
	for iri != "" {
		_, doc := l.reads(iri)
		for _, page := range []any{doc, doc["first"]} {
			d, _ := page.(fedtest.Doc)
			for _, member := range []string{"orderedItems", "items"} {
				list, _ := d[member].([]any)
				for _, item := range list {
					if inner, ok := item.(fedtest.Doc); ok {
						item = idOf(inner)
					}
					id, _ := item.(string)
					ids = append(ids, id)
				}
			}
		}
		next, _ := doc["next"].(string)
		if first, ok := doc["first"].(fedtest.Doc); ok {
			next, _ = first["next"].(string)
		} else if first, ok := doc["first"].(string); ok {
			next = first
		}
		iri = next
		more++
	}
	return ids, more
}

// 11. GoToSocial repeats an id within a page now and then. Ours never do, over all pages.
func TestWire14_noIDTwiceInAPage(t *testing.T) {
	t.Parallel()
	l, _ := newCommons(t)
	uri := l.starts("ana", "water", "Siting a borehole", "Where to begin?")
	const answers = 60
	for range answers {
		l.answers("ana", uri, "One more.")
	}
	all := 0
	for _, iri := range []string{l.iris.Context(l.post(uri).ID), uri + "/replies"} {
		ids, pages := l.pages(iri)
		distinct := slices.Compact(slices.Sorted(slices.Values(ids)))
		if len(distinct) != len(ids) || len(ids) < answers {
			t.Errorf("%s: %d ids on %d pages, %d distinct, want at least %d", iri, len(ids), pages, len(distinct), answers)
		}
		all += pages
	}
	if all < 3 {
		t.Errorf("%d pages were read, too few to tell", all)
	}
}

// 12. NodeBB behind a front with TLS lets nobody in unless it trusts its proxy. Copse goes by its
// own address: over plain HTTP from the front, cookies are for https and forms are taken.
func TestWire14_frontWithTLS(t *testing.T) {
	t.Parallel()
	l, _ := newCommons(t)
	hash, err := password.Hash("correct horse battery")
	l.ok(err)
	l.tx(func(ctx context.Context, tx *db.Store) error {
		n := community.NewPerson{Handle: "theo", Email: "theo@mail.example", PasswordHash: hash}
		_, err := l.community.CreatePerson(ctx, tx, n)
		return err
	})
	got := l.browse(http.MethodPost, "/sign-in", url.Values{"login": {"theo"}, "password": {"correct horse battery"}})
	if got.Code != http.StatusSeeOther {
		t.Errorf("signing in answers %d: %.300s", got.Code, got.Body)
	}
	cookies := got.Result().Cookies()
	if len(cookies) == 0 {
		t.Error("no cookie is set")
	}
	for _, cookie := range cookies {
		if !cookie.Secure {
			t.Errorf("cookie %s is not for https alone", cookie.Name)
		}
		// A browser takes the prefix from this host alone: no neighbour under the same domain can set it.
		if !strings.HasPrefix(cookie.Name, "__Host-") || cookie.Path != "/" || cookie.Domain != "" || !cookie.HttpOnly {
			t.Errorf("cookie %s at %q of %q is not this host's own", cookie.Name, cookie.Path, cookie.Domain)
		}
	}
}

// browse is a request as a front with TLS passes it on: plain, from this machine.
func (l *lab) browse(method, path string, form url.Values) *httptest.ResponseRecorder {
	l.t.Helper()
	req := httptest.NewRequestWithContext(l.ctx, method, path, strings.NewReader(form.Encode()))
	req.Host, req.RemoteAddr = l.iris.Host(), "127.0.0.1:4711"
	req.Header.Set("X-Forwarded-For", "198.51.100.7")
	req.Header.Set("X-Forwarded-Proto", "https")
	req.Header.Set("Accept", "text/html")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", l.iris.Base())
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	rec := httptest.NewRecorder()
	l.handler.ServeHTTP(rec, req)
	return rec
}

// NodeBB's Reject of an announce, which it sends instead of an answer, ends the tries.
func TestWire14_rejectEndsRetries(t *testing.T) {
	t.Parallel()
	l, c := newCommons(t)
	bb := l.guest("bb.example", fedtest.NodeBB())
	l.welcomes(bb, bb.Person("admin"), "water")
	bb.Refuse(http.StatusServiceUnavailable)
	uri := l.starts("ana", "water", "Siting a borehole", "Where to begin?")
	rest(t, l)
	create, err := l.store.ActivityByID(l.ctx, l.post(uri).CreateActivityID)
	l.ok(err)
	l.applies(bb, bb.Instance(), bb.Instance().Activity("Reject", fedtest.Doc{
		"type": "Announce", "target": l.actor("water").URI, "object": fedtest.Doc{"id": create.URI, "type": "Create"},
	}, fedtest.Doc{"to": nil, "cc": nil, "audience": nil, "published": nil}))
	bb.Recover()
	bb.Forget()
	for range 5 {
		c.pass(6 * time.Hour)
		rest(t, l)
	}
	if whole, _ := announces(bb, uri); whole != 0 {
		t.Error("what NodeBB rejected was sent again")
	}
	waiting, err := l.store.CountWaiting(l.ctx)
	l.ok(err)
	if waiting != 0 {
		t.Errorf("%d deliveries still wait", waiting)
	}
}

// GoToSocial answers 500 to Lock, and Mastodon knows none: it leaves for forums alone.
func TestWire14_noLockForMicroblogs(t *testing.T) {
	t.Parallel()
	l, _ := newCommons(t)
	peers := map[string]*fedtest.Peer{
		"masto.example": l.guest("masto.example", fedtest.Mastodon()), "gts.example": l.guest("gts.example", fedtest.GoToSocial()),
		"lemmy.example": l.guest("lemmy.example", fedtest.Lemmy()),
	}
	for _, p := range peers {
		l.welcomes(p, p.Person("bob"), "water")
	}
	uri := l.starts("ana", "water", "Siting a borehole", "Where to begin?")
	lock := func(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error {
		return l.exchange.Lock(ctx, tx, by, p, "settled")
	}
	l.does("ana", uri, lock)
	l.does("ana", uri, l.exchange.Unlock)
	rest(t, l)
	for host, p := range peers {
		raw, err := json.Marshal(p.Received())
		l.ok(err)
		if sent, forum := bytes.Contains(raw, []byte(`"Lock"`)), host == "lemmy.example"; sent != forum {
			t.Errorf("%s got a Lock: %t, want %t", host, sent, forum)
		}
	}
}

// GoToSocial shows a post that reaches one follower to all followers on its host, and counts those
// we sent away until we block them: that comes before anything else of a closed group goes there.
func TestWire14_removedMemberGetsNothing(t *testing.T) {
	t.Parallel()
	l, clock := newCommons(t)
	inner := l.opens("ana", "inner", community.NewGroup{Openness: db.OpennessRestricted})
	gts := l.guest("gts.example", fedtest.GoToSocial())
	stays, leaves := gts.Person("stays"), gts.Person("leaves")
	for _, who := range []*fedtest.Actor{stays, leaves} {
		l.takes(gts, who, who.Activity("Follow", inner.Actor.URI))
		l.answersFollow(who, inner, l.community.AcceptFollow)
	}
	rest(t, l)
	gts.Forget()
	l.answersFollow(leaves, inner, l.community.RejectFollow)
	uri := l.starts("ana", "inner", "What the audit found", "For members.")
	l.answers("ana", uri, "More of it.")
	rest(t, l)
	if early := gts.Received("Create"); len(early) != 0 {
		t.Errorf("%d posts came before the server had time to act on what it took", len(early))
	}
	clock.pass(db.EndSettles + time.Second)
	rest(t, l)
	blocked, posts := false, 0
	for _, doc := range gts.Received("Block", "Undo", "Create") {
		switch doc["type"] {
		case "Block":
			blocked = blocked || doc["object"] == leaves.ID
		case "Undo":
			t.Error("the block ended before its minute was over")
		default:
			if posts++; !blocked {
				t.Errorf("before the block came %v", doc["id"])
			}
		}
	}
	if !blocked || posts != 2 {
		t.Errorf("blocked %t, %d posts for who stays; want both", blocked, posts)
	}
	for _, r := range gts.Requests() {
		if r.Method == http.MethodPost && r.Path != "/users/stays/inbox" && bytes.Contains(r.Body, []byte(`"Create"`)) {
			t.Errorf("%s got %s", r.Path, r.Body)
		}
	}
	if r := gts.GetAs(leaves, uri); r.Status == http.StatusOK {
		t.Error("who was sent away still reads it")
	}
}

// answersFollow lets ana decide about a follow.
func (l *lab) answersFollow(who *fedtest.Actor, g *db.Group, decide func(context.Context, *db.Store, *db.Actor, *db.Follow) error) {
	l.t.Helper()
	by, follower := l.actor("ana"), l.actor(who.Handle())
	l.tx(func(ctx context.Context, tx *db.Store) error {
		f, err := tx.FollowBetween(ctx, follower.ID, g.ActorID)
		if err != nil {
			return err
		}
		return decide(ctx, tx, by, f)
	})
}

// GoToSocial crawls replies only where they are an object with an embedded first page.
func TestWire14_repliesHaveAFirstPage(t *testing.T) {
	t.Parallel()
	l, _ := newCommons(t)
	uri := l.starts("ana", "water", "Siting a borehole", "Where to begin?")
	answer := l.answers("ana", uri, "With a map.")
	deeper := l.answers("ana", answer, "Which one?")
	for _, iri := range []string{uri, answer, deeper} {
		replies, _ := l.document(iri)["replies"].(fedtest.Doc)
		first, _ := replies["first"].(fedtest.Doc)
		if replies["type"] != "Collection" || replies["id"] == nil || first["type"] != "CollectionPage" || first["partOf"] != replies["id"] {
			t.Errorf("replies of %s: %v", iri, replies)
		}
		if _, ok := first["items"].([]any); !ok && first["next"] == nil {
			t.Errorf("the first page of %s holds neither items nor the next: %v", iri, first)
		}
		if _, whole := l.reads(iri + "/replies"); whole["first"] == nil {
			t.Errorf("%s/replies has no first page: %v", iri, whole)
		}
	}
}
