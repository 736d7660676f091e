package desk

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// Sizes of the inbox: notifications on a page, and how many make one line.
const (
	pageInbox = 40
	maxMerged = 20
)

// inboxKinds are the kinds behind each tab; all of them where there are none.
func inboxKinds(name string) (views.InboxKind, []string) {
	switch name {
	case "needs":
		return views.InboxNeeds, []string{db.NotifyReport, db.NotifyHeld, db.NotifyMember, db.NotifyDirect, db.NotifyCharter, db.NotifyJoin, db.NotifyMove, db.NotifyRelease, db.NotifyArtifact}
	case "answers":
		return views.InboxAnswers, []string{db.NotifyReply, db.NotifyMention}
	case "thanks":
		return views.InboxThanks, []string{db.NotifyLike, db.NotifyShare}
	}
	return views.InboxAll, nil
}

// inbox handles GET /notifications.
func (d *Desk) inbox(c echo.Context) error {
	ctx, account := c.Request().Context(), d.Account(c)
	shell, err := d.Shell(c, d.Loc(c).Text("Inbox"), views.Inbox)
	if err != nil {
		return err
	}
	p := views.Notifications{Shell: shell}
	name := c.QueryParam("kind")
	q := db.InboxQuery{AccountID: account.ID, Limit: pageInbox + 1}
	p.Kind, q.Kinds = inboxKinds(name)
	q.Before, _ = strconv.ParseInt(c.QueryParam("before"), 10, 64)
	list, err := d.store.Inbox(ctx, q)
	if err != nil {
		return fmt.Errorf("list notifications: %w", err)
	}
	path := "/notifications?"
	if p.Kind != views.InboxAll {
		path += "kind=" + name + "&"
	}
	if len(list) > pageInbox {
		list = list[:pageInbox]
		p.Pages.Older = path + "before=" + strconv.FormatInt(list[pageInbox-1].ID, 10)
	}
	if q.Before > 0 {
		p.Pages.Newer = strings.TrimRight(path, "?&")
	}
	facts, err := d.inboxFacts(ctx, account, list)
	if err != nil {
		return err
	}
	p.Days = d.inboxDays(shell, list, facts)
	return d.Page(c, http.StatusOK, p)
}

// inboxFacts are what lines say beside what the notifications hold.
type inboxFacts struct {
	groups   map[int64]*db.Actor
	closed   map[int64]bool // groups that ask before they take members
	titles   map[int64]string
	readable map[int64]bool
}

func (d *Desk) inboxFacts(ctx context.Context, account *db.Account, list []*db.Notification) (f inboxFacts, err error) {
	var groups, threads, posts []int64
	for _, n := range list {
		groups = append(groups, n.GroupID)
		if n.Post != nil {
			threads, posts = append(threads, n.Post.DiscussionID), append(posts, n.PostID)
		}
	}
	if f.groups, err = d.store.ActorsByID(ctx, groups); err != nil {
		return f, fmt.Errorf("load communities of inbox: %w", err)
	}
	f.closed = make(map[int64]bool)
	for _, a := range f.groups {
		f.closed[a.ID] = a.Locked
	}
	if f.titles, err = d.store.TitlesOf(ctx, threads); err != nil {
		return f, fmt.Errorf("load titles of inbox: %w", err)
	}
	if f.readable, err = d.store.ReadableAmong(ctx, account.ActorID, posts); err != nil {
		return f, fmt.Errorf("see what can be read: %w", err)
	}
	return f, nil
}

// inboxDays puts notifications into days, and those that say the same of one thing into one line.
func (d *Desk) inboxDays(s views.Shell, list []*db.Notification, f inboxFacts) []views.InboxDay {
	var days []views.InboxDay
	bundles := bundled(list, s.Zone)
	for i, b := range bundles {
		if i == 0 || !sameDay(b[0].CreatedAt.Time, bundles[i-1][0].CreatedAt.Time, s.Zone) {
			days = append(days, views.InboxDay{At: b[0].CreatedAt.Time})
		}
		day := &days[len(days)-1]
		day.Lines = append(day.Lines, d.line(s.Loc, b, f))
	}
	return days
}

