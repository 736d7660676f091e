package db

import "context"

// Badges are the numbers that the frame of every page shows a person: what waits for them.
type Badges struct {
	Unread int // notifications, up to 100
	Drafts int // up to 100
	// Moderates are the groups that they moderate, Duties the open reports and held posts there, up to 100
	// of each. What an admin looks after besides is not among them.
	Moderates []int64
	Duties    int
}

// BadgesOf reads what waits for a person in one look: every page asks for it.
func (s *Store) BadgesOf(ctx context.Context, account *Account) (Badges, error) {
	var rows []struct {
		What string `bun:"what"`
		N    int64  `bun:"n"`
	}
	const moderated = "SELECT group_id FROM role_grants WHERE actor_id = ?1 AND role IN ('facilitator', 'moderator')"
	err := s.read.NewRaw(`SELECT 'unread' AS what, count(*) AS n FROM (SELECT 1 FROM notifications WHERE account_id = ?0 AND read_at = 0 LIMIT 100) a
		UNION ALL SELECT 'drafts', count(*) FROM (SELECT 1 FROM drafts WHERE account_id = ?0 LIMIT 100) b
		UNION ALL SELECT 'duty', count(*) FROM (SELECT 1 FROM reports WHERE group_id IN (`+moderated+`) AND state = 'open' LIMIT 100) c
		UNION ALL SELECT 'duty', count(*) FROM (SELECT 1 FROM posts WHERE group_id IN (`+moderated+`) AND state <> 'published' AND state = 'held' LIMIT 100) d
		UNION ALL SELECT DISTINCT 'group', group_id FROM (`+moderated+`) e`, account.ID, account.ActorID).Scan(ctx, &rows)
	var w Badges
	for _, r := range rows {
		switch r.What {
		case "unread":
			w.Unread = int(r.N)
		case "drafts":
			w.Drafts = int(r.N)
		case "duty":
			w.Duties += int(r.N)
		default:
			w.Moderates = append(w.Moderates, r.N)
		}
	}
	return w, wrap(err)
}
