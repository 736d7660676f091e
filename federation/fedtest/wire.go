package fedtest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
)

// converse runs h and answers its response as a stream.
func converse(h http.Handler, req, in *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(context.Background())
	pr, pw := io.Pipe()
	hangUp := context.AfterFunc(req.Context(), func() {
		// The client must see its own impatience, never a clean end, however
		// quickly the handler gives up.
		_ = pw.CloseWithError(req.Context().Err())
		cancel()
	})
	w := &writer{header: http.Header{}, sent: make(chan struct{}), body: pw, silent: in.Method == http.MethodHead}
	go func() {
		defer cancel()
		defer func() {
			var broken error
			if p := recover(); p != nil {
				broken = fmt.Errorf("handler panicked: %v", p)
			}
			w.finish(broken)
		}()
		h.ServeHTTP(w, in.WithContext(ctx))
	}()
	select {
	case <-w.sent:
	case <-req.Context().Done():
		cancel()
		_ = pr.CloseWithError(req.Context().Err())
		return nil, context.Cause(req.Context())
	}
	if w.broken != nil {
		return nil, w.broken
	}
	length, err := strconv.ParseInt(w.frozen.Get("Content-Length"), 10, 64)
	if err != nil {
		length = -1
	}
	return &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.frozen, ContentLength: length, Request: req, TLS: in.TLS,
		Body: &stream{pr: pr, close: func() { hangUp(); cancel() }},
	}, nil
}

// stream is a response body; closing it tells the handler that nobody listens.
type stream struct {
	pr    *io.PipeReader
	close func()
}

func (s *stream) Read(b []byte) (int, error) { return s.pr.Read(b) }

func (s *stream) Close() error {
	s.close()
	return s.pr.Close()
}

// writer is the handler's http.ResponseWriter and http.Flusher.
type writer struct {
	header, frozen http.Header
	status         int
	sent           chan struct{}
	once           sync.Once
	body           *io.PipeWriter
	silent         bool
	broken         error
}

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) {
	if status < 200 {
		return // informational
	}
	w.once.Do(func() {
		w.status, w.frozen = status, w.header.Clone()
		w.silent = w.silent || status == http.StatusNoContent || status == http.StatusNotModified
		close(w.sent)
	})
}

func (w *writer) Write(b []byte) (int, error) {
	select {
	case <-w.sent:
	default:
		if w.header.Get("Content-Type") == "" && len(b) > 0 {
			w.header.Set("Content-Type", http.DetectContentType(b))
		}
		w.WriteHeader(http.StatusOK)
	}
	if w.silent {
		return len(b), nil
	}
	return w.body.Write(b)
}

// Flush implements http.Flusher: everything written is already on its way.
func (w *writer) Flush() { w.WriteHeader(http.StatusOK) }

// finish ends the body. A panic before the header is an error of the whole
// request, one after it breaks the body off, as on a real connection.
func (w *writer) finish(broken error) {
	w.once.Do(func() {
		w.status, w.frozen, w.broken = http.StatusOK, w.header.Clone(), broken
		close(w.sent)
	})
	if broken != nil {
		_ = w.body.CloseWithError(io.ErrUnexpectedEOF)
		return
	}
	_ = w.body.Close()
}
