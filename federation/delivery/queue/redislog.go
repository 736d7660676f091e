package queue

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/redis/go-redis/v9"
)

// LogTo sends what the Redis library has to say, as that it can't dial, to a log instead of to
// standard error, where nobody looks for it. It is one for the whole program: call it once, at the
// start.
func LogTo(log *slog.Logger) { redis.SetLogger(redisLog{log}) }

// redisLog is what the library writes to. It says a fault once for each connection; ours is told
// elsewhere when Redis goes and comes back, so that this is for those who look closer.
type redisLog struct{ log *slog.Logger }

// Printf implements the library's internal.Logging.
func (l redisLog) Printf(ctx context.Context, format string, v ...any) {
	l.log.DebugContext(ctx, "redis", "err", fmt.Sprintf(format, v...))
}
