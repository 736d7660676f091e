package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/uptrace/bun"
)

// What an instance learns: how the activities of its own hosts, people and groups look. That is half
// of what the words leave of a short answer.
const (
	// lessonAt is how many bodies are packed before the first dictionary is made; each further one
	// takes lessonGrows times as many, so that there are never more than a few.
	lessonAt    = 256
	lessonGrows = 32
	lastLesson  = 5
	// lessonTexts are kept to learn from, the latest ones, as many of one kind as of all others.
	lessonTexts = 24
	lessonEvery = 5
	// lessonBytes bounds a dictionary: what it knows is looked up for each body.
	lessonBytes = 32 << 10
)

// lesson is what a process has seen since it last learned.
type lesson struct {
	mu     sync.Mutex
	loaded bool
	count  int64
	texts  [][]byte
}

// dictionary is a row of what was learned.
type dictionary struct {
	bun.BaseModel `bun:"table:dictionaries,alias:d"`

	ID        uint32 `bun:"id,pk"`
	Body      []byte `bun:"body"`
	CreatedAt Time   `bun:"created_at"`
}

// pack makes of the body of an activity what its row holds. within is the activity whose body stands
// in it, nil where none does.
func (s *Store) pack(ctx context.Context, body []byte, within *Activity) ([]byte, error) {
	p := s.root.packer
	if err := s.study(ctx, body); err != nil {
		return nil, err
	}
	if within != nil && within.stored && bytes.Contains(body, within.Body) {
		return p.about(within.ID, within.Body, body), nil
	}
	return p.whole(body), nil
}

// study remembers how a body looks and, when enough was seen, makes a dictionary of it. It counts
// once the transaction is durable: nothing may be packed with what could be taken back.
func (s *Store) study(ctx context.Context, body []byte) error {
	l := &s.root.packer.lesson
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.loaded {
		if err := s.loadDictionaries(ctx); err != nil {
			return err
		}
		l.loaded = true
	}
	if l.count++; l.count%lessonEvery == 0 {
		l.texts = append(l.texts, shape(body))
		l.texts = l.texts[max(0, len(l.texts)-lessonTexts):]
	}
	newest := s.root.packer.newestID()
	due := int64(lessonAt)
	for range newest - wordsID {
		due *= lessonGrows
	}
	if l.count < due || newest >= lastLesson || s.after == nil {
		return nil
	}
	row := &dictionary{ID: newest + 1, Body: lessonOf(l.texts), CreatedAt: s.Now()}
	l.count, l.texts = 0, nil
	fresh, err := s.insertNew(ctx, row)
	if err != nil {
		return fmt.Errorf("keep dictionary %d: %w", row.ID, err)
	}
	if fresh {
		s.AfterCommit(func() { _ = s.root.packer.adopt(row.ID, row.Body) }) // else it is packed as before
	} else {
		l.loaded = false // another process was first
	}
	return nil
}

func (p *packer) newestID() uint32 {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.newest
}

// lessonOf puts together what is packed with: what is common last, where it costs least to name.
func lessonOf(texts [][]byte) []byte {
	out := slices.Clone(words)
	for _, t := range texts {
		if len(out)+len(t) <= lessonBytes {
			out = append(out, t...)
		}
	}
	return out
}

func (s *Store) loadDictionaries(ctx context.Context) error {
	var list []*dictionary
	if err := s.read.NewSelect().Model(&list).Order("id").Scan(ctx); err != nil {
		return fmt.Errorf("load dictionaries: %w", wrap(err))
	}
	for _, d := range list {
		if err := s.root.packer.adopt(d.ID, d.Body); err != nil {
			return err
		}
	}
	return nil
}

// unpack gives activities their bodies as they were written.
func (s *Store) unpack(ctx context.Context, list ...*Activity) error {
	var missing []int64
	for _, a := range list {
		a.stored = true
		if id := innerOf(a.Body); id != 0 {
			missing = append(missing, id)
		}
	}
	inner, err := s.bodies(ctx, missing)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.Body, err = s.open(ctx, a.Body, inner); err != nil {
			return fmt.Errorf("body of activity %d: %w", a.ID, err)
		}
		a.ObjectURI = aboutWhole(a.ObjectURI, a.Body)
	}
	return nil
}

// bodies are the bodies of some activities, in which no other stands.
func (s *Store) bodies(ctx context.Context, ids []int64) (map[int64][]byte, error) {
	out := make(map[int64][]byte, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var list []*Activity
	if err := s.read.NewSelect().Model(&list).Column("id", "body").Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("load what stands in activities: %w", wrap(err))
	}
	for _, a := range list {
		body, err := s.open(ctx, a.Body, nil)
		if err != nil {
			return nil, fmt.Errorf("body of activity %d: %w", a.ID, err)
		}
		out[a.ID] = body
	}
	return out, nil
}

// open unpacks one body, after a look for dictionaries that another process has learned where it needs
// one.
func (s *Store) open(ctx context.Context, packed []byte, inner map[int64][]byte) ([]byte, error) {
	within := innerOf(packed)
	if within != 0 && inner[within] == nil {
		return nil, fmt.Errorf("%w: activity %d, which stands in it, is gone", errPacked, within)
	}
	body, err := s.root.packer.open(packed, inner[within])
	if !errors.Is(err, zstd.ErrUnknownDictionary) {
		return body, err
	}
	if err := s.loadDictionaries(ctx); err != nil {
		return nil, err
	}
	return s.root.packer.open(packed, inner[within])
}

// shape is a document without what people say in it, which must not stay behind in a dictionary when
// a post is deleted: of its texts only names and addresses are left.
func shape(doc []byte) []byte {
	out := make([]byte, 0, len(doc))
	for i := 0; i < len(doc); {
		if doc[i] != '"' {
			out = append(out, doc[i])
			i++
			continue
		}
		n := literal(doc[i:])
		text := doc[i : i+n]
		if i += n; i < len(doc) && doc[i] == ':' || impersonal(text) {
			out = append(out, text...)
		} else {
			out = append(out, `""`...)
		}
	}
	return out
}

// literal is the length of the JSON string at the front of b, with its quotes.
func literal(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// impersonal says that a text is an address, or a short name without a space.
func impersonal(text []byte) bool {
	if bytes.HasPrefix(text, []byte(`"http`)) {
		return len(text) < 200 && !bytes.ContainsAny(text, " <\\")
	}
	for _, c := range text {
		if c <= ' ' || c >= 0x7f || c == '<' || c == '\\' {
			return false
		}
	}
	return len(text) < 40
}
