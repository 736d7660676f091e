package porter_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/server/community/comtest"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/moving"
	"github.com/copse-social/copse/server/moving/porter"
)

// nobody is a network without servers.
type nobody struct{}

func (nobody) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
}

// yard is the new home of a community at old.test, which has agreed.
type yard struct {
	*comtest.Home
	p    *porter.Porter
	move int64
	// fault is what comes instead of the next page; during is done before it is answered.
	fault  error
	during func()
	read   []string
}

func newYard(t *testing.T) *yard {
	t.Helper()
	y := &yard{Home: comtest.New(t)}
	quiet := slog.New(slog.DiscardHandler)
	rules := moving.New(moving.Options{
		Pub: y.Pub, Community: y.Com, Log: quiet, Exchange: exchange.New(exchange.Options{Pub: y.Pub, Community: y.Com, Log: quiet}),
	})
	y.Do(func(ctx context.Context, tx *db.Store) error {
		_, err := y.Com.EnsureInstance(ctx, tx)
		return err
	})
	boss := y.Account("boss", true).Actor
	soil, old := y.RemoteGroup("soil", "old.test", "copse"), y.Remote(db.ActorApplication, "old.test", "old.test", "copse")
	y.Take(rules.TakeOffer, old, `{"id":"https://old.test/o1","type":"Offer","actor":"`+old.URI+`","object":"`+soil.Actor.URI+`",
		"target":"https://copse.test/ap/instance","instrument":"https://old.test/ap/moves/1","content":"Decided.","summary":"soil"}`, "")
	m, err := y.Store.MoveByURI(y.Ctx, "https://old.test/o1")
	y.OK(err)
	y.move = m.ID
	y.Do(func(ctx context.Context, tx *db.Store) error { return rules.Agree(ctx, tx, boss, m, "") })
	y.Pass(time.Minute)
	y.p = porter.New(porter.Options{
		Store: y.Store, Rules: rules, Host: "copse.test", Log: quiet, Fetch: y.fetch,
		Resolver: federation.NewResolver(federation.ResolverOptions{
			Store: y.Store, IRIs: y.Pub.IRIs(), Now: y.Now, Log: quiet,
			Fetch: fetch.New(fetch.Options{Transport: nobody{}, UserAgent: "test", Now: y.Now, CausedPerSecond: 1000, CausedPerHour: 1000}),
		}),
	})
	return y
}

// items is what the pages of the archive hold.
var items = map[string]string{
	"group":   `{"name":"Soil","openness":"open","posting":"anyone","hold":"links","followers":1,"members":1,"posts":1}`,
	"members": `{"actor":"https://old.test/u/ana","joined":"2026-01-05T08:00:00Z","shown":"members","status":"member"}`,
	"posts": `{"id":"https://old.test/p/1","attributedTo":"https://old.test/u/ana","kind":"discussion","title":"Clay","content":"<p>Which clay?</p>",
		"published":"2026-01-06T08:00:00Z","state":"published","visibility":"public"}`,
	"end": `{"posts":1,"members":1}`,
}

var parts = []string{"group", "trusts", "charters", "members", "roles", "bans", "followers", "posts", "log", "end"}

// fetch serves the archive, unless something is wrong.
func (y *yard) fetch(_ context.Context, iri string) ([]byte, error) {
	if y.during != nil {
		y.during()
	}
	if err := y.fault; err != nil {
		return nil, err
	}
	part, cursor, _ := strings.Cut(strings.TrimPrefix(iri, "https://old.test/ap/moves/1/"), "/")
	y.read = append(y.read, part)
	page := map[string]any{
		"id": iri, "type": "copse:ArchivePage", "partOf": "https://old.test/o1", "copse:part": part, "items": []json.RawMessage{},
		"copse:actors": []map[string]string{{"id": "https://old.test/u/ana", "type": "Person", "preferredUsername": "ana", "host": "old.test", "name": "Ana"}},
	}
	sum := sha256.New()
	if item := items[part]; item != "" {
		one := []byte(strings.TrimSpace(y.encoded(json.RawMessage(item))))
		page["items"] = []json.RawMessage{one}
		_, _ = sum.Write(one)
	}
	page["copse:digest"] = hex.EncodeToString(sum.Sum(nil))
	for i, p := range parts {
		if p == part && i+1 < len(parts) {
			page["next"] = "https://old.test/ap/moves/1/" + parts[i+1] + "/0"
		}
	}
	if cursor != "0" {
		return nil, fmt.Errorf("asked for %s", iri)
	}
	return []byte(y.encoded(page)), nil
}

