package practice_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/practice"
)

func blocks(texts ...string) []db.Block {
	var list []db.Block
	for i, text := range texts {
		list = append(list, db.Block{Key: string(rune('a' + i)), Title: "T" + string(rune('a'+i)), Text: text})
	}
	return list
}

func textsOf(list []db.Block) []string {
	var out []string
	for _, b := range list {
		out = append(out, b.Key+": "+b.Text)
	}
	return out
}

// Scenario 3, co-writing: two people save from the same start, and nothing that either wrote is lost.
func TestMerge(t *testing.T) {
	t.Parallel()
	base := blocks("one\ntwo\nthree", "tools", "end")
	for _, row := range []struct {
		name         string
		theirs, mine []db.Block
		want         []string
		clash        string
	}{
		{"different blocks", blocks("one\ntwo\nthree", "tools and rope", "end"), blocks("one\ntwo\nthree", "tools", "the end"), []string{"a: one\ntwo\nthree", "b: tools and rope", "c: the end"}, ""},
		{"different lines", blocks("ONE\ntwo\nthree", "tools", "end"), blocks("one\ntwo\nTHREE", "tools", "end"), []string{"a: ONE\ntwo\nTHREE", "b: tools", "c: end"}, ""},
		{"a line each at both ends", blocks("zero\none\ntwo\nthree", "tools", "end"), blocks("one\ntwo\nthree\nfour", "tools", "end"), []string{"a: zero\none\ntwo\nthree\nfour", "b: tools", "c: end"}, ""},
		{"the same change", blocks("one\n2\nthree", "tools", "end"), blocks("one\n2\nthree", "tools", "end"), []string{"a: one\n2\nthree", "b: tools", "c: end"}, ""},
		{"the same line", blocks("one\nTWO\nthree", "tools", "end"), blocks("one\nzwei\nthree", "tools", "end"), []string{"a: one\nTWO\nthree", "b: tools", "c: end"}, "one\nzwei\nthree"},
		{"a block taken out that they changed", blocks("one\ntwo\nthree", "tools!", "end"), append(blocks("one\ntwo\nthree"), base[2]), []string{"a: one\ntwo\nthree", "b: tools!", "c: end"}, ""},
		{"a block taken out", base, append(blocks("one\ntwo\nthree"), base[2]), []string{"a: one\ntwo\nthree", "c: end"}, ""},
		{"both add one", append(blocks("one\ntwo\nthree", "tools", "end"), db.Block{Key: "x", Text: "theirs"}), append(blocks("one\ntwo\nthree", "tools", "end"), db.Block{Key: "y", Text: "mine"}), []string{"a: one\ntwo\nthree", "b: tools", "c: end", "y: mine", "x: theirs"}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := practice.Merge(base, row.theirs, row.mine, 7)
			if diff := cmp.Diff(row.want, textsOf(got)); diff != "" {
				t.Error(diff)
			}
			clash := ""
			for _, b := range got {
				if b.Clash != nil {
					clash = b.Clash.Text
					if b.Clash.By != 7 {
						t.Errorf("clash by %d", b.Clash.By)
					}
				}
			}
			if clash != row.clash {
				t.Errorf("clash %q, want %q", clash, row.clash)
			}
		})
	}
}

func TestMerge_secondClashKeepsBoth(t *testing.T) {
	t.Parallel()
	base := blocks("start")
	first := practice.Merge(base, blocks("theirs"), blocks("mine"), 1)
	got := practice.Merge(base, first, blocks("another"), 2)
	if c := got[0].Clash; c == nil || !strings.Contains(c.Text, "mine") || !strings.Contains(c.Text, "another") || got[0].Text != "theirs" {
		t.Errorf("got %+v", got[0])
	}
}

func TestMerge_moves(t *testing.T) {
	t.Parallel()
	base := blocks("1", "2", "3")
	mine := []db.Block{base[2], base[0], base[1]}
	theirs := blocks("1", "two", "3")
	want := []string{"c: 3", "a: 1", "b: two"}
	if diff := cmp.Diff(want, textsOf(practice.Merge(base, theirs, mine, 1))); diff != "" {
		t.Error(diff)
	}
}
