package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/drill"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/federation/vocab"
)

const (
	// sendTime bounds a try, second knock and redirect included: NodeBB never answers when its
	// processing fails.
	sendTime = 15 * time.Second
	// drainTime and drainBytes bound what is read of an answer, whose status counts alone.
	drainTime  = time.Second
	drainBytes = 64 << 10
	// unread is after how long a 400 of a server that hangs up means that it could not read the
	// request, as with a line that hardly moves, and not what it thinks of it.
	unread = 5 * time.Second
	// contentType is what all peers take; GoToSocial answers 406 to application/json.
	contentType = `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`
)

// Faults: why no answer came.
const (
	faultTimeout = "timeout"
	faultReset   = "connection reset"
	faultRefused = "connection refused"
	faultDNS     = "name not found"
	faultTLS     = "no secure connection"
	faultNetwork = "network"
	faultSigning = "no key to sign with"
	faultInbox   = "inbox is not an address"
)

// try is one delivery about to be sent.
type try struct {
	row    *db.Delivery
	act    *db.Activity
	scheme sign.Scheme
	// proven: the host has taken this scheme lately, so only a 401 can be about it.
	proven bool
}

// send posts an activity. A refusal that may be about the form of the signature is met with a
// second knock in the other form: NodeBB answers 400, GoToSocial 401 to the one it doesn't know.
// It goes on when ctx is cancelled, so that a stopping server hears the answer.
func (d *Deliverer) send(ctx context.Context, t try) answer {
	start := d.o.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTime)
	defer cancel()
	a := d.knock(ctx, t, t.scheme)
	if secondKnock(a.code, t.proven) {
		if b := d.knock(ctx, t, otherScheme(t.scheme)); b.code != 0 && !secondKnock(b.code, false) {
			a = b
		}
	}
	drill.Point("sent")
	a.took = d.o.Now().Sub(start)
	return a
}

func secondKnock(code int, proven bool) bool {
	switch code {
	case http.StatusUnauthorized:
		return true
	case http.StatusBadRequest, http.StatusForbidden:
		return !proven
	}
	return false
}

func otherScheme(s sign.Scheme) sign.Scheme {
	if s == sign.RFC9421 {
		return sign.Cavage
	}
	return sign.RFC9421
}

// knock is one signed POST, and another one where the peer moved its inbox within its own origin.
func (d *Deliverer) knock(ctx context.Context, t try, s sign.Scheme) answer {
	to, err := url.Parse(t.row.Inbox)
	if err != nil || to.Host == "" {
		return answer{fault: faultInbox, ours: true, scheme: s}
	}
	a, moved := d.post(ctx, to, t, s)
	if moved != nil && moved.Scheme == to.Scheme && moved.Host == to.Host {
		a, _ = d.post(ctx, moved, t, s)
	}
	return a
}

func (d *Deliverer) post(ctx context.Context, to *url.URL, t try, s sign.Scheme) (a answer, moved *url.URL) {
	a.scheme = s
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req, err := d.request(ctx, to, t, s)
	if err != nil {
		d.o.Log.WarnContext(ctx, "sign delivery", slog.String("activity", t.act.URI), slog.Any("err", err))
		a.ours, a.fault = true, faultSigning
		return a, nil
	}
	sent := d.o.Now()
	resp, err := d.o.Transport.RoundTrip(req)
	if err != nil {
		a.fault = faultOf(err)
		d.o.Log.DebugContext(ctx, "deliver", slog.String("inbox", t.row.Inbox), slog.Any("err", err))
		return a, nil
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusBadRequest && resp.Close && d.o.Now().Sub(sent) >= unread {
		a.fault = faultTimeout
		return a, nil
	}
	stop := time.AfterFunc(drainTime, cancel)
	defer stop.Stop()
	_, _ = io.CopyN(io.Discard, resp.Body, drainBytes) // lets the connection be used again
	a.code, a.retryAfter = resp.StatusCode, vocab.RetryAfter(resp.Header, d.o.Now())
	if a.code == http.StatusTemporaryRedirect || a.code == http.StatusPermanentRedirect {
		if loc, err := to.Parse(resp.Header.Get("Location")); err == nil {
			moved = loc
		}
	}
	return a, moved
}

// request builds and signs one request; signatures are never reused.
func (d *Deliverer) request(ctx context.Context, to *url.URL, t try, s sign.Scheme) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(t.act.Body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", d.o.UserAgent)
	if err := d.synchronise(ctx, req, t); err != nil {
		return nil, err
	}
	by := t.act.ActorID
	if !t.act.Local { // a group passes on what somebody else did
		by = t.act.GroupID
	}
	signer, err := d.o.SignerOf(ctx, by)
	if err != nil {
		return nil, err
	}
	return req, d.signing.do(func() error { return signer.Sign(req, t.act.Body, s, d.o.Now()) })
}

// synchronise adds the header that lets the host see whether it knows the same followers as we do.
func (d *Deliverer) synchronise(ctx context.Context, req *http.Request, t try) error {
	if d.o.Synchronise == nil || t.act.Public {
		return nil
	}
	said, err := d.o.Synchronise(ctx, t.act, t.row.Host)
	if err != nil {
		return fmt.Errorf("say who follows at %s: %w", t.row.Host, err)
	}
	if said != "" {
		req.Header.Set(sign.Synchronization, said)
	}
	return nil
}

// faultOf puts a network error into a few words without addresses.
func faultOf(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return faultTimeout
	}
	if n, ok := errors.AsType[net.Error](err); ok && n.Timeout() {
		return faultTimeout
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return faultDNS
	}
	if strings.Contains(err.Error(), "tls: ") { // what crypto/tls calls all of its own; few have a type
		return faultTLS
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return faultRefused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return faultReset
	}
	return faultNetwork
}
