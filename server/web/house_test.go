package web_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/duty"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/giving"
	"github.com/copse-social/copse/server/guest"
	"github.com/copse-social/copse/server/media"
	"github.com/copse-social/copse/server/membership"
	"github.com/copse-social/copse/server/moderation"
	"github.com/copse-social/copse/server/paper"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/trust"
	"github.com/copse-social/copse/server/web"
)

// house is one instance with its pages and no network: whom Resolve finds lies in elsewhere.
type house struct {
	t     testing.TB
	ctx   context.Context
	store *db.Store
	com   *community.Rules
	ex    *exchange.Rules
	mod   *moderation.Rules

	pressBroken bool
	trust       *trust.Rules
	asks        *query.Rules
	shelf       *media.Shelf
	door        *web.Door
	echo        *echo.Echo
	elsewhere   map[string]*db.Actor
	homes       map[string]string // page that follows, by host

	mu    sync.Mutex
	clock time.Time
	still bool // the clock stands
	made  map[string]int
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{
		t: t, ctx: context.Background(), clock: time.Now(), // as sessions go by the clock on the wall
		elsewhere: map[string]*db.Actor{}, homes: map[string]string{}, made: map[string]int{},
	}
	base, err := url.Parse("https://copse.test")
	h.ok(err)
	quiet := slog.New(slog.DiscardHandler)
	h.store = dbtest.At(t, h.now)
	pub := federation.NewPublisher(federation.NewIRIs(base), federation.NewKeys([32]byte{9}), h.now, func() {})
	words := func(_, code string, _ map[string]string) string { return code }
	h.com = community.New(community.Options{Pub: pub, Log: quiet, Words: words})
	h.trust = trust.New(trust.Options{Pub: pub, Community: h.com, Words: words})
	h.ex = exchange.New(exchange.Options{
		Pub: pub, Community: h.com, Log: quiet, Kinds: giving.Kinds(query.Kinds(func() *query.Rules { return h.asks })),
	})
	h.asks = query.New(query.Options{Pub: pub, Community: h.com, Exchange: h.ex, Words: words})
	h.mod = moderation.New(moderation.Options{Pub: pub, Community: h.com})
	kinds, err := practice.LoadKinds("")
	h.ok(err)
	h.shelf = media.NewShelf(t.TempDir())
	h.door = web.New(web.Options{
		Store: h.store, Community: h.com, Exchange: h.ex, Moderation: h.mod, Trust: h.trust,
		Query: h.asks, Guest: guest.New(pub.IRIs(), h.com),
		Duty:       duty.New(duty.Options{IRIs: pub.IRIs(), Community: h.com, Exchange: h.ex, Words: words}),
		Membership: membership.New(membership.Options{Pub: pub, Community: h.com, Exchange: h.ex, Words: words}),
		Charter:    charter.New(charter.Options{Pub: pub, Community: h.com, Words: words, Log: quiet}),
		Press:      paper.New(paper.Options{Renderer: "http://press.test", Transport: h}),
		Shelf:      h.shelf,
		Artifact:   artifact.New(artifact.Options{Pub: pub, Community: h.com, Exchange: h.ex, Kinds: kinds, Words: words, Log: quiet}),
		Base:       "https://copse.test", Host: "copse.test",
		Resolve: h.resolve, Subscribe: h.subscribe, Now: h.now, Log: quiet,
	})
	h.echo = echo.New()
	h.door.Mount(h.echo)
	for path, page := range h.door.Shared() {
		h.echo.GET(path, page)
	}
	h.echo.POST("/be/:handle", h.door.Reader(h.be))
	return h
}

