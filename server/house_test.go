package server_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/server"
	"github.com/copse-social/copse/server/actors"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/membership"
	"github.com/copse-social/copse/server/moderation"
	"github.com/copse-social/copse/server/moving"
	"github.com/copse-social/copse/server/trust"
)

const home = "https://copse.test"

// house is a shell with an actors door of no actors and a few pages of the test's own.
type house struct {
	t       *testing.T
	store   *db.Store
	shell   *server.Server
	handler http.Handler
	reg     *prometheus.Registry
	log     *lockedBuffer
	clock   func() time.Time
}

// lockedBuffer is a log that handlers write and the test reads.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// nowhere is a network without hosts.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) { return nil, http.ErrHandlerTimeout }

// newHouse builds the shell around pages, which may be nil; change sets more options.
func newHouse(t *testing.T, pages server.Pages, change ...func(*server.Options)) *house {
	t.Helper()
	base, err := url.Parse(home)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	h := &house{t: t, reg: prometheus.NewRegistry(), log: &lockedBuffer{}, clock: func() time.Time { return start }}
	h.store = dbtest.At(t, h.clock)
	iris, log := federation.NewIRIs(base), slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	pub := federation.NewPublisher(iris, federation.NewKeys([32]byte{1}), h.clock, func() {})
	com := community.New(community.Options{Pub: pub, Log: log})
	ex := exchange.New(exchange.Options{Pub: pub, Community: com, Log: log})
	client := fetch.New(fetch.Options{Transport: nowhere{}, UserAgent: "Copse/test", Now: h.clock})
	resolver := federation.NewResolver(federation.ResolverOptions{Store: h.store, Fetch: client, IRIs: iris, Now: h.clock})
	receiver := federation.NewReceiver(federation.ReceiverOptions{Store: h.store, Resolver: resolver, IRIs: iris, Now: h.clock})
	door := actors.New(actors.Options{
		Store: h.store, IRIs: iris, Receiver: receiver, Community: com, Exchange: ex, Trust: trust.New(trust.Options{Pub: pub, Community: com}), Membership: membership.New(membership.Options{Pub: pub, Community: com}), Moderation: moderation.New(moderation.Options{Pub: pub, Community: com}), Moving: moving.New(moving.Options{Pub: pub, Community: com, Exchange: ex, Log: log}), Charter: charter.New(charter.Options{Pub: pub, Community: com, Words: func(_, code string, _ map[string]string) string { return code }, Log: log}), Now: h.clock, Log: log,
	})
	err = h.store.InTx(context.Background(), func(ctx context.Context, tx *db.Store) error {
		_, err := com.EnsureInstance(ctx, tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	o := server.Options{
		Store: h.store, Actors: door, Web: pages, BaseURL: base, Limits: server.NewLimits(h.clock, log),
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
		Registry:       h.reg, Now: h.clock, Log: log,
	}
	if p, ok := pages.(interface {
		fault(c echo.Context, status int) error
	}); ok {
		o.Fault = p.fault
	}
	for _, c := range change {
		c(&o)
	}
	if h.shell, err = server.New(o); err != nil {
		t.Fatal(err)
	}
	h.handler = h.shell.Handler()
	return h
}

// pages is a door for browsers that says only which handler answered.
type pages struct{ more func(e *echo.Echo) }

func (p pages) Mount(e *echo.Echo) {
	e.GET("/page", func(c echo.Context) error { return c.HTML(http.StatusOK, strings.Repeat("<p>page</p>", 200)) })
	e.GET("/small", func(c echo.Context) error { return c.HTML(http.StatusOK, "<p>page</p>") })
	e.POST("/act", func(c echo.Context) error { return c.HTML(http.StatusOK, "done") })
	if p.more != nil {
		p.more(e)
	}
}

func (p pages) Shared() map[string]echo.HandlerFunc {
	say := func(c echo.Context) error { return c.HTML(http.StatusOK, "page "+c.Path()) }
	return map[string]echo.HandlerFunc{"/": say, "/c/:handle": say, "/u/:handle": say, "/d/:id": say, "/p/:id": say}
}

func (p pages) fault(c echo.Context, status int) error {
	return c.HTML(status, "<h1>"+http.StatusText(status)+"</h1>")
}

// ask sends a request from a trusted proxy; headers come in pairs.
func (h *house) ask(method, path string, headers ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	req := httptest.NewRequestWithContext(context.Background(), method, home+path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	h.handler.ServeHTTP(rec, req)
	return rec
}
