package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/spf13/cobra"

	"github.com/copse-social/copse/cmd/copse/chores"
	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/federation/delivery/queue"
)

const (
	// drainTime is how long requests and deliveries in flight may take after a signal; the unit and
	// compose files wait ten seconds more.
	drainTime = 25 * time.Second
	// choreEvery is how often what has run out is tidied away.
	choreEvery = time.Hour
)

// roles are what a process does of an instance.
type roles struct {
	web    bool // answers requests and stores what comes in
	worker bool // applies what came in and sends what goes out
}

func allRoles() roles { return roles{web: true, worker: true} }

func parseRoles(text string) (roles, error) {
	var r roles
	for name := range strings.SplitSeq(text, ",") {
		switch strings.TrimSpace(name) {
		case "web":
			r.web = true
		case "worker":
			r.worker = true
		default:
			return r, usageError{fmt.Errorf("--roles: %q is neither web nor worker", name)}
		}
	}
	return r, nil
}

func serveCommand() *cobra.Command {
	var what string
	o := overrides{}
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the server", Args: cobra.NoArgs,
		Long: "Brings the database to the schema of this version and runs until a signal ends it; requests and\n" +
			"deliveries in flight are finished first, within 25 seconds.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			does, err := parseRoles(what)
			if err != nil {
				return err
			}
			cfg, err := configFrom(cmd)
			if err != nil {
				return err
			}
			o.Log = newLog(cfg, cmd.ErrOrStderr())
			queue.LogTo(o.Log)
			return serve(cmd.Context(), cfg, o, does)
		},
	}
	cmd.Flags().StringVar(&what, "roles", "web,worker", "what this process does: web answers requests, worker applies and delivers")
	cmd.Flags().BoolVar(&o.KeepSchema, "no-migrate", false, "leave the schema of the database as it is")
	return cmd
}

func serve(ctx context.Context, cfg config.Config, o overrides, does roles) (err error) {
	for _, w := range cfg.Warnings() {
		o.Log.Warn(w)
	}
	i, err := openInstance(ctx, cfg, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.Close()) }()
	switch link, err := i.setupLink(ctx, "server"); {
	case err == nil:
		o.Log.Info("nobody has an account yet: open this link once to set the instance up", "link", link)
	case !errors.Is(err, errSetUp):
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("answer at %s: %w", cfg.Listen, err)
	}
	o.Log.Info("ready", "version", fullVersion(), "url", cfg.URL.String(), "listen", listener.Addr().String(), "database", i.store.Engine(), "redis", i.redis != nil)
	return i.run(ctx, listener, does)
}

// run answers and works until ctx ends or a part fails, and then lets what is in flight come to its
// end: first the requests, so that nothing new comes in, then the workers.
func (i *instance) run(ctx context.Context, listener net.Listener, does roles) error {
	life, end := context.WithCancelCause(ctx)
	defer end(nil)
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()

	servers, err := i.listen(life, listener, does, end)
	if err != nil {
		return err
	}
	var workers sync.WaitGroup
	for _, do := range i.workers(does) {
		workers.Go(func() {
			if err := do(work); err != nil {
				end(err)
			}
		})
	}
	<-life.Done()

	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	for _, s := range servers {
		err = errors.Join(err, s.Shutdown(drain))
	}
	stopWork()
	err = errors.Join(err, waitFor(drain, &workers))
	if cause := context.Cause(life); ctx.Err() == nil && cause != nil {
		err = errors.Join(cause, err)
	}
	return err
}

// listen opens the metrics listener and answers on both; fail is told when one breaks.
func (i *instance) listen(ctx context.Context, listener net.Listener, does roles, fail func(error)) ([]*http.Server, error) {
	public := i.shell.HTTPServer(i.cfg.Listen)
	public.Handler = i.handler
	if !does.web {
		public.Handler = healthOnly(i.handler)
	}
	servers, listeners := []*http.Server{public}, []net.Listener{listener}
	if i.cfg.MetricsListen != "" {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", i.cfg.MetricsListen)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("show metrics at %s: %w", i.cfg.MetricsListen, err), listener.Close())
		}
		metrics := http.NewServeMux()
		metrics.Handle("GET /metrics", i.shell.MetricsHandler())
		servers = append(servers, &http.Server{Handler: metrics, ReadHeaderTimeout: 5 * time.Second})
		listeners = append(listeners, l)
	}
	for n, s := range servers {
		go func() { // ends with Shutdown
			if err := s.Serve(listeners[n]); !errors.Is(err, http.ErrServerClosed) {
				fail(fmt.Errorf("answer at %s: %w", listeners[n].Addr(), err))
			}
		}()
	}
	return servers, nil
}

func (i *instance) workers(does roles) []func(context.Context) error {
	if !does.worker {
		return nil
	}
	sweeper := &chores.Sweeper{Store: i.store, Rules: i.sanction, Log: i.log}
	return []func(context.Context) error{sweeper.Run, i.sayHello, i.inbox.Run, i.deliverer.Run, i.historian.Run, i.roster.Run, i.porter.Run, i.chores, i.skew.Run}
}

// healthOnly is what a process without the web role answers.
func healthOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/livez" && r.URL.Path != "/readyz" {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// waitFor waits for the workers as long as there is time.
func waitFor(ctx context.Context, workers *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() { workers.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("work in flight did not end within %s; it is repeated after the next start", drainTime)
	}
}

// chores tidies what has run out, again and again.
func (i *instance) chores(ctx context.Context) error {
	tick := time.NewTicker(choreEvery)
	defer tick.Stop()
	for {
		if err := i.tidy(ctx); err != nil && ctx.Err() == nil {
			i.log.WarnContext(ctx, "tidy away what has run out", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// tidy leaves all as it is while the clock is in doubt: a session that a leap has ended works again
// afterwards.
func (i *instance) tidy(ctx context.Context) error {
	if i.skew.Doubtful() {
		return nil
	}
	return chores.New(chores.Options{
		Store: i.store, Charter: i.charter, Membership: i.membership, Exchange: i.exchange, Query: i.query, Trust: i.trust, Artifact: i.artifact, Resolve: i.resolver.Handle,
		Files: newShelf(i.cfg), Audit: days(i.cfg.AuditDays), Now: i.now, Log: i.log,
	}).Round(ctx)
}

func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}
