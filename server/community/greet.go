package community

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// Greet tells other servers that this one is there again: an Update of its own actor. A server that
// could not reach us for hours tries ever more rarely, until it hears from us; then it sends at once
// what it held back (Copse, and Mastodon alike).
func (r *Rules) Greet(ctx context.Context, tx *db.Store, instance *db.Actor, to []db.FollowerInbox) error {
	doc, err := r.ActorDoc(ctx, tx, instance)
	if err != nil {
		return err
	}
	doc.AtContext = ""
	_, err = r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: instance, Public: true, To: []db.Audience{{Inboxes: to}},
		Doc: vocab.ActivityDoc{AtContext: vocab.ActorContext, Type: "Update", To: []string{vocab.Public}, Object: &doc, Updated: r.pub.Now()},
	})
	if err != nil {
		return fmt.Errorf("greet %d servers: %w", len(to), err)
	}
	return nil
}
