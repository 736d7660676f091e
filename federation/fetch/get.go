package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/copse-social/copse/federation/vocab"
)

// maxHops is how many redirects are followed (T29).
const maxHops = 3

// ask describes one GET, whatever it is for.
type ask struct {
	accept string
	etag   string // If-None-Match, quoted as it came
	limit  int64  // bytes of body after decompression
	signed bool
	// stay refuses redirects to another origin before they are followed: where
	// no answer from there could count, a stranger must not have it asked (T58).
	stay bool
}

// answer is a 200 whose body was read whole, at the end of all redirects.
type answer struct {
	url    *url.URL
	header http.Header
	body   []byte
}

// get follows redirects by hand, so that each hop is guarded, counted and
// signed for the host it goes to, and nothing of one host reaches another.
func (c *Client) get(ctx context.Context, u *url.URL, a ask) (*answer, error) {
	seen, from := map[string]bool{}, u
	for hop := 0; ; hop++ {
		if seen[u.String()] {
			return nil, fmt.Errorf("%w: loop at %s", ErrRedirect, clip(u.String()))
		}
		seen[u.String()] = true
		if err := c.permit(ctx, u); err != nil {
			return nil, err
		}
		resp, err := c.knock(ctx, u, a)
		if err != nil {
			return nil, err
		}
		if !redirects(resp.StatusCode) {
			return c.finish(u, resp, a)
		}
		resp.close()
		if hop == maxHops {
			return nil, fmt.Errorf("%w: more than %d", ErrRedirect, maxHops)
		}
		if u, err = c.next(u, resp.Header.Get("Location")); err != nil {
			return nil, err
		}
		if a.stay && !sameOrigin(u, from) {
			return nil, fmt.Errorf("%w: %s leads to %s", ErrOrigin, from.Host, u.Host)
		}
	}
}

// redirects leaves out 300, 304 and 305, which name no place to go.
func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// next reads a Location. From https there is no way back to http, not even in
// a lab.
func (c *Client) next(from *url.URL, location string) (*url.URL, error) {
	if location == "" || len(location) > maxIRI {
		return nil, fmt.Errorf("%w: no usable Location", ErrRedirect)
	}
	ref, err := url.Parse(location)
	if err != nil {
		return nil, fmt.Errorf("%w: unreadable Location", ErrRedirect)
	}
	to, err := c.target(from.ResolveReference(ref).String())
	if errors.Is(err, ErrMalformed) {
		return nil, fmt.Errorf("%w: to %s", ErrRedirect, clip(location))
	}
	if err != nil {
		return nil, err
	}
	if from.Scheme == "https" && to.Scheme != "https" {
		return nil, fmt.Errorf("%w: from https to http", ErrRedirect)
	}
	return to, nil
}

// knock tries the scheme the host is known for and, when refused, the other
// one once (400, 401 and 403 all mean it: NodeBB answers 400 to RFC 9421).
func (c *Client) knock(ctx context.Context, u *url.URL, a ask) (*response, error) {
	who, err := c.identity(ctx, a)
	if err != nil {
		return nil, err
	}
	order := c.schemes(ctx, u.Host)
	who.scheme = order[0]
	first, err := c.once(ctx, u, a, who)
	if err != nil || who.signer == nil || !refused(first.StatusCode) {
		return first, err
	}
	first.close()
	if err := c.spend(ctx, u.Host); err != nil {
		return nil, err
	}
	who.scheme = order[1]
	second, err := c.once(ctx, u, a, who)
	if err != nil {
		return nil, err
	}
	if refused(second.StatusCode) {
		second.StatusCode = first.StatusCode // the better known scheme's answer counts
		return second, nil
	}
	if c.o.Learn != nil && second.StatusCode < http.StatusBadRequest {
		c.o.Learn(ctx, u.Host, order[1])
	}
	return second, nil
}

func refused(status int) bool {
	return status == http.StatusBadRequest || status == http.StatusUnauthorized || status == http.StatusForbidden
}

// once sends one request, made afresh: no header of an earlier one survives.
func (c *Client) once(ctx context.Context, u *url.URL, a ask, who as) (*response, error) {
	watch := newWatch(ctx)
	req, err := http.NewRequestWithContext(watch.ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		watch.stop()
		return nil, fmt.Errorf("address %q: %w", clip(u.String()), ErrMalformed)
	}
	req.Header.Set("Accept", a.accept)
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("User-Agent", c.o.UserAgent)
	if a.etag != "" {
		req.Header.Set("If-None-Match", a.etag)
	}
	if who.signer != nil {
		if err := who.signer.Sign(req, nil, who.scheme, c.o.Now()); err != nil {
			watch.stop()
			return nil, fmt.Errorf("sign GET %s: %w", u.Host, err)
		}
	}
	resp, err := c.o.Transport.RoundTrip(req)
	if err != nil {
		err = watch.explain(err)
		watch.stop()
		if errors.Is(err, ErrRefusedHost) || errors.Is(err, context.Canceled) {
			return nil, fmt.Errorf("GET %s: %w", u.Host, err)
		}
		return nil, &retryable{fmt.Errorf("GET %s: %w", u.Host, err)}
	}
	return &response{Response: resp, watch: watch}, nil
}

// finish turns the last response into an answer.
func (c *Client) finish(u *url.URL, resp *response, a ask) (*answer, error) {
	defer resp.close()
	switch {
	case resp.StatusCode == http.StatusNotModified && a.etag != "":
		return nil, ErrUnchanged
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("GET %s: %w", u.Host,
			&StatusError{Status: resp.StatusCode, RetryAfter: vocab.RetryAfter(resp.Header, c.o.Now())})
	}
	body, err := resp.read(a.limit)
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", u.Host, err)
	}
	return &answer{url: u, header: resp.Header, body: body}, nil
}

// response is a response under watch; close releases its connection.
type response struct {
	*http.Response
	watch *watch
}

// close reads the little that lets the connection be kept, and no more of what
// a refusing host may still send.
func (r *response) close() {
	if r.watch.timer == nil {
		r.watch.begin()
	}
	_, _ = io.CopyN(io.Discard, r.Body, 4<<10)
	_ = r.Body.Close()
	r.watch.stop()
}