func sameDay(a, b time.Time, zone *time.Location) bool {
	a, b = a.In(zone), b.In(zone)
	return a.YearDay() == b.YearDay() && a.Year() == b.Year()
}

// bundled gathers likes of one post, follows and joins of one group, in the place of the newest.
// What waits for a decision stays apart, and so do read and unread.
func bundled(list []*db.Notification, zone *time.Location) [][]*db.Notification {
	type key struct {
		kind        string
		post, group int64
		unread      bool
		day         string
	}
	var out [][]*db.Notification
	places := make(map[key]int)
	for _, n := range list {
		k := key{n.Kind, n.PostID, n.GroupID, n.ReadAt.IsZero(), n.CreatedAt.In(zone).Format(time.DateOnly)}
		at, known := places[k]
		if known && merges(n.Kind) && len(out[at]) < maxMerged {
			out[at] = append(out[at], n)
			continue
		}
		places[k] = len(out)
		out = append(out, []*db.Notification{n})
	}
	return out
}

func merges(kind string) bool {
	return kind == db.NotifyLike || kind == db.NotifyShare || kind == db.NotifyFollow
}

func (d *Desk) line(l loc, b []*db.Notification, f inboxFacts) views.InboxLine {
	n := b[0]
	ids := make([]string, len(b))
	for i, one := range b {
		ids[i] = strconv.FormatInt(one.ID, 10)
	}
	line := views.InboxLine{
		IDs: strings.Join(ids, "_"), Icon: iconOf(n.Kind), At: n.CreatedAt.Time, Unread: n.ReadAt.IsZero(),
		Title: d.tell(l, b, f),
	}
	if g := f.groups[n.GroupID]; g != nil {
		line.Place = d.Place(g)
	}
	if len(b) > 1 {
		for _, one := range b {
			if one.Actor != nil && len(line.Names) < 5 {
				line.Names = append(line.Names, d.Face(one.Actor))
			}
		}
		return line
	}
	if n.Actor != nil && n.Actor.Type == db.ActorPerson {
		face := d.Face(n.Actor)
		line.Who = &face
		if !n.Actor.Local {
			line.From = ui.Origin{Door: ui.ByPeer, From: n.Actor.Host}
		}
	}
	return line
}

func iconOf(kind string) string {
	switch kind {
	case db.NotifyLike:
		return "helpful"
	case db.NotifyShare:
		return "share"
	case db.NotifyReport, db.NotifyHeld, db.NotifyRemoved, db.NotifyDecided:
		return "shield"
	case db.NotifyRefused:
		return "block"
	case db.NotifyApproved, db.NotifyAccepted:
		return "check"
	case db.NotifyThread:
		return "community"
	}
	return "people"
}

