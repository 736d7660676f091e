package frontend

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMinify(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"comment", "/* a */ a { b: c; }", "a{b:c}"},
		{"comment between words", "a/**/b { c: d }", "a b{c:d}"},
		{"open comment", "a { b: c } /* d", "a{b:c}"},
		{"descendant with pseudo class", ".a :is(h1, h2) { b: c }", ".a :is(h1,h2){b:c}"},
		{"child", ".a > .b { c: d }", ".a>.b{c:d}"},
		{"sibling and sum keep their blanks", "a + b { c: calc(1px + 2px); d: calc(-1 * var(--x)) }", "a + b{c:calc(1px + 2px);d:calc(-1 * var(--x))}"},
		{"strings stay", `a::before { content: " / \" { "; }`, `a::before{content:" / \" { "}`},
		{"media", "@media (max-width: 40rem) and (hover) {\n a { b: c; }\n}", "@media (max-width:40rem) and (hover){a{b:c}}"},
		{"important", "a { b: 0 !important; }", "a{b:0 !important}"},
		{"not after root", ":root:not([a=\"b\"]) { c: d }", ":root:not([a=\"b\"]){c:d}"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, string(Minify([]byte(tt.in)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// The sheet is the largest part of a first visit; web.md grants it 13 kB.
func TestStyleSheet_size(t *testing.T) {
	t.Parallel()
	f := Files().File(Files().Path("copse.css"))
	if len(f.Gzip) > 13<<10 {
		t.Errorf("style sheet is %d bytes compressed, at most %d", len(f.Gzip), 13<<10)
	}
	if bytes.Contains(f.Body, []byte("/*")) {
		t.Error("comments are left in the style sheet")
	}
	if open, shut := bytes.Count(f.Body, []byte("{")), bytes.Count(f.Body, []byte("}")); open != shut {
		t.Errorf("%d opening and %d closing braces", open, shut)
	}
}

func TestStore_servesForEver(t *testing.T) {
	t.Parallel()
	s := Files()
	path := s.Path("copse.css")
	res := get(s, http.MethodGet, path, "br, gzip;q=0.8")
	want := map[string]string{
		"Cache-Control":          "public, max-age=31536000, immutable",
		"Content-Type":           "text/css; charset=utf-8",
		"Content-Encoding":       "gzip",
		"Vary":                   "Accept-Encoding",
		"X-Content-Type-Options": "nosniff",
	}
	for k, v := range want {
		if got := res.Header.Get(k); got != v {
			t.Errorf("%s: %q, want %q", k, got, v)
		}
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(plain, s.File(path).Body) {
		t.Error("the compressed body differs from the plain one")
	}
}

func TestStore_answers(t *testing.T) {
	t.Parallel()
	s := Files()
	path := s.Path("copse.css")
	tests := []struct {
		name, method, path, accept string
		status                     int
		encoding                   string
	}{
		{"plain", http.MethodGet, path, "", 200, ""},
		{"gzip refused", http.MethodGet, path, "gzip;q=0, identity", 200, ""},
		{"gzip refused with decimals", http.MethodGet, path, "gzip; q=0.000", 200, ""},
		{"any coding", http.MethodGet, path, "*", 200, "gzip"},
		{"head", http.MethodHead, path, "gzip", 200, "gzip"},
		{"post", http.MethodPost, path, "", 405, ""},
		{"unhashed name", http.MethodGet, "/assets/copse.css", "", 404, ""},
		{"other hash", http.MethodGet, "/assets/copse.AAAAAAAAAAAA.css", "", 404, ""},
		{"climbing out", http.MethodGet, "/assets/../frontend.go", "", 404, ""},
		{"keep file", http.MethodGet, "/assets/.keep", "", 404, ""},
	}
	for _, tt := range tests {
		res := get(s, tt.method, tt.path, tt.accept)
		if res.StatusCode != tt.status {
			t.Errorf("%s: status %d, want %d", tt.name, res.StatusCode, tt.status)
		}
		if got := res.Header.Get("Content-Encoding"); got != tt.encoding {
			t.Errorf("%s: encoding %q, want %q", tt.name, got, tt.encoding)
		}
		if kept := res.Header.Get("Cache-Control"); tt.status == 404 && kept != "no-store" {
			t.Errorf("%s: a missing file may be kept: %q", tt.name, kept)
		}
	}
}

func TestStore_unknownNameHasNoPath(t *testing.T) {
	t.Parallel()
	if got := Files().Path("nothing.js"); got != "" {
		t.Errorf("path %q for a file that isn't there", got)
	}
}

func TestSymbols(t *testing.T) {
	t.Parallel()
	if n := len(Symbols()); n < 70 {
		t.Errorf("%d symbols, want all of the sprite", n)
	}
	for name, markup := range Symbols() {
		if !strings.HasPrefix(markup, `<symbol id="i-`+name+`" viewBox="0 0 24 24">`) || !strings.HasSuffix(markup, "</symbol>") {
			t.Errorf("symbol %s: %s", name, markup)
		}
	}
}

func get(h http.Handler, method, path, accept string) *http.Response {
	r := httptest.NewRequest(method, "https://copse.example"+path, nil)
	r.Header.Set("Accept-Encoding", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}
