//go:build drill

package drill

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Point kills the process, as kill -9 does, when DRILL_POINT names it and a count: "sent:3" at the
// third time that the point is passed.
func Point(name string) {
	p := named()
	if p.name == name && passed.Add(1) == p.count {
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
}

type point struct {
	name  string
	count int64
}

var passed atomic.Int64

var named = sync.OnceValue(func() point {
	name, count, _ := strings.Cut(os.Getenv("DRILL_POINT"), ":")
	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil {
		n = 1
	}
	return point{name: name, count: n}
})

// Now is the time of the machine and what the file named by DRILL_CLOCK adds to it, such as "2h" or
// "-2h". The file may change at any time; it is read again after a tenth of a second.
func Now() time.Time {
	now := time.Now()
	if file := clockFile(); file != "" {
		return now.Add(offset.at(now, file))
	}
	return now
}

var clockFile = sync.OnceValue(func() string { return os.Getenv("DRILL_CLOCK") })

var offset stepped

// stepped remembers what the file said last.
type stepped struct {
	mu   sync.Mutex
	read time.Time
	by   time.Duration
}

func (s *stepped) at(now time.Time, file string) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.read) > 100*time.Millisecond {
		s.read = now
		text, _ := os.ReadFile(file)
		s.by, _ = time.ParseDuration(strings.TrimSpace(string(text)))
	}
	return s.by
}
