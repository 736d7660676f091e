package federation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/federation/vocab"
)

const (
	// keepKey is how long a parsed key serves from memory before the database is asked again.
	keepKey = time.Hour
	// keepRefetch is how long one key is not fetched anew for signatures it does not match (T11).
	keepRefetch = 5 * time.Minute
	// keyBudget is how many requests one unknown key may cost: the key, its actor, a redirect
	// each, and second knocks.
	keyBudget = 6
)

// peerKey is a key of another host's actor, proved to be the actor's own.
type peerKey struct {
	key   sign.PublicKey
	actor string
	until time.Time
	// met says that the actor has a row here; doc is its document where it was just fetched.
	met bool
	doc *vocab.Object
}

// key finds the key behind a key id and whose it is: in memory, in the database, or by fetching;
// fetched says that it was the last.
func (r *Resolver) key(ctx context.Context, keyID string) (k peerKey, fetched bool, err error) {
	if r.o.IRIs.Ours(keyID) || !vocab.IsWebIRI(keyID) {
		return peerKey{}, false, fmt.Errorf("%w: key id %q is not another host's", ErrUnauthentic, keyID)
	}
	if k, ok := r.keyInMemory(keyID); ok {
		return k, false, nil
	}
	k, err = r.storedKey(ctx, keyID)
	if err == nil || !errors.Is(err, db.ErrNotFound) {
		return k, false, err
	}
	k, err = r.fetchKeyOnce(ctx, keyID)
	return k, true, err
}

func (r *Resolver) keyInMemory(keyID string) (peerKey, bool) {
	k, ok := r.mem.keys.GetIfPresent(keyID)
	return k, ok && r.o.Now().Before(k.until)
}

// storedKey reads a key from the row of its actor; db.ErrNotFound where no row has it in a form
// that is of use.
func (r *Resolver) storedKey(ctx context.Context, keyID string) (peerKey, error) {
	var a *db.Actor
	var err error
	if owner, _, fragment := strings.Cut(keyID, "#"); fragment {
		a, err = r.o.Store.ActorByURI(ctx, owner)
	} else {
		a, err = r.o.Store.ActorByKeyID(ctx, keyID)
	}
	if err != nil {
		return peerKey{}, err
	}
	k := peerKey{actor: a.URI, met: true}
	switch keyID {
	case a.PublicKeyID:
		k.key, err = sign.ParsePEM(a.PublicKey)
	case a.ProofKeyID:
		k.key, err = sign.ParseMultikey(a.ProofKey)
	default:
		err = db.ErrNotFound
	}
	if err != nil || a.Local || !a.DeletedAt.IsZero() {
		return peerKey{}, db.ErrNotFound
	}
	r.remember(keyID, k)
	return k, nil
}

// newerKey fetches a key anew that a signature did not match, and answers the old one's
// successor. Requests that come meanwhile wait for the same answer; a key is fetched anew at most
// once in five minutes, and only its own host can make it change.
func (r *Resolver) newerKey(ctx context.Context, keyID string, old peerKey) (peerKey, error) {
	if k, ok := r.keyInMemory(keyID); ok && !k.key.Equal(old.key) {
		return k, nil
	}
	k, err := r.askOnce(ctx, "newer", keyID, func(ctx context.Context) (peerKey, error) {
		if k, err := r.storedKey(ctx, keyID); err == nil && !k.key.Equal(old.key) {
			return k, nil // others of the same moment were quicker
		}
		if r.triedWithin("key "+keyID, keepRefetch) {
			return peerKey{}, fmt.Errorf("%w: key %s was read a moment ago", ErrUnauthentic, keyID)
		}
		r.mem.tried.Set("key "+keyID, r.o.Now())
		k, err := r.fetchKey(ctx, keyID)
		if err != nil || !old.met {
			return k, err
		}
		_, err = r.takeActor(ctx, k.doc) // it has a row already, and all who wait need the new key
		k.met, k.doc = true, nil
		return k, err
	})
	if err == nil && k.key.Equal(old.key) {
		return k, fmt.Errorf("%w: key %s has not changed", ErrUnauthentic, keyID)
	}
	return k, err
}

func (r *Resolver) fetchKeyOnce(ctx context.Context, keyID string) (peerKey, error) {
	return r.askOnce(ctx, "key", keyID, func(ctx context.Context) (peerKey, error) {
		if k, ok := r.keyInMemory(keyID); ok { // others of the same moment were quicker
			return k, nil
		}
		if k, err := r.storedKey(ctx, keyID); err == nil {
			return k, nil
		}
		return r.fetchKey(ctx, keyID)
	})
}

