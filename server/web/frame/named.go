package frame

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// Seen is a post that the reader may see, with its group (nil outside of groups).
type Seen struct {
	Post  *db.Post
	Group *db.Group
}

// Seen is the post an address names, for those who may see it; for everybody else there is
// none of that name.
func (fr *Frame) Seen(c echo.Context) (Seen, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return Seen{}, echo.ErrNotFound
	}
	return fr.SeenByID(c, id)
}

// SeenByID is Seen for an id.
func (fr *Frame) SeenByID(c echo.Context, id int64) (Seen, error) {
	ctx := c.Request().Context()
	var f Seen
	var err error
	if f.Post, err = fr.o.Store.PostByID(ctx, id); err != nil {
		return f, err
	}
	if f.Post.GroupID != 0 {
		if f.Group, err = fr.o.Store.GroupByID(ctx, f.Post.GroupID); err != nil {
			return f, fmt.Errorf("load group of post: %w", err)
		}
	}
	return f, fr.MayRead(ctx, Me(c), f)
}

// MayRead answers ErrNotFound for what a reader must not know of: missing, removed, waiting and
// members-only look alike.
func (fr *Frame) MayRead(ctx context.Context, who *db.Actor, f Seen) error {
	if f.Post.Visibility == db.VisibilityDirect {
		return fr.mayReadDirect(ctx, who, f)
	}
	own := who != nil && f.Post.AuthorID == who.ID
	if f.Post.State == db.PostDeleted && !placeholder(f.Post) {
		return echo.ErrNotFound
	}
	if f.Post.State == db.PostPublished || placeholder(f.Post) || own {
		if f.Group == nil {
			return nil
		}
		return Hidden(fr.o.Community.Permit(ctx, fr.o.Store, f.Group, who, community.ActRead))
	}
	return fr.moderates(ctx, who, f.Group)
}

// placeholder says that of a post only a line is left that keeps its answers in place.
func placeholder(p *db.Post) bool {
	if p.Starts() {
		return p.State == db.PostDeleted && p.RepliesCount > 0
	}
	return p.State == db.PostDeleted || p.State == db.PostRemoved
}

// moderates lets those who look after a group see what waits for them.
func (fr *Frame) moderates(ctx context.Context, who *db.Actor, g *db.Group) error {
	if who == nil || g == nil {
		return echo.ErrNotFound
	}
	return Hidden(fr.o.Community.Permit(ctx, fr.o.Store, g, who, community.ActSeeReports))
}

// mayReadDirect lets a private post be seen by who wrote it, whom it names, and the
// facilitators of its group.
func (fr *Frame) mayReadDirect(ctx context.Context, who *db.Actor, f Seen) error {
	if who == nil {
		return echo.ErrNotFound
	}
	if f.Post.AuthorID == who.ID {
		return nil
	}
	named, err := fr.o.Store.MentionsOf(ctx, f.Post.ID)
	if err != nil {
		return fmt.Errorf("load mentions of post: %w", err)
	}
	for _, a := range named {
		if a.ID == who.ID {
			return nil
		}
	}
	return fr.facilitates(ctx, who, f.Group)
}

// facilitates lets facilitators and moderators read what was written to them. To run the server
// isn't to read it (T47), except where the community has nobody else.
func (fr *Frame) facilitates(ctx context.Context, who *db.Actor, g *db.Group) error {
	if err := fr.moderates(ctx, who, g); err != nil {
		return err
	}
	st, err := fr.o.Community.Standing(ctx, fr.o.Store, g, who)
	if err != nil || st.Role != community.StandsAdmin {
		return err
	}
	stewards, err := fr.o.Store.Stewards(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load facilitators: %w", err)
	}
	if len(stewards) > 0 {
		return echo.ErrNotFound
	}
	return nil
}

// Hidden turns a refusal to read into "there is none": a 403 would say that there is one.
func Hidden(err error) error {
	if _, is := Refusal(err); is {
		return echo.ErrNotFound
	}
	return err
}

// Readable is readable for pages that need no group.
func (fr *Frame) Readable(c echo.Context) (*db.Post, error) {
	f, err := fr.Seen(c)
	return f.Post, err
}

// Person finds whom an address names: one of ours by handle, others by handle@host. Somebody
// not met yet is asked for on their server, but only for readers with an account: strangers must
// not send us around the net.
func (fr *Frame) Person(c echo.Context) (*db.Actor, error) {
	ctx := c.Request().Context()
	name, host, remote := strings.Cut(strings.TrimPrefix(c.Param("handle"), "@"), "@")
	var a *db.Actor
	var err error
	if !remote || strings.EqualFold(host, fr.o.Host) {
		a, err = fr.o.Store.LocalActor(ctx, name)
	} else if a, err = fr.o.Store.ActorByHandle(ctx, name, host); errors.Is(err, db.ErrNotFound) && Me(c) != nil {
		if a, err = fr.o.Resolve(ctx, name+"@"+host); err != nil {
			fr.o.Log.InfoContext(ctx, "person not found elsewhere", "host", host, "err", err)
			return nil, echo.ErrNotFound
		}
	}
	if err != nil {
		return nil, err
	}
	if !a.Active() || (a.Type != db.ActorPerson && a.Type != db.ActorGroup && a.Type != db.ActorService) {
		return nil, echo.ErrNotFound
	}
	return a, nil
}

// IsMissing says that something is not there, or not for this reader.
func IsMissing(err error) bool {
	return errors.Is(err, db.ErrNotFound) || errors.Is(err, echo.ErrNotFound)
}

// Named is the person that a part of an address names; nobody is asked for on other servers.
func (fr *Frame) Named(ctx context.Context, name string) (*db.Actor, error) {
	handle, host, remote := strings.Cut(strings.TrimPrefix(name, "@"), "@")
	if remote && host != fr.o.Host {
		return fr.o.Store.ActorByHandle(ctx, handle, host)
	}
	return fr.o.Store.LocalActor(ctx, handle)
}
