package db

import (
	"context"

	"github.com/uptrace/bun"
)

// Severed counts what a block of a host would break.
type Severed struct {
	Host      string `bun:"host"`
	Followed  int64  `bun:"followed"`  // follows of ours of somebody there
	Following int64  `bun:"following"` // follows of somebody there of ours
	Members   int64  `bun:"members"`   // of communities of ours
	Waiting   int64  `bun:"waiting"`   // deliveries
}

// SeveredAt counts for each of some hosts what a block would break; hosts with which nothing ties us
// are missing.
func (s *Store) SeveredAt(ctx context.Context, hosts []string) (map[string]*Severed, error) {
	out := make(map[string]*Severed)
	if len(hosts) == 0 {
		return out, nil
	}
	var list []*Severed
	in := bun.List(hosts)
	err := s.read.NewRaw(`SELECT host, sum(followed) AS followed, sum(following) AS following, sum(members) AS members, sum(waiting) AS waiting FROM (
		SELECT a.host AS host, count(*) AS followed, 0 AS following, 0 AS members, 0 AS waiting FROM follows f
			JOIN actors a ON a.id = f.followee_id JOIN actors o ON o.id = f.follower_id
			WHERE a.host IN (?0) AND o.local AND f.state = 'accepted' GROUP BY a.host
		UNION ALL SELECT a.host, 0, count(*), 0, 0 FROM follows f
			JOIN actors a ON a.id = f.follower_id JOIN actors o ON o.id = f.followee_id
			WHERE a.host IN (?0) AND o.local AND f.state = 'accepted' GROUP BY a.host
		UNION ALL SELECT a.host, 0, 0, count(*), 0 FROM memberships m JOIN actors a ON a.id = m.actor_id JOIN actors o ON o.id = m.group_id
			WHERE a.host IN (?0) AND o.local AND m.left_at = 0 AND m.status IN ('newcomer', 'member', 'dormant') GROUP BY a.host
		UNION ALL SELECT d.host, 0, 0, 0, count(*) FROM deliveries d WHERE d.host IN (?0) AND d.state = 0 GROUP BY d.host
	) x GROUP BY host`, in).Scan(ctx, &list)
	for _, row := range list {
		out[row.Host] = row
	}
	return out, wrap(err)
}
