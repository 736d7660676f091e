package actors_test

import (
	"bytes"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
)

// likes counts the marks on a post.
func (g *ring) likes(p *db.Post) int64 {
	g.t.Helper()
	return g.post(p.URI).LikesCount
}

// bring delivers somebody else's activity, as evil's person and as evil's server.
func (g *ring) bring(body []byte) {
	g.t.Helper()
	for _, by := range []*fedtest.Actor{g.e, g.evil.Instance()} {
		if r := g.evil.Post(by, sharedInbox, body); r.Status != http.StatusAccepted && r.Status != http.StatusForbidden {
			g.t.Fatalf("inbox answered %d to %s", r.Status, body)
		}
		g.settle()
	}
}

// A proof lets an activity be passed on by anybody; everything about it that could be bent is
// refused (FEP-8b32).
func TestT15_proofsThatAreBent(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	post := g.start(g.water, "Filters", "Which filters last?")
	true1, evils := g.v.Signer(), g.e.Signer()
	with := func(s sign.Signer, change func(*sign.Signer)) *sign.Signer {
		change(&s)
		return &s
	}
	like := func() fedtest.Doc { return g.v.Activity("Like", post.URI) }
	replace := func(body []byte, old, with string) []byte {
		out := bytes.Replace(body, []byte(old), []byte(with), 1)
		if bytes.Equal(out, body) {
			t.Fatalf("%q is not in %s", old, body)
		}
		return out
	}
	other := g.start(g.water, "Pumps", "Which pumps last?")
	for name, body := range map[string][]byte{
		"evil's key under the victim's name": g.proved(like(), with(*evils, func(s *sign.Signer) { s.ProofKeyID = true1.ProofKeyID })),
		"evil's own key":                     g.proved(like(), evils),
		"a key that is not listed":           g.proved(like(), with(*true1, func(s *sign.Signer) { s.ProofKeyID = g.v.ID + "#other" })),
		"the key for requests":               g.proved(like(), with(*true1, func(s *sign.Signer) { s.ProofKeyID = g.v.KeyID })),
		"another object":                     replace(g.proved(like(), true1), post.URI, other.URI),
		"another type":                       replace(g.proved(like(), true1), `"Like"`, `"Dislike"`),
		"another purpose":                    replace(g.proved(like(), true1), "assertionMethod", "authentication"),
		"another suite":                      replace(g.proved(like(), true1), "eddsa-jcs-2022", "eddsa-rdfc-2022"),
		"a list of proofs":                   replace(replace(g.proved(like(), true1), `"proof":{`, `"proof":[{`), `"}}`, `"}]}`),
		"a value cut short":                  replace(g.proved(like(), true1), `"proofValue":"z`, `"proofValue":"z2`),
		"a domain added":                     replace(g.proved(like(), true1), `"proofPurpose"`, `"domain":"copse.test","proofPurpose"`),
		"an end added":                       replace(g.proved(like(), true1), `"proofPurpose"`, `"expires":"2099-01-01T00:00:00Z","proofPurpose"`),
		"a member added":                     replace(g.proved(like(), true1), `"proof":`, `"target":"https://evil.test/","proof":`),
		"wrapped in another":                 g.proved(fedtest.Doc{"id": g.v.ID + "#9", "type": "Like", "actor": g.v.ID, "object": post.URI, "result": like()}, evils),
	} {
		g.bring(body)
		if n := g.likes(post) + g.likes(other); n != 0 {
			t.Fatalf("%s: %d likes", name, n)
		}
	}
	g.bring(g.proved(like(), true1))
	if n := g.likes(post); n != 1 {
		t.Errorf("the true one: %d likes", n)
	}
}

// Fedify proves first and signs as linked data after that.
func TestT15_linkedDataSignatures(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	post := g.start(g.water, "Filters", "Which filters last?")
	ld := `"signature":{"type":"RsaSignature2017","creator":"` + g.v.KeyID + `","created":"2026-11-02T09:00:00Z","signatureValue":"AAAA"}`
	unproved := bytes.TrimSuffix(asJSON(t, g.v.Activity("Like", post.URI)), []byte("}"))
	g.bring(append(unproved, ","+ld+"}"...))
	if n := g.likes(post); n != 0 {
		t.Errorf("believed a linked data signature: %d likes", n)
	}
	g.bring(bytes.Replace(g.proved(g.v.Activity("Like", post.URI), g.v.Signer()), []byte(`"proof":`), []byte(ld+`,"proof":`), 1))
	if n := g.likes(post); n != 1 {
		t.Errorf("a proof beside a linked data signature: %d likes", n)
	}
}