func (y *yard) encoded(v any) string {
	y.T.Helper()
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	y.OK(enc.Encode(v))
	return out.String()
}

func (y *yard) row() *db.Move {
	y.T.Helper()
	m, err := y.Store.MoveByID(y.Ctx, y.move)
	y.OK(err)
	return m
}

// run takes steps until nothing is due.
func (y *yard) run() {
	y.T.Helper()
	for range 100 {
		worked, err := y.p.Step(y.Ctx)
		y.OK(err)
		if !worked {
			return
		}
	}
	y.T.Fatal("it does not come to rest")
}

// A whole archive is read part by part, who cannot be reached is known by their card, and the old home
// is told where the community will be.
func TestStep_readsTheArchive(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	y.run()
	m := y.row()
	if got := strings.Join(y.read, " "); got != strings.Join(parts, " ") || m.State != db.MoveReady {
		t.Fatalf("read %s, state %s, %s", got, m.State, m.Problem)
	}
	heir, err := y.Store.ActorByID(y.Ctx, m.Heir)
	y.OK(err)
	if heir.Name != "Soil" || heir.Handle != "soil" || !heir.Local || !strings.Contains(heir.AlsoKnownAs, "https://old.test/soil") {
		t.Errorf("heir %+v", heir)
	}
	p, err := y.Store.PostByURI(y.Ctx, "https://old.test/p/1")
	if err != nil || p.GroupID != m.Heir || p.Author.Name != "Ana" {
		t.Errorf("post %+v, %v", p, err)
	}
	said := y.One("Accept")
	if said.Doc["object"] != "https://old.test/o1" || said.Doc["result"] != heir.URI || said.Doc["to"].([]any)[0] != "https://old.test/old.test" {
		t.Errorf("said %v", said.Doc)
	}
}

// What goes wrong is named, put off for longer each time, and gone on with when it is right again.
func TestStep_waitsAndGoesOn(t *testing.T) {
	t.Parallel()
	for code, fault := range map[string]error{
		"host-away":         &fetch.StatusError{Status: http.StatusServiceUnavailable},
		"archive-malformed": fmt.Errorf("page: %w", moving.ErrArchive),
		"archive-closed":    fmt.Errorf("page: %w", federation.ErrNotFound),
		"blocked-host":      fmt.Errorf("page: %w", federation.ErrRefusedHost),
		"fault":             errors.New("out of cheese"),
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			y := newYard(t)
			y.fault = fault
			var waits []time.Duration
			for range 3 {
				y.run()
				m := y.row()
				if m.Problem != code {
					t.Fatalf("problem %q, want %q", m.Problem, code)
				}
				waits = append(waits, m.NextAt.Sub(y.Now()).Round(time.Minute))
				y.Pass(m.NextAt.Sub(y.Now()) + time.Second)
			}
			if waits[1] < waits[0] || waits[2] < 2*waits[1] {
				t.Errorf("waits %v", waits)
			}
			y.fault = nil
			y.run()
			if m := y.row(); m.State != db.MoveReady || m.Problem != "" || m.Tally.Failures != 0 {
				t.Errorf("in the end %s, %q, %d failures", m.State, m.Problem, m.Tally.Failures)
			}
		})
	}
}

// Being stopped in the middle of a page is no fault of the old home: nothing is noted, and the same
// page is read at the next start.
func TestStep_stoppedIsNoFault(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	ctx, stop := context.WithCancel(y.Ctx)
	y.during, y.fault = stop, context.Canceled
	if worked, err := y.p.Step(ctx); worked || err != nil {
		t.Errorf("worked %v, %v", worked, err)
	}
	if m := y.row(); m.Problem != "" || m.Tally.Failures != 0 || m.Part != "group" {
		t.Errorf("noted %q, %d failures, at %s", m.Problem, m.Tally.Failures, m.Part)
	}
	y.during, y.fault = nil, nil
	y.run()
	if m := y.row(); m.State != db.MoveReady {
		t.Errorf("state %s", m.State)
	}
}
