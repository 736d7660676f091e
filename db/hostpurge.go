package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// Parts of what a host sent, in the order in which they go.
const (
	PurgePeople = "people"
	PurgeGroups = "groups"
	PurgeMarks  = "marks" // likes, shares and notices
)

// HostPurge is the removal of all that a host sent. Where it stands is in the row, so that a killed
// process goes on.
type HostPurge struct {
	bun.BaseModel `bun:"table:host_purges,alias:hp"`

	Host   string `bun:"host,pk"`
	Reason string `bun:"reason"`
	Part   string `bun:"part"`
	Cursor int64  `bun:"cursor"` // the last actor that is through
	People int64  `bun:"people"`
	Groups int64  `bun:"groups"`
	Posts  int64  `bun:"posts"`
	Marks  int64  `bun:"marks"`
	Steps  int64  `bun:"steps"`

	CreatedAt Time `bun:"created_at"`
	DoneAt    Time `bun:"done_at"`
}

// Going says that there is more to be done.
func (p *HostPurge) Going() bool { return p.DoneAt.IsZero() }

// PutHostPurge begins to remove what a host sent; one that is over begins anew. ErrConflict: one goes.
func (s *Store) PutHostPurge(ctx context.Context, p *HostPurge) error {
	p.Part, p.CreatedAt = PurgePeople, s.Now()
	if _, err := s.exec(ctx, "DELETE FROM host_purges WHERE host = ? AND done_at <> 0", p.Host); err != nil {
		return err
	}
	fresh, err := s.insertNew(ctx, p)
	if err == nil && !fresh {
		return fmt.Errorf("purge %s: %w", p.Host, ErrConflict)
	}
	return err
}

// HostPurgeOf is how far the removal of what a host sent is. ErrNotFound: none was begun.
func (s *Store) HostPurgeOf(ctx context.Context, host string) (*HostPurge, error) {
	p := new(HostPurge)
	return p, one(ctx, s.read.NewSelect().Model(p).Where("host = ?", host))
}

// TakeHostPurge is HostPurgeOf for who does the next step: nobody else does one until the transaction
// ends. ErrNotFound: there is nothing more to do.
func (s *Store) TakeHostPurge(ctx context.Context, host string) (*HostPurge, error) {
	n, err := s.exec(ctx, "UPDATE host_purges SET steps = steps + 1 WHERE host = ? AND done_at = 0", host)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, ErrNotFound
	}
	return s.HostPurgeOf(ctx, host)
}

// SaveHostPurge stores how far it is.
func (s *Store) SaveHostPurge(ctx context.Context, p *HostPurge) error {
	_, err := s.write.NewUpdate().Model(p).WherePK().ExcludeColumn("host", "reason", "created_at", "steps").Exec(ctx)
	return wrap(err)
}

