package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/cmd/copse/play"
	"github.com/copse-social/copse/server"
	"github.com/copse-social/copse/server/password"
)

func demoCommand() *cobra.Command {
	var port int
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Start three organisations on this machine that talk with each other, for a look around",
		Long: "Starts three instances in one process, each with an SQLite file of its own below the data folder, and\n" +
			"sends the first discussions between them by signed requests over loopback. Everybody at this machine can\n" +
			"sign in as anybody. Of the configuration only COPSE_DATA, COPSE_LOG_FORMAT and COPSE_LOG_LEVEL count.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := newDemo(port, os.Environ(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			return d.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().IntVar(&port, "port", 8081, "port of the first organisation; the others take the next two")
	return cmd
}

// demo is the demonstration: three organisations in one process that know one another only
// through what they send.
type demo struct {
	folder   string
	password string
	log      *slog.Logger
	branches []*branch
	played   atomic.Bool // the story is there
}

// branch is one organisation with the server that it runs, while it runs.
type branch struct {
	play.Org
	cfg  config.Config
	log  *slog.Logger
	demo *demo

	mu   sync.Mutex
	inst *instance // nil while it is stopped
	stop context.CancelFunc
	done chan error
}

// newDemo lays out the demonstration; nothing runs yet.
func newDemo(port int, environ []string, logs io.Writer) (*demo, error) {
	if port < 1 || port > 65533 {
		return nil, usageError{errors.New("--port takes a port with two more after it")}
	}
	vars := config.Environment(environ)
	d := &demo{folder: filepath.Join(cmp.Or(vars["COPSE_DATA"], "data"), "demo")}
	for i, org := range play.Orgs() {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port+i))
		cfg, err := config.Load([]string{
			"url=http://" + org.Key + ".localhost:" + strconv.Itoa(port+i), "listen=" + address,
			"data=" + filepath.Join(d.folder, org.Key), "lab_http=true", "lab_allow_networks=127.0.0.0/8",
			"log_format=" + cmp.Or(vars["COPSE_LOG_FORMAT"], "text"), "log_level=" + cmp.Or(vars["COPSE_LOG_LEVEL"], "warn"),
		}, nil, "")
		if err != nil {
			return nil, err
		}
		if d.log == nil {
			d.log = newLog(cfg, logs)
		}
		d.branches = append(d.branches, &branch{Org: org, cfg: cfg, log: d.log.With("org", org.Key), demo: d})
	}
	return d, nil
}

// run starts all organisations, plays what is missing of the story and waits for the end.
func (d *demo) run(ctx context.Context, out io.Writer) error {
	var err error
	fresh := false
	if d.password, fresh, err = demoPassword(d.folder); err != nil {
		return err
	}
	defer d.close()
	for _, b := range d.branches {
		if err := b.open(ctx); err != nil {
			return err
		}
	}
	s := d.play()
	if s.Password, err = password.Hash(d.password); err != nil {
		return err
	}
	if fresh {
		fmt.Fprintln(out, "Three organisations start on this machine and send each other their first discussions.")
	}
	if err := s.Run(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // ended by a signal; the next start goes on from here
		}
		return err
	}
	d.played.Store(true)
	fmt.Fprint(out, d.words())
	<-ctx.Done()
	return nil
}

// play is what is acted out on the servers that run.
func (d *demo) play() *play.Play {
	s := &play.Play{Servers: map[string]*play.Server{}}
	for _, b := range d.branches {
		if in := b.running(); in != nil {
			s.Servers[b.Key] = &play.Server{
				Store: in.store, Community: in.community, Exchange: in.exchange, Charter: in.charter, Membership: in.membership,
				Resolver: in.resolver, IRIs: in.iris,
			}
		}
	}
	return s
}

// words is what is printed when everything runs.
func (d *demo) words() string {
	var w strings.Builder
	fmt.Fprintf(&w, "\nOpen  %s/demo\n\n", d.branches[0].base())
	for _, b := range d.branches {
		var who []string
		for _, p := range b.People {
			who = append(who, p.Handle)
		}
		fmt.Fprintf(&w, "  %-32s %-32s sign in as %s\n", b.Name, b.base(), strings.Join(who, " or "))
	}
	fmt.Fprintf(&w, "\nThe password is %s for everybody. The data lies in %s.\nCtrl-C stops; start again and everything is still there.\n", d.password, d.folder)
	return w.String()
}

func (d *demo) close() {
	for _, b := range d.branches {
		if err := b.close(); err != nil {
			d.log.Error("stop", "org", b.Key, "err", err)
		}
	}
}

// told holds readiness back until the first discussions are there.
func (d *demo) told(context.Context) error {
	if !d.played.Load() {
		return errors.New("the first discussions are on their way")
	}
	return nil
}

// branch finds an organisation by its key.
func (d *demo) branch(key string) *branch {
	for _, b := range d.branches {
		if b.Key == key {
			return b
		}
	}
	return nil
}

func (b *branch) base() string { return b.cfg.URL.String() }

// running is the server of the organisation, nil while it is stopped.
func (b *branch) running() *instance {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.inst
}

// open starts the organisation; no error where it runs already.
func (b *branch) open(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.inst != nil {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", b.cfg.Listen)
	if err != nil {
		return fmt.Errorf("%s needs %s: stop what runs there, perhaps another demonstration, or take other ports with --port: %w", b.Name, b.cfg.Listen, err)
	}
	inst, err := openInstance(ctx, b.cfg, overrides{Log: b.log, Ready: []server.Check{{Name: "story", Run: b.demo.told}}})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	b.demo.mount(b, inst)
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	b.inst, b.stop, b.done = inst, stop, make(chan error, 1)
	go func(done chan<- error) { done <- inst.run(life, listener, allRoles()) }(b.done)
	return nil
}

// close stops the organisation: its listener refuses, its workers finish what they hold.
func (b *branch) close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.inst == nil {
		return nil
	}
	b.stop()
	err := errors.Join(<-b.done, b.inst.Close())
	b.inst = nil
	return err
}

// demoPassword is made at the first start, which fresh tells, and kept beside the data.
func demoPassword(folder string) (password string, fresh bool, err error) {
	file := filepath.Join(folder, "password")
	text, err := os.ReadFile(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return strings.TrimSpace(string(text)), false, err
	}
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	raw := strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
	password = raw[:4] + "-" + raw[4:8] + "-" + raw[8:12] + "-" + raw[12:]
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", true, fmt.Errorf("make the folder of the demonstration: %w", err)
	}
	return password, true, os.WriteFile(file, []byte(password+"\n"), 0o600)
}
