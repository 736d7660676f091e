// Package roster keeps what two servers know of the followers of a community that is not open in
// step (FEP-8fcf): with what is sent to its members it says who they are at that host, as one
// digest; and where such a word from elsewhere does not fit what is known here, it reads the list
// and hands it over to the rules.
//
// It ends no follow itself: server/trust does, in the transaction it is given. Nothing it remembers
// is needed: the next delivery says the same again. Begin with Header and Hear.
package roster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

const (
	// page bounds how many followers are read at once, spare how many more than are known here are
	// read of a list elsewhere: a host with many followers is compared whole, page by page, and a
	// list without an end is left.
	page, spare = 500, 5000
	// waiting bounds the groups that wait to be compared; the next delivery says it again.
	waiting = 1000
)

// Options is what a Roster needs.
type Options struct {
	Store    *db.Store
	Resolver *federation.Resolver
	// Host is the name of this instance.
	Host string
	// Settle learns which people of ours follow a group elsewhere by its own word.
	Settle func(ctx context.Context, tx *db.Store, group *db.Actor, names []string) error
	Log    *slog.Logger
}

// Roster compares followers. Make one per process.
type Roster struct {
	o    Options
	wake chan struct{}

	mu    sync.Mutex
	heard map[string]claim // by signer
}

// New makes a roster.
func New(o Options) *Roster {
	return &Roster{o: o, wake: make(chan struct{}, 1), heard: make(map[string]claim)}
}

// Header says who of a host follows the group that sends an activity; "" where it is no group of
// ours or an open one.
func (r *Roster) Header(ctx context.Context, a *db.Activity, host string) (string, error) {
	by := a.ActorID
	if !a.Local {
		by = a.GroupID
	}
	closed, err := r.o.Store.ClosedGroup(ctx, by)
	if err != nil || !closed {
		return "", err
	}
	g, err := r.o.Store.ActorByID(ctx, by)
	if err != nil {
		return "", fmt.Errorf("load group %d: %w", by, err)
	}
	if !g.Local {
		return "", nil
	}
	names, err := r.at(ctx, g.ID, host)
	if err != nil {
		return "", err
	}
	return claim{collection: g.FollowersURI, url: g.FollowersURI + "?page=1", digest: Digest(names)}.String(), nil
}

// at lists the followers of a group at one host.
func (r *Roster) at(ctx context.Context, groupID int64, host string) ([]string, error) {
	var names []string
	for after := ""; ; {
		list, err := r.o.Store.FollowersAt(ctx, groupID, host, after, page)
		if err != nil {
			return nil, fmt.Errorf("list followers of %d at %s: %w", groupID, host, err)
		}
		names = append(names, list...)
		if len(list) < page {
			return names, nil
		}
		after = list[len(list)-1]
	}
}

// Digest is the XOR of the SHA-256 of the ids, in hexadecimal (FEP-8fcf).
func Digest(names []string) string {
	var sum [sha256.Size]byte
	for _, name := range names {
		for i, b := range sha256.Sum256([]byte(name)) {
			sum[i] ^= b
		}
	}
	return hex.EncodeToString(sum[:])
}

// claim is what the header says.
type claim struct{ collection, url, digest string }

// String writes it as the parameters of a signature are written.
func (c claim) String() string {
	return fmt.Sprintf(`collectionId="%s", url="%s", digest="%s"`, c.collection, c.url, c.digest)
}

// read takes a header apart; what is not understood is left out.
func read(header string) claim {
	var c claim
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		value = strings.Trim(value, `"`)
		switch name {
		case "collectionId":
			c.collection = value
		case "url":
			c.url = value
		case "digest":
			c.digest = strings.ToLower(value)
		}
	}
	return c
}

// Hear notes what a signer says of its followers here. It never blocks.
func (r *Roster) Hear(_ context.Context, signer, header string) {
	c := read(header)
	if c.digest == "" || !vocab.SameOrigin(c.collection, signer) || !vocab.SameOrigin(c.url, signer) {
		return
	}
	r.mu.Lock()
	if _, again := r.heard[signer]; again || len(r.heard) < waiting {
		r.heard[signer] = c
	}
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *Roster) next() (signer string, c claim, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for signer, c = range r.heard {
		delete(r.heard, signer)
		return signer, c, true
	}
	return "", claim{}, false
}

// Step compares one word with what is known here, and says whether there was one.
func (r *Roster) Step(ctx context.Context) (worked bool, err error) {
	signer, c, found := r.next()
	if !found {
		return false, nil
	}
	if err := r.compare(ctx, signer, c); err != nil {
		return true, fmt.Errorf("compare followers of %s: %w", signer, err)
	}
	return true, nil
}

// compare looks at the list itself only where the digests differ, and believes it only where it is
// the one that was spoken of: it may have changed again, or be longer than is read.
func (r *Roster) compare(ctx context.Context, signer string, c claim) error {
	g, err := r.o.Store.ActorByURI(ctx, signer)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	closed, err := r.o.Store.ClosedGroup(ctx, g.ID)
	if err != nil || !closed || g.Local || g.FollowersURI != c.collection {
		return err
	}
	ours, err := r.at(ctx, g.ID, r.o.Host)
	if err != nil || Digest(ours) == c.digest {
		return err
	}
	names, err := r.o.Resolver.Names(ctx, c.url, len(ours)+spare)
	if err != nil {
		return err
	}
	if Digest(names) != c.digest {
		r.o.Log.InfoContext(ctx, "followers changed meanwhile", "actor", signer)
		return nil
	}
	return r.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error { return r.o.Settle(ctx, tx, g, names) })
}

// Run compares until ctx ends.
func (r *Roster) Run(ctx context.Context) error {
	for {
		worked, err := r.Step(ctx)
		if err != nil && ctx.Err() == nil {
			r.o.Log.WarnContext(ctx, "followers not compared", "err", err)
		}
		if worked && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-r.wake:
		}
	}
}
