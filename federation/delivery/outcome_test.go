package delivery

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/federation/vocab"
)

// TestOutcomes holds each answer to the rule table: how often and when it is tried again when the
// peer always answers the same, and how the delivery ends.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		waits  []time.Duration // after each, one more try
		knocks int             // requests of the first try
		end    int16
	}{
		{200, nil, 1, db.DeliveryDone},
		{202, nil, 1, db.DeliveryDone},
		{204, nil, 1, db.DeliveryDone},
		{301, []time.Duration{time.Hour}, 1, db.DeliveryRefused},
		{400, []time.Duration{time.Hour}, 2, db.DeliveryRefused},
		{401, []time.Duration{10 * time.Minute, time.Hour, 6 * time.Hour}, 2, db.DeliveryRefused},
		{403, []time.Duration{time.Hour}, 2, db.DeliveryRefused},
		{404, []time.Duration{time.Hour, 23 * time.Hour}, 1, db.DeliveryRefused},
		{405, []time.Duration{time.Hour}, 1, db.DeliveryRefused},
		{406, []time.Duration{time.Hour}, 1, db.DeliveryRefused},
		{410, nil, 1, db.DeliveryRefused},
		{413, []time.Duration{time.Hour}, 1, db.DeliveryRefused},
		{422, []time.Duration{time.Hour}, 1, db.DeliveryRefused},
		{424, nil, 1, db.DeliveryRefused},
	} {
		t.Run(http.StatusText(c.status), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.follower("one.test", "ana")
			h.net.answer("one.test", always(c.status))
			a := h.publish("Create", "c1", "o1", h.followers())
			h.settle()
			if n := len(h.net.names("one.test")); n != c.knocks {
				t.Errorf("%d requests at first, want %d", n, c.knocks)
			}
			for i, wait := range c.waits {
				h.net.forget()
				h.wantState(a, "one.test", db.DeliveryPending)
				h.after(wait - time.Second)
				if n := len(h.net.names("one.test")); n != 0 {
					t.Errorf("wait %d: tried %d times too early", i, n)
				}
				h.after(2 * time.Second)
				if n := len(h.net.names("one.test")); n != c.knocks {
					t.Errorf("wait %d: %d requests, want %d", i, n, c.knocks)
				}
			}
			h.wantState(a, "one.test", c.end)
			if d := h.delivery(a, "one.test"); d.LastCode != int64(c.status) || d.Attempts != int64(len(c.waits)+1) {
				t.Errorf("kept code %d after %d tries, want %d after %d", d.LastCode, d.Attempts, c.status, len(c.waits)+1)
			}
			if host := h.host("one.test"); host.Streak != 0 {
				t.Error("an answer counted against the host")
			}
		})
	}
}

func TestOutcomes_hostFails(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]script{
		"408":                always(408),
		"425":                always(425),
		"429":                always(429),
		"502":                always(502),
		"503":                always(503),
		faultReset:           func(*parcel) (int, error) { return 0, io.ErrUnexpectedEOF },
		"something unforesn": func(*parcel) (int, error) { return 0, errors.New("garbage") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.follower("one.test", "ana")
			h.net.answer("one.test", answer)
			a := h.publish("Create", "c1", "o1", h.followers())
			h.settle()
			for _, wait := range []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second} {
				h.net.forget()
				h.after(wait - 100*time.Millisecond)
				h.wantGot("one.test")
				h.after(200 * time.Millisecond)
				h.wantGot("one.test", "c1")
			}
			h.net.answer("one.test", nil)
			h.after(20 * time.Second)
			h.wantState(a, "one.test", db.DeliveryDone)
			if host := h.host("one.test"); host.Streak != 0 || host.State != db.BreakerClosed || !host.FailingSince.IsZero() {
				t.Errorf("host %+v, want it well again", host)
			}
		})
	}
}

