package vocab

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// list writes n numbered copies of form, which holds one %d.
func list(form string, n int) string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprintf(form, i)
	}
	return "[" + strings.Join(items, ",") + "]"
}

func TestT53_textsAreCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 3*maxContent)
	o := decode(t, `{"name":"`+long+`","content":"`+long+`"}`)
	if n := utf8.RuneCountInString(o.Name); n != maxName {
		t.Errorf("name of %d runes", n)
	}
	if len(o.Content) > maxContent || !utf8.ValidString(o.Content) {
		t.Errorf("content of %d bytes, valid %v", len(o.Content), utf8.ValidString(o.Content))
	}
	o = decode(t, `{"summary":"`+long[:10*maxSummary]+`","preferredUsername":"`+long[:2000]+`","source":{"content":"`+long[:4*maxContent]+`"},"type":"`+long[:2000]+`"}`)
	if len(o.Summary) > maxSummary || len(o.PreferredUsername) > maxShort || len(o.Source.Content) > maxContent || len(o.Type) > maxShort {
		t.Errorf("summary %d, username %d, source %d, type %d bytes", len(o.Summary), len(o.PreferredUsername), len(o.Source.Content), len(o.Type))
	}
}

func TestT53_listsAreCut(t *testing.T) {
	t.Parallel()
	o := decode(t, `{"tag":`+list(`{"type":"Hashtag","name":"#t%d"}`, 10*maxTags)+
		`,"attachment":`+list(`{"type":"Link","href":"https://a.test/%d"}`, 10*maxAttachments)+
		`,"oneOf":`+list(`{"type":"Note","name":"o%d"}`, 10*maxOptions)+
		`,"publicKey":`+list(`{"id":"https://a.test/%d#k"}`, 10*maxKeys)+
		`,"assertionMethod":`+list(`{"id":"https://a.test/%d#k"}`, 10*maxKeys)+
		`,"alsoKnownAs":`+list(`"https://a.test/%d"`, 10*maxPeople)+
		`,"type":`+list(`"T%d"`, 10*maxKeys)+`}`)
	for name, c := range map[string][2]int{
		"tag":             {len(o.Tag), maxTags},
		"attachment":      {len(o.Attachment), maxAttachments},
		"oneOf":           {len(o.Options), maxOptions},
		"publicKey":       {len(o.PublicKeys), maxKeys},
		"assertionMethod": {len(o.AssertionMethods), maxKeys},
		"alsoKnownAs":     {len(o.AlsoKnownAs), maxPeople},
		"type":            {len(o.Types), maxKeys},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %d kept, want %d", name, c[0], c[1])
		}
	}
	languages := strings.NewReplacer("[", "{", "]", "}").Replace(list(`"l%d":"x"`, 10*maxLanguages))
	if o := decode(t, `{"contentMap":`+languages+`}`); len(o.ContentMap) != maxLanguages || o.Language != "l0" {
		t.Errorf("%d languages, first %q", len(o.ContentMap), o.Language)
	}
}

func TestT53_audienceIsNeverCut(t *testing.T) {
	t.Parallel()
	for _, member := range []string{"to", "cc", "bto", "bcc", "audience", "object"} {
		body := `{"` + member + `":` + list(`"https://a.test/%d"`, 1000) + `}`
		if _, err := Decode([]byte(body)); err != nil {
			t.Errorf("1,000 in %s: %v", member, err)
		}
		body = `{"` + member + `":` + list(`"https://a.test/%d"`, 1001) + `}`
		if _, err := Decode([]byte(body)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("1,001 in %s: err = %v, want it refused as too large", member, err)
		}
	}
}

func TestT53_longAddressesCountAsNone(t *testing.T) {
	t.Parallel()
	long := "https://a.test/" + strings.Repeat("a", maxIRI)
	o := decode(t, `{"to":["`+long+`","https://a.test/1"],"inbox":"`+long+`","inReplyTo":"`+long+`","actor":"`+long+`"}`)
	if len(o.To) != 1 || o.Inbox != "" || o.Parent() != "" || !o.Actor.IsZero() {
		t.Errorf("to %d, inbox %d, parent %d bytes", len(o.To), len(o.Inbox), len(o.Parent()))
	}
	if _, err := Decode([]byte(`{"id":"` + long + `"}`)); !errors.Is(err, ErrMalformed) {
		t.Errorf("long id: err = %v", err)
	}
}

// TestT44_hostileStringsStayStrings: what is read is handed on as it is, and
// none of it turns into something else on the way.
func TestT44_hostileStringsStayStrings(t *testing.T) {
	t.Parallel()
	for _, s := range []string{`'; DROP TABLE actors; --`, `%27 OR 1=1`, `a?b`, `a::text`, `$1`, `{{.Secret}}`, `a\b`} {
		quoted := strings.ReplaceAll(s, `\`, `\\`)
		o := decode(t, `{"inbox":"`+quoted+`","name":"`+quoted+`","publicKey":{"id":"`+quoted+`"}}`)
		if o.Inbox != s || o.Name != s || o.PublicKeys[0].ID != s {
			t.Errorf("%q came out as %q, %q, %q", s, o.Inbox, o.Name, o.PublicKeys[0].ID)
		}
		if Origin(s) != "" {
			t.Errorf("%q has an origin", s)
		}
	}
}
