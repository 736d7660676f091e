package vocab

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "peers", "*.json"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no documents to start from: %v", err)
	}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`{"\u0061ctor":["x",{"to":[[]]}],"object":{"object":{}},"published":"2026"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		o, err := Decode(body)
		if !bytes.Equal(before, body) {
			t.Fatal("the body was changed")
		}
		if err != nil {
			if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrTooLarge) {
				t.Fatalf("an error nobody can tell: %v", err)
			}
			if o != nil {
				t.Fatal("an object beside an error")
			}
			return
		}
		if !bytes.Equal(bytes.TrimSpace(body), o.Raw) {
			t.Fatalf("raw is %q of %q", o.Raw, body)
		}
		checkCaps(t, o)
		if _, err := Encode(ActivityDoc{Object: Raw(o.Raw)}); err != nil {
			t.Fatalf("what was read cannot be relayed: %v", err)
		}
	})
}

func checkCaps(t *testing.T, o *Object) {
	t.Helper()
	for _, s := range []string{o.ID, o.Name, o.Summary, o.Content, o.Type, o.URL, o.Actor.IRI, o.Inbox, o.PreferredUsername} {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			t.Fatalf("text %q", s)
		}
	}
	if len(o.Content) > maxContent || utf8.RuneCountInString(o.Name) > maxName || len(o.To) > maxAddressees || len(o.Tag) > maxTags {
		t.Fatal("over a cap")
	}
	for _, r := range o.Object {
		if r.Object != nil {
			checkCaps(t, r.Object)
		}
	}
}
