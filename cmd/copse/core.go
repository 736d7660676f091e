package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/drill"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/federation/skew"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/server"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/duty"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/giving"
	"github.com/copse-social/copse/server/guest"
	"github.com/copse-social/copse/server/membership"
	"github.com/copse-social/copse/server/moderation"
	"github.com/copse-social/copse/server/moving"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/sanction"
	"github.com/copse-social/copse/server/synthesis"
	"github.com/copse-social/copse/server/trust"
)

// overrides are what tests and the demonstration bring themselves; what is missing is real.
type overrides struct {
	Transport  http.RoundTripper
	Now        func() time.Time
	Uptime     func() time.Duration // with Now alone time passes as Now says, and never leaps
	Log        *slog.Logger
	Metrics    prometheus.Registerer
	Ready      []server.Check
	KeepSchema bool // do not migrate
}

func (o overrides) now() func() time.Time {
	if o.Now == nil {
		return drill.Now
	}
	return o.Now
}

func (o overrides) uptime() func() time.Duration {
	if o.Now == nil || o.Uptime != nil {
		return o.Uptime
	}
	start := o.Now()
	return func() time.Duration { return o.Now().Sub(start) }
}

// prepare brings the schema to that of this version, or insists that it is.
func (o overrides) prepare(ctx context.Context, store *db.Store) error {
	if o.KeepSchema {
		return currentSchema(ctx, store)
	}
	_, err := store.Migrate(ctx)
	return err
}

// core is what commands and the server share: the database, the keys, the way out and the rules.
type core struct {
	cfg        config.Config
	store      *db.Store
	now        func() time.Time
	log        *slog.Logger
	transport  http.RoundTripper
	skew       *skew.Watch // within transport
	iris       federation.IRIs
	keys       *federation.Keys
	policy     *federation.Policy
	fetch      *fetch.Client
	resolver   *federation.Resolver
	community  *community.Rules
	exchange   *exchange.Rules
	charter    *charter.Rules
	membership *membership.Rules
	trust      *trust.Rules
	moderation *moderation.Rules
	moving     *moving.Rules
	artifact   *artifact.Rules
	query      *query.Rules
	synthesis  *synthesis.Rules
	duty       *duty.Rules
	guest      *guest.Rules
	sanction   *sanction.Rules
	instance   *db.Actor // the Application
}

// hooks are told of changes by the rules; commands leave them out, a running server polls.
type hooks struct {
	delivery func()
	backfill func(groupID int64)
}

// openStore connects to the database and makes the data folder where it is missing.
func openStore(ctx context.Context, cfg config.Config, now func() time.Time) (*db.Store, error) {
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder %s: %w", cfg.Data, err)
	}
	return db.Open(ctx, db.Options{URL: cfg.DatabaseURL, Data: cfg.Data, Now: now})
}

// newCore builds what lies below the rules.
func newCore(cfg config.Config, store *db.Store, o overrides) (*core, error) {
	c := &core{cfg: cfg, store: store, now: o.now(), log: o.Log, transport: o.Transport, iris: federation.NewIRIs(cfg.URL)}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	key, err := cfg.SecretKey()
	if err != nil {
		return nil, err
	}
	c.keys = federation.NewKeys([config.KeyLength]byte(key))
	if c.transport == nil {
		if c.transport, err = guardedTransport(cfg); err != nil {
			return nil, err
		}
	}
	c.skew = skew.New(skew.Options{Next: c.transport, Now: c.now, Uptime: o.uptime(), Log: c.log, Registry: o.Metrics, Keep: c.keepSkew})
	c.transport = c.skew
	c.policy = federation.NewPolicy(store, c.now)
	c.fetch = fetch.New(c.fetchOptions(o.Metrics))
	c.resolver = federation.NewResolver(federation.ResolverOptions{
		Store: store, Fetch: c.fetch, IRIs: c.iris, Now: c.now, Log: c.log, Policy: c.allowed,
	})
	return c, nil
}

// addRules builds the rules, on a database with the current schema, and sees to it that the
// instance has its own actor.
func (c *core) addRules(ctx context.Context, h hooks) error {
	if h.delivery == nil {
		h.delivery = func() {}
	}
	pub := federation.NewPublisher(c.iris, c.keys, c.now, h.delivery)
	closed := trust.Closed(func() *trust.Rules { return c.trust })
	c.community = community.New(community.Options{Pub: pub, Log: c.log, Words: locales.Notice, Backfill: h.backfill, Closed: closed})
	c.trust = trust.New(trust.Options{Pub: pub, Community: c.community, Words: locales.Notice})
	c.exchange = exchange.New(exchange.Options{Pub: pub, Community: c.community, Log: c.log, Kinds: giving.Kinds(query.Kinds(func() *query.Rules { return c.query }))})
	c.query = query.New(query.Options{Pub: pub, Community: c.community, Exchange: c.exchange, Words: locales.Query, Later: synthesis.Later(func() *synthesis.Rules { return c.synthesis })})
	c.charter = charter.New(charter.Options{Pub: pub, Community: c.community, Words: locales.Charter, Log: c.log})
	c.membership = membership.New(membership.Options{Pub: pub, Community: c.community, Exchange: c.exchange, Words: locales.Notice})
	c.duty = duty.New(duty.Options{IRIs: c.iris, Community: c.community, Exchange: c.exchange, Words: locales.Duty})
	c.guest = guest.New(c.iris, c.community)
	c.sanction = sanction.New(sanction.Options{Pub: pub, Community: c.community, Trust: c.trust})
	c.moderation = moderation.New(moderation.Options{Pub: pub, Community: c.community})
	c.moving = moving.New(moving.Options{Pub: pub, Community: c.community, Exchange: c.exchange, Words: locales.Moving, Log: c.log})
	kinds, err := practice.LoadKinds(filepath.Join(c.cfg.Data, "kinds"))
	if err != nil {
		return err
	}
	c.artifact = artifact.New(artifact.Options{Pub: pub, Community: c.community, Exchange: c.exchange, Kinds: kinds, Words: locales.Artifact, Log: c.log})
	c.synthesis = synthesis.New(synthesis.Options{
		Pub: pub, Community: c.community, Exchange: c.exchange, Artifact: c.artifact, Query: c.query, Words: locales.Synthesis,
	})
	return c.ensureInstance(ctx)
}