func TestSecondKnock_isRemembered(t *testing.T) {
	t.Parallel()
	for _, refusal := range []int{400, 401, 403} {
		h := newHouse(t)
		h.follower("one.test", "ana")
		h.net.answer("one.test", func(p *parcel) (int, error) {
			if p.scheme == sign.Cavage {
				return refusal, nil
			}
			return http.StatusAccepted, nil
		})
		a := h.publish("Create", "c1", "o1", h.followers())
		h.settle()
		h.wantGot("one.test", "c1", "c1")
		h.wantState(a, "one.test", db.DeliveryDone)
		verify(t, h.net.got[1])
		h.publish("Create", "c2", "o2", h.followers())
		h.net.forget()
		h.settle()
		h.wantGot("one.test", "c2")
		if h.net.got[0].scheme != sign.RFC9421 {
			t.Errorf("after %d the next delivery was signed with %s", refusal, h.net.got[0].scheme)
		}
	}
}

func TestSecondKnock_notWhereTheSchemeIsProven(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.publish("Create", "c1", "o1", h.followers())
	h.settle()
	h.net.forget()
	h.net.answer("one.test", always(http.StatusForbidden))
	h.publish("Create", "c2", "o2", h.followers())
	h.settle()
	h.wantGot("one.test", "c2")
	h.net.answer("one.test", always(http.StatusUnauthorized)) // a 401 may still be about it
	h.net.forget()
	h.publish("Create", "c3", "o3", h.followers())
	h.settle()
	h.wantGot("one.test", "c3", "c3")
}

func TestRedirect_sameOriginOnce(t *testing.T) {
	t.Parallel()
	for location, want := range map[string][]string{
		"/inbox2":                   {"/inbox", "/inbox2"},
		"https://one.test/inbox2":   {"/inbox", "/inbox2"},
		"https://other.test/inbox2": {"/inbox"},
		"http://one.test/inbox2":    {"/inbox"},
		"":                          {"/inbox", "/inbox"}, // one more, and no loop
	} {
		h := newHouse(t)
		h.follower("one.test", "ana")
		h.net.answer("one.test", func(p *parcel) (int, error) {
			if p.path == "/inbox2" {
				return http.StatusAccepted, nil
			}
			p.answer.Set("Location", location)
			return http.StatusPermanentRedirect, nil
		})
		h.publish("Create", "c1", "o1", h.followers())
		h.settle()
		var paths []string
		for _, p := range h.net.got {
			paths = append(paths, p.path)
			verify(t, p)
		}
		if !slices.Equal(paths, want) {
			t.Errorf("redirect to %q led to %v, want %v", location, paths, want)
		}
	}
}

func TestRetryAfter_reads(t *testing.T) {
	t.Parallel()
	now := newClock().now()
	for value, want := range map[string]time.Duration{
		"5":       5 * time.Second,
		" 3600 ":  time.Hour,
		"9999999": 24 * time.Hour,
		"-5":      0,
		"soon":    0,
		"":        0,
		now.Add(90 * time.Second).Format(http.TimeFormat):    90 * time.Second,
		now.Add(-90 * time.Second).Format(http.TimeFormat):   0,
		now.Add(9000 * time.Hour).Format(http.TimeFormat):    24 * time.Hour,
		"99999999999999999999999999999999999999999999999999": 0,
	} {
		if got := vocab.RetryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("Retry-After %q is %s, want %s", value, got, want)
		}
	}
}

func TestHostWait_capsGrowWithAge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		streak  int64
		failing time.Duration
		want    time.Duration
	}{
		{1, 0, 2 * time.Second},
		{5, time.Minute, 32 * time.Second},
		{30, 59 * time.Minute, 15 * time.Minute},
		{30, 23 * time.Hour, time.Hour},
		{30, 6 * 24 * time.Hour, 6 * time.Hour},
		{300, 20 * 24 * time.Hour, 12 * time.Hour},
	} {
		if got := hostWait(c.streak, c.failing); got != c.want {
			t.Errorf("wait after %d failures in %s is %s, want %s", c.streak, c.failing, got, c.want)
		}
	}
	if got := poisonWait(40, 0.5); got != 6*time.Hour {
		t.Errorf("wait of an old poison is %s, want 6 h", got)
	}
}

