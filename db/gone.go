package db

import (
	"context"
	"time"

	"github.com/uptrace/bun"
)

// GoneActor is somebody elsewhere whose inbox answered 410, which may be a fault: they are believed
// gone when their server has said so twice, a day apart.
type GoneActor struct {
	bun.BaseModel `bun:"table:gone_actors,alias:gone"`

	ActorID   int64 `bun:"actor_id,pk"`
	Confirmed int16 `bun:"confirmed"` // how often their server has said it
	NextAt    Time  `bun:"next_at"`
	CreatedAt Time  `bun:"created_at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// goneInbox is how many actors are asked about after one inbox answered 410.
const goneInbox = 50

// NoteGone remembers whom an inbox serves that answered 410, to ask about them.
func (s *Store) NoteGone(ctx context.Context, host, inbox string) error {
	now := s.Now()
	_, err := s.exec(ctx, `INSERT INTO gone_actors (actor_id, confirmed, next_at, created_at)
		SELECT id, 0, ?, ? FROM actors WHERE host = ? AND (inbox = ? OR shared_inbox = ?) AND NOT local AND deleted_at = 0
		ORDER BY id LIMIT ? ON CONFLICT (actor_id) DO NOTHING`, now, now, host, inbox, inbox, goneInbox)
	return err
}

// GoneToAsk lists those whose server is to be asked now, with the actors.
func (s *Store) GoneToAsk(ctx context.Context, limit int) ([]*GoneActor, error) {
	var list []*GoneActor
	err := s.read.NewSelect().Model(&list).Relation("Actor").Where("gone.next_at <= ?", s.Now()).
		Order("gone.next_at", "gone.actor_id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// AskGoneLater notes how often a server has confirmed that an actor is gone, and asks again after a
// wait.
func (s *Store) AskGoneLater(ctx context.Context, g *GoneActor, wait time.Duration) error {
	_, err := s.exec(ctx, "UPDATE gone_actors SET confirmed = ?, next_at = ? WHERE actor_id = ?",
		g.Confirmed, At(s.Now().Add(wait)), g.ActorID)
	return err
}

// ForgetGone ends the doubt about an actor.
func (s *Store) ForgetGone(ctx context.Context, actorID int64) error {
	_, err := s.exec(ctx, "DELETE FROM gone_actors WHERE actor_id = ?", actorID)
	return err
}
