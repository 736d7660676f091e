package inbox_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/inbox"
)

// timed is what a registry has of one histogram: by result how many there were, and seconds in all.
func timed(t *testing.T, r *prometheus.Registry, name string) map[string]string {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			h := m.GetHistogram()
			got[m.GetLabel()[0].GetValue()] = fmt.Sprintf("%d in %.0f s", h.GetSampleCount(), h.GetSampleSum())
		}
	}
	return got
}

func TestMetrics_timeFromStoredToApplied(t *testing.T) {
	t.Parallel()
	h, reg := newHouse(t), prometheus.NewRegistry()
	h.inbox = inbox.New(inbox.Options{Store: h.store, Resolver: h.resolver, Now: h.clock.now, Apply: h.take, Metrics: inbox.NewMetrics(reg)})
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	outcomes := map[string]federation.Outcome{}
	h.apply = func(_ context.Context, _ *db.Store, in *federation.Incoming) (federation.Outcome, error) {
		return outcomes[in.Activity.ID], nil
	}
	for i, out := range []federation.Outcome{federation.Done(), federation.Done(), federation.Ignored("known"), federation.Refused("banned")} {
		act := ana.Activity("Like", fmt.Sprintf("%s/ap/objects/%d", home, i))
		outcomes[act["id"].(string)] = out
		h.post(p, ana, act)
	}
	h.clock.pass(3 * time.Second)
	h.settle()
	want := map[string]string{"done": "2 in 6 s", "ignored": "1 in 3 s", "refused": "1 in 3 s"}
	if diff := cmp.Diff(want, timed(t, reg, "copse_inbox_processing_duration_seconds")); diff != "" {
		t.Error(diff)
	}
}

func TestMetrics_signatures(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	m := inbox.NewMetrics(reg)
	m.Checked(2*time.Second, nil)
	m.Checked(time.Second, federation.ErrUnauthentic)
	m.Checked(time.Second, fmt.Errorf("key: %w", context.DeadlineExceeded))
	m.Checked(time.Second, fmt.Errorf("key: %w", fetch.ErrTooSlow))
	want := map[string]string{"verified": "1 in 2 s", "refused": "1 in 1 s", "fault": "2 in 2 s"}
	if diff := cmp.Diff(want, timed(t, reg, "copse_signature_verification_duration_seconds")); diff != "" {
		t.Error(diff)
	}
}
