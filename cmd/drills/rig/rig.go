package rig

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Engines.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Options says what laboratory a drill needs. What is zero gets a default.
type Options struct {
	// Bin is the copse binary, from Build.
	Bin string
	// Dir takes everything the laboratory writes; it is removed by Close unless Keep is set.
	Dir  string
	Keep bool
	// Engine is SQLite or Postgres; Redis asks for a redis-server too.
	Engine string
	Redis  bool
	// RedisLeaps gives Redis a clock that LeapRedis steps.
	RedisLeaps bool
	// Peers is how many hosts listen, Groups how many communities are posted to, Spread how many
	// hosts follow each of them.
	Peers, Groups, Spread int
	// Secure is how many of the hosts, from the first on, speak https.
	Secure int
	// DataSize puts the data folder on a file system of its own of so many MiB, which takes root.
	DataSize int
	// Seed makes the choices of a run repeatable.
	Seed uint64
	// Short asks for the form that is part of the suite.
	Short bool
	// Span is how long a drill lasts that has no end of its own; 0 means an hour.
	Span time.Duration
}

func (o Options) withDefaults() Options {
	if o.Engine == "" {
		o.Engine = SQLite
	}
	if o.Peers == 0 {
		o.Peers = 20
	}
	if o.Groups == 0 {
		o.Groups = 10
	}
	if o.Short {
		o.Groups = min(o.Groups, 3)
	}
	if o.Span == 0 {
		o.Span = time.Hour
	}
	if o.Spread == 0 {
		o.Spread = 4
	}
	o.Spread = min(o.Spread, o.Peers)
	return o
}

// Rig is one laboratory. Its fields may be read by drills, its methods called from one goroutine,
// except those of Peers and Load, which any may call.
type Rig struct {
	Options
	Rand  *rand.Rand
	Peers []*Peer
	// Groups are the communities of the instance, in the order of their names.
	Groups []*Group
	// Postgres and Redis are the servers that the instance uses, nil where it has none.
	Postgres *PostgresServer
	Redis    *RedisServer
	// URL is the public address of the instance; the first process with the role web answers there.
	URL string
	// Clock steps the time of the instance.
	Clock *Clock

	client    *http.Client
	signer    *signer
	keys      *keyring
	environ   []string
	listen    string
	log       *ledgerOfLoad
	processes []*Process
	mu        sync.Mutex
	deaths    []Death
	faults    []window
	rss       int64
	own       int64 // the part of it that is no page of a file, and files the other
	files     int64
	settled   int // id of the last delivery made before the drill
	mounted   bool
}

// Group is a community of the instance and the peers that follow it.
type Group struct {
	Name, ID, Inbox string
	// Table is a discussion that the peers answer in.
	Table     string
	Followers []*Peer
}

// Death is one killing of a process, or leap of the clock, for counting what it may have caused.
type Death struct {
	At   time.Time
	Name string
}

// window is a stretch of time in which something was broken.
type window struct{ from, to time.Time }

// New builds the laboratory and fills it: the servers run, the accounts and groups exist, the peers
// follow. No copse process runs when it returns.
func New(ctx context.Context, o Options) (*Rig, error) {
	o = o.withDefaults()
	if o.Dir == "" {
		dir, err := os.MkdirTemp("", "copse-drill-")
		if err != nil {
			return nil, fmt.Errorf("make a folder for the drill: %w", err)
		}
		o.Dir = dir
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make a folder for the drill: %w", err)
	}
	if err := os.Chmod(o.Dir, 0o755); err != nil { // PostgreSQL runs as another user
		return nil, err
	}
	r := &Rig{
		Options: o, Rand: rand.New(rand.NewPCG(o.Seed, o.Seed^0x9e3779b97f4a7c15)),
		Clock: &Clock{file: filepath.Join(o.Dir, "clock")}, log: newLedgerOfLoad(),
	}
	r.Clock.stepped = func() { r.dies("clock") }
	if err := r.furnish(ctx); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// furnish starts what the instance stands on, and then fills it.
func (r *Rig) furnish(ctx context.Context) error {
	if r.Engine == Postgres {
		var err error
		if r.Postgres, err = startPostgres(ctx, filepath.Join(r.Dir, "pg")); err != nil {
			return err
		}
	}
	if r.Options.Redis {
		var err error
		if r.Redis, err = newRedis(filepath.Join(r.Dir, "redis")); err != nil {
			return err
		}
		if r.RedisLeaps {
			if err := r.Redis.ownClock(); err != nil {
				return err
			}
		}
		if err := r.Redis.Start(ctx); err != nil {
			return err
		}
	}
	if r.DataSize > 0 {
		if err := r.mount(ctx); err != nil {
			return err
		}
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	r.listen = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	r.URL = "http://copse.localhost:" + strconv.Itoa(port)
	r.client = newClient()
	r.environ = r.settings()
	if r.signer, err = newSigner(); err != nil {
		return err
	}
	r.keys = &keyring{client: r.client, clock: r.Clock}
	if err := r.populate(); err != nil {
		return err
	}
	return r.settle(ctx)
}

// populate makes the peers, and lets the instance trust the authority of those that speak https.
func (r *Rig) populate() error {
	o, err := newOffice()
	if err != nil {
		return err
	}
	if r.Secure > 0 {
		file := filepath.Join(r.Dir, "authority.pem")
		if err := o.known.publish(file); err != nil {
			return err
		}
		r.environ = append(r.environ, "COPSE_CA_FILE="+file)
	}
	for i := range r.Options.Peers {
		if i == r.Secure {
			o = nil
		}
		p, err := newPeer(i, r.signer, r.keys, o)
		if err != nil {
			return err
		}
		r.Peers = append(r.Peers, p)
	}
	return nil
}

func (r *Rig) settings() []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + r.Dir, "TMPDIR=" + r.Dir,
		"COPSE_URL=" + r.URL, "COPSE_LISTEN=" + r.listen, "COPSE_DATA=" + r.Data(),
		"COPSE_LAB_HTTP=true", "COPSE_LAB_ALLOW_NETWORKS=127.0.0.0/8", "COPSE_LOG_FORMAT=text", "COPSE_LOG_LEVEL=warn",
		"COPSE_SECRET=" + "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
		"DRILL_CLOCK=" + r.Clock.file,
	}
	if r.Postgres != nil {
		env = append(env, "COPSE_DATABASE_URL="+r.Postgres.URL)
	}
	if r.Redis != nil {
		env = append(env, "COPSE_REDIS_URL="+r.Redis.URL)
	}
	return env
}

