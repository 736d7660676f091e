package actors_test

import (
	"crypto/sha512"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
)

func TestT01_bodyNotCovered(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	body := asJSON(t, g.e.Activity("Follow", g.water.Actor.URI))
	sum := sha512.Sum512(body)
	sha512sum := "SHA-512=" + base64.StdEncoding.EncodeToString(sum[:])
	bad := digest256([]byte("something else"))
	altered := append([]byte{}, body...)
	altered[len(altered)-3] ^= 1
	for name, req := range map[string]*http.Request{
		"a no digest":                   g.forge(forgery{names: "(request-target) host date"}, body, header("Digest", "")),
		"b digest not covered":          g.forge(forgery{names: "(request-target) host date"}, body),
		"c one byte altered":            withBody(g.forge(forgery{}, body), altered),
		"c something added":             withBody(g.forge(forgery{}, body), append(append([]byte{}, body...), ' ')),
		"c nothing left":                withBody(g.forge(forgery{}, body), nil),
		"d MD5":                         g.forge(forgery{}, body, header("Digest", "MD5=1B2M2Y8AsgTpgAmY7PhCfg==")),
		"e SHA-256 wrong, SHA-512 good": g.forge(forgery{}, body, header("Digest", bad+","+sha512sum)),
		"e SHA-512 good, SHA-256 wrong": g.forge(forgery{}, body, header("Digest", sha512sum+","+bad)),
		"same kind twice":               g.forge(forgery{}, body, header("Digest", digest256(body)+","+digest256(body))),
		"empty":                         g.forge(forgery{}, body, header("Digest", "SHA-256=")),
		"of nothing":                    g.forge(forgery{}, body, header("Digest", digest256(nil))),
		"in hex":                        g.forge(forgery{}, body, header("Digest", "SHA-256="+strings.Repeat("ab", 32))),
		"content-digest contradicts": g.forge(forgery{}, body, header("Content-Digest",
			"sha-256=:"+strings.TrimPrefix(bad, "SHA-256=")+":")),
		"only an uncovered content-digest": g.forge(forgery{names: "(request-target) host date"}, body, header("Digest", ""),
			header("Content-Digest", "sha-256=:"+strings.TrimPrefix(digest256(body), "SHA-256=")+":")),
	} {
		g.refused(name, req, http.StatusUnauthorized)
	}
	if r := g.evil.Send(g.forge(forgery{}, body, header("Digest", sha512sum+","+digest256(body)))); r.Status != http.StatusAccepted {
		t.Errorf("two true digests: %d", r.Status)
	}
}

func TestT02_headerSubset(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	body := asJSON(t, g.e.Activity("Follow", g.water.Actor.URI))
	for _, names := range []string{
		"date", "host date", "-", "date digest", "(request-target) date digest", "host date digest",
		"(request-target) host digest", "(request-target) host date", "(request-target)  host date digest",
		"(request-target) host date digest digest", "(request-target) host date digest x-absent", "(REQUEST-TARGET) host date", "*",
	} {
		g.refused(names, g.forge(forgery{names: names}, body), http.StatusUnauthorized)
	}
}

func TestT03_dates(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	body := func() []byte { return asJSON(t, g.e.Activity("Like", g.water.Actor.URI)) }
	at := func(d time.Duration) string { return g.clock().Add(d).UTC().Format(http.TimeFormat) }
	for name, date := range map[string]string{
		"two hours ago": at(-2 * time.Hour), "in two hours": at(2 * time.Hour), "unparsable": "yesterday",
		"none": "", "year 1": "Mon, 01 Jan 0001 00:00:00 GMT", "year 9999": "Fri, 31 Dec 9999 23:59:59 GMT",
		"a number": "1795262400", "ISO": g.clock().UTC().Format(time.RFC3339), "another zone": strings.Replace(at(0), "GMT", "+0900", 1),
		"with a tail": at(0) + ", " + at(0),
	} {
		g.refused(name, g.forge(forgery{}, body(), header("Date", date)), http.StatusUnauthorized)
	}
	g.refused("two Dates", g.forge(forgery{}, body(), func(req *http.Request) { req.Header.Add("Date", at(0)) }), http.StatusUnauthorized)
	for _, d := range []time.Duration{-50 * time.Minute, 50 * time.Minute} {
		if r := g.evil.Send(g.forge(forgery{}, body(), header("Date", at(d)))); r.Status != http.StatusAccepted {
			t.Errorf("%s: %d", d, r.Status)
		}
	}
}

