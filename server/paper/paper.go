// Package paper turns a whole HTML document into a PDF, with a program or a service that the admin
// names: Chromium, WeasyPrint or Gotenberg. No library of Go shapes Arabic, so Copse brings none.
//
// What a document holds is not trusted: whatever in it would load something is taken out, and a
// Chromium reaches nothing but the document itself. Time, size and number of jobs are bounded. It knows
// no page, no person and no rule, and keeps nothing on disk. Start with Press.PDF; clean.go takes out
// what loads, program.go and service.go run the renderers.
package paper

import (
	"bytes"
	"container/list"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// What a document may cost. A charter has some 100 kB with its style sheet, and takes a second.
const (
	maxHTML  = 4 << 20
	maxPDF   = 32 << 20
	maxKept  = 32 << 20 // bytes of documents that are kept to be asked for again
	atOnce   = 1        // a Chromium takes some 200 MB
	waiting  = 8
	longest  = 30 * time.Second
	patience = 20 * time.Second // for a turn
)

// What can go wrong. ErrBusy passes with time; ErrNone does not.
var (
	ErrNone = errors.New("no renderer is named")
	ErrBusy = errors.New("too many documents wait to be printed")
	ErrSize = errors.New("the document is too large to print")
)

// Options is what the press needs.
type Options struct {
	// Renderer is the path or name of a program (Chromium and its kin, or WeasyPrint) or the http
	// address of a Gotenberg; "" where there is none.
	Renderer string
	// Transport reaches a Gotenberg: inside the admin's network, where other requests may not go.
	Transport http.RoundTripper
	Log       *slog.Logger
}

// Press prints. Several goroutines may ask it at once.
type Press struct {
	render func(ctx context.Context, html []byte) ([]byte, error)
	log    *slog.Logger
	turns  chan struct{}
	queue  chan struct{}

	mu   sync.Mutex
	kept map[[sha256.Size]byte]*list.Element
	used *list.List // of sheets, the one asked for last first
	size int
}

// sheet is a printed document by the hash of what was printed.
type sheet struct {
	key [sha256.Size]byte
	pdf []byte
}

// New makes a press. Without a renderer it prints nothing; see Ready.
func New(o Options) *Press {
	p := &Press{
		log: o.Log, turns: make(chan struct{}, atOnce), queue: make(chan struct{}, atOnce+waiting),
		kept: map[[sha256.Size]byte]*list.Element{}, used: list.New(),
	}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	switch u, err := url.Parse(o.Renderer); {
	case o.Renderer == "":
	case err == nil && (u.Scheme == "http" || u.Scheme == "https"):
		s := &service{at: strings.TrimSuffix(o.Renderer, "/"), client: &http.Client{Transport: o.Transport}}
		p.render = s.render
	default:
		p.render = program(o.Renderer).render
	}
	return p
}

// Ready says that a renderer is named; whether it works shows when it is asked.
func (p *Press) Ready() bool { return p != nil && p.render != nil }

// PDF prints a document: all that it shows stands in it, pictures as data: addresses. What was printed
// before comes at once.
func (p *Press) PDF(ctx context.Context, html []byte) ([]byte, error) {
	if !p.Ready() {
		return nil, ErrNone
	}
	if len(html) > maxHTML {
		return nil, ErrSize
	}
	key := sha256.Sum256(html)
	if pdf := p.printed(key); pdf != nil {
		return pdf, nil
	}
	done, err := p.turn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	if pdf := p.printed(key); pdf != nil { // by whoever was before us
		return pdf, nil
	}
	clean, err := Clean(html)
	if err != nil {
		return nil, fmt.Errorf("clean a document: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	start := time.Now()
	pdf, err := p.render(ctx, clean)
	switch {
	case err != nil:
		return nil, fmt.Errorf("print a document of %d bytes: %w", len(html), err)
	case len(pdf) > maxPDF:
		return nil, ErrSize
	case !bytes.HasPrefix(pdf, []byte("%PDF-")):
		return nil, errors.New("the renderer answers no PDF")
	}
	p.log.DebugContext(ctx, "document printed", "bytes", len(pdf), "took", time.Since(start))
	p.keep(key, pdf)
	return pdf, nil
}

// turn waits for the renderer to be free, and answers how to leave it.
func (p *Press) turn(ctx context.Context) (done func(), err error) {
	select {
	case p.queue <- struct{}{}:
	default:
		return nil, ErrBusy
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case p.turns <- struct{}{}:
		return func() { <-p.turns; <-p.queue }, nil
	case <-late.C:
		err = ErrBusy
	case <-ctx.Done():
		err = ctx.Err()
	}
	<-p.queue
	return nil, err
}

// printed is a document that was printed before; nil without.
func (p *Press) printed(key [sha256.Size]byte) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	e, ok := p.kept[key]
	if !ok {
		return nil
	}
	p.used.MoveToFront(e)
	return e.Value.(*sheet).pdf
}

// keep remembers a document, and forgets those that nobody asked for longest.
func (p *Press) keep(key [sha256.Size]byte, pdf []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept[key] = p.used.PushFront(&sheet{key, pdf})
	p.size += len(pdf)
	for p.size > maxKept && p.used.Len() > 1 {
		last := p.used.Remove(p.used.Back()).(*sheet)
		delete(p.kept, last.key)
		p.size -= len(last.pdf)
	}
}
