package artifact

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/practice"
)

// askWay is the code of the one question back to a report by hashtag (domain.md 4.4).
const askWay = "reuse-ask"

// AskBack asks whoever reported use from elsewhere, and did not say so, whether they took the artifact
// as it was or adapted it: once, by a direct Note, which they answer in words.
func (r *Rules) AskBack(ctx context.Context, tx *db.Store, in *federation.Incoming) error {
	if in.Object == nil || in.Via != nil {
		return nil
	}
	p, err := none(tx.PostByURI(ctx, in.Object.Doc.ID))
	if err != nil || p == nil || p.State != db.PostPublished || p.Local {
		return err
	}
	u, err := none(tx.UseOf(ctx, p.ID))
	if err != nil || u == nil || u.Way != "" {
		return err
	}
	g, err := tx.GroupByID(ctx, p.GroupID)
	if err != nil {
		return fmt.Errorf("load group of report %d: %w", p.ID, err)
	}
	_, err = r.com.Tell(ctx, tx, g, community.Notice{To: p.Author, Code: askWay, About: p, Link: r.iris.Page(practice.Page(u.ArtifactID))})
	return err
}

// takeWay takes the answer to that question. False is for everything else, and for an answer that says
// neither: a facilitator reads it.
func (r *Rules) takeWay(ctx context.Context, tx *db.Store, in *federation.Incoming) (bool, error) {
	parent := in.Object.Doc.Parent()
	if !r.iris.Ours(parent) {
		return false, nil
	}
	asked, err := none(tx.PostByURI(ctx, parent))
	if err != nil || asked == nil || asked.StateReason != askWay || asked.AuthorID != asked.GroupID {
		return false, err
	}
	u, err := tx.UseOf(ctx, asked.ReplyToID)
	way := practice.WayIn(content.Text(content.Sanitise(in.Object.Doc.Content)))
	if errors.Is(err, db.ErrNotFound) || err == nil && (way == "" || u.ActorID != in.Object.Author.ID) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("load report %d: %w", asked.ReplyToID, err)
	}
	u.Way = way
	return true, tx.SaveUse(ctx, u)
}