// HostPurges lists the removals that are under way.
func (s *Store) HostPurges(ctx context.Context, limit int) ([]*HostPurge, error) {
	var list []*HostPurge
	err := s.read.NewSelect().Model(&list).Where("done_at = 0").Order("created_at", "host").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// HostHoldings counts what is kept here of a host.
type HostHoldings struct {
	People    int64 `bun:"people"`
	Groups    int64 `bun:"groups"`
	Posts     int64 `bun:"posts"`   // of its people, and of others in its communities; not of ours
	Marks     int64 `bun:"marks"`   // likes and shares
	Follows   int64 `bun:"follows"` // by its people of ours
	Followed  int64 `bun:"followed"`
	Members   int64 `bun:"members"` // its people in communities of ours
	Belonging int64 `bun:"belonging"`
}

// HoldingsOf counts what would go with a host. It looks at all that its people wrote.
func (s *Store) HoldingsOf(ctx context.Context, host string) (HostHoldings, error) {
	var n HostHoldings
	err := s.read.NewRaw(`WITH theirs AS (SELECT id, type FROM actors WHERE host = ?0 AND NOT local AND deleted_at = 0)
		SELECT (SELECT count(*) FROM theirs WHERE type <> 'Group') AS people,
		(SELECT count(*) FROM theirs WHERE type = 'Group') AS groups,
		(SELECT count(*) FROM posts WHERE NOT local AND state <> 'deleted' AND (author_id IN (SELECT id FROM theirs) OR group_id IN (SELECT id FROM theirs))) AS posts,
		(SELECT count(*) FROM likes WHERE actor_id IN (SELECT id FROM theirs)) + (SELECT count(*) FROM shares WHERE actor_id IN (SELECT id FROM theirs)) AS marks,
		(SELECT count(*) FROM follows WHERE state = 'accepted' AND follower_id IN (SELECT id FROM theirs)) AS follows,
		(SELECT count(*) FROM follows WHERE state = 'accepted' AND followee_id IN (SELECT id FROM theirs)) AS followed,
		(SELECT count(*) FROM memberships WHERE left_at = 0 AND status IN ('newcomer', 'member', 'dormant') AND actor_id IN (SELECT id FROM theirs)) AS members,
		(SELECT count(*) FROM memberships WHERE left_at = 0 AND status IN ('newcomer', 'member', 'dormant') AND group_id IN (SELECT id FROM theirs)) AS belonging`,
		host).Scan(ctx, &n)
	return n, wrap(err)
}

// GroupsOn lists the actors of groups of a host by id, after one, who are not gone.
func (s *Store) GroupsOn(ctx context.Context, host string, after int64, limit int) ([]*Actor, error) {
	var list []*Actor
	err := s.read.NewSelect().Model(&list).Where("host = ? AND NOT local AND type = ? AND id > ? AND deleted_at = 0", host, ActorGroup, after).
		Order("id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// EraseMarks takes back up to limit likes and up to limit shares by people of a host, with the counts,
// and says how many those were; 0 means that none is left.
func (s *Store) EraseMarks(ctx context.Context, host string, limit int) (int64, error) {
	var total int64
	for table, count := range map[string]string{"likes": "likes_count", "shares": "shares_count"} {
		var marks []struct {
			PostID  int64 `bun:"post_id"`
			ActorID int64 `bun:"actor_id"`
		}
		err := s.read.NewRaw(`SELECT m.post_id, m.actor_id FROM ? m JOIN actors a ON a.id = m.actor_id
			WHERE a.host = ? AND NOT a.local ORDER BY m.post_id, m.actor_id LIMIT ?`, bun.Ident(table), host, limit).Scan(ctx, &marks)
		if err != nil {
			return total, wrap(err)
		}
		for _, m := range marks {
			if _, err := s.exec(ctx, "DELETE FROM ? WHERE post_id = ? AND actor_id = ?", bun.Ident(table), m.PostID, m.ActorID); err != nil {
				return total, err
			}
			if _, err := s.exec(ctx, "UPDATE posts SET ?0 = ?0 - 1 WHERE id = ?1", bun.Ident(count), m.PostID); err != nil {
				return total, err
			}
			total++
		}
	}
	return total, nil
}

// ForgetHost removes what is kept of a host beside its people, communities and their words: what it
// sent as it came, what it calls itself, and the lines in inboxes that its people are the cause of. The
// decision about it stays.
func (s *Store) ForgetHost(ctx context.Context, host string) error {
	for _, query := range []string{
		"DELETE FROM notifications WHERE actor_id IN (SELECT id FROM actors WHERE host = ? AND NOT local)",
		"DELETE FROM receipts WHERE host = ?",
		"DELETE FROM host_titles WHERE host = ?",
		"DELETE FROM host_promises WHERE host = ?",
		"DELETE FROM trusts WHERE host = ?",
		`UPDATE actors SET name = '', summary = '', summary_source = '', icon_uri = '', organisation = '' WHERE host = ? AND NOT local`,
	} {
		if _, err := s.exec(ctx, query, host); err != nil {
			return fmt.Errorf("forget what came from %s: %w", host, err)
		}
	}
	return nil
}
