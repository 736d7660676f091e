package frontend

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Prefix is where the store expects to be mounted.
const Prefix = "/assets/"

// File is one asset as it goes over the line. Body and Gzip are shared by all
// requests: don't change them.
type File struct {
	Name string // as in the source: copse.css
	Path string // with the hash: /assets/copse.3q2-7w.css
	Type string
	Body []byte
	Gzip []byte // nil where compression gains nothing
}

// Store finds assets by source name (for pages) and by hashed path (for
// requests). It is read-only after it was built.
type Store struct {
	byName map[string]*File
	byPath map[string]*File
}

// Path is the address of an asset, or "" where the build doesn't have it: a
// build without Node has no scripts, and pages then leave the element out.
func (s *Store) Path(name string) string {
	if f := s.byName[name]; f != nil {
		return f.Path
	}
	return ""
}

// Body is an asset as it is, for a document that carries it; nil where the build doesn't have it.
func (s *Store) Body(name string) []byte {
	if f := s.byName[name]; f != nil {
		return f.Body
	}
	return nil
}

// File is the asset behind a request path, or nil.
func (s *Store) File(urlPath string) *File { return s.byPath[urlPath] }

// ServeHTTP answers requests under Prefix. The name changes with the bytes, so
// the answer may be kept for ever; an unknown name is never kept, because the
// page that asks for it may come from a newer or older process behind the same
// proxy.
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	f := s.byPath[r.URL.Path]
	if f == nil {
		h.Set("Cache-Control", "no-store")
		http.Error(w, "no such file", http.StatusNotFound)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
		return
	}
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", f.Type)
	h.Set("Vary", "Accept-Encoding")
	body := f.Body
	if f.Gzip != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = f.Gzip
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // a client that went away is nobody's error
	}
}

func (s *Store) add(name string, body []byte) {
	sum := sha256.Sum256(body)
	hash := base64.RawURLEncoding.EncodeToString(sum[:9])
	ext := path.Ext(name)
	f := &File{
		Name: name,
		Path: Prefix + strings.TrimSuffix(name, ext) + "." + hash + ext,
		Type: mediaType(ext),
		Body: body,
		Gzip: compress(body),
	}
	s.byName[name], s.byPath[f.Path] = f, f
}

// mediaType is a fixed table: the one of the operating system differs between
// machines, and with nosniff a wrong type means an unstyled page.
func mediaType(ext string) string {
	switch ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "application/octet-stream"
}

func compress(body []byte) []byte {
	var buf bytes.Buffer
	w := must(gzip.NewWriterLevel(&buf, gzip.BestCompression))
	if _, err := w.Write(body); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	if buf.Len() >= len(body) {
		return nil
	}
	return buf.Bytes()
}

// acceptsGzip reads Accept-Encoding (RFC 9110 §12.5.3) as far as one coding
// needs it: named or covered by *, and not with weight nought.
func acceptsGzip(header string) bool {
	star := false
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight := strings.ReplaceAll(params, " ", "")
		refused := strings.HasPrefix(weight, "q=0") && strings.Trim(weight, "q=0.") == ""
		switch strings.ToLower(strings.TrimSpace(coding)) {
		case "gzip", "x-gzip":
			return !refused
		case "*":
			star = !refused
		}
	}
	return star
}