// RoundTrip is the service that makes PDFs: it answers what it was given to print. Out of order it
// answers that.
func (h *house) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := http.StatusOK, "%PDF-1.7 "
	if h.pressBroken {
		status, body = http.StatusServiceUnavailable, "no ink"
	} else if file, _, err := r.FormFile("files"); err == nil {
		html, _ := io.ReadAll(file)
		body += string(html)
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// resolve finds whom a test put elsewhere.
func (h *house) resolve(_ context.Context, handle string) (*db.Actor, error) {
	a := h.elsewhere[strings.TrimPrefix(handle, "@")]
	if a == nil {
		return nil, fmt.Errorf("resolve %s: %w", handle, db.ErrNotFound)
	}
	return a, nil
}

// subscribe finds the page that a test put on somebody's own server; others don't answer.
func (h *house) subscribe(_ context.Context, handle, address string) (string, error) {
	_, host, _ := strings.Cut(handle, "@")
	page, ok := h.homes[host]
	if !ok {
		return "", fmt.Errorf("ask %s: no answer", host)
	}
	return strings.ReplaceAll(page, "{uri}", url.QueryEscape(address)), nil
}

// be signs somebody in without a password.
func (h *house) be(c echo.Context) error {
	account, err := h.store.AccountByLogin(h.ctx, c.Param("handle"))
	if err != nil {
		return err
	}
	if err := h.door.SignIn(c, account); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// now moves on by a second at each look, so that nothing happens at one moment.
func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.still {
		h.clock = h.clock.Add(time.Second)
	}
	return h.clock
}

// stopClock lets things happen at one moment after all.
func (h *house) stopClock() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.still = true
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(d)
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// do runs one act in a transaction.
func (h *house) do(what func(ctx context.Context, tx *db.Store) error) {
	h.t.Helper()
	h.ok(h.store.InTx(h.ctx, what))
}

// ring keeps actors with keys for the whole test process: making a key takes a tenth of a second.
var ring = struct {
	sync.Mutex
	actors map[string][]*db.Actor
}{actors: map[string][]*db.Actor{}}

func (h *house) prepared(kind string) *db.Actor {
	h.t.Helper()
	ring.Lock()
	defer ring.Unlock()
	i := h.made[kind]
	h.made[kind]++
	if i == len(ring.actors[kind]) {
		a, err := h.com.PrepareActor(h.store, kind)
		h.ok(err)
		ring.actors[kind] = append(ring.actors[kind], a)
	}
	a := *ring.actors[kind][i]
	return &a
}

// person makes somebody of ours called like the handle, with a capital.
func (h *house) person(handle string, mend ...func(*community.NewPerson)) *db.Actor {
	h.t.Helper()
	n := community.NewPerson{
		Handle: handle, Name: strings.ToUpper(handle[:1]) + handle[1:], Email: handle + "@copse.test", PasswordHash: "x",
		Actor: h.prepared(db.ActorPerson),
	}
	for _, m := range mend {
		m(&n)
	}
	var account *db.Account
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		account, err = h.com.CreatePerson(ctx, tx, n)
		return err
	})
	return account.Actor
}

func admin(n *community.NewPerson) { n.Admin = true }

// group makes a community of ours with a facilitator.
func (h *house) group(handle string, facilitator *db.Actor, mend ...func(*community.NewGroup)) *db.Group {
	h.t.Helper()
	n := community.NewGroup{
		Handle: handle, Name: "The " + handle, HoldPolicy: db.HoldNone, Facilitator: facilitator, Actor: h.prepared(db.ActorGroup),
	}
	for _, m := range mend {
		m(&n)
	}
	var g *db.Group
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		g, err = h.com.CreateGroup(ctx, tx, n)
		return err
	})
	return g
}

// stranger stores somebody from elsewhere; kind is a db.Actor type.
func (h *house) stranger(handle, host, kind string) *db.Actor {
	h.t.Helper()
	uri := "https://" + host + "/users/" + handle
	a := &db.Actor{
		URI: uri, URL: uri, Type: kind, Handle: handle, Host: host, Name: handle + " of " + host, Inbox: uri + "/inbox",
		SharedInbox: "https://" + host + "/inbox", FollowersURI: uri + "/followers",
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		if err := tx.CreateActor(ctx, a); err != nil || kind != db.ActorGroup {
			return err
		}
		return tx.CreateGroup(ctx, &db.Group{ActorID: a.ID, Openness: db.OpennessOpen})
	})
	return a
}

