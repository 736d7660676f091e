package fedtest

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/copse-social/copse/federation/sign"
)

// maxInbox is the largest POST a peer takes; Mastodon answers 413 beyond it.
const maxInbox = 1 << 20

// ServeHTTP answers as the kind would and records the request.
func (p *Peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxInbox+1))
	req := &Request{
		Method: r.Method, Path: r.RequestURI, Host: r.Host, RemoteAddr: r.RemoteAddr,
		Header: r.Header.Clone(), Body: body,
	}
	p.mu.Lock()
	p.requests = append(p.requests, req)
	m := p.mood
	p.mu.Unlock()
	if m.stall != nil {
		select {
		case <-m.stall:
		case <-r.Context().Done():
			return
		}
	}
	out := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	if r.Method == http.MethodPost {
		p.serveInbox(out, r, req, m)
	} else {
		p.serveRead(out, r, req, m)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	req.Status = out.status
}

func (p *Peer) serveInbox(w http.ResponseWriter, r *http.Request, req *Request, m mood) {
	if m.inbox != 0 {
		if m.retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(m.retryAfter.Seconds())))
		}
		w.WriteHeader(m.inbox)
		return
	}
	switch {
	case !p.isInbox(r.URL.Path):
		w.WriteHeader(http.StatusNotFound)
	case len(req.Body) > maxInbox:
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	case !activityMedia(r.Header.Get("Content-Type")) && p.kind.Software != "nodebb":
		w.WriteHeader(http.StatusNotAcceptable)
	default:
		w.WriteHeader(p.take(r, req))
	}
}

// take verifies and files one activity, and answers the status.
func (p *Peer) take(r *http.Request, req *Request) int {
	owner, status := p.authenticate(r, req)
	if status != 0 {
		return status
	}
	var activity Doc
	if json.Unmarshal(req.Body, &activity) != nil || activity["type"] == nil {
		return http.StatusBadRequest
	}
	if actor := reference(activity["actor"]); actor != owner {
		p.complain(req, errMismatch)
		return p.kind.Mismatch
	}
	if p.kind.Refuses != nil {
		if status, why := p.kind.Refuses(activity); status != 0 {
			p.complain(req, errors.New(why))
			return status
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	req.taken = activity
	return http.StatusAccepted
}

func (p *Peer) isInbox(path string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if path == "/inbox" {
		return p.kind.SharedInbox
	}
	for _, a := range p.actors {
		if p.iri(path) == a.Inbox {
			return true
		}
	}
	return false
}

func (p *Peer) serveRead(w http.ResponseWriter, r *http.Request, req *Request, m mood) {
	if m.reads != 0 {
		w.WriteHeader(m.reads)
		return
	}
	if p.wellKnown(w, r) {
		return
	}
	p.mu.Lock()
	pg, ok := p.served[r.RequestURI]
	p.mu.Unlock()
	switch {
	case !ok:
		w.WriteHeader(http.StatusNotFound)
	case p.kind.SignedReads && !pg.open:
		if _, status := p.authenticate(r, req); status != 0 {
			w.WriteHeader(status)
			return
		}
		pg.write(w, r)
	default:
		if status := p.unknownScheme(r); status != 0 {
			w.WriteHeader(status)
			return
		}
		pg.write(w, r)
	}
}

// unknownScheme is the status for a signature the kind cannot read, even where
// it needs none; 0 for all others.
func (p *Peer) unknownScheme(r *http.Request) int {
	if r.Header.Get("Signature-Input") != "" {
		return p.kind.Unknown[sign.RFC9421]
	}
	if r.Header.Get("Signature") != "" {
		return p.kind.Unknown[sign.Cavage]
	}
	return 0
}

func (pg page) write(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", pg.media)
	if pg.etag != "" {
		w.Header().Set("ETag", pg.etag)
		if r.Header.Get("If-None-Match") == pg.etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.WriteHeader(pg.status)
	_, _ = w.Write(pg.body)
}

// authenticate proves who signed; a status other than 0 refuses.
func (p *Peer) authenticate(r *http.Request, req *Request) (owner string, status int) {
	claim, err := sign.Parse(r)
	if err != nil {
		p.judge(req, err)
		return "", http.StatusUnauthorized
	}
	p.mu.Lock()
	req.KeyID, req.Scheme = claim.KeyID, claim.Scheme
	p.mu.Unlock()
	if status := p.kind.Unknown[claim.Scheme]; status != 0 {
		p.judge(req, errScheme)
		return "", status
	}
	owner, err = p.verify(context.WithoutCancel(r.Context()), r, req.Body, claim)
	p.judge(req, err)
	if err != nil {
		return "", http.StatusUnauthorized
	}
	return owner, 0
}

// complain notes why a well signed activity was refused.
func (p *Peer) complain(req *Request, why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	req.Problem = why
}

func (p *Peer) judge(req *Request, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	req.Verified, req.Problem = err == nil, err
}

func activityMedia(contentType string) bool {
	return strings.HasPrefix(contentType, mediaActivity) ||
		strings.HasPrefix(contentType, "application/ld+json") && strings.Contains(contentType, "activitystreams")
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func checksum(b []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(b)
	return h.Sum64()
}
