package moving

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/copse-social/copse/db"
)

// ErrArchive is for what can't be a page of the archive that was agreed on.
var ErrArchive = errors.New("no page of this archive")

// PageURL is where the next page of the archive of a move that arrives lies.
func PageURL(m *db.Move) string { return pageURL(m.Archive, m.Part, m.Cursor) }

// ReadPage reads the next page of the archive of a move and checks that it is that one, whole: the
// address, the Offer, the part, the digest, and that what follows it lies ahead.
func ReadPage(m *db.Move, body []byte) (*Page, error) {
	p := &Page{size: int64(len(body))}
	if err := json.Unmarshal(body, p); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrArchive, err)
	}
	switch {
	case p.Type != pageType || p.ID != PageURL(m) || p.PartOf != m.URI || p.Part != m.Part:
		return nil, fmt.Errorf("%w: it names itself %.200q, part %.40q of %.200q", ErrArchive, p.ID, p.Part, p.PartOf)
	case p.Digest != digestOf(p.Items):
		return nil, fmt.Errorf("%w: its digest does not fit", ErrArchive)
	case len(p.Items) > max(pageRows, pagePosts) || len(p.Actors) > pageRows*itemLikes:
		return nil, fmt.Errorf("%w: %d items", ErrArchive, len(p.Items))
	}
	if p.Next == "" {
		if p.Part != partEnd {
			return nil, fmt.Errorf("%w: it ends after %s", ErrArchive, p.Part)
		}
		return p, nil
	}
	part, number, ok := strings.Cut(strings.TrimPrefix(p.Next, m.Archive+"/"), "/")
	after, err := strconv.ParseInt(number, 10, 64)
	at, to := slices.Index(parts(), p.Part), slices.Index(parts(), part)
	if !ok || err != nil || to < at || to == at && after <= m.Cursor || to > at && after != 0 || to > at+1 {
		return nil, fmt.Errorf("%w: %.200q does not lie ahead", ErrArchive, p.Next)
	}
	p.nextPart, p.next = part, after
	return p, nil
}

// Posts names the posts of a page by id, with their authors, that were published for all.
func (p *Page) Posts() map[string]string {
	out := make(map[string]string)
	if p.Part != partPosts {
		return out
	}
	for _, raw := range p.Items {
		var item postItem
		if json.Unmarshal(raw, &item) == nil && item.State == db.PostPublished {
			out[item.ID] = item.Author
		}
	}
	return out
}

// each reads the items of a page one after the other.
func each[T any](p *Page, do func(T) error) error {
	for i, raw := range p.Items {
		var item T
		if err := json.Unmarshal(raw, &item); err != nil {
			return fmt.Errorf("%w: item %d: %w", ErrArchive, i, err)
		}
		if err := do(item); err != nil {
			return err
		}
	}
	return nil
}

// InArchive says that the next step of a move is a page of the archive.
func InArchive(m *db.Move) bool { return slices.Contains(parts(), m.Part) }
