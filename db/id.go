package db

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"
)

// epoch is where our ids begin to count: 2025-01-01T00:00:00Z.
const epoch = 1735689600000

// IDs hands out 64-bit ids that grow with time: 42 bits of milliseconds since 2025, then 21 bits
// that start at random in each millisecond and count up within it. Two processes may draw at the
// same moment; the primary key refuses the one case in two million that meets.
type IDs struct {
	now  func() time.Time
	mu   sync.Mutex
	last int64
}

// NewIDs returns a source of ids that reads the clock now.
func NewIDs(now func() time.Time) *IDs { return &IDs{now: now} }

// Next returns an id larger than every id it returned before, also when the clock steps back.
func (g *IDs) Next() int64 { return g.Block(1) }

// Block returns the first of n ids in a row that nobody else gets from this source.
func (g *IDs) Block(n int64) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	id := idAt(g.now())
	if id <= g.last {
		id = g.last + 1
	}
	g.last = id + n - 1
	return id
}

func idAt(t time.Time) int64 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return max(t.UnixMilli()-epoch, 0)<<21 | int64(binary.BigEndian.Uint32(b[:])>>12)
}

// idsSince is below every id drawn from a moment on.
func idsSince(t time.Time) int64 { return max(t.UnixMilli()-epoch, 0) << 21 }
