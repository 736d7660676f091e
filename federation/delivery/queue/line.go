package queue

import (
	"cmp"
	"slices"
	"time"
)

// idLine is a set of ids in order. Ids come mostly at the end and go mostly at the front, and both
// are cheap.
type idLine struct{ ids []int64 }

func (l *idLine) len() int { return len(l.ids) }

func (l *idLine) add(id int64) {
	if n := len(l.ids); n == 0 || l.ids[n-1] < id {
		l.ids = append(l.ids, id)
		return
	}
	if i, found := slices.BinarySearch(l.ids, id); !found {
		l.ids = slices.Insert(l.ids, i, id)
	}
}

func (l *idLine) remove(id int64) {
	i, found := slices.BinarySearch(l.ids, id)
	if !found {
		return
	}
	if i < len(l.ids)/2 { // shift the shorter side
		copy(l.ids[1:i+1], l.ids[:i])
		l.ids = l.ids[1:]
	} else {
		l.ids = slices.Delete(l.ids, i, i+1)
	}
	if len(l.ids) == 0 {
		l.ids = nil
	}
}

// head appends the first n ids to out.
func (l *idLine) head(out []int64, n int) []int64 {
	return append(out, l.ids[:min(max(n, 0), len(l.ids))]...)
}

// lateLine is a set of ids in order of the time at which each is due.
type lateLine struct {
	until map[int64]time.Time
	order []lateID
}

type lateID struct {
	until time.Time
	id    int64
}

func compareLate(a, b lateID) int {
	return cmp.Or(a.until.Compare(b.until), cmp.Compare(a.id, b.id))
}

func (l *lateLine) len() int { return len(l.order) }

func (l *lateLine) add(id int64, until time.Time) {
	if l.until == nil {
		l.until = make(map[int64]time.Time)
	}
	l.until[id] = until
	i, _ := slices.BinarySearchFunc(l.order, lateID{until, id}, compareLate)
	l.order = slices.Insert(l.order, i, lateID{until, id})
}

func (l *lateLine) remove(id int64) {
	until, found := l.until[id]
	if !found {
		return
	}
	delete(l.until, id)
	i, _ := slices.BinarySearchFunc(l.order, lateID{until, id}, compareLate)
	l.order = slices.Delete(l.order, i, i+1)
}

// first is when the next id is due.
func (l *lateLine) first() (time.Time, bool) {
	if len(l.order) == 0 {
		return time.Time{}, false
	}
	return l.order[0].until, true
}

// due appends up to n ids whose time has come to out.
func (l *lateLine) due(out []int64, now time.Time, n int) []int64 {
	for _, e := range l.order[:min(n, len(l.order))] {
		if e.until.After(now) {
			break
		}
		out = append(out, e.id)
	}
	return out
}
