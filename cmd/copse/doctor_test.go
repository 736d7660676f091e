package main

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/cmd/copse/doctor"
)

// proxied runs an instance behind a proxy on a port of this machine and answers the flags for
// commands; direct changes what the proxy passes on.
func proxied(t *testing.T, direct func(*httputil.ProxyRequest)) (flags []string) {
	t.Helper()
	proxy := httptest.NewUnstartedServer(nil)
	_, port, err := net.SplitHostPort(proxy.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	base := "http://alpha.localhost:" + port
	inner, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	flags = []string{"url=" + base, "listen=" + inner.Addr().String(), "data=" + t.TempDir(), "lab_http=true", "lab_allow_networks=127.0.0.0/8"}
	cfg, err := config.Load(flags, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	i, err := openInstance(t.Context(), cfg, overrides{Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(i.handler)
	if err := srv.Listener.Close(); err != nil {
		t.Fatal(err)
	}
	srv.Listener = inner
	srv.Start()
	proxy.Config.Handler = &httputil.ReverseProxy{Transport: &http.Transport{}, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: inner.Addr().String()})
		r.Out.Host = r.In.Host
		direct(r)
	}}
	proxy.Start()
	t.Cleanup(func() {
		proxy.Close()
		srv.Close()
		if err := i.Close(); err != nil {
			t.Error(err)
		}
	})
	return flags
}

func TestDoctor_findsNothingWrong(t *testing.T) {
	t.Parallel()
	flags := proxied(t, func(*httputil.ProxyRequest) {})
	code, out, errs := copse(t, flags, "", "doctor", "--json")
	var found []doctor.Finding
	if err := json.Unmarshal([]byte(out), &found); err != nil || code != exitOK {
		t.Fatalf("ends with %d: %s%s (%v)", code, out, errs, err)
	}
	seen := map[string]bool{}
	for _, f := range found {
		seen[f.Check] = true
		if f.State == "failed" {
			t.Errorf("%s failed: %s", f.Check, f.Says)
		}
	}
	for _, want := range []string{"configuration", "data folder", "database", "redis", "schema", "key", "database version", "disk", "file modes", "public address", "clock", "host header", "webfinger", "nodeinfo", "signature", "clock of others", "queue", "inbox", "body limit"} {
		if !seen[want] {
			t.Errorf("%s was not checked", want)
		}
	}
	if code, _, errs := copse(t, flags, "", "healthcheck"); code != exitOK {
		t.Errorf("healthcheck ends with %d: %s", code, errs)
	}
}

func TestDoctor_namesWhatTheProxyDoes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		direct func(*httputil.ProxyRequest)
		want   []string
	}{
		{"host without port", func(r *httputil.ProxyRequest) { r.Out.Host = "alpha.localhost" }, []string{"host header", `\$http_host`}},
		{"bodies cut", func(r *httputil.ProxyRequest) {
			if r.Out.ContentLength > 1<<19 {
				r.Out.URL.Path = "/too-large"
			}
		}, []string{"body limit", "client_max_body_size"}},
		{"nodeinfo of another", func(r *httputil.ProxyRequest) {
			if strings.HasPrefix(r.Out.URL.Path, "/nodeinfo") {
				r.Out.URL.Path = "/livez"
			}
		}, []string{"nodeinfo", "failed"}},
		{"well-known taken away", func(r *httputil.ProxyRequest) {
			if strings.HasPrefix(r.Out.URL.Path, "/.well-known/") {
				r.Out.URL.Path = "/elsewhere"
			}
		}, []string{"webfinger", "let the proxy pass /.well-known/"}},
		{"signature taken away", func(r *httputil.ProxyRequest) { r.Out.Header.Del("Signature") }, []string{"signature +failed", "does not fit any more"}},
		{"date changed", func(r *httputil.ProxyRequest) {
			if r.Out.Header.Get("Date") != "" {
				r.Out.Header.Set("Date", time.Now().Add(-time.Minute).UTC().Format(http.TimeFormat))
			}
		}, []string{"signature +failed", "Digest"}},
		{"path changed", func(r *httputil.ProxyRequest) {
			if strings.HasPrefix(r.Out.URL.Path, "/ap/inbox") {
				r.Out.URL.Path = "//ap/inbox"
			}
		}, []string{"signature +failed"}},
		{"inbox guarded", func(r *httputil.ProxyRequest) {
			if r.Out.Method == http.MethodPost {
				r.Out.URL.Path = "/challenge"
			}
		}, []string{"inbox", "before Copse answered"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, out, _ := copse(t, proxied(t, c.direct), "", "doctor")
			if code != exitFailed {
				t.Errorf("ends with %d", code)
			}
			for _, want := range c.want {
				if !regexp.MustCompile(want).MatchString(out) {
					t.Errorf("says nothing of %q:\n%s", want, out)
				}
			}
		})
	}
}

func TestDoctor_clock(t *testing.T) {
	t.Parallel()
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		w.Header().Set("Copse-Host", r.Host)
	}))
	defer away.Close()
	folder := t.TempDir()
	if code, _, errs := copse(t, []string{"url=" + away.URL, "data=" + folder}, "", "user", "list"); code != exitOK {
		t.Fatal(errs)
	}
	if code, out, _ := copse(t, []string{"url=" + away.URL, "data=" + folder}, "", "doctor"); code != exitFailed || !strings.Contains(out, "time synchronisation") {
		t.Errorf("an hour's difference gives %d:\n%s", code, out)
	}
}

func TestHealthcheck_notReady(t *testing.T) {
	t.Parallel()
	down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	defer down.Close()
	code, _, errs := copse(t, []string{"url=https://alpha.example", "listen=" + strings.TrimPrefix(down.URL, "http://")}, "", "healthcheck")
	if code != exitFailed || !strings.Contains(errs, "not ready: 503") {
		t.Errorf("ends with %d: %s", code, errs)
	}
}