// askOnce lets all who want the same at one moment wait for one answer, which the first of them
// can't withdraw by going away.
func (r *Resolver) askOnce(ctx context.Context, what, keyID string, ask func(context.Context) (peerKey, error)) (peerKey, error) {
	ctx = fetch.WithBudget(context.WithoutCancel(ctx), fetch.BudgetOf(vocab.Host(keyID), keyBudget))
	k, err, _ := r.mem.asks.Do(what+" "+keyID, func() (any, error) { return ask(ctx) })
	if err != nil {
		return peerKey{}, err
	}
	return k.(peerKey), nil
}

// fetchKey follows a key id to its document, its owner, and back to the key (T04, T05): only an
// actor that lists the key under this id as its own is believed to hold it.
func (r *Resolver) fetchKey(ctx context.Context, keyID string) (peerKey, error) {
	body, err := r.o.Fetch.Key(ctx, keyID)
	if err != nil {
		return peerKey{}, fmt.Errorf("%w: %w", ErrUnauthentic, err)
	}
	doc, err := vocab.Decode(body.Body)
	if err != nil {
		return peerKey{}, fmt.Errorf("%w: read key %s: %w", ErrUnauthentic, keyID, err)
	}
	actor, err := r.ownerOf(ctx, keyID, doc)
	if err != nil {
		return peerKey{}, fmt.Errorf("%w: owner of key %s: %w", ErrUnauthentic, keyID, err)
	}
	k, listed := keysFromWire(actor)[keyID]
	if !listed {
		return peerKey{}, fmt.Errorf("%w: %s does not list key %s", ErrUnauthentic, actor.ID, keyID)
	}
	if _, err := actorFromWire(actor); err != nil {
		return peerKey{}, fmt.Errorf("%w: %w", ErrUnauthentic, err)
	}
	r.remember(keyID, k)
	k.doc = actor
	return k, nil
}

// meet stores the actor whose key has just proved something. Before that there is no row: anybody
// can make us look for a key, and what is refused leaves no trace.
func (r *Resolver) meet(ctx context.Context, keyID string, k peerKey) error {
	if k.met {
		return nil
	}
	_, err := r.askOnce(ctx, "meet", keyID, func(ctx context.Context) (peerKey, error) {
		now, err := r.storedKey(ctx, keyID)
		if err == nil && now.key.Equal(k.key) {
			return now, nil // others of the same moment were quicker
		}
		if k.doc != nil {
			_, err = r.takeActor(ctx, k.doc)
		} else {
			_, err = r.Refresh(ctx, k.actor)
		}
		return k, err
	})
	if err != nil {
		return fmt.Errorf("meet %s: %w", k.actor, err)
	}
	return nil
}

// ownerOf is the document of the actor that a key document names: itself, or the owner of a stub
// (GoToSocial) or of a bare key. A bare key that calls itself otherwise than it was asked for
// names nobody.
func (r *Resolver) ownerOf(ctx context.Context, keyID string, doc *vocab.Object) (*vocab.Object, error) {
	owner := doc.ID
	if !vocab.IsActor(doc.Type) {
		if owner = doc.Owner; doc.ID != keyID {
			return nil, fmt.Errorf("%w: it names itself %s", fetch.ErrOrigin, doc.ID)
		}
	}
	if !vocab.SameOrigin(owner, keyID) {
		return nil, fmt.Errorf("%w: %q is of another origin", fetch.ErrOrigin, owner)
	}
	plain, _, _ := strings.Cut(keyID, "#")
	if vocab.IsActor(doc.Type) && doc.ID == plain {
		return doc, nil
	}
	actor, err := r.get(ctx, owner)
	if err == nil && actor.ID != owner {
		err = fmt.Errorf("%w: %s names itself %s", fetch.ErrOrigin, owner, actor.ID)
	}
	return actor, err
}

// learnKeys keeps what a fetched actor publishes.
func (r *Resolver) learnKeys(doc *vocab.Object) {
	for id, k := range keysFromWire(doc) {
		k.met = true
		r.remember(id, k)
	}
}

func (r *Resolver) remember(keyID string, k peerKey) {
	k.until = r.o.Now().Add(keepKey)
	r.mem.keys.Set(keyID, k)
}

func (r *Resolver) forgetKeys(a *db.Actor) {
	r.mem.keys.Invalidate(a.PublicKeyID)
	r.mem.keys.Invalidate(a.ProofKeyID)
}
