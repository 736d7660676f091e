package fedtest

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/copse-social/copse/federation/sign"
)

// Reply is what a peer was answered.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Post delivers an activity to an inbox, signed by the actor in the kind's
// scheme. activity is a Doc or anything that encodes to JSON; []byte is sent as
// it stands.
func (p *Peer) Post(a *Actor, inbox string, activity any) Reply {
	p.t.Helper()
	return p.PostAs(a, p.kind.Scheme, inbox, activity)
}

// PostAs is Post in the scheme given.
func (p *Peer) PostAs(a *Actor, s sign.Scheme, inbox string, activity any) Reply {
	p.t.Helper()
	req := p.Request(http.MethodPost, inbox, activity)
	return p.Send(p.Sign(req, a, s))
}

// Get reads a document, signed by the instance actor.
func (p *Peer) Get(iri string) Reply {
	p.t.Helper()
	return p.GetAs(p.Instance(), iri)
}

// GetAs reads a document signed by the actor, or unsigned for nil.
func (p *Peer) GetAs(a *Actor, iri string) Reply {
	p.t.Helper()
	req := p.Request(http.MethodGet, iri, nil)
	if a != nil {
		req = p.Sign(req, a, p.kind.Scheme)
	}
	return p.Send(req)
}

// Request is an unsigned request as the kind's software would make it, for
// tests that change something before or after Sign.
func (p *Peer) Request(method, iri string, body any) *http.Request {
	p.t.Helper()
	raw, ok := body.([]byte)
	if !ok && body != nil {
		raw = p.encode(body)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, iri, bytes.NewReader(raw))
	if err != nil {
		p.t.Fatalf("request %s: %v", iri, err)
	}
	req.Header.Set("User-Agent", p.userAgent())
	if body == nil {
		req.Header.Set("Accept", mediaLD+", "+mediaActivity)
	} else {
		req.Header.Set("Content-Type", mediaLD)
	}
	return req
}

// Sign signs the request as it stands, and answers it.
func (p *Peer) Sign(req *http.Request, a *Actor, s sign.Scheme) *http.Request {
	p.t.Helper()
	var raw []byte
	if req.Method == http.MethodPost {
		raw = p.peek(req)
	}
	if err := a.Signer().Sign(req, raw, s, p.net.now()); err != nil {
		p.t.Fatalf("sign %s: %v", req.URL, err)
	}
	return req
}

// peek reads the body and leaves it readable.
func (p *Peer) peek(req *http.Request) []byte {
	p.t.Helper()
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		p.t.Fatalf("read body of %s: %v", req.URL, err)
	}
	req.Body = io.NopCloser(bytes.NewReader(raw))
	return raw
}

// Send sends any request over the network and reads the answer whole. A host
// that cannot be reached fails the test.
func (p *Peer) Send(req *http.Request) Reply {
	p.t.Helper()
	resp, err := p.net.RoundTrip(req)
	if err != nil {
		p.t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatalf("%s %s: read body: %v", req.Method, req.URL, err)
	}
	return Reply{Status: resp.StatusCode, Header: resp.Header, Body: body}
}

func (p *Peer) userAgent() string {
	return p.kind.Software + "/" + p.kind.Version + " (+" + p.iri("/") + ")"
}
