package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/copse-social/copse/federation/fedtest"
)

// docs/admin.md has a row for each metric of ours that /metrics exposes, and none for others. Those
// of the Go runtime and of the process, which come with the library, are not ours.
func TestDocs_metrics(t *testing.T) {
	t.Parallel()
	i, _ := inFolder(t, &fedtest.Network{}, "https://alpha.example")
	descs := make(chan *prometheus.Desc)
	go func() { // ends with the channel
		defer close(descs)
		i.registry.Describe(descs)
	}()
	parts := regexp.MustCompile(`^Desc\{fqName: "([a-z_]+)", help: "(.*)", unit: "", constLabels: \{\}, variableLabels: \{(.*)\}\}$`)
	var want []string
	for d := range descs {
		m := parts.FindStringSubmatch(d.String())
		if m == nil || !strings.HasPrefix(m[1], "copse_") {
			continue // of the runtime
		}
		want = append(want, fmt.Sprintf("| `%s` | %s | %s |", m[1], strings.ReplaceAll(m[3], ",", ", "), m[2]))
	}
	if slices.Sort(want); len(want) < 20 {
		t.Fatalf("only %d metrics", len(want))
	}
	var got []string
	for line := range strings.Lines(readDoc(t, "docs/admin.md")) {
		if strings.HasPrefix(line, "| `copse_") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("docs/admin.md and /metrics differ (-exposed +document):\n%s", diff)
	}
}
