package fetch_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/copse-social/copse/federation/fetch"
)

// Not parallel: it measures what the whole process allocates.
func TestT31_bombsCostNoMemory(t *testing.T) { //nolint:paralleltest // see above
	zeros := make([]byte, 10<<20)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(zeros)
	_ = z.Close()
	endless := func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", apType)
		for r.Context().Err() == nil {
			if _, err := rw.Write(zeros[:32<<10]); err != nil {
				return
			}
		}
	}
	for name, h := range map[string]http.HandlerFunc{
		"gzip": func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", apType)
			rw.Header().Set("Content-Encoding", "gzip")
			_, _ = rw.Write(packed.Bytes())
		},
		"endless": endless,
		"announced": func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", apType)
			rw.Header().Set("Content-Length", "1000000000")
			rw.(http.Flusher).Flush()
			<-r.Context().Done() // nobody must wait for what is too large anyway
		},
	} {
		w := newWorld(t)
		w.net.Handle("evil.test", h)
		var before, after runtime.MemStats
		w.still(func(ctx context.Context) {
			c := w.client()
			runtime.ReadMemStats(&before)
			_, err := c.Object(ctx, "https://evil.test/x")
			runtime.ReadMemStats(&after)
			w.wantErr(err, fetch.ErrTooLarge, name)
		})
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
			t.Errorf("%s: %d bytes allocated", name, grown)
		}
	}
}

func TestT31_ratio(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(`{"id":"https://evil.test/x","a":"` + strings.Repeat("a", 900<<10) + `"}`))
	_ = z.Close()
	w := newWorld(t)
	w.net.Handle("evil.test", http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", apType)
		rw.Header().Set("Content-Encoding", "gzip")
		_, _ = rw.Write(packed.Bytes())
	}))
	_, err := w.client().Object(t.Context(), "https://evil.test/x")
	w.wantErr(err, fetch.ErrTooLarge, "900 KiB in 1 KiB")
}

func TestObject_gzip(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.net.Handle("peer.test", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", apType)
		rw.Header().Set("Content-Encoding", r.URL.Query().Get("enc"))
		z := gzip.NewWriter(rw)
		_, _ = z.Write([]byte(`{"id":"https://peer.test` + r.RequestURI + `"}`))
		_ = z.Close()
	}))
	if _, err := w.client().Object(t.Context(), "https://peer.test/x?enc=gzip"); err != nil {
		t.Error(err)
	}
	for _, enc := range []string{"br", "deflate", "gzip, gzip", "zstd"} {
		_, err := w.client().Object(t.Context(), "https://peer.test/x?enc="+strings.ReplaceAll(enc, " ", "%20"))
		w.wantErr(err, fetch.ErrWrongType, enc)
	}
}

func TestT31_limitIsExact(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]error{1 << 20: nil, 1<<20 + 1: fetch.ErrTooLarge} {
		w := newWorld(t)
		head := `{"id":"https://peer.test/x","a":"`
		w.page("peer.test", apType, head+strings.Repeat("a", size-len(head)-2)+`"}`)
		w.still(func(ctx context.Context) {
			_, err := w.client().Object(ctx, "https://peer.test/x")
			w.wantErr(err, want, "size")
		})
	}
}

func TestT31_deepJSON(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.page("evil.test", apType, `{"id":"https://evil.test/x","a":`+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+`}`)
	_, err := w.client().Object(t.Context(), "https://evil.test/x")
	w.wantErr(err, fetch.ErrMalformed, "100,000 deep")
}

// slowly serves n bytes of a document, one every pause.
func slowly(n int, pause time.Duration) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", apType)
		rw.WriteHeader(http.StatusOK)
		for range n {
			select {
			case <-time.After(pause):
			case <-r.Context().Done():
				return
			}
			if _, err := rw.Write([]byte(" ")); err != nil {
				return
			}
		}
		_, _ = rw.Write([]byte(`{"id":"https://peer.test/x"}`))
	}
}

func TestT31_slowHosts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    error
		most    time.Duration
	}{
		"a byte a second":  {slowly(1000, time.Second), fetch.ErrTooSlow, 3 * time.Second},
		"never answers":    {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, nil, 10 * time.Second},
		"late but quick":   {slowly(1, 1900*time.Millisecond), nil, 2 * time.Second},
		"2 KiB a second":   {slowly(8<<10, time.Second/(2<<10)), nil, 5 * time.Second},
		"redirects slowly": {slowRedirect, nil, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.opt.Signer = nil
			synctest.Test(t, func(t *testing.T) {
				w.net.Handle("peer.test", c.handler)
				start := time.Now()
				_, err := w.client().Object(t.Context(), "https://peer.test/x")
				took := time.Since(start)
				failing := name != "late but quick" && name != "2 KiB a second"
				if failing && (err == nil || !fetch.Temporary(err)) || !failing && err != nil {
					t.Errorf("error %v", err)
				}
				if c.want != nil {
					w.wantErr(err, c.want, name)
				}
				if took > c.most {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

func slowRedirect(rw http.ResponseWriter, r *http.Request) {
	select {
	case <-time.After(4 * time.Second):
		http.Redirect(rw, r, r.URL.Path+"x", http.StatusFound)
	case <-r.Context().Done():
	}
}

func TestT31_contentLengthLie(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		conn, buf, err := http.NewResponseController(rw).Hijack()
		if err != nil {
			return
		}
		_, _ = buf.WriteString("HTTP/1.1 200 OK\r\nContent-Type: " + apType + "\r\nContent-Length: 500\r\n\r\n{}")
		_ = buf.Flush()
		_ = conn.Close()
	}))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	w := newWorld(t)
	w.opt.AllowHTTP, w.opt.Signer = true, nil
	w.opt.Transport = fetch.NewTransport(fetch.Guard{
		AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowHTTP: true,
	})
	_, err := w.client().Object(t.Context(), "http://a.localhost:"+port+"/x")
	if err == nil || !fetch.Temporary(err) {
		t.Errorf("cut off: %v", err)
	}
}
