package fedtest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/federation/fedtest"
)

func get(t *testing.T, rt http.RoundTripper, ctx context.Context, url string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return rt.RoundTrip(req)
}

func TestNetwork_serverSideOfARequest(t *testing.T) {
	t.Parallel()
	n := &fedtest.Network{}
	type key struct{}
	n.Handle("Alpha.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := []any{r.Host, r.RequestURI, r.URL.Host, r.TLS != nil, r.RemoteAddr, r.Context().Value(key{}), r.Header.Get("Host")}
		want := []any{"alpha.test", "/a%20b?c=d", "", true, "198.51.100.7:1", nil, ""}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		w.WriteHeader(http.StatusTeapot)
	}))
	ctx := context.WithValue(t.Context(), key{}, "secret of the client")
	resp, err := get(t, n.From("198.51.100.7:1"), ctx, "https://alpha.test/a%20b?c=d#e")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusTeapot {
		t.Errorf("status %d", resp.StatusCode)
	}
	if n.Asked("alpha.test") != 1 {
		t.Errorf("asked %d times", n.Asked("alpha.test"))
	}
}

func TestNetwork_unknownAndDown(t *testing.T) {
	t.Parallel()
	n := &fedtest.Network{}
	n.Handle("alpha.test", http.NotFoundHandler())
	n.Down("alpha.test")
	var op *net.OpError
	if _, err := get(t, n, t.Context(), "https://alpha.test/"); !errors.As(err, &op) {
		t.Errorf("down: %v", err)
	}
	n.Up("alpha.test")
	resp, err := get(t, n, t.Context(), "https://alpha.test/")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	n.Remove("alpha.test")
	var dns *net.DNSError
	if _, err := get(t, n, t.Context(), "https://alpha.test/"); !errors.As(err, &dns) || !dns.IsNotFound {
		t.Errorf("unknown: %v", err)
	}
	if diff := cmp.Diff([]string{"alpha.test"}, n.Hosts()); diff != "" {
		t.Error(diff)
	}
}

func TestNetwork_clientHangsUp(t *testing.T) {
	t.Parallel()
	n := &fedtest.Network{}
	ended := make(chan error, 1)
	n.Handle("alpha.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		_, err := w.Write([]byte("too late"))
		ended <- err
	}))
	n.Handle("quitter.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	for _, host := range []string{"alpha.test", "quitter.test"} {
		ctx, cancel := context.WithCancel(t.Context())
		resp, err := get(t, n, ctx, "https://"+host+"/")
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if _, err := io.ReadAll(resp.Body); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: read: %v", host, err)
		}
		_ = resp.Body.Close()
	}
	if err := <-ended; err == nil {
		t.Error("the handler could still write")
	}
}

func TestNetwork_panickingHandler(t *testing.T) {
	t.Parallel()
	n := &fedtest.Network{}
	n.Handle("early.test", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("early") }))
	n.Handle("late.test", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("half"))
		panic("late")
	}))
	if _, err := get(t, n, t.Context(), "https://early.test/"); err == nil {
		t.Error("no error for a panic before the header")
	}
	resp, err := get(t, n, t.Context(), "https://late.test/")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read: %v", err)
	}
}