// What a JSON-LD processor would find in other places is not there.
func TestT15_graphs(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	inner := `{"id":"` + g.v.ID + `#1","type":"Follow","actor":"` + g.v.ID + `","object":"` + g.water.Actor.URI + `"}`
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"graph":        {`{"@context":"https://www.w3.org/ns/activitystreams","@graph":[` + inner + `]}`, 400},
		"included":     {`{"@context":"https://www.w3.org/ns/activitystreams","id":"https://evil.test/1","type":"Like","actor":"` + g.e.ID + `","object":"https://evil.test/x","@included":[` + inner + `]}`, 202},
		"reverse":      {`{"@context":"https://www.w3.org/ns/activitystreams","id":"` + g.v.ID + `","type":"Person","@reverse":{"actor":` + inner + `}}`, 400},
		"alias":        {`{"@context":{"who":"as:actor"},"id":"https://evil.test/2","type":"Follow","who":"` + g.v.ID + `","object":"` + g.water.Actor.URI + `"}`, 400},
		"full name":    {`{"id":"https://evil.test/3","type":"Follow","https://www.w3.org/ns/activitystreams#actor":"` + g.v.ID + `","object":"` + g.water.Actor.URI + `"}`, 400},
		"as:actor too": {`{"id":"https://evil.test/4","type":"Follow","actor":"` + g.e.ID + `","as:actor":"` + g.v.ID + `","object":"https://evil.test/x"}`, 202},
		"@id, @type":   {`{"@id":"https://evil.test/5","@type":"Follow","actor":"` + g.e.ID + `","object":"` + g.water.Actor.URI + `"}`, 400},
		"list of one":  {`[` + inner + `]`, 400},
		"context":      {`{"@context":"https://evil.test/context","id":"https://evil.test/6","type":"Like","actor":"` + g.e.ID + `","object":"https://evil.test/x"}`, 202},
	} {
		g.refused(name, g.forge(forgery{}, []byte(c.body)), c.want)
	}
	if n := g.net.Asked("www.w3.org") + g.net.Asked("w3id.org"); n != 0 {
		t.Errorf("asked for a context %d times", n)
	}
}

// A proof says who did something, not for whom or how often: brought again by others it does
// nothing, also after it was taken back.
func TestT13_provedActivitiesReplayed(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	post := g.start(g.water, "Filters", "Which filters last?")
	like := g.v.Activity("Like", post.URI)
	body := g.proved(like, g.v.Signer())
	g.taken(g.victim, g.v, body)
	g.taken(g.victim, g.v, g.proved(g.v.Undo(like), g.v.Signer()))
	g.bring(body)
	if n := g.likes(post); n != 0 {
		t.Errorf("a like that was taken back counts %d times", n)
	}
	// The same for what first came by somebody else.
	later := g.v.Activity("Like", post.URI)
	body = g.proved(later, g.v.Signer())
	g.taken(g.peer, g.bob, body)
	if n := g.likes(post); n != 1 {
		t.Fatalf("brought by another: %d likes", n)
	}
	g.taken(g.victim, g.v, g.proved(g.v.Undo(later), g.v.Signer()))
	g.bring(body)
	if n := g.likes(post); n != 0 {
		t.Errorf("brought twice: %d likes", n)
	}
	// Older than what is remembered, and from a time to come.
	for name, d := range map[string]time.Duration{"old": -31 * 24 * time.Hour, "early": 2 * time.Hour} {
		raw, err := sign.Prove(asJSON(t, g.v.Activity("Like", post.URI)), g.v.Signer(), g.clock().Add(d))
		if err != nil {
			t.Fatal(err)
		}
		if g.bring(raw); g.likes(post) != 0 {
			t.Errorf("%s: counted", name)
		}
	}
}

