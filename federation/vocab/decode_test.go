package vocab

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func decode(t *testing.T, body string) *Object {
	t.Helper()
	o, err := Decode([]byte(body))
	if err != nil {
		t.Fatalf("Decode(%.200s): %v", body, err)
	}
	return o
}

func TestT16_oneReadingOnly(t *testing.T) {
	t.Parallel()
	o := decode(t, `{"actor":"https://victim.test/u","Actor":"https://evil.test/u","ACTOR":"https://evil.test/u"}`)
	if o.Actor.IRI != "https://victim.test/u" {
		t.Errorf("actor = %q, want the lower-case member", o.Actor.IRI)
	}
	o = decode(t, `{"\u0061ctor":"https://victim.test/u"}`)
	if o.Actor.IRI != "https://victim.test/u" {
		t.Errorf("escaped name: actor = %q", o.Actor.IRI)
	}
}

func TestT16_refused(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return `{"x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}` }
	wide := func(n int) string { return `{"x":[` + strings.Repeat("1,", n) + `1]}` }
	for _, c := range []struct {
		name, body string
		want       error
	}{
		{"duplicate name", `{"actor":"https://a.test/u","actor":"https://b.test/u"}`, ErrMalformed},
		{"duplicate behind an escape", `{"actor":"https://a.test/u","\u0061ctor":"https://b.test/u"}`, ErrMalformed},
		{"duplicate in an unknown member", `{"x":{"a":1,"a":2}}`, ErrMalformed},
		{"duplicate in a small object", `{"publicKey":{"owner":"https://a.test/u","owner":"https://b.test/u"}}`, ErrMalformed},
		{"deep", deep(32), ErrMalformed},
		{"very deep", deep(100_000), ErrMalformed},
		{"many values", wide(10_001), ErrTooLarge},
		{"many empty objects", `{"x":[` + strings.Repeat("{},", 6000) + `{}]}`, ErrTooLarge},
		{"large", `{"x":"` + strings.Repeat("a", MaxBytes) + `"}`, ErrTooLarge},
		{"invalid UTF-8", "{\"name\":\"\xff\xfe\"}", ErrMalformed},
		{"invalid UTF-8 in an unknown member", "{\"x\":\"\xc3\x28\"}", ErrMalformed},
		{"half of a surrogate pair", `{"name":"\ud800"}`, ErrMalformed},
		{"NUL", `{"content":"a\u0000b"}`, ErrMalformed},
		{"NUL in an unknown member", `{"x":{"y":"\u0000"}}`, ErrMalformed},
		{"NUL in a name", `{"a\u0000":1}`, ErrMalformed},
		{"second document", `{} {}`, ErrMalformed},
		{"trailing bytes", `{}x`, ErrMalformed},
		{"list", `[{}]`, ErrMalformed},
		{"string", `"https://a.test/u"`, ErrMalformed},
		{"null", `null`, ErrMalformed},
		{"nothing", ``, ErrMalformed},
		{"cut off", `{"id":"https://a.te`, ErrMalformed},
		{"cut off after a backslash", `{"id":"https://a.te\`, ErrMalformed},
		{"cut off list", `{"to":["https://a.test/u"`, ErrMalformed},
		{"cut off small object", `{"publicKey":{"owner":`, ErrMalformed},
		{"cut off number", `{"votersCount":0.`, ErrMalformed},
		{"cut off truth", `{"sensitive":tr`, ErrMalformed},
		{"cut off name", `{"name":"\u00`, ErrMalformed},
		{"broken degrees", `{"location":{"latitude":-}}`, ErrMalformed},
		{"comment", `{/* */}`, ErrMalformed},
		{"comma at the end", `{"id":"https://a.test/u",}`, ErrMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := Decode([]byte(c.body)); !errors.Is(err, c.want) {
				t.Errorf("err = %v, want %v", err, c.want)
			}
		})
	}
}

func TestDecode_atTheLimits(t *testing.T) {
	t.Parallel()
	decode(t, `{"x":`+strings.Repeat("[", 31)+strings.Repeat("]", 31)+`}`)
	decode(t, `{"x":[`+strings.Repeat("1,", 9_990)+`1]}`)
	decode(t, `{"x":"`+strings.Repeat("a", MaxBytes-8)+`"}`)
	decode(t, `{"content":"a backslash \\u0000 is six letters"}`)
	decode(t, " \n{} \r\n\t")
}

func TestT15_graphsAreNotFollowed(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"graph":           `{"@context":"https://www.w3.org/ns/activitystreams","@graph":[{"id":"https://a.test/1","type":"Like","actor":"https://victim.test/u","object":"https://a.test/o"}]}`,
		"included":        `{"id":"https://a.test/1","type":"Like","@included":[{"actor":"https://victim.test/u"}]}`,
		"reverse":         `{"id":"https://a.test/1","type":"Like","@reverse":{"actor":{"id":"https://victim.test/u"}}}`,
		"aliased actor":   `{"@context":{"who":"as:actor"},"id":"https://a.test/1","type":"Like","who":"https://victim.test/u"}`,
		"prefixed actor":  `{"id":"https://a.test/1","type":"Like","as:actor":"https://victim.test/u"}`,
		"full actor":      `{"id":"https://a.test/1","type":"Like","https://www.w3.org/ns/activitystreams#actor":"https://victim.test/u"}`,
		"relative id":     `{"id":"/1","type":"Like","actor":"https://victim.test/u"}`,
		"relative actor":  `{"id":"https://a.test/1","type":"Like","actor":"u"}`,
		"no type":         `{"id":"https://a.test/1","actor":"https://victim.test/u"}`,
		"anonymous actor": `{"id":"https://a.test/1","type":"Like","actor":{"type":"Person","name":"v"}}`,
		"two actors":      `{"id":"https://a.test/1","type":"Like","actor":["https://a.test/u","https://victim.test/u"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if o, err := DecodeActivity([]byte(body)); !errors.Is(err, ErrMalformed) {
				t.Errorf("read as %+v, err %v; want it refused", o, err)
			}
		})
	}
}

func TestDecodeActivity(t *testing.T) {
	t.Parallel()
	o, err := DecodeActivity([]byte(`{"@context":"https://evil.test/context","id":"https://a.test/x y#like/https://b.test/1",
		"type":["Like","x:Other"],"actor":[{"id":"https://a.test/u","type":"Person"}],"object":"https://b.test/1"}`))
	if err != nil {
		t.Fatal(err)
	}
	if o.ID != "https://a.test/x y#like/https://b.test/1" || o.Type != "Like" || o.Actor.IRI != "https://a.test/u" {
		t.Errorf("id %q, type %q, actor %q", o.ID, o.Type, o.Actor.IRI)
	}
	if o.Actor.Object == nil || o.Actor.Object.Type != "Person" {
		t.Error("the embedded actor is lost")
	}
	if !o.Has("x:Other") || o.Has("Dislike") {
		t.Errorf("types = %q", o.Types)
	}
}

func TestT17_authorsAreAddresses(t *testing.T) {
	t.Parallel()
	for _, value := range []string{`1`, `-1.5`, `true`, `false`, `["https://a.test/u",1]`, `[["https://a.test/u"]]`} {
		for _, member := range []string{"attributedTo", "actor", "object"} {
			body := fmt.Sprintf(`{"id":"https://a.test/1","type":"Note","%s":%s}`, member, value)
			if _, err := Decode([]byte(body)); !errors.Is(err, ErrMalformed) {
				t.Errorf("%s: err = %v, want it refused", body, err)
			}
		}
	}
	for _, value := range []string{`1`, `true`, `{}`, `["https://a.test/1"]`} {
		if _, err := Decode([]byte(`{"id":` + value + `}`)); !errors.Is(err, ErrMalformed) {
			t.Errorf("id %s: err = %v, want it refused", value, err)
		}
	}
}

func TestT17_author(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ attributedTo, want string }{
		{`"https://a.test/u"`, "https://a.test/u"},
		{`["https://a.test/u"]`, "https://a.test/u"},
		{`{"id":"https://a.test/u","type":"Person"}`, "https://a.test/u"},
		{`"1"`, "1"}, // no origin: it matches nobody
		{`["https://evil.test/u","https://victim.test/u"]`, ""},
		{`[{"type":"Person","id":"https://a.test/u"},{"type":"Group","id":"https://a.test/g"}]`, "https://a.test/u"},
		{`[{"type":"Person","id":"https://a.test/u"},{"type":"Person","id":"https://a.test/v"}]`, ""},
		{`[]`, ""},
		{`null`, ""},
	} {
		o := decode(t, `{"attributedTo":`+c.attributedTo+`}`)
		if got := o.Author(); got != c.want {
			t.Errorf("attributedTo %s: author %q, want %q", c.attributedTo, got, c.want)
		}
	}
	if Origin("1") != "" || SameOrigin("1", "1") {
		t.Error("a bare number has an origin")
	}
}

func TestDecode_oneOrMany(t *testing.T) {
	t.Parallel()
	one := decode(t, `{"type":"Note","to":"as:Public","cc":"https://a.test/f","audience":{"id":"https://g.test/g","type":"Group"},
		"inReplyTo":{"id":"https://a.test/p","type":"Note"},"tag":{"type":"Mention","href":"https://g.test/g","name":"@g"},
		"attachment":{"type":"Link","href":"https://x.test/"}}`)
	many := decode(t, `{"type":["Note"],"to":["Public"],"cc":["https://a.test/f"],"audience":["https://g.test/g"],
		"inReplyTo":["https://a.test/p"],"tag":[{"type":"Mention","href":"https://g.test/g","name":"@g"}],
		"attachment":[{"type":"Link","href":"https://x.test/"}]}`)
	for _, o := range []*Object{one, many} {
		if diff := cmp.Diff([]string{Public}, o.To); diff != "" {
			t.Error("to", diff)
		}
		if diff := cmp.Diff([]string{Public, "https://a.test/f", "https://g.test/g"}, o.Audiences()); diff != "" {
			t.Error("audiences", diff)
		}
		if !o.IsPublic() || !o.Mentions("https://g.test/g") || o.Mentions("https://a.test/f") {
			t.Error("public or mentions wrong")
		}
		if o.Parent() != "https://a.test/p" {
			t.Errorf("parent = %q", o.Parent())
		}
		if diff := cmp.Diff([]Attachment{{Type: "Link", URL: "https://x.test/"}}, o.Attachment); diff != "" {
			t.Error("attachment", diff)
		}
	}
	none := decode(t, `{"to":null,"cc":[],"tag":null,"object":null,"attributedTo":null,"inReplyTo":null,"replies":null}`)
	if none.IsPublic() || none.Parent() != "" || !none.Inner().IsZero() || none.Author() != "" || none.Replies.IRI != "" {
		t.Error("null or empty members are not read as absent")
	}
}

func TestIsPublic(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		body string
		want bool
	}{
		{`{"to":"https://www.w3.org/ns/activitystreams#Public"}`, true},
		{`{"cc":["https://a.test/f","as:Public"]}`, true},
		{`{"audience":"as:Public"}`, false},
		{`{"bto":"as:Public"}`, false},
		{`{"to":"https://a.test/Public"}`, false},
		{`{"to":{"id":"https://www.w3.org/ns/activitystreams#Public"}}`, true},
		{`{"to":"public"}`, false},
	} {
		if got := decode(t, c.body).IsPublic(); got != c.want {
			t.Errorf("%s: %v", c.body, got)
		}
	}
}

func TestDecode_url(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, want string }{
		{`"https://a.test/1"`, "https://a.test/1"},
		{`["https://a.test/1","https://a.test/2"]`, "https://a.test/1"},
		{`{"type":"Link","href":"https://a.test/1"}`, "https://a.test/1"},
		{`[{"type":"Link","href":"https://a.test/v.mp4","mediaType":"video/mp4"},{"type":"Link","href":"https://a.test/w","mediaType":"text/html"}]`, "https://a.test/w"},
		{`[{"type":"Link","href":"https://a.test/v.mp4","mediaType":"video/mp4"},"https://a.test/w"]`, "https://a.test/w"},
		{`[{"href":"https://a.test/x","mimeType":"text/html"},"https://a.test/w"]`, "https://a.test/x"},
		{`{"type":"Image","url":{"href":"https://a.test/i"}}`, "https://a.test/i"},
		{`[null, 5, {"href":7}, "https://a.test/1"]`, "https://a.test/1"},
		{`"https://a.test/` + strings.Repeat("a", maxIRI) + `"`, ""},
		{`17`, ""},
	} {
		if got := decode(t, `{"url":`+c.url+`}`).URL; got != c.want {
			t.Errorf("url %.80s: %q, want %q", c.url, got, c.want)
		}
	}
}

func TestDecode_times(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 1, 5, 12, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		text string
		want time.Time
	}{
		{"2026-01-05T12:30:00Z", noon},
		{"2026-01-05T12:30:00.000000Z", noon},
		{"2026-01-05T12:30:00", noon},
		{"2026-01-05t12:30:00z", noon},
		{"2026-01-05 12:30:00Z", noon},
		{"2026-01-05T12:30Z", noon},
		{"2026-01-05T12:30", noon},
		{"2026-01-05T14:30:00+02:00", noon},
		{"2026-01-05T14:30:00+0200", noon},
		{"2026-01-05T12:30:00.25Z", noon.Add(250 * time.Millisecond)},
		{"2026-01-05", noon.Truncate(24 * time.Hour)},
	} {
		o := decode(t, `{"published":"`+c.text+`"}`)
		if o.Published == nil || !o.Published.Equal(c.want) || o.Published.Location() != time.UTC {
			t.Errorf("%s: %v, want %v", c.text, o.Published, c.want)
		}
	}
	for _, text := range []string{`"yesterday"`, `""`, `"2026-13-05T12:30:00Z"`, `1767616200`, `null`, `"0000-01-01T00:00:00Z"`, `"0001-01-01T00:00:00+23:59"`, `"9999-12-31T23:59:00-01:00"`} {
		if o := decode(t, `{"published":`+text+`}`); o.Published != nil {
			t.Errorf("%s: %v, want nothing", text, o.Published)
		}
	}
}

func TestDecode_wrongKindsArePassedOver(t *testing.T) {
	t.Parallel()
	o := decode(t, `{"id":"https://a.test/1","type":"Note","name":5,"summary":{"a":1},"content":["<p>first</p>","<p>second</p>"],
		"to":[5,"https://a.test/f",null],"sensitive":"yes","published":{},"source":5,"tag":["#x",7,{"type":"Hashtag","name":"#y"}],
		"attachment":[null,{"type":5}],"icon":"https://a.test/i.png","replies":7,"totalItems":"3","publicKey":9,"endpoints":"x",
		"interactionPolicy":"x","oneOf":[1],"location":8,"alsoKnownAs":"https://b.test/u","discoverable":"true","contentMap":[],
		"generator":"https://a.test/","copse:roles":[],"copse:contributors":"x","copse:sources":5,"language":9}`)
	if o.Content != "<p>first</p>" || o.Name != "" || o.Summary != "" || o.Sensitive || o.Discoverable != nil {
		t.Errorf("%+v", o)
	}
	if diff := cmp.Diff([]Tag{{Type: "Hashtag", Name: "#y"}}, o.Tag); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"https://a.test/f"}, o.To); diff != "" {
		t.Error(diff)
	}
	if o.Icon == nil || o.Icon.URL != "https://a.test/i.png" || len(o.Attachment) != 0 || o.TotalItems != nil {
		t.Errorf("icon %v, attachment %v, total %v", o.Icon, o.Attachment, o.TotalItems)
	}
}

func TestDecode_raw(t *testing.T) {
	t.Parallel()
	inner := `{ "id":"https://a.test/1", "type":"Note",  "x:unknown": {"kept": [1.0, "\u00e9"]} }`
	body := ` {"type":"Create","object": ` + inner + ` ,"y":1}  `
	o := decode(t, body)
	if got := string(o.Inner().Object.Raw); got != inner {
		t.Errorf("inner raw = %s", got)
	}
	if got := string(o.Raw); got != strings.TrimSpace(body) {
		t.Errorf("raw = %s", got)
	}
	if again := decode(t, string(o.Inner().Object.Raw)); again.ID != o.Inner().IRI {
		t.Error("raw does not read as the same object")
	}
}

func TestDecode_languages(t *testing.T) {
	t.Parallel()
	o := decode(t, `{"contentMap":{"fr":"<p>oui</p>","en":"<p>yes</p>"},"language":{"identifier":"de","name":"Deutsch"},"nameMap":{"fr":"Titre"},"summaryMap":{"fr":"S"}}`)
	if o.Content != "<p>oui</p>" || o.Language != "fr" || o.Name != "Titre" || o.Summary != "S" {
		t.Errorf("content %q, language %q, name %q, summary %q", o.Content, o.Language, o.Name, o.Summary)
	}
	for body, want := range map[string]string{
		`{"language":{"identifier":"fr","name":"Français"}}`:     "fr",
		`{"language":[{"identifier":"fr"},{"identifier":"de"}]}`: "fr",
		`{"inLanguage":"en"}`: "en",
		`{"language":{"identifier":"de"},"content":"<p>x</p>","contentMap":{"en":"x"}}`: "en",
	} {
		if got := decode(t, body).Language; got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	body, err := os.ReadFile(filepath.Join("testdata", "peers", "mastodon-create-note.json"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := DecodeActivity(body); err != nil {
			b.Fatal(err)
		}
	}
}
