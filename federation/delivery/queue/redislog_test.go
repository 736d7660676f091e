package queue

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestRedisLog_goesToOurs(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	redisLog{slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))}.
		Printf(t.Context(), "dial %s: %v", "redis:6379", errors.New("refused\nx"))
	if got := out.String(); !strings.Contains(got, `"err":"dial redis:6379: refused\nx"`) || strings.Count(got, "\n") != 1 {
		t.Errorf("%q", got)
	}
}