func TestExpiry_afterThirtyDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.net.answer("one.test", always(http.StatusBadGateway))
	a := h.publish("Create", "c1", "o1", h.followers())
	h.settle()
	h.after(29 * 24 * time.Hour)
	h.wantState(a, "one.test", db.DeliveryPending)
	h.net.forget()
	h.after(25 * time.Hour)
	h.wantGot("one.test")
	h.wantState(a, "one.test", db.DeliveryExpired)
	if code := h.delivery(a, "one.test").LastCode; code != http.StatusBadGateway {
		t.Errorf("expired with code %d, want the last answer", code)
	}
}

// TestF10: a host that always answers 500 is left alone after five tries; where it chokes on one
// activity only, that one steps aside before its third try and the others flow.
func TestF10_alwaysFails(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.follower("well.test", "bo")
	h.net.answer("one.test", always(http.StatusInternalServerError))
	for _, name := range []string{"c1", "c2", "c3"} {
		h.publish("Create", name, "o-"+name, h.followers())
	}
	for range 40 {
		h.after(time.Second)
	}
	if n := len(h.net.names("one.test")); n != openAfter {
		t.Errorf("%d requests in 40 s, want %d", n, openAfter)
	}
	if host := h.host("one.test"); host.State != db.BreakerOpen || host.LastCode != 500 {
		t.Errorf("breaker is %s with code %d, want open with 500", host.State, host.LastCode)
	}
	h.wantGot("well.test", "c1", "c2", "c3")
	h.net.forget()
	h.after(32 * time.Second) // half-open: one probe
	if n := len(h.net.names("one.test")); n != 1 {
		t.Errorf("%d probes, want 1", n)
	}
	h.net.answer("one.test", nil)
	h.after(2 * time.Minute)
	if host := h.host("one.test"); host.State != db.BreakerClosed {
		t.Errorf("breaker is %s after success, want closed", host.State)
	}
}

func TestF10_poison(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.net.answer("one.test", func(p *parcel) (int, error) {
		if p.name == "bad" {
			return http.StatusInternalServerError, nil
		}
		return http.StatusAccepted, nil
	})
	bad := h.publish("Create", "bad", "o-bad", h.followers())
	h.publish("Update", "behind", "o-bad", h.followers())
	h.publish("Create", "c1", "o1", h.followers())
	h.publish("Create", "c2", "o2", h.followers())
	h.settle()
	h.after(3 * time.Second)
	count := 0
	for _, name := range h.net.names("one.test") {
		if name == "bad" {
			count++
		}
	}
	if count >= 3 {
		t.Errorf("the poison was tried %d times before it stepped aside", count)
	}
	for _, name := range []string{"c1", "c2"} {
		if !slices.Contains(h.net.names("one.test"), name) {
			t.Errorf("%s did not pass the poison", name)
		}
	}
	if slices.Contains(h.net.names("one.test"), "behind") {
		t.Error("what is about the same thing overtook the poison")
	}
	h.publish("Update", "behind2", "o-bad", h.followers())
	h.settle()
	h.wantState(bad, "one.test", db.DeliveryPending)
	h.net.answer("one.test", nil)
	h.net.forget()
	h.after(6 * time.Hour)
	h.wantGot("one.test", "bad", "behind", "behind2")
}

// A host that answers 500 to the only thing we have for it must not be shut out for what comes next.
func TestF10_poisonAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.net.answer("one.test", func(p *parcel) (int, error) {
		if p.name == "bad" {
			return http.StatusInternalServerError, nil
		}
		return http.StatusAccepted, nil
	})
	h.publish("Create", "bad", "o-bad", h.followers())
	for range 60 {
		h.after(time.Second)
	}
	h.net.forget()
	h.publish("Create", "c1", "o1", h.followers())
	for range 10 {
		h.after(time.Second)
	}
	h.wantGot("one.test", "c1")
}

