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
	return &Limits{counter: &redisCounter{client: client, buckets: redis_rate.NewLimiter(client)}, log: log}
}

// redisCounter keeps the same windows and buckets as the one in memory; Redis forgets each by itself
// and goes by its own clock, which all processes share.
type redisCounter struct {
	client  redis.UniversalClient
	buckets *redis_rate.Limiter
}

const keyLimit = "c:limit:"

func (r *redisCounter) take(ctx context.Context, key string, l Limit) (time.Duration, error) {
	if l.Burst == 0 {
		return r.pass(ctx, key, l, 1)
	}
	bucket := redis_rate.Limit{Rate: l.N, Burst: l.Burst, Period: l.Per}
	got, err := r.buckets.Allow(ctx, keyLimit+key, bucket)
	if err == nil && got.RetryAfter > l.Per { // no bucket asks for that: the clock of Redis ran ahead
		if err = r.buckets.Reset(ctx, keyLimit+key); err == nil {
			got, err = r.buckets.Allow(ctx, keyLimit+key, bucket)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", l.Name, err)
	}
	if got.Allowed > 0 {
		return 0, nil
	}
	return max(got.RetryAfter, time.Millisecond), nil
}

func (r *redisCounter) look(ctx context.Context, key string, l Limit) (time.Duration, error) {
	return r.pass(ctx, key, l, 0)
}

// slide is window.pass of shelf.go: a hash of the acts in each slot, and in "from" when the first
// began, in milliseconds. It answers the milliseconds to wait, 0 where there is room. What began in
// the future was counted while the clock ran ahead, and would never leave the window.
var slide = redis.NewScript(`
local most, width, n, slots = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local all = redis.call('HGETALL', KEYS[1])
local from, sum, oldest = now, 0, nil
for i = 1, #all, 2 do
  if all[i] == 'from' then from = tonumber(all[i + 1]) end
end
if from > now + width then
  redis.call('DEL', KEYS[1])
  all, from = {}, now
end
local at = math.floor((now - from) / width)
for i = 1, #all, 2 do
  local slot = tonumber(all[i])
  if slot then
    if slot <= at - slots then
      redis.call('HDEL', KEYS[1], all[i])
    else
      sum = sum + tonumber(all[i + 1])
      if not oldest or slot < oldest then oldest = slot end
    end
  end
end
if sum + math.max(n, 1) > most then
  return math.max(from + (oldest + slots) * width - now, 1)
end
if n > 0 then
  redis.call('HSETNX', KEYS[1], 'from', from)
  redis.call('HINCRBY', KEYS[1], at, n)
  redis.call('PEXPIRE', KEYS[1], (slots + 1) * width)
end
return 0
`)

func (r *redisCounter) pass(ctx context.Context, key string, l Limit, n int) (time.Duration, error) {
	ms, err := slide.Run(ctx, r.client, []string{keyLimit + key}, l.N, (l.Per / slots).Milliseconds(), n, slots).Int64()
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", l.Name, err)
	}
	return time.Duration(ms) * time.Millisecond, nil
}
