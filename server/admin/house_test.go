package admin_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/admin"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/sanction"
	"github.com/copse-social/copse/server/trust"
	"github.com/copse-social/copse/server/web"
)

// house is the door for admins in the frame of a real web door. What it asks of deliveries is
// written down in verbs.
type house struct {
	t     testing.TB
	ctx   context.Context
	store *db.Store
	com   *community.Rules
	web   *web.Door
	echo  *echo.Echo

	sanction *sanction.Rules

	mu    sync.Mutex
	clock time.Time
	verbs []string
	away  []string
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background(), clock: time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC), echo: echo.New()}
	base, err := url.Parse("https://copse.test")
	h.ok(err)
	quiet := slog.New(slog.DiscardHandler)
	h.store = dbtest.At(t, h.now)
	pub := federation.NewPublisher(federation.NewIRIs(base), federation.NewKeys([32]byte{9}), h.now, func() {})
	h.com = community.New(community.Options{Pub: pub, Log: quiet})
	h.web = web.New(web.Options{
		Store: h.store, Community: h.com, Exchange: exchange.New(exchange.Options{Pub: pub, Community: h.com, Log: quiet}),
		Base: "https://copse.test", Host: "copse.test", Now: h.now, Log: quiet,
	})
	h.web.Mount(h.echo)
	h.echo.POST("/be/:handle", h.web.Reader(func(c echo.Context) error {
		account, err := h.store.AccountByLogin(h.ctx, c.Param("handle"))
		if err != nil {
			return err
		}
		return h.web.SignIn(c, account)
	}))
	h.sanction = sanction.New(sanction.Options{Pub: pub, Community: h.com, Trust: trust.New(trust.Options{Pub: pub, Community: h.com})})
	admin.New(admin.Options{
		Store: h.store, Host: "copse.test", Frame: h.web.Frame, Sanction: h.sanction,
		Retry: h.verb("retry"), Drop: h.verb("drop"), Pause: h.verb("pause"), Resume: h.verb("resume"),
		Away: func(context.Context) []string { return h.away }, Now: h.now, Log: quiet,
	}).Mount(h.echo)
	return h
}

func (h *house) verb(name string) func(context.Context, string) error {
	return func(_ context.Context, host string) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.verbs = append(h.verbs, name+" "+host)
		return nil
	}
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(time.Second)
	return h.clock
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// person makes somebody of ours; role is a db role of accounts.
func (h *house) person(handle, role string) *db.Account {
	h.t.Helper()
	var account *db.Account
	h.ok(h.store.InTx(h.ctx, func(ctx context.Context, tx *db.Store) (err error) {
		account, err = h.com.CreatePerson(ctx, tx, community.NewPerson{
			Handle: handle, Name: strings.ToUpper(handle[:1]) + handle[1:], Email: handle + "@copse.test", PasswordHash: "x", Admin: role == db.RoleAdmin,
		})
		return err
	}))
	return account
}

// browser is one reader with cookies.
type browser struct {
	h       *house
	cookies map[string]*http.Cookie
}

func (h *house) as(handle string) *browser {
	h.t.Helper()
	b := &browser{h: h, cookies: map[string]*http.Cookie{}}
	if handle != "" {
		b.post("/be/"+handle, nil)
	}
	return b
}

type answer struct {
	t      testing.TB
	what   string
	status int
	to     string
	body   string
}

func (b *browser) send(req *http.Request) *answer {
	b.h.t.Helper()
	for _, k := range b.cookies {
		req.AddCookie(k)
	}
	rec := httptest.NewRecorder()
	b.h.echo.ServeHTTP(rec, req)
	res := rec.Result()
	defer res.Body.Close()
	for _, k := range res.Cookies() {
		b.cookies[k.Name] = k
	}
	body, err := io.ReadAll(res.Body)
	b.h.ok(err)
	return &answer{t: b.h.t, what: req.Method + " " + req.URL.Path, status: res.StatusCode, to: res.Header.Get("Location"), body: string(body)}
}

func (b *browser) get(path string) *answer {
	b.h.t.Helper()
	return b.send(httptest.NewRequest(http.MethodGet, "https://copse.test"+path, nil))
}

// post sends a form given in pairs.
func (b *browser) post(path string, pairs []string) *answer {
	b.h.t.Helper()
	v := url.Values{}
	for p := range slices.Chunk(pairs, 2) {
		v.Set(p[0], p[1])
	}
	req := httptest.NewRequest(http.MethodPost, "https://copse.test"+path, strings.NewReader(v.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(req)
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
	if a.to != path {
		a.t.Errorf("%s: leads to %s, want %s", a.what, a.to, path)
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
