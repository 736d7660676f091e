package db

import (
	"context"

	"github.com/uptrace/bun"
)

// GuestLink is a way in for somebody with an account elsewhere, told to that account alone. It works
// once, for a while, in the browser that asked for it. Neither token nor browser is stored, only hashes.
type GuestLink struct {
	bun.BaseModel `bun:"table:guest_links,alias:link"`

	TokenHash string `bun:"token_hash,pk"`
	ActorID   int64  `bun:"actor_id"`
	Browser   string `bun:"browser"` // hash of what that browser keeps
	MadeAt    Time   `bun:"made_at"`
	ExpiresAt Time   `bun:"expires_at"`
	UsedAt    Time   `bun:"used_at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// PutGuestLink stores a link; those of before to the same account end with it.
func (s *Store) PutGuestLink(ctx context.Context, l *GuestLink) error {
	l.MadeAt = s.Now()
	if _, err := s.exec(ctx, "UPDATE guest_links SET expires_at = ? WHERE actor_id = ? AND expires_at > ? AND used_at = 0", l.MadeAt, l.ActorID, l.MadeAt); err != nil {
		return err
	}
	return s.insert(ctx, l)
}

// GuestLinksSince counts the links made for an account since a moment.
func (s *Store) GuestLinksSince(ctx context.Context, actorID int64, since Time) (n int, err error) {
	err = s.read.NewRaw("SELECT count(*) FROM guest_links WHERE actor_id = ? AND made_at > ?", actorID, since).Scan(ctx, &n)
	return n, wrap(err)
}

// GuestLinkOf is a link that works still, with whose it is; ErrNotFound for any other.
func (s *Store) GuestLinkOf(ctx context.Context, tokenHash string) (*GuestLink, error) {
	l := new(GuestLink)
	return l, one(ctx, s.read.NewSelect().Model(l).Relation("Actor").
		Where("link.token_hash = ? AND link.used_at = 0 AND link.expires_at > ?", tokenHash, s.Now()))
}

// UseGuestLink ends a link and says whether it worked still: of two who try, one comes in.
func (s *Store) UseGuestLink(ctx context.Context, tokenHash string) (bool, error) {
	n, err := s.exec(ctx, "UPDATE guest_links SET used_at = ?0 WHERE token_hash = ?1 AND used_at = 0 AND expires_at > ?0", s.Now(), tokenHash)
	return n > 0, err
}

// GuestPass is one browser in which somebody with an account elsewhere is signed in.
type GuestPass struct {
	bun.BaseModel `bun:"table:guest_passes,alias:pass"`

	PassHash  string `bun:"pass_hash,pk"`
	PublicID  int64  `bun:"public_id"` // names it where passes are listed
	ActorID   int64  `bun:"actor_id"`
	UserAgent string `bun:"user_agent"`
	MadeAt    Time   `bun:"made_at"`
	ExpiresAt Time   `bun:"expires_at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// PutGuestPass stores a pass; passes and links past their end go.
func (s *Store) PutGuestPass(ctx context.Context, p *GuestPass) error {
	p.PublicID, p.MadeAt = s.NewID(), s.Now()
	if _, err := s.exec(ctx, "DELETE FROM guest_passes WHERE expires_at <= ?", p.MadeAt); err != nil {
		return err
	}
	if _, err := s.exec(ctx, "DELETE FROM guest_links WHERE expires_at <= ?", p.MadeAt.Millis()-keptLinks); err != nil {
		return err
	}
	return s.insert(ctx, p)
}

// keptLinks is how long links that ended are kept, in milliseconds: they are counted.
const keptLinks = 48 * 3600_000

// GuestPassOf is a pass that works, with whose it is.
func (s *Store) GuestPassOf(ctx context.Context, passHash string) (*GuestPass, error) {
	p := new(GuestPass)
	return p, one(ctx, s.read.NewSelect().Model(p).Relation("Actor").Where("pass.pass_hash = ? AND pass.expires_at > ?", passHash, s.Now()))
}

// GuestPassesOf lists the passes of an account that work, newest first.
func (s *Store) GuestPassesOf(ctx context.Context, actorID int64) ([]*GuestPass, error) {
	var list []*GuestPass
	err := s.read.NewSelect().Model(&list).Where("actor_id = ? AND expires_at > ?", actorID, s.Now()).Order("public_id DESC").Limit(50).Scan(ctx)
	return list, wrap(err)
}

// EndGuestPasses ends one pass of an account, or all with 0.
func (s *Store) EndGuestPasses(ctx context.Context, actorID, publicID int64) error {
	_, err := s.exec(ctx, "DELETE FROM guest_passes WHERE actor_id = ?0 AND (?1 = 0 OR public_id = ?1)", actorID, publicID)
	return err
}
