package fetch_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/copse-social/copse/federation/fedtest"
)

func TestMetrics_everyCallCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.peer("peer.test", fedtest.Mastodon())
	bob := p.Person("bob")
	p.Gone("https://peer.test/gone")
	registry := prometheus.NewRegistry()
	w.opt.Metrics = registry
	w.opt.Allowed = func(_ context.Context, host string) error {
		if host == "evil.test" {
			return errors.New("blocked")
		}
		return nil
	}
	c := w.client()
	ctx := t.Context()
	_, _ = c.Object(ctx, bob.ID)
	_, _ = c.Object(ctx, bob.ID)
	_, _ = c.Object(ctx, "https://peer.test/gone")
	_, _ = c.Object(ctx, "https://evil.test/")
	_, _ = c.Object(ctx, "https://nowhere.test/")
	_, _ = c.Key(ctx, bob.KeyID)
	_, _ = c.WebFinger(ctx, "bob@peer.test")
	_, _ = c.WebFinger(ctx, "nobody")
	_, _ = c.NodeInfo(ctx, "peer.test")
	p.RefuseReads(http.StatusNotFound)
	_, _ = c.Discover(ctx, "https://peer.test/@bob")

	families, err := registry.Gather()
	if err != nil || len(families) != 2 || families[0].GetName() != "copse_fetch_seconds" ||
		families[1].GetName() != "copse_signature_key_fetch_duration_seconds" {
		t.Fatal(families, err)
	}
	got := map[string]uint64{}
	for _, m := range slices.Concat(families[0].GetMetric(), families[1].GetMetric()) {
		labels := map[string]string{"type": "key"}
		for _, l := range m.GetLabel() {
			labels[l.GetName()] = l.GetValue()
		}
		got[labels["type"]+" "+labels["result"]] = m.GetHistogram().GetSampleCount()
	}
	want := map[string]uint64{
		"object ok": 2, "object gone": 1, "object refused": 1, "object fault": 1, "key ok": 1,
		"webfinger ok": 1, "webfinger invalid": 1, "nodeinfo ok": 1, "page not_found": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
