package actors_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
)

const sharedInbox = home + "/ap/inbox"

// ring is an instance with three servers around it: one that attacks, one in whose name it likes
// to speak, and an honest one.
type ring struct {
	*house
	evil, victim, peer *fedtest.Peer
	e, v, bob          *fedtest.Actor
}

// newRing makes the attacker e, the victim v and the honest bob, none of them met so far.
func newRing(t testing.TB) *ring {
	t.Helper()
	g := &ring{house: newHouse(t)}
	kind := fedtest.Mastodon()
	kind.Proofs = true
	for host, p := range map[string]**fedtest.Peer{"evil.test": &g.evil, "victim.test": &g.victim, "peer.test": &g.peer} {
		*p = fedtest.New(t, g.net, host, kind)
	}
	g.e, g.v, g.bob = g.evil.Person("e"), g.victim.Person("v"), g.peer.Person("bob")
	return g
}

// met lets everybody be known, so that nothing has to be asked any more.
func (g *ring) met() *ring {
	g.know(g.evil, g.e)
	g.know(g.victim, g.v)
	g.know(g.peer, g.bob)
	return g
}

// trace is what a request may leave behind.
type trace struct {
	rows  map[string]int
	asked map[string]int
}

func (g *ring) trace() trace {
	g.t.Helper()
	t := trace{rows: g.rows(), asked: map[string]int{}}
	for _, host := range g.net.Hosts() {
		t.asked[host] = g.net.Asked(host)
	}
	delete(t.asked, "copse.test")
	return t
}

// unchanged wants that nothing was written since, and nothing read but one key of the attacker's.
func (g *ring) unchanged(what string, since trace, but ...string) {
	g.t.Helper()
	now := g.trace()
	for _, table := range slices.Sorted(maps.Keys(now.rows)) {
		if now.rows[table] != since.rows[table] && !slices.Contains(but, table) {
			g.t.Errorf("%s: %s has %d rows, had %d", what, table, now.rows[table], since.rows[table])
		}
	}
	for host, n := range now.asked {
		if n -= since.asked[host]; n > 1 || n == 1 && host != "evil.test" {
			g.t.Errorf("%s: asked %s %d times", what, host, n)
		}
	}
}

// refused sends a request, works the inbox off, and wants a status and no trace.
func (g *ring) refused(what string, req *http.Request, want ...int) {
	g.t.Helper()
	before := g.trace()
	r := g.evil.Send(req)
	if !slices.Contains(want, r.Status) {
		g.t.Errorf("%s: %d, want %d (%s)", what, r.Status, want, r.Body)
	}
	g.settle()
	var but []string
	if r.Status == http.StatusForbidden || r.Status == http.StatusAccepted { // then we know who it was
		but = []string{"actors", "hosts"}
	}
	if r.Status == http.StatusAccepted {
		but = append(but, "receipts")
	}
	g.unchanged(what, before, but...)
}

// taken sends what is to take effect, and works the inbox off.
func (g *ring) taken(p *fedtest.Peer, by *fedtest.Actor, activity any) {
	g.t.Helper()
	if r := p.Post(by, sharedInbox, activity); r.Status != http.StatusAccepted {
		g.t.Fatalf("inbox answered %d to %s", r.Status, asJSON(g.t, activity))
	}
	g.settle()
}

// none sends an activity that is stored, and wants no effect of it: nothing but the receipt and
// what was learnt of actors.
func (g *ring) none(what string, p *fedtest.Peer, by *fedtest.Actor, activity any) {
	g.t.Helper()
	before := g.rows()
	if r := p.Post(by, sharedInbox, activity); r.Status != http.StatusAccepted && r.Status != http.StatusForbidden {
		g.t.Fatalf("%s: inbox answered %d to %s", what, r.Status, asJSON(g.t, activity))
	}
	g.settle()
	now := g.rows()
	for _, table := range slices.Sorted(maps.Keys(now)) {
		switch table {
		case "receipts", "actors", "hosts", "groups", "tombstones":
			continue
		}
		if now[table] != before[table] {
			g.t.Errorf("%s: %s has %d rows, had %d", what, table, now[table], before[table])
		}
	}
}

func (g *ring) post(iri string) *db.Post {
	g.t.Helper()
	p, err := g.store.PostByURI(g.ctx, iri)
	if err != nil {
		g.t.Fatalf("post %s: %v", iri, err)
	}
	return p
}

func (g *ring) missing(what, iri string) {
	g.t.Helper()
	if p, err := g.store.PostByURI(g.ctx, iri); err == nil {
		g.t.Errorf("%s: stored %q", what, p.Content)
	}
}

