package rig

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// ownClock lets the clock of the server be stepped, by a library that stands before the system's.
// Debian's redis-server allocates with jemalloc, which asks for the time before the library is ready
// and is asked for memory in turn; with the C library in front of jemalloc neither happens.
func (s *RedisServer) ownClock() error {
	found, _ := filepath.Glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
	if len(found) == 0 {
		return fmt.Errorf("the drill needs libfaketime (Debian: libfaketime)")
	}
	s.extra = []string{
		"LD_PRELOAD=" + found[0] + " libc.so.6", "FAKETIME_TIMESTAMP_FILE=" + s.clockFile(),
		"FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
	}
	return s.setClock(0)
}

func (s *RedisServer) clockFile() string { return filepath.Join(s.dir, "clock") }

func (s *RedisServer) setClock(by time.Duration) error {
	next := s.clockFile() + ".next"
	if err := os.WriteFile(next, fmt.Appendf(nil, "%+d", int64(by.Seconds())), 0o600); err != nil {
		return fmt.Errorf("step the clock of Redis: %w", err)
	}
	return os.Rename(next, s.clockFile())
}

// LeapRedis sets how far the clock of Redis is ahead of that of the machine. All that was lent then
// may have to be lent anew, so that a leap counts like the death of a process.
func (r *Rig) LeapRedis(by time.Duration) error {
	r.dies("clock of Redis")
	return r.Redis.setClock(by)
}
