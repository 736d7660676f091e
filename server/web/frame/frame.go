package frame

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// Options is what the frame needs.
type Options struct {
	Store     *db.Store
	Community *community.Rules
	// Base is scheme and host of the instance without a slash at the end, Host the name in handles.
	Base, Host string
	// Secure marks cookies for https only; false in a laboratory.
	Secure bool
	// Resolve finds an actor anywhere by handle or address, asking its host where needed.
	Resolve func(ctx context.Context, handle string) (*db.Actor, error)
	// Limit counts a request of an account (0: signed out) and answers the error of one too many;
	// nil counts nothing.
	Limit func(c echo.Context, account int64) error
	Now   func() time.Time
	Log   *slog.Logger
}

// Frame is around every page.
type Frame struct {
	o         Options
	sessions  *scs.SessionManager
	instance  *instanceCache
	titles    *titleCache
	pages     *pageCache
	newsCache *newsCache
	zones     sync.Map // *time.Location by name
}

// New makes the frame.
func New(o Options) *Frame {
	return &Frame{
		o: o, sessions: newSessions(o), instance: &instanceCache{}, titles: &titleCache{}, pages: newPageCache(),
		newsCache: newNewsCache(),
	}
}
