package federation

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
)

// keepReads is how long the word of a group's home counts about who reads there (wire.md 6).
const keepReads = 5 * time.Minute

// reads is what the home of a group said of a reader.
type reads struct {
	yes bool
	at  time.Time
}

// Follows asks the home of a group elsewhere whether an actor is among its followers, or a server
// among theirs, as Lemmy asks it. The answer is kept for a few minutes; that the home can't be
// reached is an error, and not kept.
func (r *Resolver) Follows(ctx context.Context, group *db.Actor, who string) (bool, error) {
	if group.FollowersURI == "" || !vocab.SameOrigin(group.FollowersURI, group.URI) {
		return false, nil
	}
	key := group.URI + " " + who
	if said, ok := r.mem.reads.GetIfPresent(key); ok && r.o.Now().Sub(said.at).Abs() < keepReads {
		return said.yes, nil
	}
	_, err := r.get(ctx, group.FollowersURI+"?is_follower="+url.QueryEscape(who))
	if err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrGone) {
		return false, fmt.Errorf("ask whether %s follows %s: %w", who, group.URI, err)
	}
	r.mem.reads.Set(key, reads{yes: err == nil, at: r.o.Now()})
	return err == nil, nil
}

// Names reads the addresses that a collection of another host lists, at most so many, from pages of fifty or more.
func (r *Resolver) Names(ctx context.Context, iri string, most int) ([]string, error) {
	var list []string
	err := r.items(ctx, iri, maxPages+most/50, func(ref vocab.Ref) bool {
		if name := ref.IRI; name != "" {
			list = append(list, name)
		}
		return len(list) < most
	})
	return list, err
}
