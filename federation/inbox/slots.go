package inbox

import (
	"context"
	"sync"

	"github.com/copse-social/copse/federation/fetch"
)

// slots bound how much waits for other hosts at once (T32). What needs little more than the server
// of its actor, as a Follow does, does not queue behind what may make us read whole threads, and
// one domain never has all of either: whoever points us at hosts that do not answer holds up
// mostly himself.
type slots struct {
	short, long chan struct{}
	most        int // of one domain, in each

	mu    sync.Mutex
	sites map[string]*share
}

// share is what one domain may have of the slots; it is forgotten when nothing of it waits.
type share struct {
	short, long chan struct{}
	waiting     int
}

func newSlots(n int) *slots {
	return &slots{
		short: make(chan struct{}, n), long: make(chan struct{}, n),
		most: max(1, n*3/4), sites: make(map[string]*share),
	}
}

// run does some work when there is a slot for it, or nothing if ctx ends before.
func (s *slots) run(ctx context.Context, chain []*job, work func()) {
	site := fetch.Site(chain[0].rc.Host)
	sh := s.enter(site)
	defer s.leave(site, sh)
	own, all := sh.long, s.long
	if brief(chain) {
		own, all = sh.short, s.short
	}
	for _, slot := range []chan struct{}{own, all} {
		select {
		case slot <- struct{}{}:
			defer func() { <-slot }()
		case <-ctx.Done():
			return
		}
	}
	work()
}

func (s *slots) enter(site string) *share {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.sites[site]
	if sh == nil {
		sh = &share{short: make(chan struct{}, s.most), long: make(chan struct{}, s.most)}
		s.sites[site] = sh
	}
	sh.waiting++
	return sh
}

func (s *slots) leave(site string, sh *share) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sh.waiting--; sh.waiting == 0 {
		delete(s.sites, site)
	}
}

// brief says that nothing in a chain has us read what others wrote.
func brief(chain []*job) bool {
	for _, j := range chain {
		switch j.rc.Type {
		case "Follow", "Join", "Leave", "Accept", "Reject", "Like", "Flag":
		default:
			return false
		}
	}
	return true
}
