package server_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/server"
)

const asActivity = `application/ld+json; profile="https://www.w3.org/ns/activitystreams", application/activity+json`

func TestNew_refusesMissingParts(t *testing.T) {
	t.Parallel()
	if _, err := server.New(server.Options{}); err == nil {
		t.Error("a server of nothing was made")
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	broken := errors.New("secret detail")
	var failing, slower error
	h := newHouse(t, nil, func(o *server.Options) {
		o.Ready = []server.Check{{Name: "queue", Run: func(context.Context) error { return failing }}}
		o.Degrades = []server.Check{{Name: "cache", Run: func(context.Context) error { return slower }}}
	})
	if rec := h.ask(http.MethodGet, "/readyz"); rec.Code != http.StatusOK || rec.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("ready: %d", rec.Code)
	}
	slower = broken
	rec := h.ask(http.MethodGet, "/readyz")
	if rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), `"degraded":["cache"]`) || strings.Contains(rec.Body.String(), "secret") {
		t.Errorf("degraded: %d %s", rec.Code, rec.Body)
	}
	failing = broken
	rec = h.ask(http.MethodGet, "/readyz")
	if rec.Code != http.StatusServiceUnavailable || !strings.Contains(rec.Body.String(), `"failing":["queue"]`) || strings.Contains(rec.Body.String(), "secret") {
		t.Errorf("not ready: %d %s", rec.Code, rec.Body)
	}
	if !strings.Contains(h.log.String(), "secret detail") {
		t.Error("the log does not say why")
	}
	if err := h.store.Close(); err != nil {
		t.Fatal(err)
	}
	if rec := h.ask(http.MethodGet, "/readyz"); !strings.Contains(rec.Body.String(), `"failing":["database","queue"]`) {
		t.Errorf("database away: %s", rec.Body)
	}
	if rec := h.ask(http.MethodGet, "/livez"); rec.Code != http.StatusOK {
		t.Errorf("alive: %d", rec.Code)
	}
}

// T35: pages load nothing from elsewhere, whatever their markup asks for.
func TestT35_pagesLoadOnlyWhatIsOurs(t *testing.T) {
	t.Parallel()
	for d := range strings.SplitSeq(newHouse(t, pages{}).ask(http.MethodGet, "/page").Header().Get("Content-Security-Policy"), ";") {
		words := strings.Fields(d)
		for _, source := range words[1:] {
			switch source {
			case "'none'", "'self'", "data:", "blob:", "'script'":
			default:
				t.Errorf("%s may come from %s", words[0], source)
			}
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	h := newHouse(t, pages{})
	page := h.ask(http.MethodGet, "/page").Header()
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
			"media-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; " +
			"frame-ancestors 'none'; base-uri 'none'; object-src 'none'; require-trusted-types-for 'script'",
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":        "browsing-topics=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()",
		"Strict-Transport-Security": "max-age=31536000", "Server": "", "X-Powered-By": "",
	} {
		if got := page.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if page.Get("X-Request-Id") == "" {
		t.Error("no request id")
	}
	peer := h.ask(http.MethodGet, "/ap/instance").Header()
	if peer.Get("X-Content-Type-Options") != "nosniff" || peer.Get("Cross-Origin-Resource-Policy") != "" {
		t.Errorf("document for servers: %v", peer)
	}
	lab := newHouse(t, pages{}, func(o *server.Options) {
		u := *o.BaseURL
		u.Scheme = "http"
		o.BaseURL = &u
	})
	if got := lab.ask(http.MethodGet, "/page").Header().Get("Strict-Transport-Security"); got != "" {
		t.Errorf("HSTS over http: %q", got)
	}
}

func TestNegotiation_whoAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, pages{})
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for accept, page := range map[string]bool{
		browser: true, "": true, "*/*": true, "application/json": true, "application/ld+json; profile=\"http://example.org/\"": true,
		"text/html, application/activity+json;q=0.5": true, "application/activity+json;q=0": true,
		asActivity: false, "application/activity+json": false, "application/ld+json": false,
		"application/activity+json, text/html;q=0.1":                                    false,
		`application/ld+json;profile="https://www.w3.org/ns/activitystreams"`:           false,
		`application/ld+json; profile="a,b https://www.w3.org/ns/activitystreams", */*`: false,
	} {
		rec := h.ask(http.MethodGet, "/", "Accept", accept)
		if got := strings.HasPrefix(rec.Body.String(), "page"); got != page || rec.Code != http.StatusOK {
			t.Errorf("Accept %q: page %v, %d %s", accept, got, rec.Code, rec.Header().Get("Content-Type"))
		}
		if !strings.Contains(strings.Join(rec.Header().Values("Vary"), ","), "Accept") {
			t.Errorf("Accept %q: Vary %v", accept, rec.Header().Values("Vary"))
		}
	}
	if rec := h.ask(http.MethodGet, "/c/nobody", "Accept", asActivity); rec.Code != http.StatusNotFound {
		t.Errorf("unknown group: %d", rec.Code)
	}
	if rec := newHouse(t, nil).ask(http.MethodGet, "/", "Accept", browser); rec.Code != http.StatusNotFound {
		t.Errorf("without pages: %d", rec.Code)
	}
}

