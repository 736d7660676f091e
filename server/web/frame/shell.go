package frame

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
)

// Shell is the frame of a page for this reader.
func (fr *Frame) Shell(c echo.Context, title string, tab views.Tab) (views.Shell, error) {
	ctx, v := c.Request().Context(), At(c)
	inst, err := fr.instance.of(ctx, fr)
	if err != nil {
		return views.Shell{}, err
	}
	fr.titles.refresh(ctx, fr)
	s := views.Shell{
		Loc: v.Loc, Title: title, Theme: v.Theme, Instance: inst, Tab: tab,
		Path: c.Request().URL.RequestURI(), Query: c.QueryParam("q"),
		Flash: views.Flash{
			Text: fr.sessions.PopString(ctx, keyFlash), Undo: fr.sessions.PopString(ctx, keyUndo),
			Forget: fr.sessions.PopString(ctx, keyForget),
		},
	}
	if c.Request().Method != http.MethodGet {
		s.Path = "/"
	}
	if v.Account != nil {
		s.Viewer, err = fr.viewer(ctx, v.Account, c.Param("handle"))
	}
	return s, err
}

// ShellIn is the frame of a page in a community: its own entry of the navigation is the current one
// where the reader has it, else that of all communities. g may be nil.
func (fr *Frame) ShellIn(c echo.Context, title string, g *db.Group) (views.Shell, error) {
	s, err := fr.Shell(c, title, views.Communities)
	if err != nil || g == nil || s.Viewer == nil {
		return s, err
	}
	here := fr.PathHandle(g.Actor)
	for i := range s.Viewer.Communities {
		if n := &s.Viewer.Communities[i]; n.Handle == here {
			n.Current, s.Tab = true, views.NoTab
		}
	}
	return s, nil
}

// Flash says something at the top of the next page; undo takes a POST.
func (fr *Frame) Flash(c echo.Context, text, undo string) {
	fr.sessions.Put(c.Request().Context(), keyFlash, text)
	fr.sessions.Put(c.Request().Context(), keyUndo, undo)
}

// viewer gathers what the frame shows of the reader.
func (fr *Frame) viewer(ctx context.Context, account *db.Account, current string) (*views.Viewer, error) {
	waits, err := fr.o.Store.BadgesOf(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("count what waits for %s: %w", account.Actor.URI, err)
	}
	out := &views.Viewer{
		Person: fr.Face(account.Actor), Admin: account.IsAdmin(), KeysOff: !account.SingleKeys,
		Unread: waits.Unread, Drafts: waits.Drafts, Reports: waits.Duties, Facilitates: len(waits.Moderates) > 0,
	}
	if account.IsAdmin() {
		moderated, err := fr.moderated(ctx, account, waits.Moderates)
		if err != nil {
			return nil, err
		}
		out.Facilitates = true
		if out.Reports, err = fr.o.Store.OpenDuties(ctx, moderated); err != nil {
			return nil, fmt.Errorf("count reports: %w", err)
		}
	}
	groups, err := fr.o.Store.GroupsOf(ctx, account.ActorID, 30)
	if err != nil {
		return nil, fmt.Errorf("list communities: %w", err)
	}
	fresh, err := fr.news(ctx, account, groups)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		name := fr.PathHandle(g.Actor)
		out.Communities = append(out.Communities, views.NavCommunity{
			Name: g.Actor.Label(), Handle: name, Org: fr.Org(g.Actor.Host), Unread: fresh[g.ActorID], MayPost: true, Current: name == current,
		})
	}
	return out, nil
}

// Moderated are the groups whose reports an account sees; 0 stands for the instance. Admins look
// after groups that have nobody else.
func (fr *Frame) Moderated(ctx context.Context, account *db.Account) ([]int64, error) {
	ids, err := fr.o.Store.GroupsModeratedBy(ctx, account.ActorID)
	if err != nil {
		return nil, fmt.Errorf("list moderated groups: %w", err)
	}
	return fr.moderated(ctx, account, ids)
}

// moderated adds what an admin looks after to the groups that an account moderates.
func (fr *Frame) moderated(ctx context.Context, account *db.Account, ids []int64) ([]int64, error) {
	if !account.IsAdmin() {
		return ids, nil
	}
	alone, err := fr.o.Store.GroupsWithoutStewards(ctx, 200)
	if err != nil {
		return nil, fmt.Errorf("list groups that nobody looks after: %w", err)
	}
	return append(append(ids, 0), alone...), nil
}

// Forget lets the device drop its copy of a draft with the next page. Until the server says so the
// copy stays, whatever came in between: a lost line, an error, a session that had ended.
func (fr *Frame) Forget(c echo.Context, key string) {
	fr.sessions.Put(c.Request().Context(), keyForget, key)
}