func (c *core) ensureInstance(ctx context.Context) error {
	a, err := c.store.ActorByURI(ctx, c.iris.Instance())
	if errors.Is(err, db.ErrNotFound) {
		err = c.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			a, err = c.community.EnsureInstance(ctx, tx)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("load the actor of this instance: %w", err)
	}
	if _, err := c.keys.Signer(a); err != nil {
		return fmt.Errorf("the database holds keys of another secret; set COPSE_SECRET to the one they were made with, or bring back %s/secret: %w", c.cfg.Data, err)
	}
	c.instance = a
	return nil
}

func (c *core) fetchOptions(metrics prometheus.Registerer) fetch.Options {
	return fetch.Options{
		Transport: c.transport, UserAgent: c.userAgent(), Now: c.now, Log: c.log, Metrics: metrics,
		Lab: len(c.cfg.LabNetworks) > 0, AllowHTTP: c.cfg.LabHTTP,
		Signer: func(ctx context.Context) (*sign.Signer, error) {
			if c.instance == nil {
				return nil, nil //nolint:nilnil // unsigned until the instance has its actor
			}
			return c.keys.Signer(c.instance)
		},
		Scheme: func(ctx context.Context, host string) sign.Scheme {
			h, err := c.store.HostByName(ctx, host)
			if err != nil {
				return sign.Cavage
			}
			return cmp.Or(sign.Scheme(h.Scheme), sign.Cavage)
		},
		Learn: func(ctx context.Context, host string, s sign.Scheme) {
			if err := c.store.SetHostScheme(ctx, host, string(s)); err != nil {
				c.log.WarnContext(ctx, "signature scheme was not kept", "host", host, "err", err)
			}
		},
		Allowed: c.allowed,
	}
}

// userAgent tells admins of other servers whom to ask.
func (c *core) userAgent() string {
	return "Copse/" + version + " (+" + c.iris.Base() + ")"
}

// allowed is the policy towards other hosts: the configured stance, then what an admin decided. Our
// own host is always allowed.
func (c *core) allowed(ctx context.Context, host string) error {
	switch {
	case host == c.iris.Host():
		return nil
	case c.cfg.Federation == "closed":
		return fmt.Errorf("%w: federation is closed", federation.ErrRefusedHost)
	case c.cfg.Federation == "allow-list":
		h, err := c.store.HostByName(ctx, host)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return fmt.Errorf("look up host %s: %w", host, err)
		}
		if err != nil || h.Policy != db.HostAllowed {
			return fmt.Errorf("%w: %s is not on the allow-list", federation.ErrRefusedHost, host)
		}
	}
	return c.policy.Allowed(ctx, host)
}

// refuses is allowed for delivery, which takes each error for a decision: what fails by itself
// refuses nobody.
func (c *core) refuses(ctx context.Context, host string) error {
	err := c.allowed(ctx, host)
	if errors.Is(err, federation.ErrRefusedHost) {
		return err
	}
	if err != nil {
		c.log.WarnContext(ctx, "policy could not be read", "host", host, "err", err)
	}
	return nil
}

// keepSkew leaves word for the doctor, which is another process.
func (c *core) keepSkew(ctx context.Context, off time.Duration) error {
	return c.store.SetSetting(ctx, db.SettingClockSkew, off.Round(time.Second).String())
}

func (c *core) signerOf(ctx context.Context, actorID int64) (*sign.Signer, error) {
	return c.keys.SignerOf(ctx, c.store, actorID)
}

// guardedTransport is the one way out of the process.
func guardedTransport(cfg config.Config) (http.RoundTripper, error) {
	roots, err := cfg.Authorities()
	if err != nil {
		return nil, err
	}
	return fetch.NewTransport(fetch.Guard{AllowNetworks: cfg.LabNetworks, AllowHTTP: cfg.LabHTTP, RootCAs: roots}), nil
}

func newLog(cfg config.Config, w io.Writer) *slog.Logger {
	opt := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(w, opt))
	}
	return slog.New(slog.NewJSONHandler(w, opt))
}
