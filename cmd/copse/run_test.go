package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/cmd/copse/doctor"
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/web"
)

// on starts an instance that runs as under "copse serve", with a listener on loopback; end stops it.
func on(t *testing.T, i *instance, does roles) (address string, end func() error) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- i.run(ctx, l, does) }()
	end = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() {
		if err := end(); err != nil {
			t.Errorf("ended with %v", err)
		}
	})
	return "http://" + l.Addr().String(), end
}

// inFolder opens an instance with SQLite in a folder that commands are given too.
func inFolder(t *testing.T, net http.RoundTripper, base string) (i *instance, flags []string) {
	t.Helper()
	flags = []string{"url=" + base, "data=" + t.TempDir(), "log_format=text"}
	cfg, err := config.Load(flags, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	i, err = openInstance(t.Context(), cfg, overrides{Transport: net, Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := i.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return i, flags
}

// copse runs a command line in this process against the instance that flags describe.
func copse(t *testing.T, flags []string, input string, args ...string) (code int, out, errs string) {
	t.Helper()
	for _, f := range flags {
		args = append(args, "--set", f)
	}
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(input), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

// A command writes into the database; the running server notices by itself and delivers, without
// waiting for the sweep for what was forgotten, which takes up what is two minutes old.
func TestServe_noticesCommands(t *testing.T) {
	t.Parallel()
	network := &fedtest.Network{}
	i, flags := inFolder(t, network, "https://alpha.example")
	network.Handle("alpha.example", i.handler)
	for _, args := range [][]string{
		{"user", "create", "amina", "--email", "amina@example.org", "--password-stdin"},
		{"group", "create", "water", "--name", "Water", "--facilitator", "amina"},
	} {
		if code, _, errs := copse(t, flags, "long secret words\n", args...); code != exitOK {
			t.Fatalf("copse %v: %d %s", args, code, errs)
		}
	}
	on(t, i, allRoles())
	peer := fedtest.New(t, network, "social.example", fedtest.Mastodon())
	farid := peer.Person("farid")
	group, err := i.store.LocalActor(t.Context(), "water")
	if err != nil {
		t.Fatal(err)
	}
	if r := peer.Post(farid, "https://alpha.example/ap/inbox", farid.Activity("Follow", group.URI)); r.Status != http.StatusAccepted {
		t.Fatalf("Follow answers %d", r.Status)
	}
	within(t, "Accept", func() bool { return len(peer.Received("Accept")) == 1 })

	code, out, errs := copse(t, flags, "Since Monday.", "post", "create", "--group", "water", "--author", "amina", "--title", "Pump runs dry", "--json")
	if code != exitOK {
		t.Fatalf("post create: %d %s", code, errs)
	}
	within(t, "Announce", func() bool { return len(peer.Received("Announce")) > 0 })
	var post postShown
	if err := json.Unmarshal([]byte(out), &post); err != nil || peer.Received("Announce")[0]["object"] != post.ID {
		t.Errorf("announced %v, created %s (%v)", peer.Received("Announce")[0]["object"], post.ID, err)
	}
}

func TestRun_rolesApart(t *testing.T) {
	t.Parallel()
	network := &fedtest.Network{}
	worker, flags := inFolder(t, network, "https://alpha.example")
	cfg, err := config.Load(flags, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	front, err := openInstance(t.Context(), cfg, overrides{Transport: network, Log: testLog(t)}) // another process
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := front.Close(); err != nil {
			t.Error(err)
		}
	})
	network.Handle("alpha.example", front.handler)
	at, _ := on(t, front, roles{web: true})
	back, _ := on(t, worker, roles{worker: true})

	c := browser(t)
	for address, want := range map[string]int{
		at + "/readyz": http.StatusOK, back + "/readyz": http.StatusOK, back + "/livez": http.StatusOK,
		at + "/sign-in": http.StatusOK, back + "/sign-in": http.StatusNotFound, back + "/ap/instance": http.StatusNotFound,
	} {
		if status, _, _ := visit(t, c, "GET", address, ""); status != want {
			t.Errorf("%s answers %d, want %d", address, status, want)
		}
	}
	if code, _, errs := copse(t, flags, "long secret words\n", "user", "create", "amina", "--email", "a@example.org", "--password-stdin"); code != exitOK {
		t.Fatal(errs)
	}
	if code, _, errs := copse(t, flags, "", "group", "create", "water", "--name", "Water", "--facilitator", "amina"); code != exitOK {
		t.Fatal(errs)
	}
	peer := fedtest.New(t, network, "social.example", fedtest.Mastodon())
	farid := peer.Person("farid")
	group, err := front.store.LocalActor(t.Context(), "water")
	if err != nil {
		t.Fatal(err)
	}
	if r := peer.Post(farid, "https://alpha.example/ap/inbox", farid.Activity("Follow", group.URI)); r.Status != http.StatusAccepted {
		t.Fatalf("Follow answers %d", r.Status)
	}
	within(t, "what the web process stored is applied by the worker", func() bool { return len(peer.Received("Accept")) == 1 })
}

func TestRun_finishesRequestsInFlight(t *testing.T) {
	t.Parallel()
	i, _ := inFolder(t, &fedtest.Network{}, "https://alpha.example")
	entered, leave := make(chan struct{}), make(chan struct{})
	i.handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-leave
		_, _ = io.WriteString(w, "whole")
	})
	at, end := on(t, i, allRoles())
	body := make(chan string, 1)
	go func() {
		_, _, text := visit(t, doctor.OwnClient(nil), "GET", at+"/", "")
		body <- text
	}()
	<-entered
	ended := make(chan error, 1)
	go func() { ended <- end() }()
	within(t, "new connections are refused", func() bool {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(at, "http://"))
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	})
	close(leave)
	if text := <-body; text != "whole" {
		t.Errorf("the request in flight got %q", text)
	}
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestRun_metricsOnAListenerOfTheirOwn(t *testing.T) {
	t.Parallel()
	i, _ := inFolder(t, &fedtest.Network{}, "https://alpha.example")
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	i.cfg.MetricsListen = free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	at, _ := on(t, i, allRoles())
	var text string
	within(t, "metrics", func() bool {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", i.cfg.MetricsListen)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	_, _, _ = visit(t, doctor.OwnClient(nil), "GET", at+"/livez", "")
	_, _, text = visit(t, doctor.OwnClient(nil), "GET", "http://"+i.cfg.MetricsListen+"/metrics", "")
	for _, want := range []string{"copse_http_requests_total", "copse_delivery_queue_depth", "go_goroutines"} {
		if !strings.Contains(text, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	if status, _, _ := visit(t, doctor.OwnClient(nil), "GET", at+"/metrics", ""); status != http.StatusNotFound {
		t.Errorf("T64: the public listener answers %d to /metrics", status)
	}
}

// log collects what serve writes.
type memoryLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (m *memoryLog) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.b.Write(p)
}

func (m *memoryLog) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.b.String()
}

func TestServe_printsTheSetUpLinkUntilSomebodyLivesHere(t *testing.T) {
	t.Parallel()
	flags := []string{"url=https://alpha.example", "listen=127.0.0.1:0", "data=" + t.TempDir(), "log_format=text"}
	cfg, err := config.Load(flags, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	start := func() string {
		var m memoryLog
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- serve(ctx, cfg, overrides{Log: slog.New(slog.NewTextHandler(&m, nil))}, allRoles())
		}()
		within(t, "ready", func() bool { return strings.Contains(m.String(), "msg=ready") })
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		return m.String()
	}
	log := start()
	_, rest, found := strings.Cut(log, "https://alpha.example/setup?token=")
	if !found {
		t.Fatalf("no link in the log:\n%s", log)
	}
	token := strings.Trim(strings.Fields(rest)[0], `"`)
	store, err := openStore(t.Context(), cfg, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if kept, err := store.Setting(t.Context(), db.SettingSetupToken); err != nil || kept != web.SetupHash(token) || strings.Contains(kept, token) {
		t.Errorf("T60: kept %q for %q, %v", kept, token, err)
	}
	if code, _, errs := copse(t, flags, "long secret words\n", "user", "create", "amina", "--email", "a@example.org", "--password-stdin"); code != exitOK {
		t.Fatal(errs)
	}
	if kept, err := store.Setting(t.Context(), db.SettingSetupToken); err != nil || kept != "" {
		t.Errorf("the old link still opens the set-up: %q, %v", kept, err)
	}
	if log := start(); strings.Contains(log, "/setup?token=") {
		t.Errorf("a link although somebody lives here:\n%s", log)
	}
}

func TestServe_warnsOfLaboratory(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load([]string{"url=http://alpha.localhost:1", "listen=256.0.0.1:0", "data=" + t.TempDir(), "lab_http=true", "lab_allow_networks=127.0.0.0/8"}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	var m memoryLog
	err = serve(t.Context(), cfg, overrides{Log: slog.New(slog.NewTextHandler(&m, nil))}, allRoles())
	if err == nil || !strings.Contains(err.Error(), "answer at 256.0.0.1:0") {
		t.Errorf("an impossible address gives %v", err)
	}
	if n := strings.Count(m.String(), "level=WARN msg=\"LABORATORY SETTING"); n != 2 {
		t.Errorf("%d warnings, want 2:\n%s", n, m.String())
	}
}

func TestServe_noMigrateRefusesAnOldSchema(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load([]string{"url=https://alpha.example", "data=" + t.TempDir()}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = openInstance(t.Context(), cfg, overrides{KeepSchema: true})
	if err == nil || !strings.Contains(err.Error(), "run copse migrate up") {
		t.Errorf("an empty database gives %v", err)
	}
}

func TestParseRoles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]roles{"web": {web: true}, "worker": {worker: true}, "web, worker": allRoles()} {
		if got, err := parseRoles(text); err != nil || got != want {
			t.Errorf("%q gives %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "web,", "all"} {
		if _, err := parseRoles(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
