package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	// maxJRD bounds WebFinger, host-meta and NodeInfo answers.
	maxJRD = 256 << 10
	// maxName is the longest handle part; Mastodon takes more, nobody has it.
	maxName = 256

	relSelf      = "self"
	relSubscribe = "http://ostatus.org/schema/1.0/subscribe"
)

// Finger is what a host says about a handle. It binds nothing by itself: the
// actor at Self must point back to the handle before it is shown (T20).
type Finger struct {
	// Subject is "name@host", normalised: the handle's own spelling, which may
	// differ from the one asked for.
	Subject string
	// Self is the actor's id, byte for byte as given.
	Self string
	// Subscribe is the address, with "{uri}", where the handle's owner can
	// follow something; empty if there is none on the same site.
	Subscribe string
}

// Handle reads "name@host", "@name@host" and "acct:name@host"; the host comes
// out normalised, the name as written, since GoToSocial compares its case.
func Handle(s string) (name, host string, err error) {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "acct:"), "@")
	name, host, found := strings.Cut(s, "@")
	if !found || !validName(name) {
		return "", "", fmt.Errorf("handle %q: %w", clip(s), ErrMalformed)
	}
	if host, err = Host(host); err != nil {
		return "", "", fmt.Errorf("handle: %w", err)
	}
	return name, host, nil
}

// validName is Mastodon's pattern: letters, digits and underscores, with dots
// and hyphens inside; and a host name, for instance actors (FEP-d556).
func validName(name string) bool {
	inner := func(r rune) bool { return r == '.' || r == '-' }
	for i, r := range name {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
		if !letter && (!inner(r) || i == 0 || i == len(name)-1) {
			return false
		}
	}
	return name != "" && len(name) <= maxName
}

// WebFinger resolves a handle (RFC 7033), as strictly as Mastodon does: the
// answer's subject is the handle asked for, or leads once to a handle whose own
// host confirms it. ErrGone means the account was deleted.
func (c *Client) WebFinger(ctx context.Context, handle string) (f *Finger, err error) {
	defer c.ended(ctx, kindWebFinger, time.Now(), &err)
	name, host, err := Handle(handle)
	if err != nil {
		return nil, err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	asked := name + "@" + host
	f, err = c.finger(ctx, name, host)
	if err != nil {
		return nil, fmt.Errorf("webfinger %s: %w", asked, err)
	}
	if strings.EqualFold(f.Subject, asked) {
		return f, nil
	}
	name, host, err = Handle(f.Subject)
	if err != nil {
		return nil, fmt.Errorf("webfinger %s: %w", asked, err)
	}
	again, err := c.finger(ctx, name, host)
	if err != nil {
		return nil, fmt.Errorf("webfinger %s, called %s: %w", asked, f.Subject, err)
	}
	if !strings.EqualFold(again.Subject, f.Subject) {
		return nil, fmt.Errorf("webfinger %s: %w: %s calls itself %s", asked, ErrOrigin, f.Subject, again.Subject)
	}
	return again, nil
}

// finger asks one host about one of its names.
func (c *Client) finger(ctx context.Context, name, host string) (*Finger, error) {
	a := ask{accept: "application/jrd+json, application/json", limit: maxJRD}
	resource := "acct:" + name + "@" + host
	ans, err := c.wellKnown(ctx, host, "/.well-known/webfinger?resource="+url.QueryEscape(resource), a)
	if errors.Is(err, ErrNotFound) {
		ans, err = c.viaHostMeta(ctx, host, resource, a)
	}
	if err != nil {
		return nil, err
	}
	return c.readFinger(ans, host)
}

func (c *Client) readFinger(ans *answer, host string) (*Finger, error) {
	if err := mediaType(ans.header, "application/jrd+json", "application/json"); err != nil {
		return nil, err
	}
	var doc struct {
		Subject string `json:"subject"`
		Links   []struct {
			Rel      string `json:"rel"`
			Type     string `json:"type"`
			Href     string `json:"href"`
			Template string `json:"template"`
		} `json:"links"`
	}
	if err := json.Unmarshal(ans.body, &doc); err != nil {
		return nil, fmt.Errorf("%w: JRD", ErrMalformed)
	}
	name, subjectHost, err := Handle(doc.Subject)
	if err != nil {
		return nil, fmt.Errorf("subject: %w", err)
	}
	f := &Finger{Subject: name + "@" + subjectHost}
	for _, l := range doc.Links {
		switch {
		case l.Rel == relSelf && f.Self == "" && selfType(l.Type):
			if _, err := c.target(l.Href); err != nil {
				return nil, fmt.Errorf("self link: %w", err)
			}
			f.Self = l.Href
		case l.Rel == relSubscribe && f.Subscribe == "":
			f.Subscribe = l.Template
		}
	}
	if f.Self == "" {
		return nil, fmt.Errorf("%w: no actor linked", ErrNotFound)
	}
	if !c.subscribable(f, host) {
		f.Subscribe = ""
	}
	return f, nil
}

// selfType takes the two spellings Mastodon takes, and no other.
func selfType(t string) bool {
	return t == "application/activity+json" || t == `application/ld+json; profile="`+streams+`"`
}

// subscribable keeps a host from sending people's browsers elsewhere: the
// template lies on the site of the handle or of the actor (T42).
func (c *Client) subscribable(f *Finger, host string) bool {
	if strings.Count(f.Subscribe, "{uri}") != 1 {
		return false
	}
	u, err := c.target(strings.Replace(f.Subscribe, "{uri}", "x", 1))
	return err == nil && (Site(u.Host) == Site(host) || SameSite(u.String(), f.Self))
}

// mediaType is for answers that speak for nobody but themselves, where plain
// JSON is the custom.
func mediaType(h map[string][]string, types ...string) error {
	media, _, err := contentType(h)
	if err != nil {
		return err
	}
	if !slices.Contains(types, media) {
		return fmt.Errorf("%w: %s", ErrWrongType, clip(media))
	}
	return nil
}

// wellKnown asks a host whose scheme no address tells: https, and in a lab http
// when nothing there speaks TLS.
func (c *Client) wellKnown(ctx context.Context, host, path string, a ask) (*answer, error) {
	u, err := c.target("https://" + host + path)
	if err != nil {
		return nil, err
	}
	ans, err := c.get(ctx, u, a)
	var status *StatusError
	if !c.o.AllowHTTP || err == nil || !Temporary(err) || errors.As(err, &status) {
		return ans, err
	}
	if u, err = c.target("http://" + host + path); err != nil {
		return nil, err
	}
	return c.get(ctx, u, a)
}
