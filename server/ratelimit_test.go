package server

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// counters are both ways to count, with a clock that the test moves.
func counters(t *testing.T) map[string]func() (*Limits, func(time.Duration)) {
	t.Helper()
	start := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	quiet := slog.New(slog.DiscardHandler)
	return map[string]func() (*Limits, func(time.Duration)){
		"memory": func() (*Limits, func(time.Duration)) {
			now := start
			return NewLimits(func() time.Time { return now }, quiet), func(d time.Duration) { now = now.Add(d) }
		},
		"redis": func() (*Limits, func(time.Duration)) {
			mini, now := miniredis.RunT(t), start
			mini.SetTime(now)
			client := redis.NewClient(&redis.Options{Addr: mini.Addr()})
			t.Cleanup(func() { _ = client.Close() })
			return NewRedisLimits(client, quiet), func(d time.Duration) {
				now = now.Add(d)
				mini.SetTime(now)
				mini.FastForward(d)
			}
		},
	}
}

func (l *Limits) passes(limit Limit, who string, times int) int {
	n := 0
	for range times {
		if l.wait(context.Background(), limit, who) == 0 {
			n++
		}
	}
	return n
}

// T54: the numbers of security.md 2a, used up at once, hold to the end of their time and not longer.
func TestT54_everyLimitHoldsForItsTime(t *testing.T) {
	t.Parallel()
	for name, open := range counters(t) {
		for _, l := range []Limit{
			limitAnonymous, limitUser, limitReads, limitLogin, limitAccount, limitPassword, limitSetup, limitSearch, limitElsewhere, limitRefused,
		} {
			limits, pass := open()
			if got := limits.passes(l, "a", l.N+20); got != l.N {
				t.Errorf("%s: %s let %d pass at once, want %d", name, l.Name, got, l.N)
			}
			pass(l.Per - time.Second)
			wait := limits.wait(t.Context(), l, "a")
			if wait <= 0 || wait > time.Second {
				t.Errorf("%s: %s a second before the end: wait %v", name, l.Name, wait)
			}
			if got := limits.passes(l, "b", 1); got != 1 {
				t.Errorf("%s: %s counts one for another", name, l.Name)
			}
			pass(time.Second)
			if got := limits.passes(l, "a", l.N+20); got != l.N {
				t.Errorf("%s: %s let %d pass after its time, want %d", name, l.Name, got, l.N)
			}
		}
	}
}

// T54: a window slides: no choice of moments lets more pass than its number, but for one slot.
func TestT54_windowsSlide(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test's own
	l := Limit{Name: "any", N: 20, Per: time.Minute}
	for name, open := range counters(t) {
		limits, pass := open()
		var at time.Duration
		var let []time.Duration
		for range 2000 {
			step := time.Duration(dice.IntN(4000)) * time.Millisecond
			pass(step)
			at += step
			if limits.wait(t.Context(), l, "a") == 0 {
				let = append(let, at)
			}
		}
		for i := l.N; i < len(let); i++ {
			if apart := let[i] - let[i-l.N]; apart < l.Per-l.Per/slots {
				t.Fatalf("%s: %d within %v", name, l.N+1, apart)
			}
		}
		if want := int(at/l.Per) * l.N * 9 / 10; len(let) < want {
			t.Errorf("%s: %d let pass, want at least %d", name, len(let), want)
		}
	}
}

// F14: who was counted while the clock of Redis ran ahead is not kept out until then.
func TestF14_countsOfALeaptClock(t *testing.T) {
	t.Parallel()
	mini, now := miniredis.RunT(t), time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	client := redis.NewClient(&redis.Options{Addr: mini.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	limits := NewRedisLimits(client, slog.New(slog.DiscardHandler))
	for _, l := range []Limit{limitLogin, limitInbox} {
		most := l.N
		if l.Burst > 0 {
			most = l.Burst
		}
		mini.SetTime(now.Add(400 * 24 * time.Hour))
		if got := limits.passes(l, "a", most+20); got != most {
			t.Errorf("%s let %d pass, want %d", l.Name, got, most)
		}
		mini.SetTime(now)
		if got := limits.passes(l, "a", most+20); got != most {
			t.Errorf("%s let %d pass after the return of the clock, want %d", l.Name, got, most)
		}
	}
}

func TestT54_bucketsRefill(t *testing.T) {
	t.Parallel()
	for name, open := range counters(t) {
		limits, pass := open()
		if got := limits.passes(limitInbox, "a", 600); got != 500 {
			t.Errorf("%s: burst of %d", name, got)
		}
		pass(time.Second)
		if got := limits.passes(limitInbox, "a", 600); got < 99 || got > 101 {
			t.Errorf("%s: %d in the next second", name, got)
		}
	}
}

// T54: what does not reach an account by another spelling does not buy more attempts either.
func TestT54_loginKeys(t *testing.T) {
	t.Parallel()
	var keys []string
	for _, s := range []string{"ana", "Ana", "@ana", " ANA ", "@Ana\t"} {
		keys = append(keys, loginKey(s))
	}
	if len(slices.Compact(keys)) != 1 {
		t.Errorf("keys %q", keys)
	}
	if got := len(loginKey(string(make([]byte, 1<<20)))); got > maxLogin {
		t.Errorf("a key of %d bytes", got)
	}
}

// T53: keys in memory are bounded, whatever is thrown at them.
func TestT53_keysInMemoryAreBounded(t *testing.T) {
	t.Parallel()
	s := newShelf(time.Now)
	for n := range 3 * keysAtOnce {
		_, _ = s.take(t.Context(), string(rune(n))+"-"+time.Duration(n).String(), limitAnonymous)
	}
	s.windows.CleanUp()
	if n := s.windows.EstimatedSize(); n > keysAtOnce {
		t.Errorf("%d keys", n)
	}
}
