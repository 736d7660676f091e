package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxDocument is the size of the largest document anybody sends: Mastodon
	// and Lemmy stop there too.
	maxDocument = 1 << 20
	// maxDepth is deeper than any honest document nests (T16).
	maxDepth = 32

	streams = "https://www.w3.org/ns/activitystreams"
	// acceptAP is what GoToSocial sends; strict servers want the profile.
	acceptAP = `application/ld+json; profile="` + streams + `", application/activity+json`
)

// Document is an ActivityPub document whose origin is proved: it came, over
// TLS, from the host its id names. Who wrote it is still for the caller to
// check (T17: attributedTo must share the origin of the id).
type Document struct {
	// IRI is the id inside the document, which need not be what was asked for.
	IRI string
	// Body is the JSON as received: one object, no duplicate names, valid
	// UTF-8, not deeper than 32.
	Body []byte
	// ETag is for Conditional; empty if the host gave none.
	ETag string
}

// Object fetches the document at iri, signed by the instance actor. After
// redirects the final URL shares its origin with the document's id; when the id
// is yet another URL of that origin, the id is fetched once more and must then
// name itself (T18).
func (c *Client) Object(ctx context.Context, iri string) (*Document, error) {
	return c.Conditional(ctx, iri, "")
}

// Conditional is Object with If-None-Match; ErrUnchanged means that what was
// fetched with this ETag still holds.
func (c *Client) Conditional(ctx context.Context, iri, etag string) (doc *Document, err error) {
	defer c.ended(ctx, kindObject, time.Now(), &err)
	if strings.ContainsFunc(etag, func(r rune) bool { return r < ' ' || r > '~' }) {
		etag = "" // it could not be sent; fetching anew is always right
	}
	u, err := c.target(iri)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	doc, err = c.flights.do(ctx, "object "+etag+" "+u.String(), func() (*Document, error) {
		ctx, cancel := bounded(ctx)
		defer cancel()
		doc, final, err := c.document(ctx, u, ask{etag: etag})
		if err != nil {
			return nil, err
		}
		return c.settle(ctx, doc, u, final)
	})
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", clip(u.String()), err)
	}
	return doc, nil
}

// settle accepts a document that names the place it was found at or asked for
// at; of any other it fetches the id once.
func (c *Client) settle(ctx context.Context, doc *Document, asked, final *url.URL) (*Document, error) {
	id, err := c.target(doc.IRI)
	if err != nil {
		return nil, err
	}
	if *id == *final || *id == *asked {
		return doc, nil
	}
	again, _, err := c.document(ctx, id, ask{})
	if err != nil {
		return nil, fmt.Errorf("refetch by id: %w", err)
	}
	if again.IRI != doc.IRI {
		return nil, fmt.Errorf("%w: %s names itself %s", ErrOrigin, clip(doc.IRI), clip(again.IRI))
	}
	return again, nil
}

// document is one signed GET and the checks that need no other: media type,
// shape, and the origin of the id.
func (c *Client) document(ctx context.Context, u *url.URL, a ask) (*Document, *url.URL, error) {
	a.accept, a.limit, a.signed = acceptAP, maxDocument, true
	ans, err := c.get(ctx, u, a)
	if err != nil {
		return nil, nil, err
	}
	doc, err := c.readDocument(ans)
	if err != nil {
		return nil, nil, err
	}
	return doc, ans.url, nil
}

func (c *Client) readDocument(ans *answer) (*Document, error) {
	if err := activityType(ans.header); err != nil {
		return nil, err
	}
	iri, err := documentID(ans.body)
	if err != nil {
		return nil, err
	}
	id, err := c.target(iri)
	if err != nil {
		return nil, fmt.Errorf("%w: id: %w", ErrOrigin, err)
	}
	if !sameOrigin(id, ans.url) {
		return nil, fmt.Errorf("%w: %s served by %s", ErrOrigin, clip(iri), ans.url.Host)
	}
	return &Document{IRI: iri, Body: ans.body, ETag: ans.header.Get("ETag")}, nil
}

// activityType accepts only types under which no honest server hands out a
// stranger's upload (T30).
func activityType(h http.Header) error {
	media, params, err := contentType(h)
	if err != nil {
		return err
	}
	switch media {
	case "application/activity+json":
		return nil
	case "application/ld+json":
		if slices.Contains(strings.Fields(params["profile"]), streams) {
			return nil
		}
	}
	return fmt.Errorf("%w: %s", ErrWrongType, clip(media))
}

// contentType reads the one Content-Type there may be; documents are UTF-8.
func contentType(h http.Header) (media string, params map[string]string, err error) {
	values := h.Values("Content-Type")
	if len(values) != 1 {
		return "", nil, fmt.Errorf("%w: %d Content-Type headers", ErrWrongType, len(values))
	}
	media, params, err = mime.ParseMediaType(values[0])
	if err != nil {
		return "", nil, fmt.Errorf("%w: %q", ErrWrongType, clip(values[0]))
	}
	if cs, named := params["charset"]; named && !strings.EqualFold(cs, "utf-8") {
		return "", nil, fmt.Errorf("%w: charset %q", ErrWrongType, clip(cs))
	}
	return media, params, nil
}

// documentID reads the top-level id and, on the way, refuses what two parsers
// could read differently: duplicate names, bad UTF-8, trailing bytes, and
// depth (T16, T31).
func documentID(body []byte) (string, error) {
	dec := jsontext.NewDecoder(bytes.NewReader(body))
	if dec.PeekKind() != '{' {
		return "", fmt.Errorf("%w: not a JSON object", ErrMalformed)
	}
	id, name := "", ""
	for {
		tok, err := dec.ReadToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || dec.StackDepth() > maxDepth {
			return "", fmt.Errorf("%w: JSON at byte %d", ErrMalformed, dec.InputOffset())
		}
		if dec.StackDepth() == 0 {
			if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
				return "", fmt.Errorf("%w: bytes after the document", ErrMalformed)
			}
			break
		}
		if dec.StackDepth() != 1 {
			continue
		}
		_, read := dec.StackIndex(1)
		switch {
		case tok.Kind() == '"' && read%2 == 1:
			name = tok.String()
		case tok.Kind() == '"' && name == "id":
			id = tok.String()
		}
	}
	if id == "" {
		return "", fmt.Errorf("%w: document without id", ErrOrigin)
	}
	return id, nil
}

// Body is what Object fetches, as bytes.
func (c *Client) Body(ctx context.Context, iri string) ([]byte, error) {
	doc, err := c.Object(ctx, iri)
	if err != nil {
		return nil, err
	}
	return doc.Body, nil
}