// What is no post's affair is taken from who does it and from nobody else, proof or not: else
// everybody who ever read a Follow, a Leave or a ban could have it done again.
func TestT13_provedFollowsAndBansAreNotForOthersToBring(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	for _, act := range []fedtest.Doc{
		g.v.Activity("Follow", g.water.Actor.URI),
		g.v.Activity("Join", g.water.Actor.URI),
		g.v.Activity("Leave", g.water.Actor.URI),
		g.v.Activity("Accept", g.ana.Actor.URI+"#follow"),
		g.v.Activity("Reject", g.ana.Actor.URI+"#follow"),
		g.v.Activity("Block", g.bob.ID, fedtest.Doc{"target": g.water.Actor.URI}),
		g.v.Activity("Add", g.e.ID, fedtest.Doc{"target": g.water.Actor.URI + "/moderators"}),
		g.v.Activity("Remove", g.ana.Actor.URI, fedtest.Doc{"target": g.water.Actor.URI + "/moderators"}),
		g.v.Activity("Move", g.v.ID, fedtest.Doc{"target": g.e.ID}),
		g.v.Activity("Flag", g.ana.Actor.URI),
	} {
		for _, by := range []*fedtest.Actor{g.e, g.evil.Instance()} {
			before := g.rows()
			if r := g.evil.Post(by, sharedInbox, g.proved(act, g.v.Signer())); r.Status != http.StatusForbidden {
				t.Errorf("%s by %s: %d, want 403", act["type"], by.Name, r.Status)
			}
			if now := g.rows(); now["receipts"] != before["receipts"] {
				t.Errorf("%s: stored", act["type"])
			}
		}
	}
}

// An activity that nobody proved may be a hint where its post is asked for at home. The words that
// came with the hint are the bringer's, and no group of ours passes them on.
func TestT21_hintsAreToldAnew(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	g.taken(g.peer, g.bob, g.bob.Activity("Follow", g.water.Actor.URI)) // somebody to pass it on to
	note := g.v.Thread(g.toWater(), "Pumps", "What the victim wrote")
	forged := fedtest.Doc{}
	maps.Copy(forged, note)
	forged["content"], forged["source"] = "<p>what evil wrote</p>", fedtest.Doc{"content": "what evil wrote"}
	create := g.v.Create(forged, fedtest.Doc{"summary": "what evil wrote"})
	if r := g.evil.Post(g.evil.Instance(), sharedInbox, create); r.Status != http.StatusAccepted {
		t.Fatalf("status %d", r.Status)
	}
	g.settle()
	if p := g.post(note["id"].(string)); strings.Contains(p.Content, "evil") || !strings.Contains(p.Content, "victim wrote") {
		t.Errorf("stored %+v", p)
	}
	g.nowhere("what evil wrote")
	update := g.v.Update(note, fedtest.Doc{"content": "<p>what the victim wrote later</p>"})
	bent := fedtest.Doc{}
	maps.Copy(bent, update["object"].(fedtest.Doc))
	bent["content"] = "<p>what evil wrote</p>"
	update["object"] = bent
	if r := g.evil.Post(g.evil.Instance(), sharedInbox, update); r.Status != http.StatusAccepted {
		t.Fatalf("status %d", r.Status)
	}
	g.settle()
	if p := g.post(note["id"].(string)); p.Title != "what the victim wrote later" {
		t.Errorf("stored %+v", p)
	}
	g.nowhere("what evil wrote")
	g.victim.Delete(note["id"].(string))
	gone := g.v.Activity("Delete", fedtest.Doc{"id": note["id"], "type": "Tombstone", "content": "what evil wrote"}, fedtest.Doc{"summary": "what evil wrote"})
	if r := g.evil.Post(g.evil.Instance(), sharedInbox, gone); r.Status != http.StatusAccepted {
		t.Fatalf("status %d", r.Status)
	}
	g.settle()
	if p := g.post(note["id"].(string)); p.State != db.PostDeleted {
		t.Errorf("state %s", p.State)
	}
	g.nowhere("what evil wrote")
}

// nowhere wants words in nothing that we send.
func (g *ring) nowhere(words string) {
	g.t.Helper()
	rows, err := g.store.PendingOutbox(g.ctx, 100)
	if err != nil {
		g.t.Fatal(err)
	}
	if len(rows) == 0 {
		g.t.Error("nothing is sent at all")
	}
	for _, row := range rows {
		act, err := g.store.ActivityByID(g.ctx, row.ActivityID)
		if err != nil {
			g.t.Fatal(err)
		}
		if strings.Contains(string(act.Body), words) {
			g.t.Errorf("sent: %s", act.Body)
		}
	}
}
