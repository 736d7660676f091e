package play

import (
	"context"
	"fmt"
	"strconv"

	"github.com/copse-social/copse/db"
)

// known finds the post that a step said, on any server, by its ActivityPub id.
func (s *Play) known(ctx context.Context, key string) (uri string, err error) {
	for _, in := range s.Servers {
		text, err := in.Store.Setting(ctx, "demo:"+key)
		if err != nil {
			return "", err
		}
		if id, err := strconv.ParseInt(text, 10, 64); err == nil {
			return in.IRIs.Object(id), nil
		}
	}
	return "", fmt.Errorf("nobody has said %s yet", key)
}

// PostAt is the copy of what a step said that a server has; s may be its transaction.
func (s *Play) PostAt(ctx context.Context, store *db.Store, key string) (*db.Post, error) {
	uri, err := s.known(ctx, key)
	if err != nil {
		return nil, err
	}
	return store.PostByURI(ctx, uri)
}

// groupAt is a server's row of one of the communities of the demonstration.
func (s *Play) groupAt(ctx context.Context, store *db.Store, handle string) (*db.Group, error) {
	home := map[string]string{"coldchain": "rco", "solarpumps": "agri"}[handle]
	return store.GroupByHandle(ctx, handle, s.Servers[home].IRIs.Host())
}

// arrived is a step: some servers have what another step said, and show it.
func (s *Play) arrived(key string, orgs ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		return s.until(ctx, key, orgs, func(ctx context.Context, in *Server) (bool, error) {
			p, err := s.PostAt(ctx, in.Store, key)
			return err == nil && p.State == db.PostPublished, err
		})
	}
}

// pinned is a step: Amina pins a discussion.
func (s *Play) pinned(key string) func(context.Context) error {
	return s.moderates("pin "+key, key, func(ctx context.Context, tx *db.Store, amina *db.Actor, p *db.Post) error {
		return s.Servers["rco"].Exchange.Pin(ctx, tx, amina, p)
	})
}

// approved is a step: Amina lets a first answer through that waits for her.
func (s *Play) approved(key string) func(context.Context) error {
	approve := s.moderates("approve "+key, key, func(ctx context.Context, tx *db.Store, amina *db.Actor, p *db.Post) error {
		if p.State != db.PostHeld {
			return nil
		}
		return s.Servers["rco"].Exchange.Approve(ctx, tx, amina, p)
	})
	return func(ctx context.Context) error {
		err := s.until(ctx, key, []string{"rco"}, func(ctx context.Context, in *Server) (bool, error) {
			_, err := s.PostAt(ctx, in.Store, key)
			return err == nil, err
		})
		if err != nil {
			return err
		}
		return approve(ctx)
	}
}

func (s *Play) moderates(what, key string, do func(context.Context, *db.Store, *db.Actor, *db.Post) error) func(context.Context) error {
	return func(ctx context.Context) error {
		return s.once(ctx, "rco", what, func(ctx context.Context, tx *db.Store) (int64, error) {
			amina, err := tx.LocalActor(ctx, "amina")
			if err != nil {
				return 0, err
			}
			p, err := s.PostAt(ctx, tx, key)
			if err != nil {
				return 0, err
			}
			return p.ID, do(ctx, tx, amina, p)
		})
	}
}

// likes is a step: somebody finds helpful what another step said.
func (s *Play) likes(org, who, key string) func(context.Context) error {
	return func(ctx context.Context) error {
		return s.once(ctx, org, who+" likes "+key, func(ctx context.Context, tx *db.Store) (int64, error) {
			actor, err := tx.LocalActor(ctx, who)
			if err != nil {
				return 0, err
			}
			p, err := s.PostAt(ctx, tx, key)
			if err != nil {
				return 0, err
			}
			return p.ID, s.Servers[org].Exchange.Like(ctx, tx, actor, p)
		})
	}
}

// liked is a step: all servers count so many.
func (s *Play) liked(key string, n int64) func(context.Context) error {
	return func(ctx context.Context) error {
		return s.until(ctx, "helpful on "+key, []string{"rco", "health", "agri"}, func(ctx context.Context, in *Server) (bool, error) {
			p, err := s.PostAt(ctx, in.Store, key)
			return err == nil && p.LikesCount >= n, err
		})
	}
}
