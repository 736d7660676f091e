package server

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// policy is the Content-Security-Policy of every page (security.md 2a): no inline script or style,
// nothing from elsewhere, no frame around us.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"media-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; " +
	"require-trusted-types-for 'script'"

// headers sets what protects a browser. Documents for servers get the part that matters there, in
// case somebody opens one in a browser. Handlers may replace any of it.
func headers(secure bool) echo.MiddlewareFunc {
	peer := http.Header{
		"X-Content-Type-Options":  {"nosniff"},
		"Content-Security-Policy": {"default-src 'none'; frame-ancestors 'none'; sandbox"},
		"Referrer-Policy":         {"no-referrer"},
	}
	page := http.Header{
		"X-Content-Type-Options":       {"nosniff"},
		"Content-Security-Policy":      {policy},
		"Referrer-Policy":              {"same-origin"},
		"Permissions-Policy":           {"browsing-topics=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"X-Frame-Options":              {"DENY"},
	}
	if secure {
		for _, h := range []http.Header{peer, page} {
			h["Strict-Transport-Security"] = []string{"max-age=31536000"}
		}
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			set := page
			if peersOnly(c.Request().URL.Path) {
				set = peer
			}
			h := c.Response().Header()
			for name, value := range set {
				h[name] = value[:1:1] // shared; a handler that adds one copies it
			}
			return next(c)
		}
	}
}

// crossOrigin refuses what a page of another site sends in a reader's name (T39). Deliveries carry
// a signature instead of a cookie.
func (s *Server) crossOrigin() (echo.MiddlewareFunc, error) {
	guard := http.NewCrossOriginProtection()
	if err := guard.AddTrustedOrigin(s.o.BaseURL.Scheme + "://" + s.o.BaseURL.Host); err != nil {
		return nil, err
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if !isInbox(c.Request()) {
				if err := guard.Check(c.Request()); err != nil {
					return echo.ErrForbidden.WithInternal(err)
				}
			}
			return next(c)
		}
	}, nil
}
