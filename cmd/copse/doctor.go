package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/db"
)

// clockSlack is how far two clocks may be apart before peers begin to refuse signatures.
const clockSlack = 30 * time.Second

// finding is the result of one check of the doctor.
type finding struct {
	Check string `json:"check"`
	State string `json:"state"` // ok, warning, failed
	Says  string `json:"says"`
}

// doctor looks at an instance from inside and, through its public address, from outside.
type doctor struct {
	cfg    config.Config
	client *http.Client
	core   *core
	found  []finding
}

func doctorCommand() *cobra.Command {
	return listing(&cobra.Command{
		Use: "doctor", Short: "Look for what is wrong with this instance and say how to mend it",
		Long: "Checks the configuration, the data folder, the database, Redis, the key, and then, through the public\n" +
			"address, the clock, the Host header as it passes the proxy, WebFinger and the inbox. Ends with 1 when\n" +
			"something failed.",
	}, func(cmd *cobra.Command, _ []string) (table, error) {
		d := &doctor{}
		err := d.examine(cmd)
		t := table{json: d.found, head: []string{"CHECK", "STATE", ""}}
		for _, f := range d.found {
			t.rows = append(t.rows, []string{f.Check, f.State, f.Says})
			if f.State == "failed" {
				t.err = errors.New("something is wrong; see above")
			}
		}
		return t, err
	})
}

func (d *doctor) say(check string, err error, well string) bool {
	if err != nil {
		d.found = append(d.found, finding{check, "failed", words(err)})
		return false
	}
	d.found = append(d.found, finding{check, "ok", well})
	return true
}

func (d *doctor) warn(check, says string) { d.found = append(d.found, finding{check, "warning", says}) }

