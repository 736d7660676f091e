package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server"
	"github.com/copse-social/copse/server/password"
	"github.com/copse-social/copse/server/web"
)

// limited is the house behind a door that counts.
func limited(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	still := h.now()
	limits := server.NewLimits(func() time.Time { return still }, slog.New(slog.DiscardHandler))
	h.door = web.New(web.Options{
		Store: h.store, Community: h.com, Exchange: h.ex, Base: "https://copse.test", Host: "copse.test", Secure: true,
		Resolve: h.resolve, Subscribe: h.subscribe, Limit: limits.Login, Reads: limits.Reader, Now: h.now, Log: slog.New(slog.DiscardHandler),
	})
	h.echo = echo.New()
	h.echo.IPExtractor = echo.ExtractIPDirect()
	h.door.Mount(h.echo)
	h.echo.POST("/be/:handle", h.door.Reader(h.be))
	return h
}

// passes asks until it is refused, at most most times.
func passes(most int, ask func() *answer) int {
	for n := range most {
		if ask().status == http.StatusTooManyRequests {
			return n
		}
	}
	return most
}

// T54: people are counted by account, wherever they are; a cookie that opens nothing counts as none.
func TestT54_readersAreCountedByAccount(t *testing.T) {
	t.Parallel()
	h := limited(t)
	amina := h.person("amina")
	one, two := h.as(amina), h.as(amina)
	n := 0
	got := passes(2000, func() *answer {
		n++
		return []*browser{one, two}[n%2].get("/drafts")
	})
	if got != 1500 {
		t.Errorf("two browsers of one account asked %d times", got)
	}
	refused := one.get("/drafts").want(http.StatusTooManyRequests)
	if refused.header.Get("Retry-After") == "" || !strings.Contains(refused.header.Get("Content-Type"), "text/html") {
		t.Errorf("refused with %v", refused.header)
	}
	forged := h.visitor()
	n = 0
	if got := passes(400, func() *answer {
		n++
		forged.cookies = map[string]*http.Cookie{"a": {Name: "__Host-copse", Value: "forged" + itoa(int64(n))}}
		return forged.get("/communities")
	}); got != 300 {
		t.Errorf("with forged cookies: %d", got)
	}
}

// T54: acts that cost more have numbers of their own.
func TestT54_searchAndPasswordsHaveTheirOwnLimit(t *testing.T) {
	t.Parallel()
	h := limited(t)
	b := h.as(h.person("amina"))
	if got := passes(100, func() *answer { return b.get("/search?q=water") }); got != 30 {
		t.Errorf("%d searches", got)
	}
	if got := passes(100, func() *answer { return b.post("/settings/password", form("old", strings.Repeat("x", 1001))) }); got != 10 {
		t.Errorf("%d guesses at a password", got)
	}
	if got := passes(100, func() *answer { return h.visitor().post("/setup", form("token", "guess")) }); got != 5 {
		t.Errorf("%d guesses at a set-up link", got)
	}
	b.get("/drafts").want(http.StatusOK)
}

// T54: handle and mail address of one account share its ten attempts an hour, over any number of
// addresses.
func TestT54_handleAndMailAreOneAccount(t *testing.T) {
	t.Parallel()
	h := limited(t)
	h.person("amina")
	tried := 0
	for n := range 100 {
		req := httptest.NewRequest(http.MethodPost, "https://copse.test/sign-in", strings.NewReader(
			form("login", []string{"amina", "amina@copse.test", "@Amina", "AMINA@copse.test"}[n%4], "password", strings.Repeat("x", 1001)).Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.RemoteAddr = "198.51.100." + itoa(int64(n)) + ":1"
		if h.visitor().send(req).status != http.StatusTooManyRequests {
			tried++
		}
	}
	if tried != 10 {
		t.Errorf("%d attempts over 100 addresses", tried)
	}
}

// T48: who is not there costs what a wrong password costs: one hash of 19 MiB, and the same answer.
// Not parallel: it measures what the whole process allocates.
func TestT48_unknownPeopleCostOneHash(t *testing.T) { //nolint:paralleltest // see above
	h := newHouse(t)
	amina, gone := h.person("amina"), h.person("gone")
	hash := h.withPassword(amina)
	account, err := h.store.AccountOf(h.ctx, gone.ID)
	h.ok(err)
	account.PasswordHash, account.DisabledAt = hash, h.store.Now()
	h.ok(h.store.SavePassword(h.ctx, account))
	h.ok(h.store.SaveAccess(h.ctx, account))
	var bodies []string
	for _, login := range []string{"amina", "nobody", "gone", "nobody@copse.test", ""} {
		b := h.visitor()
		b.get("/sign-in")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		a := b.post("/sign-in", form("login", login, "password", "not the right words")).want(http.StatusUnprocessableEntity)
		runtime.ReadMemStats(&after)
		if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib < 19 || mib > 24 {
			t.Errorf("%q: %d MiB, want those of one hash", login, mib)
		}
		if login == "" {
			continue
		}
		bodies = append(bodies, strings.ReplaceAll(a.body, `value="`+login+`"`, ""))
	}
	for _, body := range bodies {
		if len(body) != len(bodies[0]) {
			t.Errorf("answers differ by %d bytes", len(body)-len(bodies[0]))
		}
	}
}

// withPassword gives somebody a password and answers its hash.
func (h *house) withPassword(who *db.Actor) string {
	h.t.Helper()
	hash, err := password.Hash("the right words here")
	h.ok(err)
	account, err := h.store.AccountOf(h.ctx, who.ID)
	h.ok(err)
	account.PasswordHash = hash
	h.ok(h.store.SavePassword(h.ctx, account))
	return hash
}
