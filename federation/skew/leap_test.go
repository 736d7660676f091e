package skew

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

// bench is a watch with a clock that leaps and a running time that does not.
type bench struct {
	*Watch
	t    *testing.T
	now  time.Time
	ran  time.Duration
	true time.Time // what the clocks of others say
	log  bytes.Buffer
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	b.true = b.now
	b.Watch = New(Options{
		Now: func() time.Time { return b.now }, Uptime: func() time.Duration { return b.ran },
		Log: slog.New(slog.NewTextHandler(&b.log, nil)), Next: elsewhere(func(*http.Request) http.Header { return dated(b.true) }),
	})
	return b
}

func (b *bench) pass(d time.Duration) {
	b.now, b.true, b.ran = b.now.Add(d), b.true.Add(d), b.ran+d
}

func (b *bench) leap(d time.Duration) { b.now = b.now.Add(d) }

func (b *bench) doubts(want bool, when string) {
	b.t.Helper()
	if got := b.Doubtful(); got != want {
		b.t.Errorf("%s: doubtful is %v", when, got)
	}
}

// The leaps of drill F14: reliability.md 1f.
func TestDoubtful_leaps(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{2 * time.Hour, -2 * time.Hour, 400 * 24 * time.Hour} {
		b := newBench(t)
		b.doubts(true, "nobody has answered yet")
		ask(t, b.Watch, "a.example")
		b.doubts(false, "one agrees")
		b.pass(40 * 24 * time.Hour)
		b.doubts(false, "time passes")

		b.leap(by)
		b.doubts(true, "at once after the leap")
		b.pass(time.Hour)
		b.doubts(true, "an hour after the leap")
		ask(t, b.Watch, "a.example", "b.example", "c.example")
		b.doubts(true, "others contradict")
		if off, known := b.Median(); !known || off != by {
			t.Errorf("after a leap of %s the median is %s, %v", by, off, known)
		}
		b.pass(3 * 24 * time.Hour)
		b.doubts(true, "and go on contradicting")

		b.leap(-by)
		b.doubts(false, "back again")
		ask(t, b.Watch, "a.example")
		b.doubts(false, "and confirmed")
	}
}

func TestDoubtful_leapToTheRightTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.true = b.now.Add(90 * 24 * time.Hour) // the machine began with a wrong clock
	ask(t, b.Watch, "a.example", "b.example", "c.example")
	b.doubts(true, "three contradict")
	b.leap(90 * 24 * time.Hour)
	b.doubts(true, "nobody has confirmed it")
	ask(t, b.Watch, "b.example")
	b.doubts(false, "one has: two clocks don't err alike")
}

func TestDoubtful_nobodyToAsk(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.pass(patience - time.Second)
	b.doubts(true, "just begun")
	b.pass(time.Second)
	b.doubts(false, "nobody contradicted for a day")
	b.leap(time.Hour)
	b.doubts(true, "at once after the leap")
	b.pass(patience - time.Second)
	b.doubts(true, "less than a day after the leap")
	b.pass(time.Second)
	b.doubts(false, "a day after the leap")
}

func TestDoubtful_smallSteps(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ask(t, b.Watch, "a.example")
	b.doubts(false, "one agrees")
	b.leap(20 * time.Second)
	b.doubts(false, "as much as is allowed")
	b.leap(20 * time.Second)
	b.doubts(true, "two of them add up")
}

func TestNote_answerFromBeforeTheLeap(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.o.Next = elsewhere(func(*http.Request) http.Header {
		b.leap(2 * time.Hour)
		return dated(b.true)
	})
	ask(t, b.Watch, "a.example")
	b.doubts(true, "an answer that a leap fell into confirms nothing")
}

func TestTellOfLeap(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ask(t, b.Watch, "a.example")
	b.doubts(false, "one agrees")
	b.leap(2 * time.Hour)
	said := b.tellOfLeap(t.Context(), false)
	said = b.tellOfLeap(t.Context(), said)
	b.leap(-2 * time.Hour)
	b.tellOfLeap(t.Context(), said)
	text := b.log.String()
	if strings.Count(text, "the clock leapt") != 1 || !strings.Contains(text, "by=2h0m0s") || !strings.Contains(text, "believed again") {
		t.Errorf("the log says:\n%s", text)
	}
}
