package sign

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Claim is what a request says about its own signature: parsed strictly,
// nothing proved.
type Claim struct {
	// KeyID is what to fetch. It is the sender's word: at most an address.
	KeyID string
	// Scheme is the form the signature has.
	Scheme Scheme

	label   string   // the algorithm the sender names; it never picks ours
	names   []string // what is covered, lower case, in order
	created int64    // Unix seconds, 0 = not said
	expires int64    // Unix seconds, 0 = not said
	sig     []byte
	params  string // RFC 9421: the value of @signature-params
}

// VerifyOptions are what the receiving instance knows about itself.
type VerifyOptions struct {
	// Hosts are the names we answer to, with the port where it is not the
	// scheme's own. An empty list refuses everything.
	Hosts []string
	// BaseURL is the public scheme and host that @target-uri is built from,
	// because TLS may end at a proxy. Nil means https and the request's host.
	BaseURL *url.URL
	// Now is the present.
	Now time.Time
	// Window is how old or early a Date may be; 0 = 1 hour.
	Window time.Duration
}

// createdAhead is how far a sender's clock may run ahead in "created".
const createdAhead = time.Minute

// Parse reads the signature headers. It costs little on hostile input: nothing
// is fetched, decoded deeper than the headers, or computed. ErrMissing and
// ErrMalformed are its only failures.
func Parse(req *http.Request) (*Claim, error) {
	sigs, inputs := req.Header.Values("Signature"), req.Header.Values("Signature-Input")
	inAuth := slices.ContainsFunc(req.Header.Values("Authorization"), func(v string) bool {
		return len(v) >= 9 && strings.EqualFold(v[:9], "signature")
	})
	if len(sigs) == 0 && len(inputs) == 0 && !inAuth {
		return nil, ErrMissing
	}
	// Peers put it in Signature; a second place is a second meaning.
	if len(sigs) != 1 || len(inputs) > 1 || inAuth {
		return nil, fmt.Errorf("%w: exactly one Signature header is needed", ErrMalformed)
	}
	for _, h := range []string{"Date", "Host", "Digest", "Content-Digest"} {
		if len(req.Header.Values(h)) > 1 {
			return nil, fmt.Errorf("%w: %s is given twice", ErrMalformed, h)
		}
	}
	var c *Claim
	var err error
	if len(inputs) == 1 {
		c, err = parseRFC9421(inputs[0], sigs[0])
	} else {
		c, err = parseCavage(sigs[0])
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return c, nil
}

// Check does all of Verify that needs no key: host, path, coverage, clock and
// digest. Call it before fetching the key, so that a request that cannot be
// valid causes no fetch.
func (c *Claim) Check(req *http.Request, body []byte, opt VerifyOptions) error {
	_, err := c.check(req, body, opt)
	return err
}

// Verify proves that the holder of key sent this request to us just now. body
// holds the raw bytes as received, nil for none. Failures wrap ErrInvalid;
// those where another key might fit wrap ErrMismatch too.
func (c *Claim) Verify(req *http.Request, body []byte, key PublicKey, opt VerifyOptions) error {
	t, err := c.check(req, body, opt)
	if err != nil {
		return err
	}
	if err := key.check(); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if !key.fits(c.label) {
		return fmt.Errorf("%w: %w: labelled %q", ErrInvalid, ErrMismatch, c.label)
	}
	if c.Scheme == RFC9421 {
		err = c.proveRFC9421(req, t, key)
	} else {
		err = c.proveCavage(req, t, key)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return nil
}

// Hash identifies the signature for replay caches. Only POSTs should be looked
// up there: RSA signatures are deterministic, so a peer that reads a page twice
// within a second sends the same one twice.
func (c *Claim) Hash() [32]byte { return sha256.Sum256(c.sig) }

func (c *Claim) check(req *http.Request, body []byte, opt VerifyOptions) (target, error) {
	t, err := incomingTarget(req, opt)
	if err == nil {
		err = c.checkCoverage(!bodiless(req.Method) || len(body) > 0)
	}
	if err == nil {
		err = c.checkClock(req, opt)
	}
	if err == nil {
		err = checkDigests(req.Header, body, c.names)
	}
	if err != nil {
		return target{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return t, nil
}

// checkCoverage demands that the signature binds method, address, time and
// body. Both schemes let the sender choose; go-fed/httpsig never asks.
func (c *Claim) checkCoverage(hasBody bool) error {
	var need []string
	if c.Scheme == RFC9421 {
		need = []string{"@method", "@target-uri"}
	} else {
		need = []string{"(request-target)", "host"}
	}
	for _, n := range need {
		if !c.covers(n) {
			return fmt.Errorf("%s is not covered", n)
		}
	}
	if c.Scheme == Cavage && !c.covers("date") && !c.covers("(created)") {
		return errors.New("neither date nor (created) is covered")
	}
	if hasBody && !c.covers("content-digest") && (c.Scheme == RFC9421 || !c.covers("digest")) {
		return errors.New("the body's digest is not covered")
	}
	return nil
}

func (c *Claim) covers(name string) bool { return slices.Contains(c.names, name) }

// checkClock holds every time the sender states, covered or not, against ours.
func (c *Claim) checkClock(req *http.Request, opt VerifyOptions) error {
	window := opt.Window
	if window == 0 {
		window = time.Hour
	}
	if c.expires != 0 && opt.Now.Unix() > c.expires {
		return errors.New("the signature has expired")
	}
	if c.created != 0 {
		age := opt.Now.Sub(time.Unix(c.created, 0))
		if age > window || age < -createdAhead {
			return fmt.Errorf("created %s ago", age.Round(time.Second))
		}
	}
	date := req.Header.Get("Date")
	if date == "" && !c.covers("date") {
		return nil
	}
	at, err := http.ParseTime(date)
	if err != nil {
		return fmt.Errorf("read Date %.40q: %w", date, err)
	}
	if age := opt.Now.Sub(at); age > window || age < -window {
		return fmt.Errorf("dated %s ago", age.Round(time.Second))
	}
	return nil
}
