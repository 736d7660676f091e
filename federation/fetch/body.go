package fetch

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	// patience is how long a body may dawdle before minRate counts.
	patience = 2 * time.Second
	// minRate is the fewest bytes a second an honest host sends (T31).
	minRate = 1 << 10
	// maxRatio is the most gzip may expand; JSON of many equal keys stays
	// below 40.
	maxRatio = 100
	// ratioFrom lets tiny documents compress as they like.
	ratioFrom = 64 << 10
)

// watch cancels a request whose body comes too slowly: byte n must have come
// within patience + n/minRate of the first read.
type watch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	start  time.Time
	bytes  int64
}

func newWatch(ctx context.Context) *watch {
	w := &watch{}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	return w
}

// begin starts the clock of the body.
func (w *watch) begin() {
	w.start = time.Now()
	w.timer = time.AfterFunc(patience, func() { w.cancel(ErrTooSlow) })
}

// saw grants time for n more bytes.
func (w *watch) saw(n int) {
	w.bytes += int64(n)
	allowed := patience + time.Duration(w.bytes)*time.Second/minRate
	w.timer.Reset(allowed - time.Since(w.start))
}

func (w *watch) stop() {
	if w.timer != nil {
		w.timer.Stop()
	}
	w.cancel(context.Canceled)
}

// explain puts the reason of a cancellation in place of its symptom.
func (w *watch) explain(err error) error {
	if cause := context.Cause(w.ctx); cause != nil {
		return cause
	}
	return err
}

// paced counts and times the bytes as they come off the wire.
type paced struct{ r *response }

func (p paced) Read(b []byte) (int, error) {
	n, err := p.r.Body.Read(b)
	p.r.watch.saw(n)
	return n, err
}

// read takes at most limit bytes of decompressed body. It never reads ahead of
// what it can still accept, so a bomb costs no more memory than a document.
func (r *response) read(limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, fmt.Errorf("%w: %d bytes announced", ErrTooLarge, r.ContentLength)
	}
	r.watch.begin()
	var src io.Reader = paced{r}
	zipped := false
	switch enc := strings.ToLower(strings.Join(r.Header.Values("Content-Encoding"), ",")); enc {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(src)
		if err != nil {
			return nil, r.broken(err)
		}
		src, zipped = z, true
	default:
		return nil, fmt.Errorf("%w: encoding %q", ErrWrongType, clip(enc))
	}
	return r.drain(src, limit, zipped)
}

func (r *response) drain(src io.Reader, limit int64, zipped bool) ([]byte, error) {
	body := make([]byte, 0, min(limit+1, max(r.ContentLength+1, 8<<10)))
	for {
		n, err := src.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		size := int64(len(body))
		switch {
		case size > limit:
			return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
		case zipped && size > ratioFrom && size > maxRatio*r.watch.bytes:
			return nil, fmt.Errorf("%w: expands more than %d times", ErrTooLarge, maxRatio)
		case errors.Is(err, io.EOF):
			return body, nil
		case err != nil:
			return nil, r.broken(err)
		}
		if len(body) == cap(body) {
			grown := make([]byte, len(body), min(int64(2*cap(body)), limit+1))
			copy(grown, body)
			body = grown
		}
	}
}

// broken words a body that ended badly; all but the caller's own cancellation
// may go better next time.
func (r *response) broken(err error) error {
	err = r.watch.explain(err)
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &retryable{fmt.Errorf("read body: %w", err)}
}
