package web

import (
	"context"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/web/frame"
)

// Mentions in one text whose hosts may be asked, and for how long in all.
const (
	maxLookups  = 5
	lookupsTime = 5 * time.Second
)

// draftOf is what the form says, with the people it names.
func (d *Door) draftOf(c echo.Context, form written) *exchange.Draft {
	a := frame.At(c).Account
	return &exchange.Draft{
		Author: a.Actor, Title: form.Title, Source: strings.ReplaceAll(form.Text, "\r\n", "\n"), Summary: form.Summary,
		Lang: languageTag(form.Language), Door: "web", ToFacilitators: form.Audience == toFacilitators,
		WithFollowers: a.SharesWithFollowers, Mentions: d.mentioned(c.Request().Context(), form.Text),
	}
}

// mentioned finds the people that a text names; of hosts not known yet only a few are asked, for
// a short time, and who is not found stays text.
func (d *Door) mentioned(ctx context.Context, text string) map[string]*db.Actor {
	found := make(map[string]*db.Actor)
	ctx, cancel := context.WithTimeout(ctx, lookupsTime)
	defer cancel()
	lookups := 0
	for _, handle := range content.Mentions(text) {
		name, host, remote := strings.Cut(handle, "@")
		var a *db.Actor
		var err error
		switch {
		case !remote || host == d.o.Host:
			a, err = d.store.LocalActor(ctx, name)
		default:
			a, err = d.store.ActorByHandle(ctx, name, host)
			if err != nil && lookups < maxLookups && d.o.Resolve != nil {
				lookups++
				a, err = d.o.Resolve(ctx, handle)
			}
		}
		if err == nil && a.Type == db.ActorPerson {
			found[handle] = a
		}
	}
	return found
}
