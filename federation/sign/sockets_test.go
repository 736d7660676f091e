package sign_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/copse-social/copse/federation/sign"
)

// What Go's client really writes and its server really reads, over HTTP/1.1
// and HTTP/2, is what was signed.
func TestSign_overSockets(t *testing.T) {
	t.Parallel()
	for _, tls := range []bool{false, true} {
		var base *url.URL
		proto := make(chan string, 1)
		ts := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			opt := sign.VerifyOptions{Hosts: []string{base.Host}, BaseURL: base, Now: noon}
			if err := verify(r, body, rsaPublic(), opt); err != nil {
				t.Errorf("%s %s %s: %v", r.Proto, r.Method, r.RequestURI, err)
				w.WriteHeader(http.StatusUnauthorized)
			}
			proto <- r.Proto
		}))
		if tls {
			ts.EnableHTTP2 = true
			ts.StartTLS()
		} else {
			ts.Start()
		}
		t.Cleanup(ts.Close)
		var err error
		if base, err = url.Parse(ts.URL); err != nil {
			t.Fatal(err)
		}
		for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
			for _, target := range []string{"", "/ap/inbox", "/%C3%A9/a%20b?q=%2F&r=é", "/a?"} {
				for _, body := range [][]byte{nil, activity, {}} {
					want := "HTTP/1.1"
					if tls {
						want = "HTTP/2.0"
					}
					if got := send(t, ts, target, body, scheme); got != http.StatusOK {
						t.Errorf("%s %s: status %d", scheme, target, got)
					}
					if got := <-proto; got != want {
						t.Errorf("spoke %s", got)
					}
				}
			}
		}
	}
}

func send(t *testing.T, ts *httptest.Server, target string, body []byte, scheme sign.Scheme) int {
	t.Helper()
	method, reader := "GET", io.Reader(http.NoBody)
	if body != nil {
		method, reader = "POST", bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, ts.URL+target, reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := rsaSigner().Sign(req, body, scheme, noon); err != nil {
		t.Fatal(err)
	}
	res, err := ts.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}
