package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
)

// BenchmarkPage is one request for a page that no cache holds, from the session to the last byte,
// by what there is of it: the figure behind the stroke. What grows with that is a fault.
func BenchmarkPage(b *testing.B) {
	for _, n := range []int{50, 2000} {
		w := newWorld(b, n)
		for _, page := range []struct {
			name string
			path func() string
		}{
			{"first", func() string { return "/d/" + itoa(w.long.ID) }},
			{"middle", func() string { return "/d/" + itoa(w.long.ID) + "?after=" + w.replies[n/2-1].Path }},
			{"last", func() string { return "/d/" + itoa(w.long.ID) + "?after=" + w.replies[max(n-50, 0)].Path }},
			{"permalink", func() string { return "/p/" + itoa(w.replies[n/2].ID) }},
			{"chain", func() string { return "/d/" + itoa(w.chain.ID) }},
		} {
			for reader, who := range map[string]*db.Actor{"out": nil, "in": w.amina} {
				b.Run(fmt.Sprintf("%s/%s/%d", page.name, reader, n), func(b *testing.B) { w.bench(b, who, page.path()) })
			}
		}
	}
}

// world is an instance with one long discussion and one deep one.
type world struct {
	*house
	amina       *db.Actor
	group       *db.Group
	long, chain *db.Post
	replies     []*db.Post
}

const words = "<p>Ours is one paper strip per week, taped inside the cupboard door. Three boxes, three numbers, initials. " +
	"I photographed March and can send it, if somebody tells me where it should go. Who else does it this way?</p>"

func newWorld(b *testing.B, n int) *world {
	w := &world{house: newHouse(b)}
	w.amina = w.person("amina")
	w.group = w.house.group("water", w.amina)
	authors := []*db.Actor{w.amina, w.person("ben")}
	for i := range 10 {
		authors = append(authors, w.stranger(fmt.Sprintf("p%d", i), fmt.Sprintf("h%d.test", i%7), db.ActorPerson))
	}
	w.long, w.chain = w.start(w.group, w.amina, "Long"), w.start(w.group, w.amina, "Deep")
	w.do(func(ctx context.Context, tx *db.Store) error {
		parent := w.long
		for i := range n {
			p := w.written(authors[i%len(authors)])
			if err := tx.CreatePost(ctx, p, parent); err != nil {
				return err
			}
			w.replies = append(w.replies, p)
			if parent = w.long; i%3 != 0 {
				parent = p
			}
		}
		above := w.chain
		for i := range min(n, 500) {
			p := w.written(authors[i%len(authors)])
			if err := tx.CreatePost(ctx, p, above); err != nil {
				return err
			}
			above = p
		}
		return nil
	})
	return w
}

func (w *world) written(by *db.Actor) *db.Post {
	id := w.store.NewID()
	return &db.Post{
		ID: id, URI: fmt.Sprintf("https://%s/posts/%d", by.Host, id), GroupID: w.group.ActorID, AuthorID: by.ID,
		Kind: db.KindComment, Content: words, Lang: "en", Visibility: db.VisibilityPublic, State: db.PostPublished,
		Door: "peer", Local: by.Local,
	}
}

// bench asks for a page again and again, from a clock that no cache outlives.
func (w *world) bench(b *testing.B, who *db.Actor, path string) {
	w.t = b
	reader := w.visitor()
	if who != nil {
		reader = w.as(who)
	}
	page, cpu := &sink{}, cpuTime()
	b.ReportAllocs()
	for b.Loop() {
		req := httptest.NewRequestWithContext(w.ctx, http.MethodGet, "https://copse.test"+path, nil)
		for _, k := range reader.cookies {
			req.AddCookie(k)
		}
		page = &sink{header: http.Header{}}
		w.echo.ServeHTTP(page, req)
		if page.status != http.StatusOK && page.status != http.StatusSeeOther {
			b.Fatalf("GET %s: %d", path, page.status)
		}
	}
	b.ReportMetric(float64(cpuTime()-cpu)/float64(b.N), "cpu-ns/op")
	b.ReportMetric(float64(page.bytes), "B/page")
}

// sink takes an answer and keeps none of it: a recorder would be a good part of what is measured.
type sink struct {
	header        http.Header
	status, bytes int
}

func (s *sink) Header() http.Header { return s.header }

func (s *sink) WriteHeader(status int) { s.status = status }

func (s *sink) Write(b []byte) (int, error) {
	s.bytes += len(b)
	return len(b), nil
}

// cpuTime is what the process has used of its cores: unlike the clock on the wall it hardly moves
// when the machine is busy with something else.
func cpuTime() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
