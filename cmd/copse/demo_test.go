package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/cmd/copse/doctor"
	"github.com/copse-social/copse/cmd/copse/play"
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/exchange"
)

// freePorts finds three ports in a row that nobody uses.
func freePorts(t *testing.T) int {
	t.Helper()
	for range 50 {
		first, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port, free := first.Addr().(*net.TCPAddr).Port, true
		for n := 1; n <= 2 && free; n++ {
			l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port+n)))
			if free = err == nil; free {
				free = l.Close() == nil
			}
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		if free {
			return port
		}
	}
	t.Fatal("no three free ports in a row")
	return 0
}

// within polls until something is true; other goroutines bring it about.
func within(t *testing.T, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not within a minute", what)
		case <-tick.C:
		}
	}
}

// startDemo runs the demonstration in a folder until the answered function stops it.
func startDemo(t *testing.T, port int, folder string) (d *demo, stop func() string) {
	t.Helper()
	var logs bytes.Buffer
	d, err := newDemo(port, []string{"COPSE_DATA=" + folder, "COPSE_URL=https://ignored.example"}, &logs)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	done := make(chan error, 1)
	go func() { done <- d.run(ctx, &out) }()
	ended := false
	stop = func() string {
		if !ended {
			ended = true
			cancel()
			if err := <-done; err != nil {
				t.Errorf("the demonstration ended with %v\n%s", err, logs.String())
			}
		}
		return out.String()
	}
	t.Cleanup(func() { stop() })
	within(t, "the story", func() bool {
		select {
		case err := <-done:
			t.Fatalf("the demonstration ended with %v", err)
		default:
		}
		return d.played.Load()
	})
	return d, stop
}

// browser knows names under .localhost, as browsers do, and keeps cookies.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := doctor.OwnClient(nil)
	c.Jar = jar
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func visit(t *testing.T, c *http.Client, method, address, origin string) (status int, location, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Location"), string(text)
}

// TestDemo tells it whole, in one go, because starting three servers is dear: the story arrives by
// real requests, one press signs in, an organisation that was off catches up, and a second start
// keeps everything and sends nothing again.
func TestDemo(t *testing.T) {
	t.Parallel()
	port, folder := freePorts(t), t.TempDir()
	d, stop := startDemo(t, port, folder)
	rco, health, agri := d.branch("rco"), d.branch("health"), d.branch("agri")

	c := browser(t)
	status, _, page := visit(t, c, "GET", rco.base()+"/demo", "")
	for _, want := range []string{"Be Amina", "Be Esi", play.FridgeTitle, health.base() + "/demo/be/carla", "/demo/stop/agri"} {
		if status != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("the first page answers %d and lacks %q", status, want)
		}
	}
	if status, to, _ := visit(t, c, "POST", health.base()+"/demo/be/carla", rco.base()); status != http.StatusSeeOther || to != "/" {
		t.Errorf("Be Carla answers %d, %q", status, to)
	}
	if _, _, home := visit(t, c, "GET", health.base()+"/", ""); !strings.Contains(home, "Carla") {
		t.Error("Carla is not signed in")
	}

	if status, _, body := visit(t, c, "POST", rco.base()+"/demo/stop/agri", health.base()); status != http.StatusSeeOther {
		t.Fatalf("stopping answers %d %s", status, body)
	}
	if _, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", agri.cfg.Listen); err == nil {
		t.Error("the stopped organisation takes connections")
	}
	if _, _, page := visit(t, c, "GET", rco.base()+"/demo", ""); !strings.Contains(page, "/demo/start/agri") || !strings.Contains(page, "Stopped") {
		t.Error("the page does not show that agri is stopped")
	}
	uri := demoAnswer(t, health, "While agri is off.")
	if status, _, body := visit(t, c, "POST", rco.base()+"/demo/start/agri", rco.base()); status != http.StatusSeeOther {
		t.Fatalf("starting answers %d %s", status, body)
	}
	within(t, "the answer at agri", func() bool {
		_, err := agri.running().store.PostByURI(t.Context(), uri)
		return err == nil
	})

	said := countPosts(t, d)
	out := stop()
	again, stop := startDemo(t, port, folder)
	defer stop()
	if now := countPosts(t, again); now != said {
		t.Errorf("%v posts after the second start, %v before", now, said)
	}
	if again.password != d.password || !strings.Contains(out, d.password) || !strings.Contains(out, rco.base()+"/demo") {
		t.Errorf("the password changed or was not printed:\n%s", out)
	}
}

