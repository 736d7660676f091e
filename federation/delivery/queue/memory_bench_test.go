package queue

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkFill fills a queue by pages as a rebuild does: in memory with a million deliveries to 5,000
// hosts (F19), reporting what that takes, and in Redis with 100,000 (F3).
func BenchmarkFill(b *testing.B) {
	const hosts, page = 5000, 10_000
	fill := func(all int64) func(ctx context.Context, add Adder) error {
		return func(ctx context.Context, add Adder) error { return pages(ctx, add, all, hosts, page) }
	}
	b.Run("memory 1M", func(b *testing.B) {
		var before, after runtime.MemStats
		for b.Loop() {
			runtime.GC()
			runtime.ReadMemStats(&before)
			q := NewMemory(time.Now)
			if err := q.Rebuild(b.Context(), fill(1_000_000)); err != nil {
				b.Fatal(err)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			if turns, err := q.Claim(b.Context(), hosts, 1); err != nil || len(turns) != hosts {
				b.Fatalf("%d hosts have a turn, %v", len(turns), err)
			}
		}
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB-queue")
		b.ReportMetric(peakRSS(b), "MiB-peak-RSS")
	})
	b.Run("redis 100k", func(b *testing.B) {
		for b.Loop() {
			if err := benchRedis(b).Rebuild(b.Context(), fill(100_000)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// pages adds deliveries by host and id, a page at a time.
func pages(ctx context.Context, add Adder, all, hosts, page int64) error {
	list := make([]Entry, 0, page)
	for id := range all {
		list = append(list, Entry{Host: fmt.Sprintf("host%04d.example", id/(all/hosts)), ID: 1<<60 + id<<8})
		if int64(len(list)) == page {
			if err := add(ctx, list); err != nil {
				return err
			}
			list = list[:0]
		}
	}
	return nil
}

// peakRSS is the most memory that the process had, where the system tells.
func peakRSS(b *testing.B) float64 {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		if rest, found := strings.CutPrefix(line, "VmHWM:"); found {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			if err != nil {
				b.Fatal(err)
			}
			return kb / 1024
		}
	}
	return 0
}
