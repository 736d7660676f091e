package federation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/federation/vocab"
)

// Reader says who signed a GET: for documents that not everybody may see. ErrUnauthentic means
// that nobody did, or not validly; ErrForbidden that we do not deal with them. What stands in the
// query is not authenticated (T08).
func (v *Receiver) Reader(req *http.Request) (*db.Actor, error) {
	ctx := req.Context()
	claim, err := v.claim(req, nil)
	if err != nil {
		return nil, err
	}
	if err := v.allowed(ctx, claim.KeyID); err != nil {
		return nil, err
	}
	signer, err := v.prove(req, nil, claim)
	if err != nil {
		return nil, err
	}
	a, err := v.o.Store.ActorByURI(ctx, signer)
	if err != nil {
		return nil, fmt.Errorf("load actor %s: %w", signer, err)
	}
	if !a.Active() {
		return nil, fmt.Errorf("%w: %s is suspended", ErrForbidden, signer)
	}
	return a, nil
}

// loop answers a request under a key of our own. We write to nobody here by way of the network, so
// nothing comes of it; but ErrForbidden, and not ErrUnauthentic, says that the signature fits, which
// shows copse doctor that requests arrive as they were signed.
func (v *Receiver) loop(req *http.Request, body []byte, claim *sign.Claim) error {
	owner, _, _ := strings.Cut(claim.KeyID, "#")
	a, err := v.o.Store.ActorByURI(req.Context(), owner)
	if errors.Is(err, db.ErrNotFound) || err == nil && a.PublicKeyID != claim.KeyID {
		return fmt.Errorf("%w: no key of ours: %.200q", ErrUnauthentic, claim.KeyID)
	}
	if err != nil {
		return fmt.Errorf("load actor %s: %w", owner, err)
	}
	key, err := sign.ParsePEM(a.PublicKey)
	if err == nil {
		err = claim.Verify(req, body, key, v.options())
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnauthentic, err)
	}
	return fmt.Errorf("%w: signed by this instance itself", ErrForbidden)
}

// claim reads a signature and checks all of it that needs no key, so that a request which can't
// be valid makes us fetch nothing.
func (v *Receiver) claim(req *http.Request, body []byte) (*sign.Claim, error) {
	claim, err := sign.Parse(req)
	if err == nil {
		err = claim.Check(req, body, v.options())
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnauthentic, err)
	}
	return claim, nil
}

func (v *Receiver) options() sign.VerifyOptions {
	return sign.VerifyOptions{Hosts: []string{v.o.IRIs.Host()}, BaseURL: v.base, Now: v.o.Now()}
}

// prove answers the actor whose key signed the request, who has a row from then on. A key that does not match is fetched anew
// once, because it may have been changed (T11).
func (v *Receiver) prove(req *http.Request, body []byte, claim *sign.Claim) (signer string, err error) {
	defer func(start time.Time) { v.o.Checked(time.Since(start), err) }(time.Now())
	ctx := req.Context()
	from := speaker(ctx, claim.KeyID)
	if _, spoke := v.spoke.GetIfPresent(from); from != "" && spoke {
		ctx = fetch.Vouched(ctx)
	}
	k, fetched, err := v.o.Resolver.key(ctx, claim.KeyID)
	if err != nil {
		return "", fmt.Errorf("key %.200q: %w", claim.KeyID, err)
	}
	err = claim.Verify(req, body, k.key, v.options())
	if errors.Is(err, sign.ErrMismatch) && !fetched {
		newer, nerr := v.o.Resolver.newerKey(ctx, claim.KeyID, k)
		if nerr != nil {
			return "", fmt.Errorf("%w: %w: %w", ErrUnauthentic, err, nerr)
		}
		k, err = newer, claim.Verify(req, body, newer.key, v.options())
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnauthentic, err)
	}
	if from != "" {
		v.spoke.Set(from, struct{}{})
	}
	return k.actor, v.o.Resolver.meet(ctx, claim.KeyID, k)
}

type addressKey struct{}

// From notes in ctx the address that a request comes from, as the door knows it. Who has proved to
// speak for a host from there has a share of the reads of that host's keys that no stranger uses up;
// of strangers each network has its own (fetch.AskedFrom).
func From(ctx context.Context, address string) context.Context {
	return context.WithValue(fetch.AskedFrom(ctx, address), addressKey{}, address)
}

// speaker names an address together with the site that it speaks for, "" where it is not known.
func speaker(ctx context.Context, keyID string) string {
	address, _ := ctx.Value(addressKey{}).(string)
	if address == "" {
		return ""
	}
	return address + " " + fetch.Site(vocab.Host(keyID))
}
