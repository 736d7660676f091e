package queue

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// rig is a queue under test, a way to let time pass for it and one to let it lose everything.
type rig struct {
	Queue
	pass func(d time.Duration)
	lose func() // nil: it holds nothing that could be lost
}

// eachQueue runs a test on every implementation: in memory, over the database, on the embedded
// stand-in for Redis, alone and shared, with Redis away, on a cluster where redis-server is
// installed, and on the server that COPSE_TEST_REDIS names.
func eachQueue(t *testing.T, test func(t *testing.T, q *rig)) {
	t.Helper()
	rigs := map[string]func(t *testing.T) *rig{
		"memory": memoryRig, "miniredis": miniRig, "database": databaseRig, "shared": sharedRig, "away": awayRig,
	}
	if os.Getenv("COPSE_TEST_REDIS") != "" {
		rigs["redis"] = redisRig
	}
	if haveRedis() {
		rigs["cluster"] = clusterRig
	}
	for name, make := range rigs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := make(t)
			if err := q.Rebuild(t.Context(), func(context.Context, Adder) error { return nil }); err != nil {
				t.Fatal(err)
			}
			test(t, q)
		})
	}
}

// eachLosable is eachQueue for those that hold something of their own.
func eachLosable(t *testing.T, test func(t *testing.T, q *rig)) {
	t.Helper()
	eachQueue(t, func(t *testing.T, q *rig) {
		if q.lose != nil {
			test(t, q)
		}
	})
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func memoryRig(*testing.T) *rig {
	c := newClock()
	q := NewMemory(c.now)
	return &rig{Queue: q, pass: c.pass, lose: func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.filled, q.hosts, q.due, q.held = false, make(map[string]*memHost), nil, nil
	}}
}

