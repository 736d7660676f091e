package db

import "context"

// ReportsSince counts what a person of ours has reported since a moment, or, for somebody elsewhere,
// what all of their host have: its people report in the name of one actor or of as many as it likes.
func (s *Store) ReportsSince(ctx context.Context, by *Actor, since Time) (n int, err error) {
	if by.Local {
		err = s.read.NewRaw("SELECT count(*) FROM reports WHERE reporter_id = ? AND created_at >= ?", by.ID, since).Scan(ctx, &n)
		return n, wrap(err)
	}
	err = s.read.NewRaw(`SELECT count(*) FROM reports r JOIN actors a ON a.id = r.reporter_id
		WHERE a.host = ? AND r.created_at >= ?`, by.Host, since).Scan(ctx, &n)
	return n, wrap(err)
}

// PrivateSince counts the private messages that somebody has written to a group since a moment.
func (s *Store) PrivateSince(ctx context.Context, groupID, authorID int64, since Time) (n int, err error) {
	err = s.read.NewRaw("SELECT count(*) FROM posts WHERE author_id = ? AND id >= ? AND group_id = ? AND visibility = ?",
		authorID, idsSince(since.Time), groupID, VisibilityDirect).Scan(ctx, &n)
	return n, wrap(err)
}
