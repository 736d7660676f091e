package server

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/maypok86/otter/v2"
	"golang.org/x/net/publicsuffix"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
)

// limitInbox counts a delivery under the host that it says it is signed by, together with the
// address it comes from: nobody can use up another host's share. What turns out to be forged is
// counted under the address, which soon has no more to say.
func (s *Server) limitInbox(c echo.Context, met *otter.Cache[string, struct{}], next echo.HandlerFunc) error {
	ctx, address, host := c.Request().Context(), addressKey(c.RealIP()), claimedHost(c.Request().Header)
	if wait := s.o.Limits.full(ctx, limitRefused, address); wait > 0 {
		return s.o.Limits.refuse(c, limitRefused, wait)
	}
	share := asked{limitStrangers, address + " " + siteOf(host)}
	if host != "" && s.hasMet(ctx, host, met) {
		share = asked{limitInbox, address + " " + host}
	}
	if err := s.o.Limits.pass(c, share); err != nil {
		return err
	}
	c.SetRequest(c.Request().WithContext(federation.From(ctx, address)))
	err := next(c)
	if err != nil && forged(problemOf(err).Status) {
		s.o.Limits.wait(ctx, limitRefused, address)
	}
	return err
}

// forged are the statuses of what no honest server sends twice.
func forged(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusBadRequest
}

// siteOf is the registrable domain of a host that was not met: a wildcard under it is one stranger
// (T53).
func siteOf(host string) string {
	name, _, _ := strings.Cut(host, ":")
	if site, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil {
		return site
	}
	return name
}

// hasMet tells whether a verified request of a host has been seen before.
func (s *Server) hasMet(ctx context.Context, host string, met *otter.Cache[string, struct{}]) bool {
	if _, ok := met.GetIfPresent(host); ok {
		return true
	}
	h, err := s.o.Store.HostByName(ctx, host)
	if errors.Is(err, db.ErrNotFound) || err == nil && h.LastInAt.IsZero() {
		return false
	}
	if err == nil {
		met.Set(host, struct{}{})
	}
	return true // a database that fails is no reason to slow peers down
}

// claimedHost reads from either form of signature which host says that it signed. Nothing is
// verified yet.
func claimedHost(h http.Header) string {
	for _, name := range []string{"Signature", "Signature-Input"} {
		text := h.Get(name)
		i := strings.Index(strings.ToLower(text), `keyid="`)
		if i < 0 {
			continue
		}
		id, _, ok := strings.Cut(text[i+len(`keyid="`):], `"`)
		if u, err := url.Parse(id); ok && err == nil {
			return strings.ToLower(u.Host)
		}
	}
	return ""
}
