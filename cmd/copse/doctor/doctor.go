// Package doctor looks at an instance from inside and, through its public address, as other servers
// see it, and says of each thing that is wrong how to mend it.
//
// It changes nothing, reads no configuration by itself and connects to nothing but this instance.
// Start with Inside; outside.go is the view of others, federation.go the inbox.
package doctor

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/url"
	"time"

	"github.com/copse-social/copse/db"
)

// States of a finding.
const (
	OK      = "ok"
	Warning = "warning"
	Failed  = "failed"
)

// Finding is the result of one check; Fix is one line that says what to do, "" where all is well.
type Finding struct {
	Check string `json:"check"`
	State string `json:"state"`
	Says  string `json:"says"`
	Fix   string `json:"fix"`
}

// Options is what the doctor needs to know of the instance.
type Options struct {
	URL         *url.URL
	Data        string // the folder
	RedisURL    string // "": none
	Authorities *x509.CertPool
	Now         func() time.Time
}

// Doctor examines one instance.
type Doctor struct {
	Found []Finding

	o      Options
	client *http.Client
}

// New makes a doctor.
func New(o Options) *Doctor { return &Doctor{o: o, client: OwnClient(o.Authorities)} }

// Say notes how a check ended and answers whether all is well. fix is for the error alone.
func (d *Doctor) Say(check string, err error, well, fix string) bool {
	if err != nil {
		d.Found = append(d.Found, Finding{check, Failed, err.Error(), fix})
		return false
	}
	d.Found = append(d.Found, Finding{Check: check, State: OK, Says: well})
	return true
}

// Warn notes what works and should not stay so.
func (d *Doctor) Warn(check, says, fix string) {
	d.Found = append(d.Found, Finding{check, Warning, says, fix})
}

// Inside looks at the machine and its services.
func (d *Doctor) Inside(ctx context.Context, store *db.Store) {
	d.database(ctx, store)
	d.redis(ctx)
	d.disk()
	d.modes()
	d.skew(ctx, store)
	d.queue(ctx, store)
}

// Public is what others know of the instance.
type Public struct {
	Actor       string // address of the instance actor
	Acct        string // its handle with host
	SharedInbox string
	// Sign signs a request as the instance does; nil: it cannot.
	Sign func(req *http.Request, body []byte) error
}

// Outside goes through the public address as others do.
func (d *Doctor) Outside(ctx context.Context, p Public) {
	if !d.address(ctx) {
		return
	}
	d.Say("webfinger", d.webfinger(ctx, p), "finds this instance", "let the proxy pass /.well-known/ to Copse, unchanged")
	d.Say("nodeinfo", d.nodeinfo(ctx), "says that this is Copse", "let the proxy pass /.well-known/nodeinfo and /nodeinfo/ to Copse")
	if p.Sign != nil {
		d.Say("signature", d.signature(ctx, p), "a request signed here arrives as it was signed",
			"let the proxy change neither path nor query, Host, Date, Digest, Signature nor body, and set up time synchronisation")
	}
	d.Say("inbox", d.inbox(ctx, p), "takes requests of other servers", "keep firewalls and challenge pages away from /ap/")
	d.Say("body limit", d.bodyLimit(ctx, p), "lets a megabyte through", "let the proxy take bodies of at least 2 MB: nginx client_max_body_size 2m, Caddy request_body max_size 2MB")
}