// A good signature of somebody else's server gives no right to speak for the victim, however the
// name is written.
func TestT04_keyIsNotTheActors(t *testing.T) {
	t.Parallel()
	g := newRing(t)
	neighbour := g.evil.Person("n")
	follow := func(actor any, id string) []byte {
		return asJSON(t, fedtest.Doc{"id": id, "type": "Follow", "actor": actor, "object": g.water.Actor.URI})
	}
	for name, c := range map[string]struct {
		body []byte
		want int
	}{
		"victim":                {follow(g.v.ID, "https://evil.test/1"), 403},
		"victim with their id":  {follow(g.v.ID, g.v.ID+"#1"), 403},
		"own act, their id":     {follow(g.e.ID, g.v.ID+"#1"), 403},
		"neighbour":             {follow(neighbour.ID, "https://evil.test/2"), 403},
		"upper case":            {follow(strings.ToUpper(g.e.ID[:18])+g.e.ID[18:], "https://evil.test/3"), 403},
		"trailing slash":        {follow(g.e.ID+"/", "https://evil.test/4"), 403},
		"port":                  {follow(strings.Replace(g.e.ID, "evil.test", "evil.test:443", 1), "https://evil.test/5"), 403},
		"dot":                   {follow(strings.Replace(g.e.ID, "evil.test", "evil.test.", 1), "https://evil.test/6"), 403},
		"fragment":              {follow(g.e.ID+"#x", "https://evil.test/7"), 403},
		"embedded victim":       {follow(fedtest.Doc{"id": g.v.ID, "type": "Person"}, "https://evil.test/8"), 403},
		"list with the signer":  {follow([]any{g.e.ID, g.v.ID}, "https://evil.test/9"), 400},
		"list with the victim":  {follow([]any{g.v.ID, g.e.ID}, "https://evil.test/10"), 400},
		"ours":                  {follow(g.ana.Actor.URI, "https://evil.test/11"), 403},
		"ours with our id":      {follow(g.ana.Actor.URI, g.ana.Actor.URI+"#1"), 403},
		"http":                  {follow(strings.Replace(g.e.ID, "https", "http", 1), "https://evil.test/12"), 403},
		"userinfo":              {follow("https://evil.test@victim.test/users/v", "https://evil.test/13"), 400},
		"backslash":             {follow(`https://evil.test\@victim.test/users/v`, "https://evil.test/14"), 400},
		"a number":              {follow(1, "https://evil.test/15"), 400},
		"a word":                {follow("1", "https://evil.test/16"), 400},
		"line break in the id":  {follow(g.e.ID, "https://evil.test/17\r\nX: y"), 400},
		"line break in a name":  {follow(g.e.ID+"\n", "https://evil.test/18"), 400},
		"an empty object's id":  {follow(fedtest.Doc{"id": ""}, "https://evil.test/19"), 400},
		"a group's instead":     {follow(g.water.Actor.URI, "https://evil.test/20"), 403},
		"data:":                 {follow("data:application/activity+json,{}", "https://evil.test/21"), 400},
		"an address in numbers": {follow("https://127.0.0.1/u/v", "https://evil.test/22"), 403},
	} {
		g.refused(name, g.forge(forgery{}, c.body), c.want)
	}
}

