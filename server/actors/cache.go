package actors

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
)

// How long an answer may be served after something has changed. Counts of actors may lag; a post
// may not, because peers confirm a Delete by reading it at once.
const (
	lagActor = 5 * time.Second
	lagPost  = 0
	lagCount = 5 * time.Minute // NodeInfo
	// oldest bounds what another process may have changed without our knowing.
	oldest = time.Second
)

// cacheBytes bounds the documents kept in memory.
const cacheBytes = 8 << 20

// answer is a document as everybody gets it, ready to be sent.
type answer struct {
	status int
	kind   string // media type
	body   []byte
	etag   string
	age    string // Cache-Control
	small  func() []byte

	made
}

// made is when an answer was made: by the clock, and by what had been committed.
type made struct {
	changes, renewals uint64
	at                time.Time
}

// newAnswer seals a body. ETags are weak because the packed form carries the same one.
func newAnswer(status int, kind string, body []byte) *answer {
	sum := sha256.Sum256(body)
	return &answer{
		status: status, kind: kind, body: body,
		etag:  `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`,
		small: sync.OnceValue(func() []byte { return pack(body) }),
	}
}

// packFrom is the size from which packing pays.
const packFrom = 1024

// pack gzips a body once for all who ask; nil where it is not worth it.
func pack(body []byte) []byte {
	if len(body) < packFrom {
		return nil
	}
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.DefaultCompression)
	if err != nil {
		return nil
	}
	if _, err := w.Write(body); err != nil || w.Close() != nil {
		return nil
	}
	return out.Bytes()
}

// cache keeps public documents by path. Nothing that depends on who asks may enter it (T34).
type cache struct {
	list *otter.Cache[string, *answer]
}

func newCache() *cache {
	return &cache{list: otter.Must(&otter.Options[string, *answer]{
		MaximumWeight: cacheBytes,
		Weigher:       func(key string, a *answer) uint32 { return uint32(len(key) + 2*len(a.body) + 256) },
	})}
}

// get returns what is kept under a path while it holds: as long as nothing was committed since,
// at most oldest, or for lag unless servers were told that an actor has changed.
func (k *cache) get(path string, lag time.Duration, now made) *answer {
	a, ok := k.list.GetIfPresent(path)
	if !ok {
		return nil
	}
	age := now.at.Sub(a.at)
	if age < lag && a.renewals == now.renewals || a.changes == now.changes && age < oldest {
		return a
	}
	return nil
}

// present is what is made now.
func (d *Door) present() made {
	return made{changes: d.store.Changes(), renewals: d.store.Renewals(), at: d.now()}
}

func (k *cache) put(path string, a *answer) { k.list.Set(path, a) }
