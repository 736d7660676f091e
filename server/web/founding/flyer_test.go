package founding

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDrawing_isACodeWithAQuietZone(t *testing.T) {
	t.Parallel()
	svg, err := drawing("https://copse.test/c/coldchain")
	if err != nil || !strings.HasPrefix(svg, "<svg") || !strings.Contains(svg, "M4 4h1v1h-1z") || strings.Contains(svg, "style") {
		t.Errorf("%v: %.200s", err, svg)
	}
}

func TestTelling_fewLongWordsOnce(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{"cold", "chain", "sarela"}, telling("Cold chain in Sarela, cold")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
