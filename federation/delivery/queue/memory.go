package queue

import (
	"container/heap"
	"context"
	"strconv"
	"sync"
	"time"
)

// Memory is the queue of a single process. It dies with the process and is rebuilt from the
// database at the next start.
type Memory struct {
	now    func() time.Time
	mu     sync.Mutex
	filled bool
	hosts  map[string]*memHost
	due    hostHeap // waiting for their turn, by when it comes
	held   hostHeap // lent, by when the lease ends
	fence  uint64
	seq    uint64
}

// NewMemory makes an empty queue, which asks to be rebuilt before its first use.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{now: now, hosts: make(map[string]*memHost)}
}

var _ Queue = (*Memory)(nil)

// Enqueue implements Queue.
func (q *Memory) Enqueue(_ context.Context, list []Entry) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.filled {
		return ErrRebuild
	}
	q.add(list)
	return nil
}

// Rebuild implements Queue.
func (q *Memory) Rebuild(ctx context.Context, fill func(ctx context.Context, add Adder) error) error {
	err := fill(ctx, func(_ context.Context, list []Entry) error {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.add(list)
		return nil
	})
	if err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.filled = true
	return nil
}

func (q *Memory) add(list []Entry) {
	now := q.now()
	for _, e := range list {
		h := q.hosts[e.Host]
		if h == nil {
			h = &memHost{name: e.Host}
			q.hosts[e.Host] = h
		}
		if h.heap == nil && e.Rest > 0 {
			h.back = now.Add(e.Rest)
		}
		at := now
		if e.Wait > 0 {
			at = now.Add(e.Wait)
			h.postpone(e.ID, at)
		} else {
			h.late.remove(e.ID)
			h.line(e.Bulk).add(e.ID)
		}
		q.schedule(h, at)
	}
}

// schedule lets h have a turn at a time, or earlier if it was to have one.
func (q *Memory) schedule(h *memHost, at time.Time) {
	if h.heap == &q.held {
		return
	}
	if at.Before(h.back) {
		at = h.back
	}
	if h.heap == nil {
		q.move(h, &q.due, at)
	} else if at.Before(h.at) {
		h.at = at
		heap.Fix(&q.due, h.index)
	}
}

// Claim implements Queue.
func (q *Memory) Claim(_ context.Context, n, peek int) ([]Turn, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.filled {
		return nil, ErrRebuild
	}
	now := q.now()
	for len(q.held) > 0 && !q.held[0].at.After(now) {
		q.move(q.held[0], &q.due, now)
	}
	var turns []Turn
	for len(turns) < n && len(q.due) > 0 && !q.due[0].at.After(now) {
		h := q.due[0]
		b := h.peek(now, peek)
		if len(b.IDs) == 0 {
			q.release(h, now)
			continue
		}
		q.fence++
		h.token = strconv.FormatUint(q.fence, 36)
		q.move(h, &q.held, now.Add(LeaseTime))
		turns = append(turns, Turn{Lease: Lease{Host: h.name, Token: h.token}, Batch: b})
	}
	return turns, nil
}

// Step implements Queue.
func (q *Memory) Step(_ context.Context, l Lease, s Settled, peek int) (Batch, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	h, err := q.settle(l, s, now)
	if err != nil {
		return Batch{}, err
	}
	b := h.peek(now, peek)
	if len(b.IDs) == 0 {
		h.back = time.Time{}
		q.release(h, now)
	} else {
		q.move(h, &q.held, now.Add(LeaseTime))
	}
	return b, nil
}

// Release implements Queue.
func (q *Memory) Release(_ context.Context, l Lease, s Settled, wait time.Duration) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	h, err := q.settle(l, s, now)
	if err != nil {
		return err
	}
	h.back = now.Add(wait)
	q.release(h, now)
	return nil
}

