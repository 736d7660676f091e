package desk

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
)

const (
	// pageReceipts is how many hosts a page of receipts holds.
	pageReceipts = 100
	// renewSeconds is how often the page renews itself for those who ask for it.
	renewSeconds = "10"
)

// receipts handles GET /p/:id/receipts, for the author and those who look after the group. Others
// get the same answer as for a post that isn't there.
func (d *Desk) receipts(c echo.Context) error {
	ctx := c.Request().Context()
	post, err := d.Readable(c)
	if err != nil {
		return err
	}
	account := d.Account(c)
	if post.AuthorID != account.ActorID && !account.IsAdmin() {
		if err := d.permit(ctx, post.GroupID, account.ActorID, community.ActSeeReports); err != nil {
			return echo.ErrNotFound
		}
	}
	shell, err := d.Shell(c, d.Loc(c).Text("Where it has arrived"), views.NoTab)
	if err != nil {
		return err
	}
	link := linkTo(post)
	p := views.Receipts{
		Shell: shell, Heading: link.Label, URL: link.URL, Sent: post.PublishedAt.Time,
		Trail: []ui.Link{link, {Label: shell.Text("Where it has arrived")}},
	}
	if err := d.fillReceipts(ctx, post, placeAfter(c.QueryParam("after")), &p); err != nil {
		return err
	}
	d.renew(c, &p)
	return d.Page(c, http.StatusOK, p)
}

// permit asks the rule about a group by its id.
func (d *Desk) permit(ctx context.Context, groupID, actorID int64, act community.Act) error {
	g, err := d.store.GroupByID(ctx, groupID)
	if err != nil {
		return fmt.Errorf("load group %d: %w", groupID, err)
	}
	who, err := d.store.ActorByID(ctx, actorID)
	if err != nil {
		return fmt.Errorf("load actor %d: %w", actorID, err)
	}
	return d.com.Permit(ctx, d.store, g, who, act)
}

// placeAfter reads the place of a page: a state and a host, with a dot between.
func placeAfter(text string) *db.Whereabout {
	place, host, ok := strings.Cut(text, ".")
	n, err := strconv.Atoi(place)
	if !ok || err != nil {
		return nil
	}
	return &db.Whereabout{Place: n, Host: host}
}

func (d *Desk) fillReceipts(ctx context.Context, post *db.Post, after *db.Whereabout, p *views.Receipts) error {
	if post.Visibility == db.VisibilityDirect { // nobody's followers get it
		post = &db.Post{ID: post.ID, Visibility: post.Visibility, State: post.State}
	}
	counts, err := d.store.CountWhereabouts(ctx, post)
	if err != nil {
		return fmt.Errorf("count where post %d is: %w", post.ID, err)
	}
	for _, n := range counts {
		p.Places = append(p.Places, views.ReceiptShare{State: placeState(n.Place), Hosts: int(n.Hosts), Readers: int(n.Followers)})
	}
	list, err := d.store.Whereabouts(ctx, post, after, pageReceipts+1)
	if err != nil {
		return fmt.Errorf("list where post %d is: %w", post.ID, err)
	}
	path := "/p/" + strconv.FormatInt(post.ID, 10) + "/receipts"
	p.Pages.Listed = true
	if after != nil {
		p.Pages.Newer = path
	}
	if len(list) > pageReceipts {
		list = list[:pageReceipts]
		last := list[pageReceipts-1]
		p.Pages.Older = path + "?after=" + url.QueryEscape(strconv.Itoa(last.Place)+"."+last.Host)
	}
	for _, w := range list {
		p.Hosts = append(p.Hosts, d.receiptOf(w, p.Shell))
	}
	if after == nil {
		p.Trouble = worst(p.Hosts)
	}
	if p.Locals, err = d.localReaders(ctx, post); err != nil {
		return err
	}
	if p.Passing, err = d.passing(ctx, post); err != nil {
		return err
	}
	if p.Addressing, err = d.store.BeingAddressed(ctx, post.ID); err != nil {
		return fmt.Errorf("see whether post %d is being addressed: %w", post.ID, err)
	}
	return nil
}

func (d *Desk) localReaders(ctx context.Context, post *db.Post) (int, error) {
	if post.GroupID == 0 || post.Visibility == db.VisibilityDirect {
		return 0, nil
	}
	n, err := d.store.LocalFollowers(ctx, post.GroupID)
	if err != nil {
		return 0, fmt.Errorf("count readers here: %w", err)
	}
	return int(n), nil
}

// passing names the community elsewhere that a post waits for.
func (d *Desk) passing(ctx context.Context, post *db.Post) (string, error) {
	if post.State != db.PostWaiting || post.GroupID == 0 {
		return "", nil
	}
	g, err := d.store.GroupByID(ctx, post.GroupID)
	if err != nil {
		return "", fmt.Errorf("load group %d: %w", post.GroupID, err)
	}
	return g.Actor.Label(), nil
}

func (d *Desk) receiptOf(w *db.Whereabout, shell views.Shell) views.Receipt {
	r := views.Receipt{
		Org: d.Org(w.Host), Host: w.Host, Software: strings.TrimSpace(w.Software + " " + w.Version), State: placeState(w.Place), Had: w.Had,
		Readers: int(w.Followers), At: w.DoneAt.Time, Tries: int(w.Attempts), Next: w.NextTry().Time, Answer: w.LastError,
	}
	if r.State == views.ReceiptWaits {
		r.Failing, r.Paused, r.Answer = w.FailingSince.Time, !w.PausedAt.IsZero(), cmp.Or(w.LastError, w.HostError)
	}
	if r.Answer == "" && w.LastCode >= 300 {
		r.Answer = strconv.FormatInt(w.LastCode, 10)
	}
	if shell.Viewer.Admin {
		r.Peer = "/admin/federation/" + w.Host
	}
	return r
}

// worst is the failing host that keeps most followers waiting.
func worst(list []views.Receipt) *views.Receipt {
	var found *views.Receipt
	for i, r := range list {
		if r.State == views.ReceiptWaits && !r.Failing.IsZero() && (found == nil || r.Readers > found.Readers) {
			found = &list[i]
		}
	}
	return found
}

// renew offers that the page comes again by itself as long as something waits. Only who asks for it
// gets it: a page that changes under a reader is a hurdle (WCAG 2.2.2).
func (d *Desk) renew(c echo.Context, p *views.Receipts) {
	waits := p.Addressing
	for _, s := range p.Places {
		waits = waits || s.State == views.ReceiptWaits
	}
	if !waits {
		return
	}
	q := c.Request().URL.Query()
	if p.Renews = q.Get("live") != ""; p.Renews {
		q.Del("live")
		c.Response().Header().Set("Refresh", renewSeconds)
	} else {
		q.Set("live", "1")
	}
	p.Again = c.Request().URL.Path
	if query := q.Encode(); query != "" {
		p.Again += "?" + query
	}
}

func placeState(place int) views.ReceiptState {
	switch place {
	case db.PlaceWaits:
		return views.ReceiptWaits
	case db.PlaceRefused:
		return views.ReceiptRefused
	case db.PlaceExpired:
		return views.ReceiptExpired
	case db.PlaceCancelled:
		return views.ReceiptCancelled
	case db.PlaceSuperseded:
		return views.ReceiptOvertaken
	}
	return views.ReceiptHas
}
