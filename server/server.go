// Package server is the shell around the doors: one Echo with the middleware that every request
// passes, the choice between door and door where people and servers share an address, errors
// turned into statuses, limits, health and metrics.
//
// It holds no rule and no query of a noun, and reads no configuration. Start with New; then
// negotiate.go for who answers, problem.go for what goes wrong, limits.go and capacity.go for who
// must wait.
package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/actors"
)

// Timeouts of the public listener (security.md 2a): a fresh http.Server has none.
const (
	headerTimeout  = 5 * time.Second
	readTimeout    = 30 * time.Second
	writeTimeout   = 60 * time.Second
	idleTimeout    = 90 * time.Second
	maxHeaderBytes = 32 << 10
)

// Pages is the door for browsers, as far as the shell knows it.
type Pages interface {
	// Mount adds the routes that are for people alone.
	Mount(e *echo.Echo)
	// Shared are handlers of GET by route, for addresses that also answer ActivityPub.
	Shared() map[string]echo.HandlerFunc
}

// Check is one part that requests need.
type Check struct {
	Name string
	Run  func(ctx context.Context) error
}

// Options is what the shell needs. Web may be nil, for an instance without pages.
type Options struct {
	Store  *db.Store
	Actors *actors.Door
	Web    Pages
	// Fault answers a browser with a page about a status, for errors outside of the handlers of
	// Web; nil answers problem+json to all.
	Fault func(c echo.Context, status int) error
	// BaseURL is the public address; whatever a proxy says, it is the scheme and host we go by.
	BaseURL *url.URL
	// TrustedProxies are the only peers whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	Limits         *Limits
	// Moved lists the communities that carry on elsewhere; nil: none.
	Moved MovedList
	// Streams are the routes whose answers stay open; they have a lane of their own.
	Streams []string
	// Unlimited turns limits and caps off, for load tests in a laboratory.
	Unlimited bool
	Registry  *prometheus.Registry
	// Ready are the parts without which no requests should come here, beside the database, Degrades
	// those without which all goes on, slower.
	Ready, Degrades []Check

	Now func() time.Time
	Log *slog.Logger
}

// Server answers all requests from outside.
type Server struct {
	echo    *echo.Echo
	o       Options
	metrics *metrics
	log     *slog.Logger
}

// New builds the shell and mounts the doors.
func New(o Options) (*Server, error) {
	if o.Store == nil || o.Actors == nil || o.BaseURL == nil || o.Limits == nil || o.Registry == nil || o.Log == nil || o.Now == nil {
		return nil, errors.New("server: a required option is missing")
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = addressOf(o.TrustedProxies)
	e.SchemeExtractor = func(*http.Request) string { return o.BaseURL.Scheme }
	s := &Server{echo: e, o: o, metrics: newMetrics(o.Registry), log: o.Log}
	o.Limits.refused = s.metrics.refused
	e.HTTPErrorHandler = s.fault
	e.Logger.SetOutput(slog.NewLogLogger(o.Log.Handler(), slog.LevelError).Writer())

	crossOrigin, err := s.crossOrigin()
	if err != nil {
		return nil, err
	}
	e.Use(s.observe, headers(o.BaseURL.Scheme == "https"))
	if !o.Unlimited {
		e.Use(s.capacity(), s.limit())
	}
	e.Use(crossOrigin, bounded, packed, s.moved)

	s.mountHealth()
	o.Actors.Mount(e)
	if o.Web != nil {
		o.Web.Mount(e)
	}
	s.mountShared()
	return s, nil
}

// Handler answers requests; tests and listeners share it.
func (s *Server) Handler() http.Handler { return headAsGet(s.echo) }

// HTTPServer is a listener-to-be with all limits of time and size set. HTTP/2 is spoken in the
// clear too, to proxies on the same machine.
func (s *Server) HTTPServer(addr string) *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	srv := &http.Server{
		Addr: addr, Handler: s.Handler(), Protocols: &protocols,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: perAddress},
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	if !s.o.Unlimited {
		srv.ConnState = newConns(s.o.TrustedProxies).state
	}
	return srv
}

// MetricsHandler is for a listener of its own that nobody outside reaches (T64).
func (s *Server) MetricsHandler() http.Handler {
	return promhttp.HandlerFor(s.o.Registry, promhttp.HandlerOpts{Registry: s.o.Registry})
}

// addressOf finds the client: the right-most address that no trusted proxy stands for. Without
// trusted proxies it is whoever connected, whatever the headers say (T54).
func addressOf(proxies []netip.Prefix) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		p = p.Masked()
		trust = append(trust, echo.TrustIPRange(&net.IPNet{
			IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}