func miniRig(t *testing.T) *rig {
	s := miniredis.RunT(t)
	c := newClock()
	s.SetTime(c.now())
	client := redis.NewClient(&redis.Options{Addr: s.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	pass := func(d time.Duration) {
		c.pass(d)
		s.SetTime(c.now())
	}
	return &rig{Queue: NewRedis(client, "copse.test"), pass: pass, lose: s.FlushAll}
}

func redisRig(t *testing.T) *rig {
	opt, err := redis.ParseURL(os.Getenv("COPSE_TEST_REDIS"))
	if err != nil {
		t.Fatal(err)
	}
	return serverRig(t, redis.NewClient(opt))
}

func clusterRig(t *testing.T) *rig {
	client, err := Dial(startCluster(t))
	if err != nil {
		t.Fatal(err)
	}
	return serverRig(t, client)
}

// serverRig is a queue under a name of its own on a real server, whose clock nobody can turn: what
// stands in the queue is made older instead.
func serverRig(t *testing.T, client redis.UniversalClient) *rig {
	name := fmt.Sprintf("test-%d.%s", time.Now().UnixNano(), strings.ToLower(t.Name()))
	q := NewRedis(client, name)
	r := &rig{Queue: q, lose: func() { wipe(t, client, q) }, pass: func(d time.Duration) { shift(t, client, q, d) }}
	t.Cleanup(func() {
		wipe(t, client, q)
		_ = client.Close()
	})
	return r
}

// rows is a database with a clock, for what is kept there.
type rows struct {
	*Database
	t        *testing.T
	clock    *clock
	store    *db.Store
	raw      *sql.DB
	activity int64
}

func newRows(t *testing.T) *rows {
	c := newClock()
	opt := dbtest.Options(t)
	opt.Now = c.now
	store, err := db.Open(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	driver, address := "pgx", opt.URL
	if address == "" {
		driver, address = "sqlite", "file:"+opt.Data+"/copse.db?_pragma=busy_timeout(10000)&_txlock=immediate"
	}
	raw, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(raw.Close(), store.Close()); err != nil {
			t.Error(err)
		}
	})
	a := &db.Activity{URI: "https://copse.test/a", Type: "Create", Body: []byte("{}"), Local: true}
	if err := store.CreateActivity(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return &rows{Database: NewDatabase(store), t: t, clock: c, store: store, raw: raw, activity: a.ID}
}

func (r *rows) exec(format string, args ...any) {
	r.t.Helper()
	if _, err := r.raw.ExecContext(context.Background(), fmt.Sprintf(format, args...)); err != nil {
		r.t.Error(err)
	}
}

func (r *rows) pass(d time.Duration) {
	r.clock.pass(d)
	if r.store.Engine() == "postgres" { // leases go by its clock
		r.exec("UPDATE leases SET until = until - %d", d.Milliseconds())
	}
}

// put stores deliveries as an expansion does before it queues them.
func (r *rows) put(list []Entry) {
	r.t.Helper()
	for _, e := range list {
		next, class := int64(0), 0
		if e.Wait > 0 {
			next = r.clock.now().Add(e.Wait).UnixMilli()
		}
		if e.Bulk {
			class = db.ClassBulk
		}
		if e.Rest > 0 { // only at first sight does a queue go by it
			r.exec(`INSERT INTO hosts (name, state, streak, next_probe_at, created_at) SELECT '%s', 'open', 5, %d, 1
				WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE host = '%s')`+" ON CONFLICT (name) DO NOTHING",
				e.Host, r.clock.now().Add(e.Rest).UnixMilli(), e.Host)
		}
		r.exec(`INSERT INTO deliveries (id, activity_id, host, inbox, class, next_at, created_at) VALUES (%d, %d, '%s', 'https://%s/%d', %d, %d, 1)
			ON CONFLICT (id) DO UPDATE SET next_at = EXCLUDED.next_at`, e.ID, r.activity, e.Host, e.Host, e.ID, class, next)
	}
}

// write notes results as a visit does before it settles them.
func (r *rows) write(l Lease, s Settled) {
	r.t.Helper()
	if held, err := r.store.HoldsLease(context.Background(), r.row(l)); err != nil || !held {
		return
	}
	for _, id := range s.Done {
		r.exec("UPDATE deliveries SET state = 1 WHERE id = %d", id)
	}
	for _, d := range s.Late {
		r.exec("UPDATE deliveries SET next_at = %d WHERE id = %d", r.clock.now().Add(d.Wait).UnixMilli(), d.ID)
	}
}

// written does with the database what surrounds a queue, so that one over the database has
// something to read.
type written struct {
	Queue
	rows *rows
}

func (q written) Enqueue(ctx context.Context, list []Entry) error {
	q.rows.put(list)
	return q.Queue.Enqueue(ctx, list)
}

func (q written) Step(ctx context.Context, l Lease, s Settled, peek int) (Batch, error) {
	q.rows.write(Lease{Host: l.Host, Token: strings.TrimPrefix(l.Token, directToken)}, s)
	return q.Queue.Step(ctx, l, s, peek)
}

func (q written) Release(ctx context.Context, l Lease, s Settled, wait time.Duration) error {
	q.rows.write(Lease{Host: l.Host, Token: strings.TrimPrefix(l.Token, directToken)}, s)
	return q.Queue.Release(ctx, l, s, wait)
}

func (q written) Wake(ctx context.Context, hosts []string) error {
	for _, h := range hosts {
		q.rows.exec("UPDATE hosts SET next_probe_at = 0 WHERE name = '%s'", h)
	}
	return q.Queue.Wake(ctx, hosts)
}

func (q written) Forget(ctx context.Context, host string) error {
	q.rows.exec("UPDATE deliveries SET state = 4 WHERE host = '%s'", host)
	return q.Queue.Forget(ctx, host)
}

func databaseRig(t *testing.T) *rig {
	r := newRows(t)
	return &rig{Queue: written{r.Database, r}, pass: r.pass}
}

func sharedRig(t *testing.T) *rig {
	inner, r := miniRig(t), newRows(t)
	pass := func(d time.Duration) { inner.pass(d); r.pass(d) }
	shared := NewShared(inner.Queue.(*Redis), r.Database, r.clock.now, slog.New(slog.DiscardHandler))
	return &rig{Queue: shared, pass: pass, lose: inner.lose}
}

func awayRig(t *testing.T) *rig {
	r := newRows(t)
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { _ = client.Close() })
	shared := NewShared(NewRedis(client, "copse.test"), r.Database, r.clock.now, slog.New(slog.DiscardHandler))
	return &rig{Queue: written{shared, r}, pass: r.pass}
}

// benchRedis is the real server where there is one, else the stand-in.
func benchRedis(b *testing.B) Queue {
	addr := os.Getenv("COPSE_TEST_REDIS")
	if addr == "" {
		addr = "redis://" + miniredis.RunT(b).Addr()
	}
	opt, err := redis.ParseURL(addr)
	if err != nil {
		b.Fatal(err)
	}
	client := redis.NewClient(opt)
	q := NewRedis(client, fmt.Sprintf("bench-%d.test", time.Now().UnixNano()))
	b.Cleanup(func() {
		wipe(b, client, q)
		_ = client.Close()
	})
	return q
}

func wipe(t testing.TB, client redis.UniversalClient, q *Redis) {
	t.Helper()
	for _, key := range keysOf(t, client, q, "*") {
		if err := client.Del(context.Background(), key).Err(); err != nil {
			t.Error(err)
		}
	}
}

func keysOf(t testing.TB, client redis.UniversalClient, q *Redis, rest string) []string {
	t.Helper()
	name := strings.NewReplacer("*", `\*`, "[", `\[`, "?", `\?`).Replace(q.name)
	var keys []string
	var mu sync.Mutex
	scan := func(ctx context.Context, node redis.Cmdable) error {
		it := node.Scan(ctx, 0, "copse:{"+name+"/*}:"+rest, 1000).Iterator()
		for it.Next(ctx) {
			mu.Lock()
			keys = append(keys, it.Val())
			mu.Unlock()
		}
		return it.Err()
	}
	var err error
	if c, ok := client.(*redis.ClusterClient); ok {
		err = c.ForEachMaster(context.Background(), func(ctx context.Context, node *redis.Client) error { return scan(ctx, node) })
	} else {
		err = scan(context.Background(), client)
	}
	if err != nil {
		t.Error(err)
	}
	return keys
}

// shift moves every time in the queue back by d: nobody can turn the clock of a real server.
func shift(t *testing.T, client redis.UniversalClient, q *Redis, d time.Duration) {
	t.Helper()
	ctx := context.Background()
	for _, key := range keysOf(t, client, q, "*") {
		switch rest := key[strings.LastIndex(key, "}:")+2:]; {
		case rest == "due" || rest == "held" || strings.HasPrefix(rest, "late:"):
			for _, z := range client.ZRangeWithScores(ctx, key, 0, -1).Val() {
				client.ZIncrBy(ctx, key, -float64(d.Milliseconds()), z.Member.(string))
			}
		case rest == "back":
			for host, at := range client.HGetAll(ctx, key).Val() {
				ms, _ := strconv.ParseInt(at, 10, 64)
				client.HSet(ctx, key, host, ms-d.Milliseconds())
			}
		case rest == "meta":
			for _, field := range []string{"until", "seen"} {
				if ms, err := client.HGet(ctx, key, field).Int64(); err == nil {
					client.HSet(ctx, key, field, ms-d.Milliseconds())
				}
			}
		}
	}
}
