package frame

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/frontend/views"
)

func TestDiffer_wordByWord(t *testing.T) {
	t.Parallel()
	left, right := Differ("when seven days pass", "when fourteen days pass")
	want := func(kind, word string) []views.Span {
		return []views.Span{{Text: "when "}, {Kind: kind, Text: word}, {Text: "days pass"}}
	}
	if diff := cmp.Diff(want("del", "seven "), left); diff != "" {
		t.Errorf("left (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(want("ins", "fourteen "), right); diff != "" {
		t.Errorf("right (-want +got)\n%s", diff)
	}
}

// A line added below changes nothing of the line above it.
func TestDiffer_lineAdded(t *testing.T) {
	t.Parallel()
	left, right := Differ("Procurement", "Procurement\nPrivate clinics")
	if diff := cmp.Diff([]views.Span{{Text: "Procurement"}}, left); diff != "" {
		t.Errorf("left (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]views.Span{{Text: "Procurement\n"}, {Kind: "ins", Text: "Private clinics"}}, right); diff != "" {
		t.Errorf("right (-want +got)\n%s", diff)
	}
}

func TestDiffer_nothingAndVeryMuch(t *testing.T) {
	t.Parallel()
	if left, right := Differ("", "new"); len(left) != 0 || len(right) != 1 || right[0].Kind != "ins" {
		t.Errorf("%v, %v", left, right)
	}
	much := strings.Repeat("word ", mostWords+1)
	if left, right := Differ(much, "short"); len(left) != 1 || len(right) != 1 {
		t.Errorf("%d and %d runs, want one each", len(left), len(right))
	}
}
