package federation

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/drill"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/federation/vocab"
)

// ReceiverOptions is what a Receiver needs; all funcs but Now, and Log, may be nil.
type ReceiverOptions struct {
	Store    *db.Store
	Resolver *Resolver
	IRIs     IRIs
	Now      func() time.Time
	Log      *slog.Logger
	// Policy answers ErrRefusedHost for hosts we do not deal with, see Policy.Allowed.
	Policy func(ctx context.Context, host string) error
	// Nudge wakes the inbox.
	Nudge func()
	// Synchronise is told whom a sender takes for its followers here (FEP-8fcf): the signer and the
	// header. It must not block.
	Synchronise func(ctx context.Context, signer, header string)
	// Checked is told how long the proof of one signature took, its key included, and what came of it.
	Checked func(took time.Duration, err error)
}

// Receiver authenticates requests of other instances.
type Receiver struct {
	o     ReceiverOptions
	base  *url.URL
	heard *otter.Cache[string, time.Time] // hosts noted within the last minute
	// spoke holds from where which site has sent something proved, those used last.
	spoke *otter.Cache[string, struct{}]
}

// NewReceiver panics where Store, Resolver or Now is missing: a programmer's error.
func NewReceiver(o ReceiverOptions) *Receiver {
	if o.Store == nil || o.Resolver == nil || o.Now == nil {
		panic("federation: a Receiver needs Store, Resolver and Now")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Checked == nil {
		o.Checked = func(time.Duration, error) {}
	}
	base, err := url.Parse(o.IRIs.Base())
	if err != nil {
		panic(fmt.Errorf("federation: base address: %w", err))
	}
	return &Receiver{
		o: o, base: base, heard: otter.Must(&otter.Options[string, time.Time]{MaximumSize: maxRemembered}),
		spoke: otter.Must(&otter.Options[string, struct{}]{MaximumSize: maxRemembered}),
	}
}

// Receive authenticates an activity and stores it. Nil means stored, known already, or nothing to
// us: answer 202. ErrUnauthentic means 401, unless Temporary says that its key could not be had
// just now; ErrForbidden 403, vocab.ErrMalformed 400 and vocab.ErrTooLarge 413. inboxOf is the
// actor whose inbox it came to, 0 for the shared one.
func (v *Receiver) Receive(req *http.Request, body []byte, inboxOf int64) error {
	ctx := req.Context()
	if err := acceptable(req, body); err != nil {
		return err
	}
	claim, err := v.claim(req, body)
	if err != nil {
		return err
	}
	if v.o.IRIs.Ours(claim.KeyID) {
		return v.loop(req, body, claim)
	}
	doc, err := vocab.DecodeActivity(body)
	if err != nil {
		return err
	}
	if err := v.allowed(ctx, claim.KeyID, doc.Actor.IRI); err != nil {
		return err
	}
	if leaves(doc) {
		if known, err := v.knows(ctx, doc.Actor.IRI); err != nil || !known {
			return err // T12: a stranger's end means nothing; that of a post may overtake the post
		}
	}
	signer, err := v.prove(req, body, claim)
	if err != nil && !(leaves(doc) && v.keyLeft(err, doc, claim)) {
		return err
	}
	if err := v.mayBring(ctx, signer, doc); err != nil {
		return err
	}
	if header := req.Header.Get(sign.Synchronization); header != "" && signer != "" && v.o.Synchronise != nil {
		v.o.Synchronise(ctx, signer, header)
	}
	return v.keep(ctx, claim, signer, doc, &db.Receipt{Body: body, InboxOf: inboxOf})
}

// acceptable checks what the request is before looking into it. An inbox has no query (T08).
func acceptable(req *http.Request, body []byte) error {
	if req.URL.RawQuery != "" || req.URL.ForceQuery {
		return fmt.Errorf("inbox with a query: %w", vocab.ErrMalformed)
	}
	if len(body) > vocab.MaxBytes {
		return fmt.Errorf("%d bytes: %w", len(body), vocab.ErrTooLarge)
	}
	media, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("content type: %w", vocab.ErrMalformed)
	}
	switch media {
	case "application/activity+json", "application/ld+json", "application/json":
		return nil
	}
	return fmt.Errorf("content type %.60q: %w", media, vocab.ErrMalformed)
}