// TestF11: a peer that names a time is left alone until then.
func TestF11_retryAfter(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"5":       5 * time.Second,
		"3600":    time.Hour,
		"garbage": 2 * time.Second, // as if it had said nothing
		newClock().now().Add(10 * time.Minute).Format(http.TimeFormat): 10 * time.Minute,
	} {
		for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			h := newHouse(t)
			h.follower("one.test", "ana")
			h.net.answer("one.test", func(p *parcel) (int, error) {
				p.answer.Set("Retry-After", value)
				return status, nil
			})
			a := h.publish("Create", "c1", "o1", h.followers())
			h.settle()
			h.net.answer("one.test", nil)
			h.net.forget()
			h.publish("Create", "c2", "o2", h.followers()) // fresh deliveries wait too
			h.after(want - 100*time.Millisecond)
			if err := h.store.HeardFromHost(t.Context(), "one.test"); err != nil { // and so does a host we hear of
				t.Fatal(err)
			}
			h.settle()
			if value != "garbage" {
				h.wantGot("one.test")
			}
			h.after(200 * time.Millisecond)
			h.wantState(a, "one.test", db.DeliveryDone)
		}
	}
}

func TestHeardFromHost_movesTheProbe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.net.answer("one.test", func(*parcel) (int, error) { return 0, io.EOF })
	h.publish("Create", "c1", "o1", h.followers())
	for range 20 {
		h.after(10 * time.Minute)
	}
	streak := h.host("one.test").Streak
	h.net.forget()
	h.after(time.Second)
	h.wantGot("one.test")
	if err := h.store.HeardFromHost(t.Context(), "one.test"); err != nil {
		t.Fatal(err)
	}
	h.settle()
	h.wantGot("one.test", "c1")
	if now := h.host("one.test").Streak; now != streak+1 {
		t.Errorf("streak went from %d to %d: what we hear is no proof that we are heard", streak, now)
	}
}

func TestFault_firstFailureStopsTheVisit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	for _, name := range []string{"c1", "c2", "c3", "c4"} {
		h.publish("Create", name, "o-"+name, h.followers())
	}
	h.net.answer("one.test", always(http.StatusTooManyRequests))
	h.settle()
	h.wantGot("one.test", "c1")
}

func TestFault_hostDiesInTheMiddle(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	var mu sync.Mutex
	left := 10
	h.net.answer("one.test", func(*parcel) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		if left--; left < 0 {
			return 0, io.EOF
		}
		return http.StatusAccepted, nil
	})
	var all []*db.Activity
	for i := range 30 {
		name := "c" + strings.Repeat("i", i)
		all = append(all, h.publish("Create", name, "o-"+name, h.followers()))
	}
	h.settle()
	if n := len(h.net.names("one.test")); n > 10+maxWindow+hostFaults {
		t.Errorf("%d requests to a host that died after 10", n)
	}
	if host := h.host("one.test"); host.Streak != 1 {
		t.Errorf("streak %d, want 1", host.Streak)
	}
	mu.Lock()
	left = 1000
	mu.Unlock()
	h.after(10 * time.Minute)
	for _, a := range all {
		h.wantState(a, "one.test", db.DeliveryDone)
	}
}

func TestSigning_withoutKeyEndsCancelled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	a := h.publish("Create", "c1", "o1", h.followers())
	a2 := *h.group
	if err := h.store.TombstoneActor(t.Context(), a2.ID); err != nil {
		t.Fatal(err)
	}
	h.opt.SignerOf = noKey
	h.restart()
	h.settle()
	for range 3 {
		h.after(2 * time.Hour)
	}
	h.wantGot("one.test")
	h.wantState(a, "one.test", db.DeliveryCancelled)
	if d := h.delivery(a, "one.test"); d.LastError != faultSigning {
		t.Errorf("reason %q, want %q", d.LastError, faultSigning)
	}
}
