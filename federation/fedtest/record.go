package fedtest

import (
	"net/http"
	"slices"

	"github.com/copse-social/copse/federation/sign"
)

// Request is one that a peer got.
type Request struct {
	// Path holds the query too.
	Method, Path, Host, RemoteAddr string
	Header                         http.Header
	Body                           []byte
	// KeyID and Scheme are the signature's claim, where the peer looked at it:
	// on POSTs, and on reads of a kind that demands signatures.
	KeyID  string
	Scheme sign.Scheme
	// Verified: the signature was proved with the key behind KeyID. Problem
	// says why not, or why the activity was refused all the same.
	Verified bool
	Problem  error
	// Status is what was answered; 0 while the answer is still under way.
	Status int

	taken Doc
}

// Signed tells whether the request carried any signature.
func (r *Request) Signed() bool { return r.Header.Get("Signature") != "" }

// Requests is everything the peer was sent, in order of arrival.
func (p *Peer) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]Request, len(p.requests))
	for i, r := range p.requests {
		out[i] = *r
	}
	return out
}

// Received is the activities the peer accepted, in order; with types, only
// those.
func (p *Peer) Received(types ...string) []Doc {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Doc
	for _, r := range p.requests {
		if r.taken == nil {
			continue
		}
		kind, _ := r.taken["type"].(string)
		if len(types) == 0 || slices.Contains(types, kind) {
			out = append(out, r.taken)
		}
	}
	return out
}

// Forget empties Requests and Received, so that a test can look at what one
// step causes.
func (p *Peer) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = nil
}