// examine runs the checks; one that makes those after it pointless ends them.
func (d *doctor) examine(cmd *cobra.Command) (err error) {
	ctx := cmd.Context()
	d.cfg, err = configFrom(cmd)
	if !d.say("configuration", err, "in order") {
		return nil
	}
	for _, w := range d.cfg.Warnings() {
		d.warn("configuration", w)
	}
	roots, err := d.cfg.Authorities()
	if err != nil {
		return err
	}
	d.client = ownClient(roots)
	if !d.say("data folder", writable(d.cfg.Data), d.cfg.Data+" can be written") {
		return nil
	}
	store, err := openStore(ctx, d.cfg, time.Now)
	if !d.say("database", err, "connected") {
		return nil
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	d.redis(ctx)
	if d.schema(ctx, store) && d.keys(ctx, store) {
		d.outside(ctx)
	}
	return nil
}

func (d *doctor) schema(ctx context.Context, store *db.Store) bool {
	return d.say("schema", currentSchema(ctx, store), store.Engine()+", that of this version")
}

func (d *doctor) redis(ctx context.Context) {
	if d.cfg.RedisURL == "" {
		d.say("redis", nil, "not configured; queue and limits are in memory")
		return
	}
	opt, err := redis.ParseURL(d.cfg.RedisURL)
	if err != nil {
		d.say("redis", errors.New("COPSE_REDIS_URL is no address such as redis://redis:6379/0"), "")
		return
	}
	client := redis.NewClient(opt)
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	d.say("redis", client.Ping(ctx).Err(), "answers")
}

func (d *doctor) keys(ctx context.Context, store *db.Store) bool {
	c, err := newCore(d.cfg, store, overrides{})
	if err == nil {
		err = c.addRules(ctx, hooks{})
	}
	d.core = c
	return d.say("key", err, "opens the keys of the actors")
}

// outside goes through the public address as others do.
func (d *doctor) outside(ctx context.Context) {
	res, err := d.get(ctx, d.core.iris.Page("/livez"))
	if err == nil && res.status != http.StatusOK {
		err = fmt.Errorf("answers %d; the proxy must pass every path to copse serve", res.status)
	}
	if err != nil {
		err = fmt.Errorf("%w: does copse serve run, and do name, proxy and certificate of %s lead to it?", err, d.cfg.URL)
	}
	if !d.say("public address", err, d.cfg.URL.String()+" answers") {
		return
	}
	if off := time.Since(res.date).Abs(); !res.date.IsZero() && off > clockSlack {
		d.say("clock", fmt.Errorf("the clock here and that of %s are %s apart: peers refuse signatures of the wrong time; set up time synchronisation", d.cfg.URL.Host, off.Round(time.Second)), "")
	} else {
		d.say("clock", nil, "agrees with that of the public address")
	}
	d.say("host header", d.sameHost(res), "arrives as others send it")
	d.say("webfinger", d.webfinger(ctx), "finds this instance")
	d.say("inbox", d.inbox(ctx), "takes requests of other servers")
}

// sameHost compares the Host that was sent with the one that arrived: other servers sign it.
func (d *doctor) sameHost(res reply) error {
	if got := res.header.Get("Copse-Host"); got != d.cfg.URL.Host {
		return fmt.Errorf("%q was sent and %q arrived: signatures of other servers will not fit. nginx needs proxy_set_header Host $http_host, Apache ProxyPreserveHost On; Caddy and Traefik keep it by themselves", d.cfg.URL.Host, got)
	}
	return nil
}

func (d *doctor) webfinger(ctx context.Context) error {
	acct := d.core.instance.Handle + "@" + d.core.iris.Host()
	res, err := d.get(ctx, d.core.iris.Page("/.well-known/webfinger?resource=")+url.QueryEscape("acct:"+acct))
	if err != nil {
		return err
	}
	var doc struct {
		Links []struct{ Rel, Href string }
	}
	if err := json.Unmarshal(res.body, &doc); res.status != http.StatusOK || err != nil {
		return fmt.Errorf("acct:%s answers %d: the proxy must pass /.well-known/ to Copse", acct, res.status)
	}
	for _, l := range doc.Links {
		if l.Rel == "self" && l.Href == d.core.iris.Instance() {
			return nil
		}
	}
	return fmt.Errorf("acct:%s leads elsewhere: another server answers at this name", acct)
}

// inbox sends an activity without a signature: Copse itself must be the one to refuse it, not a
// firewall or challenge page before it.
func (d *doctor) inbox(ctx context.Context) error {
	body := fmt.Sprintf(`{"@context":"https://www.w3.org/ns/activitystreams","type":"Travel","actor":%q}`, d.core.iris.Instance())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.core.iris.SharedInbox(), strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/activity+json")
	res, err := d.do(req)
	if err != nil {
		return err
	}
	if res.status != http.StatusUnauthorized || !strings.HasPrefix(res.header.Get("Content-Type"), "application/problem+json") {
		return fmt.Errorf("something before Copse answered %d: keep firewalls, body limits under 1 MB and challenge pages away from /ap/", res.status)
	}
	return nil
}

// reply is what the public address answered.
type reply struct {
	status int
	header http.Header
	date   time.Time
	body   []byte
}

func (d *doctor) get(ctx context.Context, address string) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return reply{}, err
	}
	return d.do(req)
}

func (d *doctor) do(req *http.Request) (reply, error) {
	res, err := d.client.Do(req)
	if err != nil {
		if u, is := errors.AsType[*url.Error](err); is {
			err = u.Err
		}
		return reply{}, fmt.Errorf("%s: %w", req.URL.Host, err)
	}
	defer res.Body.Close()
	out := reply{status: res.StatusCode, header: res.Header}
	if at, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		out.date = at
	}
	out.body, err = io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return out, err
}

// writable tries to write a file.
func writable(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// dialOwn connects to this instance's own address; names under .localhost are this machine.
func dialOwn(ctx context.Context, network, address string) (net.Conn, error) {
	if host, port, err := net.SplitHostPort(address); err == nil && config.LoopbackName(cmp.Or(host, "localhost")) && net.ParseIP(host) == nil {
		address = net.JoinHostPort("127.0.0.1", port)
	}
	return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, network, address)
}
