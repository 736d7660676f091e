package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// mass starts the instance on a million deliveries that wait for five thousand hosts.
func mass(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	deliveries, hosts, span := 1_000_000, 5000, 30*time.Second
	if r.Short {
		deliveries, hosts, span = 100_000, 500, 3*time.Second
	}
	names, err := r.SeedPending(ctx, deliveries, hosts)
	if err != nil {
		return nil, err
	}
	p, err := r.Start(ctx, "copse", rig.Both)
	if err != nil {
		return nil, err
	}
	if err := whole(ctx, r, names, deliveries); err != nil {
		return nil, err
	}
	ready := time.Since(p.Started)
	load := r.Load(ctx, rig.Rates{Posts: 5})
	first, err := firstAfter(ctx, r, p.Started)
	if err != nil {
		load.Stop()
		return nil, err
	}
	rig.Pause(ctx, span)
	load.Stop()
	rss := r.Memory()
	report, err := r.Judge(ctx, "F19", "", rig.Judging{})
	if err != nil {
		return nil, err
	}
	report.Fault = fmt.Sprintf("%d deliveries wait for %d hosts, %s", deliveries, hosts, r.Engine)
	if r.Redis != nil {
		report.Within("start until the queue is whole", ready, 15*time.Second)
	}
	report.Within("start until the first new delivery", first, 15*time.Second)
	report.AtMost("MiB of memory of its own at its peak", int(report.Own>>20), 300)
	report.Figure("%d MiB of files in memory, %d MiB of both in the end", report.Files>>20, rss>>20)
	if r.Redis == nil {
		return report, nil
	}
	used, err := redisMemory(ctx, r)
	if err != nil {
		return nil, err
	}
	report.AtMost("MiB of Redis at its peak", used, 200)
	return report, nil
}

// whole waits until the queue in Redis holds all that waits. One in memory can't be looked into; it
// is whole when something new goes out.
func whole(ctx context.Context, r *rig.Rig, hosts []string, deliveries int) error {
	if r.Redis == nil {
		return nil
	}
	_, err := rig.Until(ctx, time.Minute, "the queue holds all that waits", func() bool {
		n, filled, err := r.Redis.Queued(ctx, hosts)
		return err == nil && filled && n >= int64(deliveries)
	})
	return err
}

// redisMemory is the most memory that Redis had in use, in MiB.
func redisMemory(ctx context.Context, r *rig.Rig) (int, error) {
	text, err := r.Redis.Client.Info(ctx, "memory").Result()
	if err != nil {
		return 0, fmt.Errorf("ask Redis for its memory: %w", err)
	}
	_, rest, _ := strings.Cut(text, "used_memory_peak:")
	line, _, _ := strings.Cut(rest, "\r\n")
	bytes, err := strconv.Atoi(line)
	if err != nil {
		return 0, fmt.Errorf("read the memory of Redis: %w", err)
	}
	return bytes >> 20, nil
}
