package doctor

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// clockSlack is how far two clocks may be apart before peers begin to refuse signatures.
const clockSlack = 30 * time.Second

// address looks whether the public address leads here, and whether clock and Host survive the way.
func (d *Doctor) address(ctx context.Context) bool {
	res, err := d.get(ctx, "/livez")
	if err == nil && res.status != http.StatusOK {
		err = fmt.Errorf("%s answers %d", d.o.URL.Host, res.status)
	}
	if !d.Say("public address", err, d.o.URL.String()+" answers",
		"see that copse serve runs, and that name, certificate and proxy of "+d.o.URL.Host+" lead to it") {
		return false
	}
	d.certificate(res.shown)
	var wrong error
	if off := d.o.Now().Sub(res.date).Abs(); !res.date.IsZero() && off > clockSlack {
		wrong = fmt.Errorf("the clock here and that of %s are %s apart: peers refuse signatures of the wrong time", d.o.URL.Host, off.Round(time.Second))
	}
	d.Say("clock", wrong, "agrees with that of the public address", "set up time synchronisation on both machines")
	d.Say("host header", d.sameHost(res), "arrives as others send it",
		"nginx: proxy_set_header Host $http_host; Apache: ProxyPreserveHost On; Caddy and Traefik keep it by themselves")
	return true
}

// sameHost compares the Host that was sent with the one that arrived: other servers sign it.
func (d *Doctor) sameHost(res reply) error {
	if got := res.header.Get("Copse-Host"); got != d.o.URL.Host {
		return fmt.Errorf("%q was sent and %q arrived: signatures of other servers will not fit", d.o.URL.Host, got)
	}
	return nil
}

func (d *Doctor) webfinger(ctx context.Context, p Public) error {
	var doc struct {
		Links []struct{ Rel, Href string }
	}
	if err := d.document(ctx, "/.well-known/webfinger?resource="+url.QueryEscape("acct:"+p.Acct), &doc); err != nil {
		return err
	}
	for _, l := range doc.Links {
		if l.Rel == "self" && l.Href == p.Actor {
			return nil
		}
	}
	return fmt.Errorf("acct:%s leads elsewhere: another server answers at this name", p.Acct)
}

func (d *Doctor) nodeinfo(ctx context.Context) error {
	var list struct {
		Links []struct{ Rel, Href string }
	}
	if err := d.document(ctx, "/.well-known/nodeinfo", &list); err != nil {
		return err
	}
	var at *url.URL
	for _, l := range list.Links { // beside them stands the address of the instance actor (FEP-2677)
		u, err := url.Parse(l.Href)
		if strings.Contains(l.Rel, "/ns/schema/") && err == nil && u.Host == d.o.URL.Host {
			at = u
		}
	}
	if at == nil {
		return errors.New("/.well-known/nodeinfo names no document of this host")
	}
	var doc struct {
		Software struct{ Name string }
	}
	if err := d.document(ctx, at.RequestURI(), &doc); err != nil {
		return err
	}
	if doc.Software.Name != "copse" {
		return fmt.Errorf("%s says that this is %q", at.Path, doc.Software.Name)
	}
	return nil
}

// document reads JSON at a path of the public address.
func (d *Doctor) document(ctx context.Context, path string, into any) error {
	res, err := d.get(ctx, path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(res.body, into); res.status != http.StatusOK || err != nil {
		short, _, _ := strings.Cut(path, "?")
		return fmt.Errorf("%s answers %d and not what Copse has there", short, res.status)
	}
	return nil
}

// reply is what the public address answered.
type reply struct {
	status int
	header http.Header
	date   time.Time
	body   []byte
	shown  []*x509.Certificate
}

func (d *Doctor) get(ctx context.Context, path string) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.o.URL.Scheme+"://"+d.o.URL.Host+path, http.NoBody)
	if err != nil {
		return reply{}, err
	}
	return d.do(req)
}

func (d *Doctor) do(req *http.Request) (reply, error) {
	res, err := d.client.Do(req)
	if err != nil {
		if u, is := errors.AsType[*url.Error](err); is {
			err = u.Err
		}
		return reply{}, fmt.Errorf("%s: %w", req.URL.Host, err)
	}
	defer res.Body.Close()
	out := reply{status: res.StatusCode, header: res.Header}
	if res.TLS != nil {
		out.shown = res.TLS.PeerCertificates
	}
	if at, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		out.date = at
	}
	out.body, err = io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return out, err
}

// OwnClient talks to this instance and follows nothing elsewhere; names under .localhost are this
// machine.
func OwnClient(roots *x509.CertPool) *http.Client {
	return &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DialContext: dialOwn, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
	}
}

// dialOwn connects to this instance's own address; names under .localhost are this machine.
func dialOwn(ctx context.Context, network, address string) (net.Conn, error) {
	if host, port, err := net.SplitHostPort(address); err == nil && loopback(cmp.Or(host, "localhost")) {
		address = net.JoinHostPort("127.0.0.1", port)
	}
	return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, network, address)
}

func loopback(host string) bool { return host == "localhost" || strings.HasSuffix(host, ".localhost") }
