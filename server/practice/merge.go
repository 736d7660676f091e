package practice

import (
	"slices"
	"strconv"
	"strings"

	"github.com/copse-social/copse/db"
)

func digits(n int) string { return strconv.Itoa(n) }

// Merge puts together what two people made of the same blocks: theirs was saved first, mine comes now
// from by. Nothing that either wrote is lost: changes in different blocks, or in different lines of
// one, are both kept; where both rewrote the same lines the block keeps their text and carries mine
// beside it, until somebody settles it.
func Merge(base, theirs, mine []db.Block, by int64) []db.Block {
	was, is := byKey(base), byKey(theirs)
	var out []db.Block
	for _, b := range arranged(base, theirs, mine) {
		old, before := was[b.Key]
		now, there := is[b.Key]
		i := slices.IndexFunc(mine, func(m db.Block) bool { return m.Key == b.Key })
		switch {
		case i < 0 && before && now.Text == old.Text && now.Clash == nil:
			continue // taken out by me, untouched by them
		case i < 0:
			out = append(out, now)
		case !there && before && mine[i].Text == old.Text:
			continue // taken out by them, untouched by me
		case !there:
			out = append(out, mine[i])
		default:
			out = append(out, together(old, now, mine[i], by))
		}
	}
	return out
}

// together joins two forms of one block.
func together(old, now, mine db.Block, by int64) db.Block {
	b := now
	if now.Title == old.Title {
		b.Title = mine.Title
	}
	text, ok := merge3(old.Text, now.Text, mine.Text)
	if ok {
		b.Text = text
		return b
	}
	clash := db.Clash{Was: old.Text, Text: mine.Text, By: by}
	if now.Clash != nil {
		clash.Was, clash.Text = now.Clash.Was, now.Clash.Text+"\n\n"+mine.Text
	}
	b.Clash = &clash
	return b
}

func byKey(list []db.Block) map[string]db.Block {
	m := make(map[string]db.Block, len(list))
	for _, b := range list {
		m[b.Key] = b
	}
	return m
}

// arranged is every block of either in one order: theirs, unless only I moved blocks, with what is
// new behind what it was put behind.
func arranged(base, theirs, mine []db.Block) []db.Block {
	first, second := theirs, mine
	if inOrder(base, theirs) && !inOrder(base, mine) {
		first, second = mine, theirs
	}
	out := slices.Clone(first)
	for i, b := range second {
		if slices.ContainsFunc(out, func(o db.Block) bool { return o.Key == b.Key }) {
			continue
		}
		at := 0
		if i > 0 {
			at = slices.IndexFunc(out, func(o db.Block) bool { return o.Key == second[i-1].Key }) + 1
		}
		out = slices.Insert(out, at, b)
	}
	return out
}

// inOrder says that the blocks which both have stand in the same order.
func inOrder(a, b []db.Block) bool {
	last := -1
	for _, one := range a {
		i := slices.IndexFunc(b, func(o db.Block) bool { return o.Key == one.Key })
		if i < 0 {
			continue
		}
		if i < last {
			return false
		}
		last = i
	}
	return true
}

// change is a run of lines of the start that somebody replaced.
type change struct {
	from, to int // of the start
	lines    []string
}

// merge3 joins two texts line by line; false where both changed the same lines differently.
func merge3(base, a, b string) (string, bool) {
	switch {
	case a == b || b == base:
		return a, true
	case a == base:
		return b, true
	}
	start := strings.Split(base, "\n")
	left, ok := changes(start, strings.Split(a, "\n"))
	right, fine := changes(start, strings.Split(b, "\n"))
	if !ok || !fine {
		return "", false
	}
	var out []string
	at := 0
	for len(left) > 0 || len(right) > 0 {
		var next change
		switch {
		case len(right) == 0 || len(left) > 0 && before(left[0], right[0]):
			next, left = left[0], left[1:]
		case len(left) == 0 || before(right[0], left[0]):
			next, right = right[0], right[1:]
		case slices.Equal(left[0].lines, right[0].lines) && left[0].from == right[0].from && left[0].to == right[0].to:
			next, left, right = left[0], left[1:], right[1:]
		default:
			return "", false
		}
		out = append(append(out, start[at:next.from]...), next.lines...)
		at = next.to
	}
	return strings.Join(append(out, start[at:]...), "\n"), true
}

// before says that one change ends before another begins. Two that begin at the same line never do.
func before(a, b change) bool { return a.to <= b.from && a.from < b.from }

// tooMany is how many pairs of lines are compared; longer texts that both changed clash as a whole.
const tooMany = 4_000_000

// changes finds what was made of the lines of a start.
func changes(start, now []string) ([]change, bool) {
	if len(start)*len(now) > tooMany {
		return nil, false
	}
	same := make([][]int, len(start)+1)
	for i := range same {
		same[i] = make([]int, len(now)+1)
	}
	for i := len(start) - 1; i >= 0; i-- {
		for j := len(now) - 1; j >= 0; j-- {
			if start[i] == now[j] {
				same[i][j] = same[i+1][j+1] + 1
			} else {
				same[i][j] = max(same[i+1][j], same[i][j+1])
			}
		}
	}
	var list []change
	i, j := 0, 0
	for i < len(start) || j < len(now) {
		if i < len(start) && j < len(now) && start[i] == now[j] {
			i, j = i+1, j+1
			continue
		}
		c := change{from: i}
		for (i < len(start) || j < len(now)) && !(i < len(start) && j < len(now) && start[i] == now[j]) {
			if j == len(now) || i < len(start) && same[i+1][j] >= same[i][j+1] {
				i++
			} else {
				c.lines = append(c.lines, now[j])
				j++
			}
		}
		c.to = i
		list = append(list, c)
	}
	return list, true
}
