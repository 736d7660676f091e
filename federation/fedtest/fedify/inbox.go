package fedify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// patience is how long Wait waits. It is long because two cores may be busy with
// a whole suite, and it costs nothing when all goes well.
const patience = 30 * time.Second

// Received is one activity that reached an inbox of the peer.
type Received struct {
	N  int       `json:"n"`
	At time.Time `json:"at"`
	// Verified tells that Fedify found the sender proved, by an integrity proof or
	// by the HTTP signature; if not, Reason says why and JSON is empty.
	Verified bool   `json:"verified"`
	Reason   string `json:"reason"`
	// Inbox is the person whose inbox it was, empty for the shared inbox.
	Inbox string `json:"inbox"`
	Type  string `json:"type"`
	ID    string `json:"id"`
	Actor string `json:"actor"`
	// Object is the id of the object, also when the object is embedded.
	Object string          `json:"object"`
	JSON   json.RawMessage `json:"json"`
}

// Inbox lists all that was received so far, oldest first.
func (p *Peer) Inbox(ctx context.Context) ([]Received, error) {
	return view[[]Received](ctx, p, "inbox", nil)
}

// Wait returns the first received activity that is verified and matches, and fails
// the test when none comes. What names the activity in the failure.
func (p *Peer) Wait(t testing.TB, what string, match func(Received) bool) Received {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var seen []Received
	for {
		query := url.Values{"after": {strconv.Itoa(len(seen))}, "wait": {"2000"}}
		fresh, err := view[[]Received](ctx, p, "inbox", query)
		if err != nil {
			t.Fatalf("wait for %s at %s: %v; received:\n%s", what, p.Host, err, listed(seen))
		}
		for _, r := range fresh {
			if r.Verified && match(r) {
				return r
			}
		}
		seen = append(seen, fresh...)
	}
}

// WaitFor is Wait for the first activity of a type about an object.
func (p *Peer) WaitFor(t testing.TB, kind, object string) Received {
	t.Helper()
	return p.Wait(t, kind+" of "+object, func(r Received) bool { return r.Type == kind && r.Object == object })
}

// Request is one HTTP request of another server, as it arrived.
type Request struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	// Signature is Cavage, RFC9421 or empty. Verified is Fedify's finding on it,
	// whatever else the request carried; Reason is why not, Key the key's id.
	Signature string `json:"signature"`
	Verified  bool   `json:"verified"`
	Reason    string `json:"reason"`
	Key       string `json:"key"`
	// Proof is Fedify's finding on the body's integrity proof: none, good, bad or
	// what made it unreadable.
	Proof string `json:"proof"`
	// Status is what the peer answered.
	Status int `json:"status"`
}

// Requests lists every request of other servers, oldest first.
func (p *Peer) Requests(ctx context.Context) ([]Request, error) {
	return view[[]Request](ctx, p, "requests", nil)
}

// Following tells for each actor that a person asked to follow whether that is
// pending, accepted or rejected.
func (p *Peer) Following(ctx context.Context, user string) (map[string]string, error) {
	return view[map[string]string](ctx, p, "following", url.Values{"as": {user}})
}

// Followers lists the ids of a person's followers.
func (p *Peer) Followers(ctx context.Context, user string) ([]string, error) {
	return view[[]string](ctx, p, "followers", url.Values{"as": {user}})
}

// Failure is a queued delivery that went wrong; there is one for each attempt.
type Failure struct {
	Activity, Error string
	Status          int
}

// Failures lists what went wrong with queued deliveries.
func (p *Peer) Failures(ctx context.Context) ([]Failure, error) {
	return view[[]Failure](ctx, p, "failures", nil)
}

func view[T any](ctx context.Context, p *Peer, name string, query url.Values) (T, error) {
	var seen T
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.control+name+"?"+query.Encode(), nil)
	if err != nil {
		return seen, fmt.Errorf("ask for %s: %w", name, err)
	}
	return seen, p.ask(req, name, &seen)
}

func listed(all []Received) string {
	var text strings.Builder
	for _, r := range all {
		text.WriteString(fmt.Sprintf("  %d %s %s of %s, verified %t %s\n", r.N, r.Actor, r.Type, r.Object, r.Verified, r.Reason))
	}
	return text.String()
}
