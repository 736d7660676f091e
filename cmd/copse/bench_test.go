package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/exchange"
)

// BenchmarkServe reads from a whole instance over real connections: a discussion with 50 replies,
// each request another address, so that no page comes from memory, and what memory is for. Client and
// server are one process; the client's part is some 0.1 ms. With COPSE_TEST_POSTGRES it runs there.
func BenchmarkServe(b *testing.B) {
	s := newServed(b)
	page, fresh := "/d/"+strconv.FormatInt(s.starter.ID, 10), "?x=%d"
	for _, r := range []reading{
		{name: "page/out", path: page + fresh, readers: 8},
		{name: "page/out-alone", path: page + fresh, readers: 1},
		{name: "page/out-gzip", path: page + fresh, readers: 8, gzip: true},
		{name: "page/out-kept", path: page, readers: 8, gzip: true},
		{name: "page/in", path: page + fresh, readers: 8, cookie: s.cookie},
		{name: "page/in-alone", path: page + fresh, readers: 1, cookie: s.cookie},
		{name: "page/in-gzip", path: page + fresh, readers: 8, cookie: s.cookie, gzip: true},
		{name: "today/in", path: "/" + fresh, readers: 8, cookie: s.cookie},
		{name: "people/in", path: "/c/water/people" + fresh, readers: 8, cookie: s.cookie},
		{name: "document/post", path: "/ap/objects/" + strconv.FormatInt(s.starter.ID, 10), readers: 8, ap: true},
	} {
		b.Run(r.name, func(b *testing.B) { s.read(b, r) })
	}
}

// BenchmarkStart is from nothing to an instance that answers, on a database that exists.
func BenchmarkStart(b *testing.B) {
	cfg := served(b)
	for b.Loop() {
		i, err := openInstance(b.Context(), cfg, overrides{Transport: &fedtest.Network{}, Log: testLog(b)})
		if err != nil {
			b.Fatal(err)
		}
		rec := httptest.NewRecorder()
		i.handler.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "https://home.example/readyz", http.NoBody))
		if err := i.Close(); err != nil || rec.Code >= 400 && rec.Code != http.StatusServiceUnavailable {
			b.Fatalf("ready: %d, %v", rec.Code, err)
		}
	}
}

// reading is one way to read.
type reading struct {
	name, path string // %d in the path is the number of the request
	readers    int
	cookie     *http.Cookie
	gzip, ap   bool
}

// readSite is an instance on a socket.
type readSite struct {
	*instance
	at      string
	client  *http.Client
	starter *db.Post
	cookie  *http.Cookie
}

func served(b *testing.B) config.Config {
	at := dbtest.Options(b)
	cfg, err := config.Load([]string{"url=https://home.example", "data=" + at.Data, "trusted_proxies=", "lab_allow_networks=127.0.0.0/8"}, nil, "")
	if err != nil {
		b.Fatal(err)
	}
	cfg.DatabaseURL = at.URL
	return cfg
}

func newServed(b *testing.B) *readSite {
	i, err := openInstance(b.Context(), served(b), overrides{Transport: &fedtest.Network{}, Log: testLog(b)})
	if err != nil {
		b.Fatal(err)
	}
	site := &site{instance: i, t: b, host: "home.example"}
	srv := httptest.NewServer(i.handler)
	b.Cleanup(func() {
		srv.Close()
		_ = i.Close()
	})
	s := &readSite{instance: i, at: srv.URL, client: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	g := site.group("water")
	must := func(p *db.Post, err error) *db.Post {
		if err != nil {
			b.Fatal(err)
		}
		return p
	}
	s.starter = must(site.say("faci", exchange.Draft{Group: g, Title: "Paper strips", Source: answerText, Door: "web"}))
	parent := s.starter
	for n := range 50 {
		p := must(site.say(fmt.Sprintf("ann%d", n%12), exchange.Draft{Parent: parent, Source: answerText, Door: "web"}))
		if parent = p; n%3 == 0 {
			parent = s.starter
		}
	}
	faci, err := site.person("faci")
	if err != nil {
		b.Fatal(err)
	}
	account, err := i.store.AccountOf(b.Context(), faci.ID)
	if err != nil {
		b.Fatal(err)
	}
	rec := httptest.NewRecorder()
	if err := i.web.Enter(rec, httptest.NewRequest(http.MethodGet, "https://home.example/", http.NoBody), account); err != nil {
		b.Fatal(err)
	}
	s.cookie = rec.Result().Cookies()[0]
	return s
}

// answerText has the 200 characters of an answer as people write them.
const answerText = "Ours is one paper strip per week, taped inside the cupboard door. Three boxes, three numbers, initials. " +
	"I photographed March and can send it, if somebody tells me where it should go. Who else does it this way?"

// read has some readers ask b.N times between them.
func (s *readSite) read(b *testing.B, r reading) {
	var next atomic.Int64
	var bytes atomic.Int64
	took := make([]time.Duration, b.N)
	cpu, begun := processTime(), time.Now()
	b.ResetTimer()
	var readers sync.WaitGroup
	for range r.readers {
		readers.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				from := time.Now()
				size, err := s.get(b.Context(), r, n)
				if err != nil {
					b.Error(err)
					return
				}
				took[n-1] = time.Since(from)
				bytes.Store(size)
			}
		})
	}
	readers.Wait()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/time.Since(begun).Seconds(), "pages/s")
	b.ReportMetric(float64(took[b.N/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[b.N*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64((processTime()-cpu).Microseconds())/1000/float64(b.N), "cpu-ms/op")
	b.ReportMetric(float64(bytes.Load()), "B/page")
}

func (s *readSite) get(ctx context.Context, r reading, n int64) (int64, error) {
	path := r.path
	if len(path) > 2 && path[len(path)-2:] == "%d" {
		path = fmt.Sprintf(path, n)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.at+path, http.NoBody)
	if err != nil {
		return 0, err
	}
	req.Host = "home.example"
	req.Header.Set("Accept", "text/html")
	if r.ap {
		req.Header.Set("Accept", "application/activity+json")
	}
	if r.gzip {
		req.Header.Set("Accept-Encoding", "gzip")
	}
	if r.cookie != nil {
		req.AddCookie(r.cookie)
	}
	res, err := s.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	size, err := io.Copy(io.Discard, res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %d", path, res.StatusCode)
	}
	return size, err
}

// processTime is what this process has used of its cores.
func processTime() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