// start opens a discussion; answer answers a post.
func (h *house) start(g *db.Group, by *db.Actor, title string) *db.Post {
	h.t.Helper()
	var p *db.Post
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		p, err = h.ex.Start(ctx, tx, &exchange.Draft{Author: by, Group: g, Title: title, Source: "About " + title + ".", Door: "web"})
		return err
	})
	return p
}

func (h *house) answer(parent *db.Post, by *db.Actor, text string) *db.Post {
	h.t.Helper()
	var p *db.Post
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		p, err = h.ex.Reply(ctx, tx, &exchange.Draft{Author: by, Parent: h.post(parent.ID), Source: text, Door: "web"})
		return err
	})
	return p
}

func (h *house) post(id int64) *db.Post {
	h.t.Helper()
	p, err := h.store.PostByID(h.ctx, id)
	h.ok(err)
	return p
}

// replies are the published answers of a discussion, as the database has them.
func (h *house) replies(p *db.Post) []*db.Post {
	h.t.Helper()
	list, err := h.store.ThreadPage(h.ctx, db.ThreadQuery{DiscussionID: p.ID, Moderates: true, Limit: 100})
	h.ok(err)
	return list
}

// browser is one reader: it keeps cookies and follows nothing by itself.
type browser struct {
	h       *house
	cookies map[string]*http.Cookie
	header  http.Header
}

// visitor reads signed out; as reads signed in.
func (h *house) visitor() *browser {
	return &browser{h: h, cookies: map[string]*http.Cookie{}, header: http.Header{}}
}

func (h *house) as(who *db.Actor) *browser {
	h.t.Helper()
	b := h.visitor()
	b.post("/be/"+who.Handle, nil).want(http.StatusNoContent)
	return b
}

// answer is what came back.
type answer struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   string
}

func (b *browser) send(req *http.Request) *answer {
	b.h.t.Helper()
	for _, k := range b.cookies {
		req.AddCookie(k)
	}
	maps.Copy(req.Header, b.header)
	rec := httptest.NewRecorder()
	b.h.echo.ServeHTTP(rec, req)
	res := rec.Result()
	defer res.Body.Close()
	for _, k := range res.Cookies() {
		b.cookies[k.Name] = k
	}
	body, err := io.ReadAll(res.Body)
	b.h.ok(err)
	return &answer{t: b.h.t, what: req.Method + " " + req.URL.RequestURI(), status: res.StatusCode, header: res.Header, body: string(body)}
}

func (b *browser) get(path string) *answer {
	b.h.t.Helper()
	return b.send(httptest.NewRequest(http.MethodGet, "https://copse.test"+path, nil))
}

func (b *browser) post(path string, form url.Values) *answer {
	b.h.t.Helper()
	req := httptest.NewRequest(http.MethodPost, "https://copse.test"+path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(req)
}

// follow goes where a redirect leads, without its fragment.
func (b *browser) follow(a *answer) *answer {
	b.h.t.Helper()
	a.want(http.StatusSeeOther)
	path, _, _ := strings.Cut(a.header.Get("Location"), "#")
	return b.get(path)
}

func (a *answer) want(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: status %d, want %d\n%s", a.what, a.status, status, a.body)
	}
	return a
}

func (a *answer) leads(path string) *answer {
	a.t.Helper()
	a.want(http.StatusSeeOther)
	if got := a.header.Get("Location"); got != path {
		a.t.Errorf("%s: leads to %s, want %s", a.what, got, path)
	}
	return a
}

func (a *answer) shows(words ...string) *answer {
	a.t.Helper()
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			a.t.Errorf("%s: does not show %q\n%s", a.what, w, a.body)
		}
	}
	return a
}

func (a *answer) hides(words ...string) *answer {
	a.t.Helper()
	for _, w := range words {
		if strings.Contains(a.body, w) {
			a.t.Errorf("%s: shows %q", a.what, w)
		}
	}
	return a
}

// form is values in pairs.
func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func itoa(id int64) string { return strconv.FormatInt(id, 10) }