func (q *Memory) settle(l Lease, s Settled, now time.Time) (*memHost, error) {
	if !q.filled {
		return nil, ErrRebuild
	}
	h := q.hosts[l.Host]
	if h == nil || h.heap != &q.held || h.token != l.Token {
		return nil, ErrFenced
	}
	for _, id := range s.Done {
		h.drop(id)
	}
	for _, d := range s.Late {
		h.postpone(d.ID, now.Add(d.Wait))
	}
	return h, nil
}

// release gives a host its next turn: now if anything can be sent, else when the first late
// delivery is due; a host with nothing to send is forgotten.
func (q *Memory) release(h *memHost, now time.Time) {
	at := now
	if h.normal.len() == 0 && h.bulk.len() == 0 {
		first, ok := h.late.first()
		if !ok {
			q.move(h, nil, now)
			delete(q.hosts, h.name)
			return
		}
		if first.After(at) {
			at = first
		}
	}
	if at.Before(h.back) {
		at = h.back
	}
	q.move(h, &q.due, at)
}

// Wake implements Queue.
func (q *Memory) Wake(_ context.Context, hosts []string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, name := range hosts {
		h := q.hosts[name]
		if h == nil || h.heap != &q.due {
			continue
		}
		h.back = time.Time{}
		q.move(h, &q.due, q.now())
	}
	return nil
}

// Forget implements Queue.
func (q *Memory) Forget(_ context.Context, host string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	h := q.hosts[host]
	if h == nil {
		return nil
	}
	h.normal, h.bulk, h.late = idLine{}, idLine{}, lateLine{}
	if h.heap == &q.due {
		q.move(h, nil, time.Time{})
		delete(q.hosts, host)
	}
	return nil
}

// Close implements Queue.
func (q *Memory) Close(context.Context) error { return nil }

// move puts h into a heap, out of the one it is in.
func (q *Memory) move(h *memHost, to *hostHeap, at time.Time) {
	if h.heap != nil {
		heap.Remove(h.heap, h.index)
	}
	q.seq++
	h.heap, h.at, h.seq = to, at, q.seq
	if to != nil {
		heap.Push(to, h)
	}
}

// memHost is what waits for one host.
type memHost struct {
	name         string
	normal, bulk idLine
	late         lateLine
	back         time.Time // no turn before this
	token        string

	heap  *hostHeap // the heap it is in
	index int
	at    time.Time
	seq   uint64
}

func (h *memHost) line(bulk bool) *idLine {
	if bulk {
		return &h.bulk
	}
	return &h.normal
}

func (h *memHost) drop(id int64) {
	h.normal.remove(id)
	h.bulk.remove(id)
	h.late.remove(id)
}

func (h *memHost) postpone(id int64, until time.Time) {
	h.drop(id)
	h.late.add(id, until)
}

func (h *memHost) peek(now time.Time, n int) Batch {
	b := Batch{Late: h.late.len()}
	most := lateShare(n)
	if h.normal.len()+h.bulk.len() == 0 {
		most = n
	}
	b.IDs = h.late.due(b.IDs, now, most)
	b.IDs = h.normal.head(b.IDs, n-len(b.IDs))
	b.IDs = h.bulk.head(b.IDs, n-len(b.IDs))
	return b
}

// hostHeap orders hosts by time, those of one moment as they came.
type hostHeap []*memHost

func (l hostHeap) Len() int { return len(l) }

func (l hostHeap) Less(i, j int) bool {
	if l[i].at.Equal(l[j].at) {
		return l[i].seq < l[j].seq
	}
	return l[i].at.Before(l[j].at)
}

func (l hostHeap) Swap(i, j int) {
	l[i], l[j] = l[j], l[i]
	l[i].index, l[j].index = i, j
}

// Push implements heap.Interface.
func (l *hostHeap) Push(x any) {
	h := x.(*memHost)
	h.index = len(*l)
	*l = append(*l, h)
}

// Pop implements heap.Interface.
func (l *hostHeap) Pop() any {
	last := len(*l) - 1
	h := (*l)[last]
	(*l)[last] = nil
	*l = (*l)[:last]
	return h
}
