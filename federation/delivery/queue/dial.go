package queue

import (
	"errors"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis is a convenience: a call that it doesn't answer at once must not hold anything up.
const (
	dialTime   = 500 * time.Millisecond
	answerTime = time.Second
)

// ErrAddress: no address of a Redis. It does not repeat the address, which may hold a password.
var ErrAddress = errors.New("not an address such as redis://redis:6379/0 or redis-cluster://one:6379?addr=two:6379")

// Dial makes a client for redis:// and rediss:// (one server), or redis-cluster:// and
// rediss-cluster:// (a cluster; each addr names one more node to ask first). It connects later.
func Dial(address string) (redis.UniversalClient, error) {
	if scheme, rest, found := strings.Cut(address, "-cluster://"); found {
		opt, err := redis.ParseClusterURL(scheme + "://" + rest)
		if err != nil {
			return nil, ErrAddress
		}
		opt.DialTimeout, opt.ReadTimeout, opt.WriteTimeout, opt.PoolTimeout = dialTime, answerTime, answerTime, answerTime
		return redis.NewClusterClient(opt), nil
	}
	opt, err := redis.ParseURL(address)
	if err != nil {
		return nil, ErrAddress
	}
	opt.DialTimeout, opt.ReadTimeout, opt.WriteTimeout, opt.PoolTimeout = dialTime, answerTime, answerTime, answerTime
	opt.DialerRetries, opt.MaxRetries = 1, 1
	client := redis.NewClient(opt)
	client.AddHook(newGuard(time.Now))
	return client, nil
}
