package db

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
)

// Instance roles of an account.
const (
	RoleUser  = "user"
	RoleAdmin = "admin"
)

// Account is a local login; its actor is the person.
type Account struct {
	bun.BaseModel `bun:"table:accounts,alias:account"`

	ID           int64  `bun:"id,pk"`
	ActorID      int64  `bun:"actor_id"`
	Email        string `bun:"email"` // lower case
	PasswordHash string `bun:"password_hash"`
	Role         string `bun:"role"`
	Locale       string `bun:"locale"` // empty: as the browser asks
	TimeZone     string `bun:"time_zone"`
	Theme        string `bun:"theme"` // "", light, dark

	SharesWithFollowers bool `bun:"shares_with_followers"`
	SingleKeys          bool `bun:"single_keys"`
	SlowLine            bool `bun:"slow_line"`

	DisabledAt  Time `bun:"disabled_at"`
	CreatedAt   Time `bun:"created_at"`
	SeenAt      Time `bun:"seen_at"`
	InboxSeenAt Time `bun:"inbox_seen_at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// IsAdmin says that the account runs this instance.
func (a *Account) IsAdmin() bool { return a.Role == RoleAdmin }

// CreateAccount stores a login. ErrConflict: the mail address or the actor has one.
func (s *Store) CreateAccount(ctx context.Context, a *Account) error {
	if a.ID == 0 {
		a.ID = s.NewID()
	}
	a.CreatedAt = s.Now()
	a.Email = strings.ToLower(a.Email)
	if err := s.insert(ctx, a); err != nil {
		return fmt.Errorf("create account: %w", err)
	}
	return nil
}

// SaveAccount writes what a person chooses for themselves. Rights and password have writers of
// their own: a page that was opened before an admin took a right away must not give it back.
func (s *Store) SaveAccount(ctx context.Context, a *Account) error {
	_, err := s.write.NewUpdate().Model(a).WherePK().
		Column("email", "locale", "time_zone", "theme", "shares_with_followers", "single_keys", "slow_line").Exec(ctx)
	return wrap(err)
}

// SaveAccess writes what an account may do: its role, and whether it is disabled.
func (s *Store) SaveAccess(ctx context.Context, a *Account) error {
	_, err := s.write.NewUpdate().Model(a).WherePK().Column("role", "disabled_at").Exec(ctx)
	return wrap(err)
}

// SavePassword writes the hash of an account's password.
func (s *Store) SavePassword(ctx context.Context, a *Account) error {
	_, err := s.write.NewUpdate().Model(a).WherePK().Column("password_hash").Exec(ctx)
	return wrap(err)
}

func (s *Store) accounts(list any) *bun.SelectQuery {
	return s.read.NewSelect().Model(list).Relation("Actor")
}

// AccountByID returns a login with its person.
func (s *Store) AccountByID(ctx context.Context, id int64) (*Account, error) {
	a := new(Account)
	return a, one(ctx, s.accounts(a).Where("account.id = ?", id))
}

// AccountByLogin returns a login with its person by mail address or handle.
func (s *Store) AccountByLogin(ctx context.Context, login string) (*Account, error) {
	a := new(Account)
	login = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(login), "@"))
	return a, one(ctx, s.accounts(a).Where("account.email = ? OR (actor.handle = ? AND actor.local)", login, login))
}

// AccountOf returns the login of a person. ErrNotFound: a remote one or none.
func (s *Store) AccountOf(ctx context.Context, actorID int64) (*Account, error) {
	a := new(Account)
	return a, one(ctx, s.accounts(a).Where("account.actor_id = ?", actorID))
}

// Accounts lists logins with their persons by id, at most limit from after on.
func (s *Store) Accounts(ctx context.Context, after int64, limit int) ([]*Account, error) {
	var list []*Account
	err := s.accounts(&list).Where("account.id > ?", after).Order("account.id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// FindAccounts lists logins with their persons by words in handle, name or mail address, by id from
// after on.
func (s *Store) FindAccounts(ctx context.Context, words string, after int64, limit int) ([]*Account, error) {
	var list []*Account
	sel := s.accounts(&list).Where("account.id > ?", after)
	for _, w := range searchWords(words) {
		like := "%" + escapeLike(w) + "%"
		sel = sel.Where(`(actor.handle LIKE ?0 ESCAPE '\' OR lower(actor.name) LIKE ?0 ESCAPE '\' OR account.email LIKE ?0 ESCAPE '\')`, like)
	}
	err := sel.Order("account.id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// Admins lists the logins that run this instance and are not disabled, oldest first.
func (s *Store) Admins(ctx context.Context) ([]*Account, error) {
	var list []*Account
	err := s.accounts(&list).Where("account.role = ? AND account.disabled_at = 0", RoleAdmin).Order("account.id").Limit(100).Scan(ctx)
	return list, wrap(err)
}

// AccountsCount counts logins that are not disabled, and those seen since a moment.
func (s *Store) AccountsCount(ctx context.Context, since Time) (all, active int64, err error) {
	err = s.read.NewRaw(`SELECT count(*), coalesce(sum(CASE WHEN seen_at >= ? THEN 1 ELSE 0 END), 0)
		FROM accounts WHERE disabled_at = 0`, since).Scan(ctx, &all, &active)
	return all, active, wrap(err)
}

// SeenAccount notes that a person was here; at most once an hour to spare writes.
func (s *Store) SeenAccount(ctx context.Context, id int64) error {
	now := s.Now()
	_, err := s.exec(ctx, "UPDATE accounts SET seen_at = ? WHERE id = ? AND seen_at < ?", now, id, now.Millis()-3600_000)
	return err
}
