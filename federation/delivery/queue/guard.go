package queue

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// errAway is the answer of a guard in place of a server that did not answer a moment ago.
var errAway = errors.New("redis did not answer a moment ago")

// guard lets calls fail at once for a while after one got no answer, so that whoever has something
// else to do (an inbox that counts requests, a queue that can ask the database) waits for a dead
// server once a while and not each time.
type guard struct {
	now   func() time.Time
	until atomic.Int64 // ms; no calls before
}

const guardTime = time.Second

func newGuard(now func() time.Time) *guard { return &guard{now: now} }

var _ redis.Hook = (*guard)(nil)

// DialHook implements redis.Hook.
func (g *guard) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (g *guard) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if g.closed() {
			cmd.SetErr(errAway)
			return errAway
		}
		return g.heed(ctx, next(ctx, cmd))
	}
}

// ProcessPipelineHook implements redis.Hook.
func (g *guard) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if g.closed() {
			for _, cmd := range cmds {
				cmd.SetErr(errAway)
			}
			return errAway
		}
		return g.heed(ctx, next(ctx, cmds))
	}
}

func (g *guard) closed() bool { return g.now().UnixMilli() < g.until.Load() }

func (g *guard) heed(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	if _, network := errors.AsType[net.Error](err); network || errors.Is(err, redis.ErrPoolTimeout) {
		g.until.Store(g.now().Add(guardTime).UnixMilli())
		return fmt.Errorf("redis: %w", err)
	}
	return err
}