// demoAnswer lets Carla answer on her own server.
func demoAnswer(t *testing.T, health *branch, text string) (uri string) {
	t.Helper()
	in := health.running()
	err := in.store.InTx(t.Context(), func(ctx context.Context, tx *db.Store) error {
		carla, err := tx.LocalActor(ctx, "carla")
		if err != nil {
			return err
		}
		fridge, err := health.demo.play().PostAt(ctx, tx, "fridge")
		if err != nil {
			return err
		}
		p, err := in.exchange.Reply(ctx, tx, &exchange.Draft{Author: carla, Parent: fridge, Source: text})
		if err == nil {
			uri = p.URI
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return uri
}

// countPosts is how many posts the discussion about the fridge has on each server.
func countPosts(t *testing.T, d *demo) [3]int {
	t.Helper()
	var out [3]int
	s := d.play()
	for n, b := range d.branches {
		p, err := s.PostAt(t.Context(), b.running().store, "fridge")
		if err != nil {
			t.Fatal(err)
		}
		list, err := b.running().store.ThreadPage(t.Context(), db.ThreadQuery{DiscussionID: p.ID, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		out[n] = len(list)
	}
	return out
}

// testDemoFront is the page of a demonstration whose servers do not run.
func testDemoFront(t *testing.T) (*demo, http.Handler) {
	t.Helper()
	d, err := newDemo(18081, []string{"COPSE_DATA=" + t.TempDir()}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	reached := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	in := &instance{handler: reached}
	d.mount(d.branches[0], in)
	return d, in.handler
}

func TestDemo_foreignPagesPressNothing(t *testing.T) {
	t.Parallel()
	d, front := testDemoFront(t)
	here := d.branches[0].base()
	for _, c := range []struct {
		name, method, host, origin string
		want                       int
	}{
		{"another site", "POST", "", "https://evil.example", http.StatusForbidden},
		{"no origin", "POST", "", "", http.StatusForbidden},
		{"hidden origin", "POST", "", "null", http.StatusForbidden},
		{"rebound name", "GET", "evil.example:18081", "", http.StatusMisdirectedRequest},
		{"our own page", "POST", "", here, http.StatusNotFound}, // there is no such organisation
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, here+"/demo/stop/nobody", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if c.host != "" {
			req.Host = c.host
		}
		if c.origin != "" {
			req.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		front.ServeHTTP(w, req)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
	}
}

func TestDemo_policyNamesAllThree(t *testing.T) {
	t.Parallel()
	d, front := testDemoFront(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.branches[0].base()+"/demo", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	front.ServeHTTP(w, req)
	policy := w.Header().Get("Content-Security-Policy")
	for _, b := range d.branches {
		if !strings.Contains(policy, b.base()) {
			t.Errorf("forms may not go to %s: %s", b.base(), policy)
		}
		if !strings.Contains(w.Body.String(), "Stopped") {
			t.Error("an organisation that does not run is not shown as stopped")
		}
	}
	if strings.Contains(policy, "unsafe") || w.Header().Get("Referrer-Policy") != "strict-origin" {
		t.Errorf("headers are %v", w.Header())
	}
}

func TestDemo_otherPathsGoToTheServer(t *testing.T) {
	t.Parallel()
	d, front := testDemoFront(t)
	for _, path := range []string{"/", "/demonstration", "/d/1", "/ap/inbox"} {
		u, err := url.JoinPath(d.branches[0].base(), path)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		front.ServeHTTP(w, req)
		if w.Code != http.StatusTeapot {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
}

func TestDemo_refusesPorts(t *testing.T) {
	t.Parallel()
	for _, port := range []int{0, -1, 65534, 70000} {
		if _, err := newDemo(port, nil, io.Discard); err == nil {
			t.Errorf("port %d is taken", port)
		}
	}
}

func TestDemo_portInUseIsSaid(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	d, err := newDemo(l.Addr().(*net.TCPAddr).Port, []string{"COPSE_DATA=" + t.TempDir()}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.run(t.Context(), io.Discard); err == nil || !strings.Contains(err.Error(), "--port") {
		t.Errorf("a port in use gives %v", err)
	}
}

func TestDemoPassword_keptBesideTheData(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "demo")
	first, fresh, err := demoPassword(folder)
	if err != nil || len(first) < 19 || !fresh {
		t.Fatalf("password %q, fresh %v, %v", first, fresh, err)
	}
	if again, fresh, err := demoPassword(folder); err != nil || again != first || fresh {
		t.Errorf("second time %q, fresh %v, %v; want %q", again, fresh, err, first)
	}
}
