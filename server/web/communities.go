package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/web/frame"
)

// communities handles GET /communities; with an address in open it leads to that community, and
// asks its server where nobody here knows it.
func (d *Door) communities(c echo.Context) error {
	if address := strings.TrimSpace(c.QueryParam("open")); address != "" && frame.Me(c) != nil {
		return d.openCommunity(c, address)
	}
	return d.communitiesPage(c, http.StatusOK, ui.Answer{})
}

func (d *Door) openCommunity(c echo.Context, address string) error {
	a, err := d.resolve(c.Request().Context(), strings.TrimLeft(address, "!"))
	if err == nil && a.Active() {
		switch a.Type {
		case db.ActorGroup:
			return frame.See(c, d.groupPath(a))
		case db.ActorPerson:
			return frame.See(c, "/u/"+d.PathHandle(a))
		}
	}
	return d.communitiesPage(c, http.StatusUnprocessableEntity, ui.Answer{
		Value: address,
		Error: frame.At(c).Loc.Text("Nothing was found there. Check the address; the server may also be away, or not let strangers look."),
	})
}

// interact handles GET /authorize_interaction, the address that WebFinger gives other servers for
// people of ours: it leads to what they want to follow or answer, as it stands here.
func (d *Door) interact(c echo.Context) error {
	address := strings.TrimPrefix(c.QueryParam("uri"), "acct:")
	switch p, err := d.store.PostByURI(c.Request().Context(), address); {
	case err == nil:
		return frame.See(c, postPath(p.ID))
	case !errors.Is(err, db.ErrNotFound):
		return fmt.Errorf("find %s: %w", address, err)
	}
	return d.openCommunity(c, address)
}

func (d *Door) communitiesPage(c echo.Context, status int, open ui.Answer) error {
	shell, err := d.Shell(c, frame.At(c).Loc.Text("Communities"), views.Communities)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p := views.CommunityList{Shell: shell, Open: open}
	p.Head.Canonical = d.o.Base + "/communities"
	here, err := d.store.ListedGroups(ctx, frame.MyID(c), c.QueryParam("after"), pageRows+1)
	if err != nil {
		return fmt.Errorf("list communities: %w", err)
	}
	if len(here) > pageRows {
		here = here[:pageRows]
		p.MoreHere = "/communities?after=" + url.QueryEscape(here[pageRows-1].Actor.Handle)
	}
	before, last := placeIn(c.QueryParam("before"))
	there, err := d.store.GroupsElsewhere(ctx, before, last, pageRows+1)
	if err != nil {
		return fmt.Errorf("list communities elsewhere: %w", err)
	}
	if len(there) > pageRows {
		there = there[:pageRows]
		g := there[pageRows-1]
		p.MoreThere = "/communities?before=" + strconv.FormatInt(g.LastActivityAt.Millis(), 36) + "." + strconv.FormatInt(g.ActorID, 36) + "#there"
	}
	if p.Here, err = d.communityRows(c, here); err != nil {
		return err
	}
	if p.There, err = d.communityRows(c, there); err != nil {
		return err
	}
	return d.Page(c, status, p)
}

// communityRows words some communities for a list; confidential ones are left out for who may not
// know of them.
func (d *Door) communityRows(c echo.Context, groups []*db.Group) ([]views.CommunityRow, error) {
	orgs, err := d.organisationsOf(c.Request().Context(), groups)
	if err != nil {
		return nil, err
	}
	var list []views.CommunityRow
	for _, g := range groups {
		if err := d.mayKnow(c, g); frame.IsMissing(err) {
			continue
		} else if err != nil {
			return nil, err
		}
		row := views.CommunityRow{
			Name: g.Actor.Label(), Handle: d.PathHandle(g.Actor), Tagline: g.Tagline, Org: d.Org(g.Actor.Host),
			Members: int(g.MembersCount), Orgs: orgs[g.ActorID], Talk: int(g.DiscussionsCount), Openness: frame.OpennessOf(g),
		}
		if row.Tagline == "" {
			row.Tagline = content.Abstract(g.Actor.Summary, 160)
		}
		if !g.Actor.Local {
			row.Host, row.Members, row.Followers = g.Actor.Host, 0, int(g.Actor.FollowersCount)
		}
		list = append(list, row)
	}
	return list, nil
}