func TestT05_keyDocumentsThatLie(t *testing.T) {
	t.Parallel()
	g := newRing(t)
	text := g.e.Document()["publicKey"].(fedtest.Doc)["publicKeyPem"]
	key := func(at, id, owner string) string {
		g.evil.Serve(at, 200, "application/activity+json", fmt.Appendf(nil,
			`{"@context":"https://w3id.org/security/v1","id":%q,"type":"Key","owner":%q,"publicKeyPem":%q}`, id, owner, text))
		return at
	}
	shape := func(name string, with fedtest.Doc) string { // an actor whose document lies
		a := g.evil.Person(name)
		d := a.Document()
		maps.Copy(d, with)
		g.evil.Put(d)
		return a.KeyID
	}
	theirs := fedtest.Doc{"id": g.v.KeyID, "owner": g.v.ID, "publicKeyPem": text}
	for name, keyID := range map[string]string{
		"owner is the victim":        key("https://evil.test/k1", "https://evil.test/k1", g.v.ID),
		"named after the victim's":   key("https://evil.test/k2", g.v.KeyID, g.v.ID),
		"owner does not list it":     key("https://evil.test/k3", "https://evil.test/k3", g.e.ID),
		"names itself otherwise":     key("https://evil.test/k4", "https://evil.test/k5", g.e.ID),
		"owner is a group of ours":   key("https://evil.test/k6", "https://evil.test/k6", g.water.Actor.URI),
		"the victim's":               g.v.KeyID,
		"not there":                  "https://evil.test/k7",
		"ours":                       g.iris.Instance() + "#main-key",
		"owned by the victim":        shape("f1", fedtest.Doc{"publicKey": fedtest.Doc{"id": "https://evil.test/users/f1#main-key", "owner": g.v.ID, "publicKeyPem": text}}),
		"under the victim's id":      shape("f2", fedtest.Doc{"publicKey": theirs}),
		"the document is the victim": shape("f3", fedtest.Doc{"id": "https://evil.test/users/f3", "publicKey": []any{theirs}}),
		"without an owner":           shape("f4", fedtest.Doc{"publicKey": fedtest.Doc{"id": "https://evil.test/users/f4#main-key", "publicKeyPem": text}}),
		"an id alone":                shape("f5", fedtest.Doc{"publicKey": "https://evil.test/users/f5#main-key"}),
		"no actor but a post":        shape("f6", fedtest.Doc{"type": "Note", "publicKey": fedtest.Doc{"id": "https://evil.test/users/f6#main-key", "owner": "https://evil.test/users/f6", "publicKeyPem": text}}),
		"inbox at the victim":        shape("f7", fedtest.Doc{"inbox": g.v.Inbox, "publicKey": fedtest.Doc{"id": "https://evil.test/users/f7#main-key", "owner": "https://evil.test/users/f7", "publicKeyPem": text}}),
		"data:":                      "data:application/activity+json,{}",
		"file:":                      "file:///etc/passwd",
		"http":                       "http://evil.test/users/e#main-key",
		"upper case":                 strings.Replace(g.e.KeyID, "evil.test", "EVIL.test", 1),
		"loopback":                   "https://127.0.0.1/k",
		"a query of the victim's":    g.v.ID + "?x#main-key",
	} {
		act := g.v.Activity("Follow", g.water.Actor.URI)
		if name == "inbox at the victim" || name == "upper case" {
			act = g.e.Activity("Follow", g.water.Actor.URI)
		}
		before := g.trace()
		if r := g.evil.Send(g.forge(forgery{keyID: keyID}, asJSON(t, act))); r.Status != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, r.Status)
		}
		g.settle()
		if now := g.rows(); now["receipts"] != before.rows["receipts"] || now["follows"] != before.rows["follows"] || now["actors"] != before.rows["actors"] {
			t.Errorf("%s: wrote rows", name)
		}
	}
	// A redirect from the victim's address, had it one, must not lend its name either.
	g.evil.Serve("https://evil.test/k8", http.StatusFound, "text/plain", nil)
	if _, err := g.store.ActorByURI(g.ctx, g.v.ID+"?x"); err == nil {
		t.Error("an actor was stored under another address")
	}
}

func TestT06_algorithms(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	body := asJSON(t, g.e.Activity("Follow", g.water.Actor.URI))
	mac := []byte(strings.Repeat("m", 32))
	for _, label := range []string{"hmac-sha256", "hmac-sha512", "none", "NONE", "rsa-sha1", "ed25519", "ecdsa-sha256", "rsa-md5"} {
		g.refused(label, g.forge(forgery{label: label}, body), http.StatusUnauthorized)
		g.refused(label+" as MAC", g.forge(forgery{label: label, mac: mac}, body), http.StatusUnauthorized)
	}
	g.refused("no bytes", g.forge(forgery{mac: []byte{}}, body), http.StatusUnauthorized)
	g.refused("zeros", g.forge(forgery{mac: make([]byte, 256)}, body), http.StatusUnauthorized)
}

