package queue

import (
	"context"
	"fmt"
	"testing"
	"time"
)

func BenchmarkQueue(b *testing.B) {
	makers := map[string]func(b *testing.B) Queue{
		"memory": func(*testing.B) Queue { return NewMemory(time.Now) },
		"redis":  benchRedis,
	}
	for name, make := range makers {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			q := make(b)
			if err := q.Rebuild(ctx, func(context.Context, Adder) error { return nil }); err != nil {
				b.Fatal(err)
			}
			id, claims := int64(0), 0
			for b.Loop() {
				list := []Entry{}
				for i := range 1000 {
					id++
					list = append(list, Entry{Host: fmt.Sprintf("h%d.test", i), ID: id})
				}
				if err := q.Enqueue(ctx, list); err != nil {
					b.Fatal(err)
				}
				for {
					turns, err := q.Claim(ctx, 64, 50)
					if err != nil {
						b.Fatal(err)
					}
					if len(turns) == 0 {
						break
					}
					for _, t := range turns {
						claims++
						if _, err := q.Step(ctx, t.Lease, Settled{Done: t.Batch.IDs}, 50); err != nil {
							b.Fatal(err)
						}
					}
				}
			}
			b.ReportMetric(float64(claims)/b.Elapsed().Seconds(), "hosts/s")
		})
	}
}
