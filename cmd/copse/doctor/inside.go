package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/copse-social/copse/db"
)

// The oldest versions that still get fixes, and what of the disk must stay free.
const (
	minPostgres = 14
	minRedis    = 6
	minFree     = 1 << 30
	minShare    = 0.1
)

// Writable tries to write a file into a folder.
func Writable(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func (d *Doctor) database(ctx context.Context, store *db.Store) {
	version, err := store.Version(ctx)
	if !d.Say("database version", err, store.Engine()+" "+version, "look whether the database answers") {
		return
	}
	if store.Engine() == "postgres" && major(version) < minPostgres {
		d.Warn("database version", "PostgreSQL "+version+" gets no more fixes", fmt.Sprintf("upgrade to PostgreSQL %d or later", minPostgres))
	}
}

// major is the number a version begins with, 0 where there is none.
func major(version string) int {
	n, _ := strconv.Atoi(version[:len(version)-len(strings.TrimLeft(version, "0123456789"))])
	return n
}

func (d *Doctor) redis(ctx context.Context) {
	if d.o.RedisURL == "" {
		d.Say("redis", nil, "not configured; queue and limits are in memory", "")
		return
	}
	opt, err := redis.ParseURL(d.o.RedisURL)
	if err != nil {
		d.Say("redis", errors.New("COPSE_REDIS_URL is no address"), "", "write it like redis://redis:6379/0")
		return
	}
	client := redis.NewClient(opt)
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	text, err := client.Info(ctx, "server", "memory").Result()
	if err != nil && client.Ping(ctx).Err() == nil {
		d.Warn("redis", "answers, and does not say its version", "allow its user the command INFO")
		return
	}
	version := field(text, "redis_version")
	if !d.Say("redis", err, "answers, version "+version, "start Redis, or take COPSE_REDIS_URL away: Copse works without it") {
		return
	}
	if major(version) < minRedis {
		d.Warn("redis", "version "+version+" gets no more fixes", fmt.Sprintf("upgrade to Redis %d or later", minRedis))
	}
	if policy := field(text, "maxmemory_policy"); policy != "" && policy != "noeviction" {
		d.Warn("redis", "drops keys when it is full ("+policy+")", "set maxmemory-policy noeviction")
	}
}

// field is the value of one line of what Redis says about itself.
func field(text, name string) string {
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && key == name {
			return value
		}
	}
	return ""
}

func (d *Doctor) disk() {
	free, share, err := space(d.o.Data)
	if errors.Is(err, errors.ErrUnsupported) {
		return
	}
	const fix = "make room on the disk of the data folder, or move it: below this, writes begin to fail"
	says := fmt.Sprintf("%.1f GB (%.0f %%) are free", float64(free)/1e9, share*100)
	if err == nil && (free < minFree || share < minShare) {
		d.Warn("disk", says, fix)
		return
	}
	d.Say("disk", err, says, fix)
}