// open handles GET /notifications/:ids: it marks a line as read and leads to what it is about.
func (d *Desk) open(c echo.Context) error {
	ctx, account := c.Request().Context(), d.Account(c)
	ids := idsIn(c.Param("ids"))
	list, err := d.store.NotificationsByID(ctx, account.ID, ids)
	if err != nil {
		return fmt.Errorf("load notifications: %w", err)
	}
	if len(list) == 0 {
		return echo.ErrNotFound
	}
	if list[0].ReadAt.IsZero() {
		if err := d.store.SetRead(ctx, account.ID, ids, db.At(d.now())); err != nil {
			return fmt.Errorf("mark notifications as read: %w", err)
		}
	}
	to, err := d.target(ctx, list[0])
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// target is the page that a notification is about.
func (d *Desk) target(ctx context.Context, n *db.Notification) (string, error) {
	id := strconv.FormatInt(n.PostID, 10)
	switch {
	case n.Kind == db.NotifyReport && n.ReportID != 0:
		return "/reports/" + strconv.FormatInt(n.ReportID, 10), nil
	case n.Kind == db.NotifyDecided:
		return "/reports#mine", nil
	case n.Kind == db.NotifyHeld && n.ActorID != n.GroupID:
		return "/held/" + id, nil
	case n.Kind == db.NotifyRelease:
		return "/p/" + id + "/release", nil
	case n.Kind == db.NotifyThread:
		return "/d/" + id, nil
	case n.Kind == db.NotifyArtifact && !strings.HasPrefix(n.Note, "synthesis-"):
		return "/a/" + id + artifactPage(n.Note), nil
	case n.PostID != 0:
		return "/p/" + id, nil
	}
	both, err := d.store.ActorsByID(ctx, []int64{n.GroupID, n.ActorID})
	if err != nil {
		return "", fmt.Errorf("load whom a notification is about: %w", err)
	}
	g, who := both[n.GroupID], both[n.ActorID]
	switch {
	case n.Kind == db.NotifyJoin && g != nil:
		return "/c/" + d.PathHandle(g) + joinPage(n.Note), nil
	case n.Kind == db.NotifyDuty && g != nil:
		return "/c/" + d.PathHandle(g) + "/cockpit", nil
	case n.Kind == db.NotifyMove && g != nil:
		return "/c/" + d.PathHandle(g) + "/move", nil
	case n.Kind == db.NotifyCharter && g != nil:
		return "/c/" + d.PathHandle(g) + "/charter", nil
	case n.Kind == db.NotifyMember && g != nil && g.Locked:
		return "/c/" + d.PathHandle(g) + "/requests", nil
	case n.Note == "banned" && g != nil:
		return "/c/" + d.PathHandle(g) + "/appeal", nil
	case n.Kind == db.NotifyMember && g != nil:
		return "/c/" + d.PathHandle(g) + "/members", nil
	case g != nil:
		return "/c/" + d.PathHandle(g), nil
	case who != nil && who.Type == db.ActorGroup:
		return "/c/" + d.PathHandle(who), nil
	case who != nil:
		return "/u/" + d.PathHandle(who), nil
	}
	return "/notifications", nil
}

// joinPage is where a line about belonging leads.
func joinPage(note string) string {
	switch note {
	case "answered":
		return "/requests"
	case "offered", "untended", "join-untended":
		return "/members"
	}
	return "/join"
}

// markRead handles POST /notifications/read, for some or for all.
func (d *Desk) markRead(c echo.Context) error {
	ctx, account := c.Request().Context(), d.Account(c)
	if ids := idsIn(c.QueryParam("ids")); len(ids) > 0 {
		if err := d.store.SetRead(ctx, account.ID, ids, db.At(d.now())); err != nil {
			return fmt.Errorf("mark notifications as read: %w", err)
		}
		return c.Redirect(http.StatusSeeOther, d.Back(c))
	}
	at, err := d.store.MarkAllRead(ctx, account.ID)
	if err != nil {
		return fmt.Errorf("mark all notifications as read: %w", err)
	}
	d.Flash(c, d.Loc(c).Text("Everything is marked as read."), "/notifications/unread?at="+strconv.FormatInt(at.Millis(), 10))
	return c.Redirect(http.StatusSeeOther, d.Back(c))
}

// markUnread handles POST /notifications/unread: some lines, or what was just marked as read.
func (d *Desk) markUnread(c echo.Context) error {
	ctx, account := c.Request().Context(), d.Account(c)
	if err := d.store.SetRead(ctx, account.ID, idsIn(c.QueryParam("ids")), db.Time{}); err != nil {
		return fmt.Errorf("mark notifications as unread: %w", err)
	}
	if at, err := strconv.ParseInt(c.QueryParam("at"), 10, 64); err == nil && at > 0 {
		if err := d.store.UndoRead(ctx, account.ID, db.At(time.UnixMilli(at))); err != nil {
			return fmt.Errorf("undo marking as read: %w", err)
		}
	}
	return c.Redirect(http.StatusSeeOther, d.Back(c))
}

// idsIn reads ids joined by underscores, as many as one line may hold.
func idsIn(joined string) []int64 {
	var ids []int64
	for part := range strings.SplitSeq(joined, "_") {
		if id, err := strconv.ParseInt(part, 10, 64); err == nil && len(ids) < maxMerged {
			ids = append(ids, id)
		}
	}
	return ids
}

// artifactPage is the part of an artifact that a line about it leads to.
func artifactPage(note string) string {
	switch note {
	case "review", "answered":
		return "/review"
	case "adapted", "taken", "declined", "due", "orphan":
		return ""
	}
	return "/draft"
}
