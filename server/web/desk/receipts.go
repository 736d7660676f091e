package desk

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
)

// maxReceipts is how many deliveries of one post are looked at.
const maxReceipts = 2000

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
	list, err := d.store.DeliveriesOfPost(ctx, post.ID, maxReceipts)
	if err != nil {
		return fmt.Errorf("list deliveries of post %d: %w", post.ID, err)
	}
	p.More = len(list) == maxReceipts
	if err := d.fillReceipts(ctx, post, list, &p); err != nil {
		return err
	}
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

func (d *Desk) fillReceipts(ctx context.Context, post *db.Post, list []*db.PostDelivery, p *views.Receipts) error {
	latest := latestPerHost(list)
	names := make([]string, 0, len(latest))
	for name := range latest {
		names = append(names, name)
	}
	slices.Sort(names)
	hosts, err := d.store.HostsByName(ctx, names)
	if err != nil {
		return fmt.Errorf("load hosts of deliveries: %w", err)
	}
	readers, locals, err := d.store.ReadersByHost(ctx, post.GroupID, names)
	if err != nil {
		return fmt.Errorf("count readers by host: %w", err)
	}
	p.Locals = int(locals)
	for _, name := range names {
		r := receiptOf(latest[name])
		r.Org, r.Readers = d.Org(name), int(readers[name])
		if h := hosts[name]; h != nil {
			r.Software = strings.TrimSpace(h.Software + " " + h.Version)
			if r.State == views.ReceiptWaits && r.Next.Before(h.NextProbeAt.Time) {
				r.Next = h.NextProbeAt.Time
			}
			r.Answer = cmp.Or(r.Answer, h.LastError)
		}
		if p.Viewer.Admin {
			r.Peer = "/admin/federation/" + name
		}
		p.Hosts = append(p.Hosts, r)
	}
	slices.SortStableFunc(p.Hosts, func(a, b views.Receipt) int { return cmp.Compare(a.State, b.State) })
	return nil
}

// latestPerHost keeps of each host the newest delivery of the text itself, and of several inboxes
// there the one that is worst off: somebody at that host lacks it. The list is newest first.
func latestPerHost(list []*db.PostDelivery) map[string]*db.PostDelivery {
	out := make(map[string]*db.PostDelivery)
	for _, one := range list {
		switch one.Type {
		case "Create", "Announce", "Update", "Delete":
		default:
			continue // likes, pins and locks are about the text
		}
		known := out[one.Host]
		if known == nil || (known.URI == one.URI && known.State == db.DeliveryDone) {
			out[one.Host] = one
		}
	}
	return out
}

func receiptOf(one *db.PostDelivery) views.Receipt {
	r := views.Receipt{Host: one.Host, Tries: int(one.Attempts), At: one.DoneAt.Time, Answer: one.LastError}
	switch one.State {
	case db.DeliveryDone:
		r.State = views.ReceiptHas
	case db.DeliveryRefused:
		r.State = views.ReceiptRefused
	case db.DeliverySuperseded:
		r.State = views.ReceiptOvertaken
	case db.DeliveryCancelled:
		r.State = views.ReceiptCancelled
	case db.DeliveryExpired:
		r.State = views.ReceiptExpired
	default:
		r.Next, r.At = one.NextAt.Time, one.DoneAt.Time
	}
	return r
}
