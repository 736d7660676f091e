package db

import (
	"context"

	"github.com/uptrace/bun"
)

// Session is one signed-in browser. The token itself is never stored, only its hash.
type Session struct {
	bun.BaseModel `bun:"table:sessions,alias:session"`

	TokenHash string `bun:"token_hash,pk"`
	PublicID  int64  `bun:"public_id"` // names the session in settings
	AccountID int64  `bun:"account_id"`
	Data      []byte `bun:"data"`
	UserAgent string `bun:"user_agent"`
	Address   string `bun:"address"`
	CreatedAt Time   `bun:"created_at"`
	SeenAt    Time   `bun:"seen_at"`
	ExpiresAt Time   `bun:"expires_at"`

	Account *Account `bun:"rel:belongs-to,join:account_id=id"`
}

// SessionByHash returns a session that has not expired, with whose it is and their person; Account is
// nil where nobody has signed in.
func (s *Store) SessionByHash(ctx context.Context, hash string) (*Session, error) {
	row := new(Session)
	err := one(ctx, s.read.NewSelect().Model(row).Relation("Account").Relation("Account.Actor").
		Where("session.token_hash = ? AND session.expires_at > ?", hash, s.Now()))
	return row, err
}

// SaveSession stores or replaces a session.
func (s *Store) SaveSession(ctx context.Context, row *Session) error {
	if row.PublicID == 0 {
		row.PublicID = s.NewID()
	}
	if row.CreatedAt.IsZero() {
		row.CreatedAt = s.Now()
	}
	row.SeenAt = s.Now()
	_, err := s.write.NewInsert().Model(row).On("CONFLICT (token_hash) DO UPDATE").
		Set("account_id = EXCLUDED.account_id, data = EXCLUDED.data, seen_at = EXCLUDED.seen_at, expires_at = EXCLUDED.expires_at").
		Exec(ctx)
	return wrap(err)
}

// DeleteSession ends one session.
func (s *Store) DeleteSession(ctx context.Context, hash string) error {
	_, err := s.exec(ctx, "DELETE FROM sessions WHERE token_hash = ?", hash)
	return err
}

// SessionsOf lists the living sessions of an account, newest first.
func (s *Store) SessionsOf(ctx context.Context, accountID int64) ([]*Session, error) {
	var list []*Session
	err := s.read.NewSelect().Model(&list).Where("account_id = ? AND expires_at > ?", accountID, s.Now()).
		Order("seen_at DESC").Limit(100).Scan(ctx)
	return list, wrap(err)
}

// RevokeSession ends one session of an account by its public id.
func (s *Store) RevokeSession(ctx context.Context, accountID, publicID int64) error {
	_, err := s.exec(ctx, "DELETE FROM sessions WHERE account_id = ? AND public_id = ?", accountID, publicID)
	return err
}

// RevokeSessions ends all sessions of an account except one; an empty hash ends all.
func (s *Store) RevokeSessions(ctx context.Context, accountID int64, except string) error {
	_, err := s.exec(ctx, "DELETE FROM sessions WHERE account_id = ? AND token_hash <> ?", accountID, except)
	return err
}

// DropExpiredSessions removes sessions past their end.
func (s *Store) DropExpiredSessions(ctx context.Context) error {
	_, err := s.exec(ctx, "DELETE FROM sessions WHERE expires_at <= ?", s.Now())
	return err
}
