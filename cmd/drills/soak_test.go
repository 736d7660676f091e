package main

import (
	"math/rand/v2"
	"testing"
	"time"
)

// A growth is told from the ups and downs of the collector.
func TestSlopeOf(t *testing.T) {
	t.Parallel()
	for _, grows := range []float64{0, 10} {
		random := rand.New(rand.NewPCG(3, 4))
		var list []sample
		for i := range 300 {
			h := time.Duration(i) * 6 * time.Second
			mib := 80 + grows*h.Hours() + 6*random.Float64()
			list = append(list, sample{at: time.Unix(0, 0).Add(h), memory: int64(mib * (1 << 20))})
		}
		slope, within := slopeOf(list)
		if slope-within > grows || slope+within < grows {
			t.Errorf("growth of %.0f MiB an hour is read as %.1f, give or take %.1f", grows, slope, within)
		}
		if grows > 0 && slope-within < 1 {
			t.Errorf("a growth of %.0f MiB an hour passes: %.1f, give or take %.1f", grows, slope, within)
		}
	}
}