func (v *Receiver) allowed(ctx context.Context, iris ...string) error {
	if v.o.Policy == nil {
		return nil
	}
	for _, iri := range iris {
		if vocab.Host(iri) == "" {
			continue // not an address; no key will be found for it
		}
		err := v.o.Policy(ctx, vocab.Host(iri))
		if errors.Is(err, ErrRefusedHost) {
			return fmt.Errorf("%w: %w", ErrForbidden, err)
		}
		if err != nil {
			return fmt.Errorf("policy towards %s: %w", vocab.Host(iri), err)
		}
	}
	return nil
}

func (v *Receiver) knows(ctx context.Context, actor string) (bool, error) {
	_, err := v.o.Store.ActorByURI(ctx, actor)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// keyLeft says that a request could not be proved because its signer's key is gone, as it is when
// an actor that we know deletes itself. The inbox then asks its host (T12).
func (v *Receiver) keyLeft(err error, doc *vocab.Object, claim *sign.Claim) bool {
	return vocab.SameOrigin(claim.KeyID, doc.Actor.IRI) && (errors.Is(err, ErrGone) || errors.Is(err, ErrNotFound))
}

// mayBring says whether a signer may bring this activity: its own (T04), one about a post that
// carries a proof of its actor, or, an instance telling another what happened to a post of its
// own, a hint (wire.md 4.4). Proofs and hints are looked at by the inbox.
func (v *Receiver) mayBring(ctx context.Context, signer string, doc *vocab.Object) error {
	if doc.ID != "" && !vocab.SameOrigin(doc.ID, doc.Actor.IRI) {
		return fmt.Errorf("%w: %s is not an id of %s", ErrForbidden, doc.ID, doc.Actor.IRI)
	}
	if v.o.IRIs.Ours(doc.Actor.IRI) {
		return fmt.Errorf("%w: %s is ours", ErrForbidden, doc.Actor.IRI)
	}
	if signer == doc.Actor.IRI || signer == "" || doc.Proof != nil && hintable(doc.Type) {
		return nil
	}
	if hintable(doc.Type) {
		a, err := v.o.Store.ActorByURI(ctx, signer)
		if err != nil {
			return fmt.Errorf("load actor %s: %w", signer, err)
		}
		if a.Type == db.ActorApplication {
			return nil
		}
	}
	return fmt.Errorf("%w: %s signed for %s", ErrForbidden, signer, doc.Actor.IRI)
}

func hintable(kind string) bool {
	return isMark(kind) || kind == "Create" || kind == "Update" || kind == "Delete" || kind == "Undo"
}

// keep stores an activity once. What somebody else brought is another receipt than the same from
// its actor, so that nobody can use up an activity that is still on its way.
func (v *Receiver) keep(ctx context.Context, claim *sign.Claim, signer string, doc *vocab.Object, rc *db.Receipt) error {
	id, sig := doc.ID, claim.Hash()
	rc.Hash = db.HashOf([]byte(id), rc.Body)
	if id == "" {
		id = "urn:copse:unnamed:" + hex.EncodeToString(rc.Hash)
	}
	if signer != doc.Actor.IRI {
		rc.Hash = db.HashOf(rc.Hash, []byte(signer))
	}
	rc.Signature = db.HashOf(sig[:])
	rc.ActivityURI, rc.Type, rc.ActorURI, rc.Host = id, doc.Type, signer, vocab.Host(claim.KeyID)
	fresh, err := v.o.Store.AddReceipt(ctx, rc)
	if err != nil {
		return fmt.Errorf("store activity %s: %w", id, err)
	}
	drill.Point("received")
	v.hear(ctx, rc.Host)
	if fresh && v.o.Nudge != nil {
		v.o.Nudge()
	}
	return nil
}

// hear notes that a host is alive, at most once a minute.
func (v *Receiver) hear(ctx context.Context, host string) {
	now := v.o.Now()
	if at, ok := v.heard.GetIfPresent(host); ok && now.Sub(at).Abs() < time.Minute { // a clock may go back
		return
	}
	v.heard.Set(host, now)
	err := v.o.Store.EnsureHost(ctx, host)
	if err == nil {
		err = v.o.Store.HeardFromHost(ctx, host)
	}
	if err != nil {
		v.o.Log.WarnContext(ctx, "host not noted", "host", host, "err", err)
	}
}
