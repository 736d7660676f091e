package db

import (
	"context"
	"errors"
)

// Who reads what was done in a group.
const (
	LogPublic     = "public" // everybody, where the group is open
	LogMembers    = "members"
	LogModerators = "moderators"
)

// LogReaders is who reads the log of a group: its members, where nothing else was said.
func (s *Store) LogReaders(ctx context.Context, groupID int64) (string, error) {
	var who string
	err := wrap(s.read.NewRaw("SELECT readers FROM log_readers WHERE group_id = ?", groupID).Scan(ctx, &who))
	if errors.Is(err, ErrNotFound) {
		return LogMembers, nil
	}
	return who, err
}

// SetLogReaders says who reads the log of a group.
func (s *Store) SetLogReaders(ctx context.Context, groupID int64, who string) error {
	_, err := s.exec(ctx, `INSERT INTO log_readers (group_id, readers) VALUES (?, ?)
		ON CONFLICT (group_id) DO UPDATE SET readers = EXCLUDED.readers`, groupID, who)
	return err
}
