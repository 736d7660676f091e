package web

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
)

// tree hangs the replies of a page under what they answer and counts the removed ones. A reply
// whose parent is on an earlier page stands at the top and says whom it answers.
func (d *Door) tree(c echo.Context, t *talk) (top []ui.Reply, removed int) {
	type node struct {
		reply ui.Reply
		kids  []int64
	}
	nodes := make(map[int64]*node, len(t.page))
	var roots []int64
	for _, p := range t.page {
		n := &node{reply: d.replyOf(c, t, p)}
		nodes[p.ID] = n
		if n.reply.Gone != nil {
			removed++
		}
		above := nodes[p.ReplyToID]
		switch {
		case above != nil:
			above.kids = append(above.kids, p.ID)
		default:
			if p.ReplyToID != t.starter.ID {
				n.reply.To = at(c).loc.Text("a reply on an earlier page")
			}
			roots = append(roots, p.ID)
		}
	}
	var build func(ids []int64) []ui.Reply
	build = func(ids []int64) []ui.Reply {
		var list []ui.Reply
		for _, id := range ids {
			n := nodes[id]
			n.reply.Replies = build(n.kids)
			list = append(list, n.reply)
		}
		return list
	}
	return build(roots), removed
}

// replyOf is one post as the page shows it to this reader.
func (d *Door) replyOf(c echo.Context, t *talk, p *db.Post) ui.Reply {
	loc := at(c).loc
	r := ui.Reply{
		ID: strconv.FormatInt(p.ID, 10), Author: d.face(p.Author), Role: roleBadge(loc, t.facts.roles[p.AuthorID]),
		Body: ui.HTML(p.Content), Lang: p.Lang, At: p.PublishedAt.Time, Edited: p.EditedAt.Time,
		From: d.origin(p), Helpful: int(p.LikesCount), Liked: t.facts.liked[p.ID],
		New: t.reading != nil && p.ID > t.reading.LastPostID && p.AuthorID != myID(c),
		May: d.actsOn(c, t, p), Files: filesOf(t.facts.files[p.ID]),
	}
	if note := stateNote(loc, p); note != "" {
		r.Role = note
	}
	if p.State == db.PostDeleted || p.State == db.PostRemoved {
		r.Gone = &ui.Gone{Self: p.State == db.PostDeleted, At: p.StateAt.Time, Reason: p.StateReason}
		if p.State == db.PostRemoved {
			r.Gone.By = loc.Text("a facilitator")
		}
	}
	if !p.Starts() && !p.LockedAt.IsZero() {
		r.Locked = d.lockOf(c, t, p)
	}
	return r
}

// stateNote says that a post of the reader's own, or one that waits for this facilitator, is not
// out yet.
func stateNote(l *locales.Loc, p *db.Post) string {
	switch p.State {
	case db.PostHeld:
		return l.Text("Waits for a facilitator")
	case db.PostWaiting:
		return l.Text("On its way")
	case db.PostRefused:
		return l.Text("Not taken")
	}
	return ""
}

func (d *Door) lockOf(c echo.Context, _ *talk, p *db.Post) *ui.Lock {
	return &ui.Lock{By: at(c).loc.Text("a facilitator"), At: p.LockedAt.Time, Reason: ""}
}

func roleBadge(l *locales.Loc, role string) string {
	switch role {
	case db.RoleFacilitator:
		return l.Text("Facilitator")
	case db.RoleModerator:
		return l.Text("Moderator")
	}
	return ""
}

// origin is the door a post came through and the name that door goes by.
func (d *Door) origin(p *db.Post) ui.Origin {
	switch {
	case p.Local:
		return ui.Origin{Door: ui.ByWeb}
	case p.Door == "client":
		return ui.Origin{Door: ui.ByClient, From: p.Author.Host}
	}
	return ui.Origin{Door: ui.ByPeer, From: p.Author.Host}
}

// actsOn is what this reader may do to a post.
func (d *Door) actsOn(c echo.Context, t *talk, p *db.Post) ui.Acts {
	who := me(c)
	if who == nil || p.State == db.PostDeleted || p.State == db.PostRefused {
		return ui.Acts{}
	}
	own, moderates := p.AuthorID == who.ID, t.standing.Moderates()
	acts := ui.Acts{
		Thread: "/d/" + strconv.FormatInt(t.starter.ID, 10),
		Edit:   own && p.State != db.PostRemoved, Delete: own && p.State != db.PostRemoved,
		Remove: moderates && !own, Lock: moderates, Pin: moderates && p.Starts(), Pinned: !p.PinnedAt.IsZero(),
		Report: !own,
	}
	if p.State != db.PostPublished {
		acts.Report = false
		return acts
	}
	acts.Like, acts.Receipts = !own, own && p.Local || moderates
	acts.Reply = t.starter.LockedAt.IsZero() && p.LockedAt.IsZero() && t.standing.Banned == nil
	return acts
}

func filesOf(list []*db.Attachment) []ui.File {
	var files []ui.File
	for _, a := range list {
		f := ui.File{Name: a.Name, URL: a.URL, Size: a.Size}
		if f.Name == "" {
			f.Name = a.URL
		}
		switch a.Type {
		case "Image":
			f.Kind = "image"
		case "Audio":
			f.Kind = "audio"
		case "Video":
			f.Kind = "video"
		}
		files = append(files, f)
	}
	return files
}
