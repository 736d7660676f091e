package web_test

import (
	"fmt"
	"strings"
	"testing"
)

// Counts are remembered, but what the reader does is in them at once.
func TestDiscussion_countsFollowWhatIsSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, ben := h.person("amina"), h.person("ben")
	p := h.start(h.group("water", amina), amina, "Filters")
	reader, path := h.as(amina), "/d/"+itoa(p.ID)
	reader.get(path)
	for n := 1; n <= 3; n++ {
		h.answer(p, ben, fmt.Sprintf("Answer %d.", n))
		reader.get(path).shows("1 new", "copse.test", fmt.Sprintf(", %d<", n+1))
	}
	if body := reader.get(path).body; strings.Contains(body, "1 new") {
		t.Error("what was read stays new")
	}
}