// Close ends every process and, unless Keep is set, removes the folder.
func (r *Rig) Close() error {
	var errs []error
	for _, p := range r.processes {
		p.end()
	}
	for _, p := range r.Peers {
		errs = append(errs, p.close())
	}
	if r.Redis != nil {
		r.Redis.Kill()
	}
	if r.Postgres != nil {
		errs = append(errs, r.Postgres.close())
	}
	if r.mounted {
		errs = append(errs, syscall.Unmount(r.Data(), 0))
	}
	if !r.Keep {
		errs = append(errs, os.RemoveAll(r.Dir))
	}
	return errors.Join(errs...)
}

// Fault runs harm and notes its stretch of time: latencies measured while it lasts are told apart
// from those of quiet times.
func (r *Rig) Fault(harm func() error) error {
	from := time.Now()
	err := harm()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, window{from, time.Now()})
	return err
}

// Pause waits, or returns early when ctx ends.
func Pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// Until asks again and again whether something is so, for as long as limit, and says how long it
// took. what is for the error.
func Until(ctx context.Context, limit time.Duration, what string, is func() bool) (time.Duration, error) {
	from := time.Now()
	for !is() {
		if time.Since(from) > limit {
			return limit, fmt.Errorf("%s: not within %s", what, limit)
		}
		if err := ctx.Err(); err != nil {
			return time.Since(from), err
		}
		Pause(ctx, 20*time.Millisecond)
	}
	return time.Since(from), nil
}

// Ports of servers that are ended and started again lie below those that the kernel gives to
// connections, one of which could have taken the port meanwhile.
const (
	firstPort = 12_000
	ports     = 18_000
)

// freePort finds a port that nobody listens on.
func freePort() (int, error) {
	for range 100 {
		port := firstPort + rand.N(ports)
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return port, l.Close()
		}
	}
	return 0, errors.New("look for a free port: a hundred are taken")
}

// FreeAddress is an address of this machine that nobody listens on.
func FreeAddress() (string, error) {
	port, err := freePort()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), err
}

// Clock is the time of the instance, which may differ from that of the machine.
type Clock struct {
	file string
	by   atomic.Int64
	was  atomic.Int64 // before the last step
	// stepped is told of each step: days that pass in the middle of a request look to those who
	// wait for it like the death of whoever sent it.
	stepped func()
}

// Now is the time that the instance takes it for.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.by.Load())) }

// Before is the time as it went before the last step: a request may have been signed by it.
func (c *Clock) Before() time.Time { return time.Now().Add(time.Duration(c.was.Load())) }

// Step sets the difference; copse processes notice within a tenth of a second.
func (c *Clock) Step(by time.Duration) error {
	next := c.file + ".next"
	if err := os.WriteFile(next, []byte(by.String()), 0o600); err != nil {
		return fmt.Errorf("step the clock: %w", err)
	}
	c.was.Store(c.by.Swap(int64(by)))
	c.stepped()
	return os.Rename(next, c.file)
}
