package fetch

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// Not parallel: it measures time, which a busy machine would make its own.
func TestT33_alternateInLinearTime(t *testing.T) { //nolint:paralleltest // see above
	base := &url.URL{Scheme: "https", Host: "evil.test"}
	for _, unit := range []string{"<a", "<link ", "<link a=", "<!--", "<![CDATA["} {
		page := []byte(strings.Repeat(unit, (5<<20)/len(unit)))
		best := time.Hour
		for range 3 {
			start := time.Now()
			if _, err := alternate(page, base); err == nil {
				t.Errorf("%q: a link was found", unit)
			}
			best = min(best, time.Since(start))
		}
		if best > 100*time.Millisecond {
			t.Errorf("%q: %v", unit, best)
		}
	}
}
