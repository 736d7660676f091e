package server

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
)

// NewRedisLimits counts in Redis, for several processes in front of one database.
func NewRedisLimits(client redis.UniversalClient, log *slog.Logger) *Limits {
	return &Limits{counter: &redisCounter{limiter: redis_rate.NewLimiter(client)}, log: log}
}

// redisCounter keeps the same buckets as the one in memory; Redis forgets each by itself.
type redisCounter struct {
	limiter *redis_rate.Limiter
}

func (r *redisCounter) take(ctx context.Context, key string, l Limit) (time.Duration, error) {
	got, err := r.limiter.Allow(ctx, "c:limit:"+key, redis_rate.Limit{Rate: l.N, Burst: l.N, Period: l.Per})
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", l.Name, err)
	}
	if got.Allowed > 0 {
		return 0, nil
	}
	return max(got.RetryAfter, time.Millisecond), nil
}
