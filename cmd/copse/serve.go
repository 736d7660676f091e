package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/delivery"
	"github.com/copse-social/copse/federation/delivery/queue"
	"github.com/copse-social/copse/federation/inbox"
	"github.com/copse-social/copse/federation/roster"
	"github.com/copse-social/copse/server"
	"github.com/copse-social/copse/server/actors"
	"github.com/copse-social/copse/server/moving/porter"
	"github.com/copse-social/copse/server/web"
)

// instance is one running server, whole: what the command serve, the demonstration and the tests
// of the whole system start.
type instance struct {
	*core
	redis     redis.UniversalClient // nil: all in memory
	registry  *prometheus.Registry
	limits    *server.Limits
	deliverer *delivery.Deliverer
	historian *historian
	roster    *roster.Roster
	porter    *porter.Porter
	receiver  *federation.Receiver
	inbox     *inbox.Worker
	actors    *actors.Door
	web       *web.Door
	shell     *server.Server
	handler   http.Handler // of the shell; the demonstration puts its page before it
}

// openInstance builds an instance on its configured database, with the current schema. Nothing runs
// until run; Close it in the end.
func openInstance(ctx context.Context, cfg config.Config, o overrides) (*instance, error) {
	store, err := openStore(ctx, cfg, o.now())
	if err != nil {
		return nil, err
	}
	if err := o.prepare(ctx, store); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	i := &instance{registry: newRegistry()}
	o.Metrics = i.registry
	if i.core, err = newCore(cfg, store, o); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	if err := i.build(ctx, o); err != nil {
		return nil, errors.Join(err, i.Close())
	}
	return i, nil
}

// build calls the constructors of everything above the core, in the order of the way through the
// house: out, rules, in, doors, shell.
func (i *instance) build(ctx context.Context, o overrides) error {
	line, err := i.stores()
	if err != nil {
		return err
	}
	i.roster = roster.New(roster.Options{Store: i.store, Resolver: i.resolver, Host: i.iris.Host(), Log: i.log, Settle: i.settleFollows})
	i.deliverer = delivery.New(delivery.Options{
		Store: i.store, Queue: line, Transport: i.transport, SignerOf: i.signerOf, UserAgent: i.userAgent(),
		OwnHost: i.iris.Host(), Policy: i.refuses, Gone: i.gone, Now: i.now, Log: i.log, Registry: i.registry,
		Busy: func() bool { return i.inbox.Backlog() }, Doubt: i.skew.Doubtful, Synchronise: i.roster.Header, Keep: retention(i.cfg),
	})
	i.historian = newHistorian(i.core)
	if err := i.addRules(ctx, hooks{delivery: i.deliverer.Nudge, backfill: i.historian.Nudge}); err != nil {
		return err
	}
	i.porter = porter.New(porter.Options{Store: i.store, Rules: i.moving, Resolver: i.resolver, Fetch: i.fetch.Body, Host: i.iris.Host(), Log: i.log})
	nudge, arrivals := func() { i.inbox.Nudge() }, inbox.NewMetrics(i.registry)
	i.receiver = federation.NewReceiver(federation.ReceiverOptions{
		Store: i.store, Resolver: i.resolver, IRIs: i.iris, Now: i.now, Log: i.log, Policy: i.allowed, Nudge: nudge, Synchronise: i.roster.Hear, Checked: arrivals.Checked,
	})
	i.actors = actors.New(actors.Options{
		Store: i.store, IRIs: i.iris, Receiver: i.receiver, Community: i.community,
		Exchange: i.exchange, Charter: i.charter, Membership: i.membership, Moderation: i.moderation, Trust: i.trust, Moving: i.moving, Sanction: i.sanction, Artifact: i.artifact, Query: i.query, Synthesis: i.synthesis, Follows: i.resolver.Follows, Cancel: refuseDelivery, Version: version, Now: i.now, Log: i.log,
	})
	i.inbox = inbox.New(inbox.Options{
		Store: i.store, Resolver: i.resolver, Apply: i.actors.Apply, Now: i.now, Log: i.log, Metrics: arrivals,
	})
	people := i.people()
	i.web = people.Door
	i.shell, err = server.New(server.Options{
		Store: i.store, Actors: i.actors, Web: people, Fault: people.Fault, BaseURL: i.cfg.URL,
		TrustedProxies: i.cfg.Proxies, Unlimited: len(i.cfg.LabNetworks) > 0, Limits: i.limits, Registry: i.registry, Ready: o.Ready, Degrades: i.degrades(), Moved: i.moved, Now: i.now, Log: i.log,
	})
	if err != nil {
		return err
	}
	i.handler = i.shell.Handler()
	return nil
}

func retention(cfg config.Config) delivery.Retention {
	return delivery.Retention{Expire: days(cfg.ExpireDays), Log: days(cfg.LogDays), Receipts: days(cfg.ReceiptDays), Dead: days(cfg.DeadDays), Pending: int64(cfg.PendingMB) << 20}
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// gone asks the server of an actor whether the actor is gone for good.
func (i *instance) gone(ctx context.Context, a *db.Actor) (bool, error) {
	_, err := i.fetch.Object(ctx, a.URI)
	if errors.Is(err, federation.ErrGone) {
		return true, nil
	}
	return false, err
}

// stores picks where queue and limits are kept: in memory, or in Redis for several processes.
func (i *instance) stores() (queue.Queue, error) {
	if i.cfg.RedisURL == "" {
		i.limits = server.NewLimits(i.now, i.log)
		return queue.NewMemory(i.now), nil
	}
	var err error
	if i.redis, err = queue.Dial(i.cfg.RedisURL); err != nil {
		return nil, fmt.Errorf("COPSE_REDIS_URL: %w", err)
	}
	i.limits = server.NewRedisLimits(i.redis, i.log)
	return queue.NewShared(queue.NewRedis(i.redis, i.iris.Host()), queue.NewDatabase(i.store), i.now, i.log), nil
}

// degrades are the parts without which everything goes on, slower: the database stands in for Redis.
func (i *instance) degrades() []server.Check {
	if i.redis == nil {
		return nil
	}
	return []server.Check{{Name: "redis", Run: func(ctx context.Context) error { return i.redis.Ping(ctx).Err() }}}
}

// away names what all goes on without.
func (i *instance) away(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var names []string
	for _, c := range i.degrades() {
		if c.Run(ctx) != nil {
			names = append(names, c.Name)
		}
	}
	return names
}

// subscribe finds the page on a person's own server that follows an address.
func (i *instance) subscribe(ctx context.Context, handle, address string) (string, error) {
	f, err := i.fetch.WebFinger(ctx, handle)
	if err != nil || f.Subscribe == "" {
		return "", err
	}
	return strings.ReplaceAll(f.Subscribe, "{uri}", url.QueryEscape(address)), nil
}

// refuseDelivery notes that a host has answered one of our activities with a Reject, and says
// whether the activity went there.
func refuseDelivery(ctx context.Context, tx *db.Store, activityURI, host string) (bool, error) {
	went, err := tx.RefuseDelivery(ctx, activityURI, host, "answered with Reject")
	if err != nil {
		return false, fmt.Errorf("end delivery of %s: %w", activityURI, err)
	}
	return went, nil
}

// Close lets go of the database and of Redis.
func (i *instance) Close() error {
	err := i.store.Close()
	if i.redis != nil {
		err = errors.Join(err, i.redis.Close())
	}
	return err
}
