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

// MentionsSince counts the lines in a person's inbox by which people elsewhere have named them since
// a moment: those from one host, and all.
func (s *Store) MentionsSince(ctx context.Context, personID int64, host string, since Time) (fromHost, all int, err error) {
	err = s.read.NewRaw(`SELECT coalesce(sum(CASE WHEN a.host = ? THEN 1 ELSE 0 END), 0), count(*)
		FROM notifications n JOIN accounts ac ON ac.id = n.account_id JOIN actors a ON a.id = n.actor_id
		WHERE ac.actor_id = ? AND n.kind = ? AND NOT a.local AND n.id >= ?`,
		host, personID, NotifyMention, idsSince(since.Time)).Scan(ctx, &fromHost, &all)
	return fromHost, all, wrap(err)
}