// T30: nothing but the actors door ever answers with a type that speaks for this host.
func TestT30_onlyDocumentsHaveTheirType(t *testing.T) {
	t.Parallel()
	h := newHouse(t, pages{more: func(e *echo.Echo) {
		e.GET("/assets/note.json", func(c echo.Context) error {
			return c.Blob(http.StatusOK, "application/octet-stream", []byte(`{"type":"Note"}`))
		})
	}})
	for _, path := range []string{"/page", "/assets/note.json", "/livez", "/readyz", "/nothing", "/ap/objects/1", "/d/1"} {
		rec := h.ask(http.MethodGet, path, "Accept", asActivity)
		if kind := rec.Header().Get("Content-Type"); strings.Contains(kind, "activity+json") || strings.Contains(kind, "ld+json") {
			t.Errorf("%s: %s", path, kind)
		}
		if rec.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s may be sniffed", path)
		}
	}
}

func TestHead_ofPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t, pages{})
	for path, want := range map[string]int{"/page": 200, "/": 200, "/livez": 200, "/nothing": 404, "/ap/instance": 200, "/ap/inbox": 405} {
		if rec := h.ask(http.MethodHead, path); rec.Code != want {
			t.Errorf("HEAD %s: %d, want %d", path, rec.Code, want)
		}
	}
}

// T39: what another site's page sends in a reader's name is refused; deliveries need no origin.
func TestT39_crossOrigin(t *testing.T) {
	t.Parallel()
	h := newHouse(t, pages{})
	for _, c := range []struct {
		path, name, value string
		want              int
	}{
		{"/act", "Sec-Fetch-Site", "cross-site", 403},
		{"/act", "Sec-Fetch-Site", "same-site", 403},
		{"/act", "Origin", "https://evil.test", 403},
		{"/act", "Origin", "null", 403},
		{"/act", "Sec-Fetch-Site", "same-origin", 200},
		{"/act", "Origin", home, 200},
		{"/act", "X-None", "1", 200},
		{"/ap/inbox", "Sec-Fetch-Site", "cross-site", 415},
	} {
		if rec := h.ask(http.MethodPost, c.path, c.name, c.value); rec.Code != c.want {
			t.Errorf("POST %s with %s %s: %d, want %d", c.path, c.name, c.value, rec.Code, c.want)
		}
	}
}

func TestObserve_panicAndLog(t *testing.T) {
	t.Parallel()
	h := newHouse(t, pages{more: func(e *echo.Echo) {
		e.GET("/panic/:x", func(echo.Context) error { panic("the pipe burst") })
	}})
	rec := h.ask(http.MethodGet, "/panic/secret-in-path?token=secret", "Accept", "text/html", "Cookie", "a=secret", "Authorization", "Bearer secret")
	if rec.Code != http.StatusInternalServerError || strings.Contains(rec.Body.String(), "pipe") {
		t.Errorf("panic: %d %s", rec.Code, rec.Body)
	}
	id := rec.Header().Get("X-Request-Id")
	if log := h.log.String(); !strings.Contains(log, "the pipe burst") || strings.Count(log, id) != 2 {
		t.Errorf("log: %s", log)
	} else if strings.Contains(log, "secret") {
		t.Errorf("the log tells secrets: %s", log)
	}
	metrics := h.metrics()
	if !strings.Contains(metrics, `copse_http_requests_total{class="5xx",door="web"} 1`) {
		t.Errorf("metrics: %s", metrics)
	}
}

func (h *house) metrics() string {
	h.t.Helper()
	rec := newRecorder()
	h.shell.MetricsHandler().ServeHTTP(rec, newRequest("/metrics"))
	return rec.Body.String()
}

// T55: a fresh http.Server waits for ever.
func TestT55_everyTimeoutIsSet(t *testing.T) {
	t.Parallel()
	s := newHouse(t, nil).shell.HTTPServer("127.0.0.1:0")
	if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes == 0 {
		t.Errorf("%+v", s)
	}
	if !s.Protocols.HTTP1() || !s.Protocols.HTTP2() {
		t.Errorf("protocols %v", s.Protocols)
	}
}

// TestRoutes_golden is the list of all routes but those of pages, whose door has a list of its own.
func TestRoutes_golden(t *testing.T) {
	t.Parallel()
	list := newHouse(t, nil).shell.Routes()
	slices.Sort(list)
	got := strings.Join(list, "\n") + "\n"
	file := filepath.Join("testdata", "routes.txt")
	if os.Getenv("COPSE_TEST_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-file +routes)\n%s", diff)
	}
}
