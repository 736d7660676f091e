package exchange

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// carried writes an answer that came to the words of a group as the answer to the true post that it
// is, for the members of the group. Its author's server has no proofs and shows the answer to
// nobody else, so the group is its witness (wire.md 6b).
func carried(body []byte, at place) ([]byte, error) {
	var act map[string]any
	if err := json.Unmarshal(body, &act); err != nil {
		return nil, fmt.Errorf("read answer to carry: %w", err)
	}
	post, ok := act["object"].(map[string]any)
	if !ok {
		return body, nil
	}
	for _, doc := range []map[string]any{act, post} {
		doc["to"], doc["audience"] = []string{at.group.Actor.URI, at.group.Actor.FollowersURI}, at.group.Actor.URI
		delete(doc, "cc")
	}
	post["inReplyTo"] = at.parent.URI
	out, err := json.Marshal(act)
	if err != nil {
		return nil, fmt.Errorf("write answer to carry: %w", err)
	}
	return out, nil
}

// remind tells somebody once whose answer to the words of a group went to others than the group: a
// client's usual answer reaches the answerer's own followers.
func (r *Rules) remind(ctx context.Context, tx *db.Store, g *db.Group, f *federation.Fetched) error {
	wide := f.Doc.Addresses(vocab.Public) || f.Author.FollowersURI != "" && f.Doc.Addresses(f.Author.FollowersURI)
	if !wide || slices.Contains(f.Doc.To, g.Actor.FollowersURI) {
		return nil
	}
	told, err := tx.ToldSince(ctx, g.ActorID, f.Author.ID, "answer-wide", db.Time{})
	if err != nil || told {
		return err
	}
	_, err = r.com.Tell(ctx, tx, g, community.Notice{To: f.Author, Code: "answer-wide"})
	return err
}
