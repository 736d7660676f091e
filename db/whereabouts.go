package db

import "context"

// Places of a post at a host, in the order in which lists show them: trouble first.
const (
	PlaceWaits = iota
	PlaceRefused
	PlaceExpired
	PlaceCancelled
	PlaceSuperseded
	PlaceHas
)

// Whereabout is what became of a post at one host: the newest delivery of its text there, and of
// several inboxes the one that is worst off, because somebody behind it lacks the post. Where one
// inbox stands for all followers of a host, one that was reached is enough.
type Whereabout struct {
	Host      string `bun:"host"`
	Place     int    `bun:"place"`
	Attempts  int64  `bun:"attempts"`
	NextAt    Time   `bun:"next_at"`
	LastCode  int64  `bun:"last_code"`
	LastError string `bun:"last_error"`
	CreatedAt Time   `bun:"created_at"`
	DoneAt    Time   `bun:"done_at"`
	Type      string `bun:"type"`
	URI       string `bun:"uri"`
	// Had: an earlier version arrived, whatever became of this one.
	Had       bool  `bun:"had"`
	Followers int64 `bun:"followers"` // of the group, there

	// Of the host, zero where it has no row.
	Software     string `bun:"software"`
	Version      string `bun:"version"`
	Breaker      string `bun:"breaker"`
	HostError    string `bun:"host_error"`
	FailingSince Time   `bun:"failing_since"`
	NextProbeAt  Time   `bun:"next_probe_at"`
	RetryAfter   Time   `bun:"retry_after"`
	PausedAt     Time   `bun:"paused_at"`
}

// NextTry is when the host gets the post next at the earliest; zero: at once, or never.
func (w *Whereabout) NextTry() Time {
	if w.Place != PlaceWaits || !w.PausedAt.IsZero() {
		return Time{}
	}
	next := w.NextAt
	for _, t := range []Time{w.NextProbeAt, w.RetryAfter} {
		if t.After(next.Time) {
			next = t
		}
	}
	return next
}

// placeOfDelivery is a place from a state.
const placeOfDelivery = `CASE d.state WHEN 0 THEN 0 WHEN 2 THEN 1 WHEN 5 THEN 2 WHEN 4 THEN 3 WHEN 3 THEN 4 ELSE 5 END`

// whereabouts has one row for each host with pick = 1. It looks at the latest twenty activities
// with the text of a post, so that many corrections cost no more than some.
const whereabouts = `(SELECT d.host, ` + placeOfDelivery + ` AS place, d.attempts, d.next_at, d.last_code, d.last_error,
	d.created_at, d.done_at, a.type, a.uri,
	row_number() OVER (PARTITION BY d.host ORDER BY d.activity_id DESC,
		CASE WHEN d.state = 1 AND d.followers_of <> 0 THEN 0 ELSE 1 END, ` + placeOfDelivery + `, d.id) AS pick,
	max(CASE WHEN d.state = 1 THEN 1 ELSE 0 END) OVER (PARTITION BY d.host) AS had
	FROM deliveries d JOIN activities a ON a.id = d.activity_id WHERE d.activity_id IN (SELECT id FROM activities
		WHERE post_id = ?0 AND type IN ('Create', 'Announce', 'Update', 'Delete') ORDER BY id DESC LIMIT 20)) w
	LEFT JOIN (SELECT host, sum(followers) AS n FROM follower_inboxes WHERE followee_id = ?1 GROUP BY host) f ON f.host = w.host`

// Whereabouts lists the hosts that a post went to by place and host, after one of them (nil = from
// the first). Followers are counted of groupID.
func (s *Store) Whereabouts(ctx context.Context, p *Post, after *Whereabout, limit int) ([]*Whereabout, error) {
	if after == nil {
		after = &Whereabout{Place: -1}
	}
	var list []*Whereabout
	err := s.read.NewRaw(`SELECT w.host, w.place, w.attempts, w.next_at, w.last_code, w.last_error, w.created_at, w.done_at, w.type, w.uri,
		w.had = 1 AS had, coalesce(f.n, 0) AS followers, coalesce(h.software, '') AS software, coalesce(h.version, '') AS version,
		coalesce(h.state, '') AS breaker, coalesce(h.last_error, '') AS host_error, coalesce(h.failing_since, 0) AS failing_since,
		coalesce(h.next_probe_at, 0) AS next_probe_at, coalesce(h.retry_after, 0) AS retry_after, coalesce(h.paused_at, 0) AS paused_at
		FROM `+whereabouts+` LEFT JOIN hosts h ON h.name = w.host
		WHERE w.pick = 1 AND (w.place > ?2 OR w.place = ?2 AND w.host > ?3) ORDER BY w.place, w.host LIMIT ?4`,
		p.ID, p.GroupID, after.Place, after.Host, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// PlaceCount is how many hosts are in one place, and how many followers of the group they have.
type PlaceCount struct {
	Place     int   `bun:"place"`
	Hosts     int64 `bun:"hosts"`
	Followers int64 `bun:"followers"`
}

// CountWhereabouts counts the hosts that a post went to by place.
func (s *Store) CountWhereabouts(ctx context.Context, p *Post) ([]PlaceCount, error) {
	var list []PlaceCount
	err := s.read.NewRaw(`SELECT w.place, count(*) AS hosts, coalesce(sum(f.n), 0) AS followers FROM `+whereabouts+`
		WHERE w.pick = 1 GROUP BY w.place ORDER BY w.place`, p.ID, p.GroupID).Scan(ctx, &list)
	return list, wrap(err)
}

// BeingAddressed says that not all hosts of a post are known yet: a large audience is looked up in
// batches.
func (s *Store) BeingAddressed(ctx context.Context, postID int64) (bool, error) {
	var n int64
	err := s.read.NewRaw(`SELECT count(*) FROM outbox WHERE done_at = 0 AND activity_id IN
		(SELECT id FROM activities WHERE post_id = ?)`, postID).Scan(ctx, &n)
	return n > 0, wrap(err)
}
