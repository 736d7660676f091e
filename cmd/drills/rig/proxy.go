package rig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"time"
)

// Mode is what a proxy does to the connections through it.
type Mode struct {
	// Latency is added before each answer is passed on.
	Latency time.Duration
	// Refuse closes every connection at once; Drop takes it and never says a word.
	Refuse, Drop bool
	// SlowRead reads what the instance sends at one byte a second; SlowWrite passes answers on so.
	SlowRead, SlowWrite bool
	// ResetAfter resets the connection after so many bytes from the instance; 0: never.
	ResetAfter int
	// Garbage answers with bytes that are no HTTP; EndlessHeaders with a header that never ends.
	Garbage, EndlessHeaders bool
	// BadHandshake answers what has the form of TLS and is none; HalfHandshake begins a handshake and
	// falls silent.
	BadHandshake, HalfHandshake bool
	// Body answers 202 with so many bytes.
	Body int
}

// Proxy passes TCP connections to a peer and does them harm.
type Proxy struct {
	port   int
	to     string
	listen net.Listener
	all    sync.WaitGroup

	mu    sync.Mutex
	mode  Mode
	open  map[net.Conn]struct{}
	taken int
	held  time.Duration // the longest that one connection was open in a mode that does harm
}

func newProxy(to string) (*Proxy, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen as proxy: %w", err)
	}
	p := &Proxy{to: to, listen: l, open: map[net.Conn]struct{}{}, port: l.Addr().(*net.TCPAddr).Port} //nolint:forcetypeassert // it is TCP
	p.all.Go(p.serve)
	return p, nil
}

// Set changes the mode and cuts every connection that was open.
func (p *Proxy) Set(m Mode) {
	p.mu.Lock()
	p.mode = m
	open := p.open
	p.open = map[net.Conn]struct{}{}
	p.mu.Unlock()
	for c := range open {
		_ = c.Close()
	}
}

// Taken is how many connections came in.
func (p *Proxy) Taken() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken
}

// Longest is how long the instance kept a connection at most while the proxy did harm.
func (p *Proxy) Longest() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.held
}

// hold notes how long a connection was open.
func (p *Proxy) hold(m Mode, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m != (Mode{}) {
		p.held = max(p.held, d)
	}
}

func (p *Proxy) close() error {
	err := p.listen.Close()
	p.Set(Mode{Refuse: true})
	p.all.Wait()
	return err
}

func (p *Proxy) serve() {
	for {
		c, err := p.listen.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		p.all.Go(func() { p.carry(c) })
	}
}

// keep notes an open connection, so that a change of mode can cut it.
func (p *Proxy) keep(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[c] = struct{}{}
}

func (p *Proxy) drop(c net.Conn) {
	p.mu.Lock()
	delete(p.open, c)
	p.mu.Unlock()
	_ = c.Close()
}

func (p *Proxy) carry(c net.Conn) {
	p.mu.Lock()
	m := p.mode
	p.taken++
	p.open[c] = struct{}{}
	p.mu.Unlock()
	defer p.drop(c)
	began := time.Now()
	p.hold(m, p.pass(c, m).Sub(began))
}

// pass does what the mode says and gives the moment at which the instance let go.
func (p *Proxy) pass(c net.Conn, m Mode) time.Time {
	switch {
	case m.Refuse:
		reset(c)
	case m.Drop:
		_, _ = io.Copy(io.Discard, c)
	case m.Garbage:
		p.babble(c)
	case m.EndlessHeaders:
		p.endless(c)
	case m.BadHandshake:
		p.mumble(c)
	case m.Body > 0:
		p.swamp(c, m.Body)
	default:
		return p.between(c, m)
	}
	return time.Now()
}

// between connects the two sides. What the instance asked for has an end when it closes its own, though
// a piece may wait here for its second.
func (p *Proxy) between(c net.Conn, m Mode) time.Time {
	peer, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(context.Background(), "tcp", p.to)
	if err != nil {
		return time.Now()
	}
	p.keep(peer)
	defer p.drop(peer)
	var back sync.WaitGroup
	back.Go(func() {
		switch {
		case m.SlowWrite:
			trickle(c, peer)
		case m.HalfHandshake:
			_, _ = io.CopyN(c, peer, halfHandshake)
			_, _ = io.Copy(io.Discard, peer)
			return // the other side closes when it has waited long enough
		default:
			delayed(c, peer, m.Latency)
		}
		_ = c.Close()
	})
	switch {
	case m.SlowRead:
		trickle(peer, c)
	case m.ResetAfter > 0:
		_, _ = io.CopyN(peer, c, int64(m.ResetAfter))
		reset(c)
	default:
		_, _ = io.Copy(peer, c)
	}
	ended := time.Now()
	_ = peer.Close()
	back.Wait()
	return ended
}

// delayed copies, each piece a moment after it came.
func delayed(to io.Writer, from io.Reader, by time.Duration) {
	if by == 0 {
		_, _ = io.Copy(to, from)
		return
	}
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if n > 0 {
			Pause(context.Background(), by)
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// trickle copies one byte a second.
func trickle(to io.Writer, from io.Reader) {
	b := make([]byte, 1)
	for {
		if _, err := from.Read(b); err != nil {
			return
		}
		if _, err := to.Write(b); err != nil {
			return
		}
		Pause(context.Background(), time.Second)
	}
}

// reset closes a connection so that the other side sees a reset.
func reset(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

// halfHandshake is less than any server needs to say for one.
const halfHandshake = 60

// mumble answers with a record of TLS that holds bytes without meaning.
func (p *Proxy) mumble(c net.Conn) {
	_, _ = c.Read(make([]byte, 4096))
	b := make([]byte, 5+512)
	for i := range b {
		b[i] = byte(rand.N(256))
	}
	copy(b, []byte{22, 3, 3, 2, 0}) // a handshake of 512 bytes
	_, _ = c.Write(b)
	_, _ = io.Copy(io.Discard, c)
}

func (p *Proxy) babble(c net.Conn) {
	_, _ = c.Read(make([]byte, 4096))
	b := make([]byte, 512)
	for i := range b {
		b[i] = byte(rand.N(256))
	}
	_, _ = c.Write(b)
}

// endless answers with headers for as long as somebody reads, at a megabyte a second.
func (p *Proxy) endless(c net.Conn) {
	_, _ = c.Read(make([]byte, 4096))
	_, _ = io.WriteString(c, "HTTP/1.1 202 Accepted\r\n")
	line := "X-More: " + strings.Repeat("x", 1000) + "\r\n"
	for {
		if _, err := io.WriteString(c, line); err != nil {
			return
		}
		Pause(context.Background(), time.Millisecond)
	}
}

// swamp answers 202 with far more than anybody wants to read.
func (p *Proxy) swamp(c net.Conn, size int) {
	_, _ = c.Read(make([]byte, 4096))
	_, _ = fmt.Fprintf(c, "HTTP/1.1 202 Accepted\r\nContent-Length: %d\r\n\r\n", size)
	piece := make([]byte, 64<<10)
	for sent := 0; sent < size; sent += len(piece) {
		if _, err := c.Write(piece); err != nil {
			return
		}
	}
}
