package moving

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// guarded says that a community lists no more than its name, or nothing at all: it goes to an
// organisation that it trusts alone, and its members have the whole notice to choose.
func guarded(g *db.Group) bool {
	return g.Openness == db.OpennessPrivate || g.Openness == db.OpennessConfidential
}

// trusted answers nil where the words of a community may go: of a guarded one to organisations that are
// on its list and have agreed to that (wire.md 6). host is the new home at the old one, and this
// instance itself at the new home, which keeps a row of what it agreed to.
func (r *Rules) trusted(ctx context.Context, s *db.Store, g *db.Group, host string) error {
	if !guarded(g) {
		return nil
	}
	t, err := found(s.TrustOf(ctx, g.ActorID, host))
	if err != nil {
		return fmt.Errorf("load trust of %s: %w", host, err)
	}
	if t == nil || t.State != db.TrustConfirmed {
		return community.RefuseField("host", "move-not-trusted")
	}
	return nil
}

// trusts puts the organisations that a community trusts on the page, with what they answered: its
// members there could not follow it otherwise.
func (b *binder) trusts(ctx context.Context) error {
	after := ""
	for n := int64(1); ; {
		list, err := b.s.Trusts(ctx, b.g.ActorID, after, pageRows)
		if err != nil {
			return err
		}
		for _, t := range list {
			after = t.Host
			if !t.Holds() || n <= b.after {
				n++
				continue
			}
			if b.more = len(b.items) == pageRows; b.more {
				return nil
			}
			if fits, err := b.add(n, trustItem{Host: t.Host, State: t.State, Since: t.AnsweredAt.Time}); err != nil || !fits {
				return err
			}
			n++
		}
		if len(list) < pageRows {
			return nil
		}
	}
}

// trust keeps one organisation of the list. Where two communities become one, the list of the one that
// stays is its own.
func (u *unpacking) trust(ctx context.Context, i trustItem) error {
	if i.State != db.TrustConfirmed && i.State != db.TrustInvited || i.Host == "" || len(i.Host) > 253 || i.Host == u.r.iris.Host() {
		return nil
	}
	if u.m.Into != 0 {
		return u.left(ctx, "trust", i.Host, "list-of-its-own")
	}
	return u.tx.PutTrust(ctx, &db.Trust{GroupID: u.group.ActorID, Host: i.Host, State: i.State, ByID: u.m.ByID, AnsweredAt: db.At(i.Since)})
}