// Keys that prove nothing or cost too much are refused; that this comes before any arithmetic, the
// tests of federation/sign tell.
func TestT06_weakKeysOfStrangers(t *testing.T) {
	t.Parallel()
	g := newRing(t)
	for name, key := range map[string]string{
		"1024 bits":   publicPEM(t, new(big.Int).SetBit(big.NewInt(1), 1023, 1), 65537),
		"exponent 1":  publicPEM(t, new(big.Int).SetBit(big.NewInt(1), 2047, 1), 1),
		"exponent 3":  publicPEM(t, new(big.Int).SetBit(big.NewInt(1), 2047, 1), 3),
		"16384 bits":  publicPEM(t, new(big.Int).SetBit(big.NewInt(1), 16383, 1), 65537),
		"even":        publicPEM(t, new(big.Int).SetBit(big.NewInt(0), 2047, 1), 65537),
		"not a key":   "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
		"a private":   strings.ReplaceAll(publicPEM(t, new(big.Int).SetBit(big.NewInt(1), 2047, 1), 65537), "PUBLIC", "PRIVATE"),
		"two of them": strings.Repeat(publicPEM(t, new(big.Int).SetBit(big.NewInt(1), 2047, 1), 65537), 2),
	} {
		a := g.evil.Person("w" + strings.ReplaceAll(name, " ", ""))
		d := a.Document()
		d["publicKey"] = fedtest.Doc{"id": a.KeyID, "owner": a.ID, "publicKeyPem": key}
		g.evil.Put(d)
		body := asJSON(t, a.Activity("Follow", g.water.Actor.URI))
		g.refused(name, g.forge(forgery{by: a, mac: make([]byte, 256)}, body), http.StatusUnauthorized)
	}
}

func publicPEM(t testing.TB, n *big.Int, e int64) string {
	t.Helper()
	der, err := asn1.Marshal(struct { // x509 would not write such keys
		N *big.Int
		E int64
	}{n, e})
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: der}))
}

func TestT07_absoluteAndEncodedTargets(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	other := g.group("other", "open")
	own := g.water.Actor.URI + "/inbox"
	body := asJSON(t, g.e.Activity("Follow", g.water.Actor.URI))
	for name, to := range map[string]string{
		"another group's": other.Actor.URI + "/inbox",
		"encoded slash":   strings.Replace(own, "/inbox", "%2Finbox", 1),
		"two slashes":     strings.Replace(own, "/ap/", "//ap/", 1),
		"dots":            strings.Replace(own, "/ap/", "/x/../ap/", 1),
		"parameters":      own + ";x=y",
		"encoded letter":  strings.Replace(own, "/inbox", "/%69nbox", 1),
	} {
		req := g.forge(forgery{to: own}, body)
		aimed := g.evil.Request(http.MethodPost, to, body)
		aimed.Header = req.Header
		g.refused(name, aimed, 401, 404, 405, 400)
		g.refused(name+", signed so", g.forge(forgery{to: to, target: strings.TrimPrefix(own, home)}, body), 401, 404, 405, 400)
	}
	g.refused("another method", g.forge(forgery{target: "/ap/inbox?"}, body), 401)
}

func TestT09_givenTwice(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	body := asJSON(t, g.e.Activity("Follow", g.water.Actor.URI))
	change := func(do func(sig string, req *http.Request)) *http.Request {
		req := g.forge(forgery{}, body)
		do(req.Header.Get("Signature"), req)
		return req
	}
	set := func(format string) *http.Request {
		return change(func(sig string, req *http.Request) {
			req.Header.Set("Signature", strings.ReplaceAll(format, "SIG", sig))
		})
	}
	for name, req := range map[string]*http.Request{
		"two headers":           change(func(sig string, req *http.Request) { req.Header.Add("Signature", sig) }),
		"keyId victim first":    set(`keyId="` + g.v.KeyID + `",SIG`),
		"keyId victim last":     set(`SIG,keyId="` + g.v.KeyID + `"`),
		"KeyID in another case": set(`SIG,KEYID="` + g.v.KeyID + `"`),
		"headers twice":         set(`SIG,headers="date"`),
		"algorithm twice":       set(`SIG,algorithm="hs2019"`),
		"Authorization too":     change(func(sig string, req *http.Request) { req.Header.Set("Authorization", "Signature "+sig) }),
		"Authorization alone": change(func(sig string, req *http.Request) {
			req.Header.Del("Signature")
			req.Header.Set("Authorization", "Signature "+sig)
		}),
		"two digests":    change(func(_ string, req *http.Request) { req.Header.Add("Digest", digest256(body)) }),
		"broken off":     set(strings.Repeat("a", 40)),
		"very long":      set(`SIG,x="` + strings.Repeat("a", 9000) + `"`),
		"many":           set(`SIG` + strings.Repeat(`,a="b"`, 50)),
		"empty":          set(""),
		"control bytes":  set("SIG,x=\"a\x01b\""),
		"escaped quotes": set(`keyId="a\"b",SIG`),
	} {
		g.refused(name, req, http.StatusUnauthorized, http.StatusBadRequest)
	}
}