func (g *ring) toWater() fedtest.Target {
	return fedtest.Target{ID: g.water.Actor.URI, Handle: "water@copse.test"}
}

func asJSON(t testing.TB, v any) []byte {
	t.Helper()
	if raw, ok := v.([]byte); ok {
		return raw
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// proved is an activity with a proof by whoever holds the keys of by.
func (g *ring) proved(activity fedtest.Doc, by *sign.Signer) []byte {
	g.t.Helper()
	raw, err := sign.Prove(asJSON(g.t, activity), by, g.clock())
	if err != nil {
		g.t.Fatal(err)
	}
	return raw
}

// forgery is a request signed by hand, as no library would.
type forgery struct {
	by     *fedtest.Actor
	keyID  string // default by's
	names  string // covered; "-" leaves the parameter out
	label  string
	to     string // default the shared inbox
	target string // signed as request target; default the real one
	mac    []byte // makes an HMAC of it
}

const usual = "(request-target) host date digest"

func (g *ring) forge(f forgery, body []byte, change ...func(*http.Request)) *http.Request {
	g.t.Helper()
	if f.to == "" {
		f.to = sharedInbox
	}
	if f.by == nil {
		f.by = g.e
	}
	req := g.evil.Request(http.MethodPost, f.to, body)
	req.Header.Set("Date", g.clock().UTC().Format(http.TimeFormat))
	req.Header.Set("Digest", digest256(body))
	for _, c := range change {
		c(req)
	}
	g.handSign(req, f)
	return req
}

func (g *ring) handSign(req *http.Request, f forgery) {
	g.t.Helper()
	names, label, keyID, target := f.names, f.label, f.keyID, f.target
	if names == "" {
		names = usual
	}
	if label == "" {
		label = "rsa-sha256"
	}
	if keyID == "" {
		keyID = f.by.KeyID
	}
	if target == "" {
		target = req.URL.RequestURI()
	}
	covered := names
	if names == "-" {
		covered = "date"
	}
	var lines []string
	for n := range strings.SplitSeq(covered, " ") {
		value := strings.Join(req.Header.Values(n), ", ")
		switch n {
		case "(request-target)":
			value = "post " + target
		case "host":
			if value = req.Host; value == "" {
				value = req.URL.Host
			}
		}
		lines = append(lines, n+": "+value)
	}
	sig := f.mac
	if sig == nil {
		sig = rsaOf(g.t, f.by.RSA, strings.Join(lines, "\n"))
	}
	header := fmt.Sprintf(`keyId=%q,algorithm=%q,headers=%q,signature=%q`, keyID, label, names, base64.StdEncoding.EncodeToString(sig))
	if names == "-" {
		header = fmt.Sprintf(`keyId=%q,algorithm=%q,signature=%q`, keyID, label, base64.StdEncoding.EncodeToString(sig))
	}
	req.Header.Set("Signature", header)
}

func rsaOf(t testing.TB, key *rsa.PrivateKey, text string) []byte {
	t.Helper()
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func digest256(body []byte) string {
	sum := sha256.Sum256(body)
	return "SHA-256=" + base64.StdEncoding.EncodeToString(sum[:])
}

func header(name, value string) func(*http.Request) {
	return func(req *http.Request) {
		if value == "" {
			req.Header.Del(name)
			return
		}
		req.Header.Set(name, value)
	}
}

// withBody lets a request carry something else than what was signed.
func withBody(req *http.Request, body []byte) *http.Request {
	req.Body = http.NoBody
	if len(body) > 0 {
		req.Body = readCloser{bytes.NewReader(body)}
	}
	req.ContentLength = int64(len(body))
	return req
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

// signed signs as an actor whose key id may be one that no header can hold.
func signed(g *ring, a *fedtest.Actor, req *http.Request) error {
	g.t.Helper()
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	req.Body = readCloser{bytes.NewReader(raw)}
	return a.Signer().Sign(req, raw, sign.Cavage, g.clock())
}

// printable leaves of a text what may stand in an address.
func printable(r rune) rune {
	if r <= ' ' || r > '~' {
		return -1
	}
	return r
}

// pending are receipts that are not closed.
func (g *ring) pending() []*db.Receipt {
	g.t.Helper()
	g.pass(time.Hour)
	rows, err := g.store.PendingReceipts(g.ctx, 0, 100)
	if err != nil {
		g.t.Fatal(err)
	}
	return rows
}
