package lookup

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/web/frame"
)

// Sizes of a search. Who pages further than maxFound should use more words.
const (
	pageFound  = 20
	maxFound   = 400
	maxQuery   = 200
	lookupTime = 8 * time.Second
)

// search handles GET /search: words in what was said, communities, people; and whole addresses,
// which readers with an account may look for on other servers.
func (d *Pages) search(c echo.Context) error {
	shell, err := d.Shell(c, frame.At(c).Loc.Text("Search"), views.Search)
	if err != nil {
		return err
	}
	words := strings.TrimSpace(c.QueryParam("q"))
	if r := []rune(words); len(r) > maxQuery {
		words = string(r[:maxQuery])
	}
	shell.Query = words
	p := views.SearchPage{Shell: shell}
	p.Head.NoIndex = true
	if words == "" {
		return d.Page(c, http.StatusOK, p)
	}
	if err := d.findAddress(c, words, &p); err != nil {
		return err
	}
	from, _ := strconv.Atoi(c.QueryParam("from"))
	q := db.SearchQuery{Words: words, Reader: frame.MyID(c), Offset: min(max(from, 0), maxFound), Limit: pageFound + 1}
	q.Before, _ = strconv.ParseInt(c.QueryParam("before"), 10, 64)
	found := 0
	switch c.QueryParam("kind") {
	case "communities":
		p.Kind = views.FoundCommunities
		found, err = d.findGroups(c, q, &p)
	case "people":
		p.Kind = views.FoundPeople
		err = d.findPeople(c, q, &p)
	default:
		found, err = d.findPosts(c, q, &p)
	}
	if err != nil {
		return err
	}
	if !p.Many {
		p.Pages = foundPages(c, q.Offset, found)
	}
	return d.Page(c, http.StatusOK, p)
}

// foundPages are the ways on from a page that starts at an offset.
func foundPages(c echo.Context, offset, found int) ui.Pages {
	var pages ui.Pages
	if offset > 0 {
		pages.Newer = foundPage(c, "from", int64(max(offset-pageFound, 0)))
	}
	if found > pageFound && offset < maxFound {
		pages.Older = foundPage(c, "from", int64(offset+pageFound))
	}
	return pages
}

// manyPages are the ways on where so many fit that the newest come first.
func manyPages(c echo.Context, before int64, f db.Found) ui.Pages {
	var pages ui.Pages
	if before != 0 {
		pages.Newer = foundPage(c, "before", 0)
	}
	if f.Next != 0 {
		pages.Older = foundPage(c, "before", f.Next)
	}
	return pages
}

// foundPage is the same search from another place.
func foundPage(c echo.Context, name string, place int64) string {
	q := url.Values{"q": {c.QueryParam("q")}}
	if place != 0 {
		q.Set(name, strconv.FormatInt(place, 10))
	}
	for _, name := range []string{"kind", "in"} {
		if v := c.QueryParam(name); v != "" {
			q.Set(name, v)
		}
	}
	return "/search?" + q.Encode()
}

func (d *Pages) findPosts(c echo.Context, q db.SearchQuery, p *views.SearchPage) (int, error) {
	ctx := c.Request().Context()
	p.In = []ui.Choice{{Label: frame.At(c).Loc.Text("Everywhere you can read")}}
	if p.Viewer != nil {
		groups, err := d.store.GroupsOf(ctx, frame.MyID(c), 30)
		if err != nil {
			return 0, fmt.Errorf("list communities to search in: %w", err)
		}
		for _, g := range groups {
			id := strconv.FormatInt(g.ActorID, 10)
			p.In = append(p.In, ui.Choice{Value: id, Label: g.Actor.Label(), Chosen: c.QueryParam("in") == id})
		}
	}
	q.GroupID, _ = strconv.ParseInt(c.QueryParam("in"), 10, 64)
	q.Limit = pageFound
	f, err := d.store.SearchPosts(ctx, q)
	if err != nil {
		return 0, fmt.Errorf("search posts: %w", err)
	}
	if p.Many = f.Many; f.Many {
		p.Pages = manyPages(c, q.Before, f)
	}
	p.Posts, err = d.contributions(ctx, f.Posts)
	if f.Next != 0 {
		return pageFound + 1, err
	}
	return len(f.Posts), err
}

func (d *Pages) findGroups(c echo.Context, q db.SearchQuery, p *views.SearchPage) (int, error) {
	groups, err := d.store.SearchGroups(c.Request().Context(), q)
	if err != nil {
		return 0, fmt.Errorf("search communities: %w", err)
	}
	for _, g := range groups[:min(len(groups), pageFound)] {
		row := views.CommunityRow{
			Name: g.Actor.Label(), Handle: d.PathHandle(g.Actor), Tagline: g.Tagline, Org: d.Org(g.Actor.Host),
			Members: int(g.MembersCount), Talk: int(g.DiscussionsCount), Openness: frame.OpennessOf(g),
		}
		if !g.Actor.Local {
			row.Host = g.Actor.Host
		}
		p.Groups = append(p.Groups, row)
	}
	return len(groups), nil
}

func (d *Pages) findPeople(c echo.Context, q db.SearchQuery, p *views.SearchPage) error {
	people, err := d.store.SearchActors(c.Request().Context(), q.Words, []string{db.ActorPerson}, pageFound)
	if err != nil {
		return fmt.Errorf("search people: %w", err)
	}
	for _, a := range people {
		p.People = append(p.People, d.Face(a))
	}
	return nil
}

// findAddress looks up words that are a whole address. Strangers find only who is known here.
func (d *Pages) findAddress(c echo.Context, words string, p *views.SearchPage) error {
	page := strings.HasPrefix(words, "https://") && !strings.ContainsAny(words, " \t")
	name, host, ok := strings.Cut(strings.TrimPrefix(words, "@"), "@")
	handle := ok && name != "" && strings.Contains(host, ".") && !strings.ContainsAny(words, " /\\")
	if (!page && !handle) || p.Viewer == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), lookupTime)
	defer cancel()
	a, err := d.o.Resolve(ctx, words)
	if err != nil {
		d.o.Log.InfoContext(ctx, "address not found", "err", err)
		if handle {
			p.Missing = words
		}
		return nil
	}
	if !a.Active() {
		return nil
	}
	path := "/u/"
	if a.Type == db.ActorGroup {
		path = "/c/"
	}
	p.Exact = &ui.Link{Label: a.Label(), URL: path + d.PathHandle(a)}
	return nil
}