func TestT10_hostsThatAreNotOurs(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	body := asJSON(t, g.e.Activity("Follow", g.water.Actor.URI))
	for _, host := range []string{"other.test", "copse.test.evil.test", "evil.test", "copse.test:8443", "xcopse.test", "copse.test@evil.test", "[::1]"} {
		req := g.forge(forgery{}, body, func(req *http.Request) {
			req.Host = host
			req.Header.Set("X-Forwarded-Host", "copse.test")
			req.Header.Set("Forwarded", "host=copse.test")
		})
		g.refused(host, req, 401, 404, 400, 421)
	}
	// Signed for another host, sent to us with our name: what a relaying attacker does.
	req := g.forge(forgery{}, body, func(req *http.Request) { req.Host = "other.test" })
	req.Host = "copse.test"
	g.refused("signed for another", req, 401)
	req = g.forge(forgery{}, body)
	req.URL.Opaque = "//copse.test/ap/inbox"
	g.refused("absolute target", req, 401, 404, 400)
}

func TestT14_mixtures(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	act := func() []byte { return asJSON(t, g.e.Activity("Like", g.water.Actor.URI)) }
	newer := func(body []byte) *http.Request {
		return g.evil.Sign(g.evil.Request(http.MethodPost, sharedInbox, body), g.e, sign.RFC9421)
	}
	if r := g.evil.Send(newer(act())); r.Status != http.StatusAccepted {
		t.Fatalf("RFC 9421: %d", r.Status)
	}
	mixed := newer(act())
	mixed.Header.Add("Signature", g.forge(forgery{}, act()).Header.Get("Signature"))
	g.refused("both", mixed, 401)
	old := g.forge(forgery{}, act())
	old.Header.Set("Signature-Input", newer(act()).Header.Get("Signature-Input"))
	g.refused("new parameters, old signature", old, 401)
	for name, input := range map[string]string{
		"method alone":      `sig1=("@method");created=%d;keyid=%q`,
		"no digest":         `sig1=("@method" "@target-uri");created=%d;keyid=%q`,
		"no method":         `sig1=("@target-uri" "content-digest");created=%d;keyid=%q`,
		"path for address":  `sig1=("@method" "@path" "content-digest");created=%d;keyid=%q`,
		"of the request":    `sig1=("@method";req "@target-uri" "content-digest");created=%d;keyid=%q`,
		"two signatures":    `sig1=("@method" "@target-uri" "content-digest");created=%[1]d;keyid=%[2]q, sig2=("@method");created=%[1]d;keyid=%[2]q`,
		"two key ids":       `sig1=("@method" "@target-uri" "content-digest");created=%[1]d;keyid="https://victim.test/k";keyid=%[2]q`,
		"created is a text": `sig1=("@method" "@target-uri" "content-digest");created="%d";keyid=%q`,
		"not created":       `sig1=("@method" "@target-uri" "content-digest");x=%d;keyid=%q`,
		"another algorithm": `sig1=("@method" "@target-uri" "content-digest");created=%d;keyid=%q;alg="hmac-sha256"`,
	} {
		req := newer(act())
		req.Header.Set("Signature-Input", fmt.Sprintf(input, g.clock().Unix(), g.e.KeyID))
		g.refused(name, req, 401, 400)
	}
}
