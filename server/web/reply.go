package web

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// branch is one post of a page with those that answer it.
type branch struct {
	reply ui.Reply
	below []int64
}

// tree hangs the replies of a page under what they answer and counts the removed ones. A reply
// whose parent is on an earlier page stands at the top and says whom it answers.
func (d *Door) tree(c echo.Context, t *talk) (top []ui.Reply, removed int) {
	nodes := make(map[int64]*branch, len(t.page))
	all := make([]branch, len(t.page))
	var roots []int64
	for i, p := range t.page {
		n := &all[i]
		n.reply = d.replyOf(c, t, p)
		nodes[p.ID] = n
		if n.reply.Gone != nil {
			removed++
		}
		above := nodes[p.ReplyToID]
		if above != nil {
			above.below = append(above.below, p.ID)
			continue
		}
		if a := t.facts.parents[p.ReplyToID]; a != nil {
			n.reply.To = a.Label()
		}
		roots = append(roots, p.ID)
	}
	return hang(nodes, roots), removed
}

func hang(nodes map[int64]*branch, ids []int64) []ui.Reply {
	if len(ids) == 0 {
		return nil
	}
	list := make([]ui.Reply, 0, len(ids))
	for _, id := range ids {
		n := nodes[id]
		n.reply.Replies = hang(nodes, n.below)
		list = append(list, n.reply)
	}
	return list
}

// replyOf is one post as the page shows it to this reader.
func (d *Door) replyOf(c echo.Context, t *talk, p *db.Post) ui.Reply {
	loc := frame.At(c).Loc
	r := ui.Reply{
		ID: strconv.FormatInt(p.ID, 10), Author: d.Face(p.Author), Role: roleBadge(loc, t.facts.roles[p.AuthorID]),
		Body: ui.HTML(p.Content), Lang: p.Lang, At: p.PublishedAt.Time, Edited: p.EditedAt.Time,
		From: d.origin(p), Helpful: int(p.LikesCount), Liked: t.facts.liked[p.ID],
		New: t.reading != nil && p.ID > t.reading.LastPostID && p.AuthorID != frame.MyID(c) && p.State == db.PostPublished,
		May: d.actsOn(c, t, p), Files: frame.Files(t.facts.files[p.ID]), Note: stateNote(loc, p, frame.MyID(c)),
	}
	if p.State == db.PostDeleted || p.State == db.PostRemoved {
		r.Gone = d.goneOf(t, p)
	}
	if !p.Starts() && !p.LockedAt.IsZero() {
		r.Locked = d.lockOf(c, t, p)
	}
	return r
}

// goneOf says who took a post away, and lets those who may put it back.
func (d *Door) goneOf(t *talk, p *db.Post) *ui.Gone {
	gone := &ui.Gone{Self: p.State == db.PostDeleted, At: p.StateAt.Time, Reason: p.StateReason}
	if gone.Self {
		return gone
	}
	if by := t.facts.doers[p.StateBy]; by != nil {
		gone.By = by.Label()
	}
	if t.standing.Moderates() {
		gone.Restore = postPath(p.ID) + "/restore"
	}
	return gone
}

// stateNote says that a post of the reader's own, or one that waits for this facilitator, is not
// out, and why.
func stateNote(l *locales.Loc, p *db.Post, reader int64) *ui.Note {
	own := p.AuthorID == reader
	switch {
	case p.State == db.PostHeld && own:
		return &ui.Note{Kind: "wait", Icon: "clock", Text: l.Text("Waits for a facilitator, as first posts do here. Only you and they see it.")}
	case p.State == db.PostHeld:
		return &ui.Note{
			Kind: "wait", Icon: "shield", Text: l.Text("Waits for you. Nobody else sees it yet."),
			Act: ui.Link{Label: l.Text("Decide"), URL: "/reports"},
		}
	case p.State == db.PostWaiting && own:
		return &ui.Note{Kind: "wait", Icon: "peer", Text: l.Text("On its way to the community’s own server. Others see it when that server has taken it.")}
	case p.State == db.PostWaiting:
		return &ui.Note{Kind: "wait", Icon: "peer", Text: l.Text("Not passed on by the community’s own server yet.")}
	case p.State == db.PostRefused && own:
		return &ui.Note{Kind: "alert", Icon: "block", Text: refusalNote(l, p.StateReason)}
	case p.State == db.PostRefused:
		return &ui.Note{Kind: "alert", Icon: "block", Text: l.Text("Turned down. Only its author and those who look after the community see it.")}
	}
	return nil
}

// refusalNote words why a post was not taken: a code of a rule, or what somebody wrote.
func refusalNote(l *locales.Loc, reason string) string {
	if reason == "" {
		return l.Text("The community did not take this. Only you see it.")
	}
	why := frame.Why(l, reason)
	if why == "" {
		why = l.Text("They say: “%s”", reason)
	}
	return l.Text("The community did not take this. Only you see it. %s", why)
}

// lockOf says who ended the answers to a post, where that is known.
func (d *Door) lockOf(c echo.Context, t *talk, p *db.Post) *ui.Lock {
	lock := &ui.Lock{By: frame.At(c).Loc.Text("a facilitator"), At: p.LockedAt.Time}
	if e := t.facts.locks[p.ID]; e != nil && e.Actor != nil {
		lock.By, lock.Reason = e.Actor.Label(), e.Reason
	}
	return lock
}

func roleBadge(l *locales.Loc, role string) string {
	switch role {
	case db.RoleFacilitator:
		return l.TextIn("role", "Facilitator")
	case db.RoleModerator:
		return l.TextIn("role", "Moderator")
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

// mayRelease says that a person decides what is opened to everybody; the rule asks again.
func mayRelease(st community.Standing) bool {
	row, _ := rights.Of(rights.Release)
	return st.Banned == nil && row.In(db.OpennessRestricted).Allow(st.Columns...)
}

// actsOn is what this reader may do to a post.
func (d *Door) actsOn(c echo.Context, t *talk, p *db.Post) ui.Acts {
	who := frame.Me(c)
	if who == nil || p.State == db.PostDeleted || p.State == db.PostRemoved {
		return ui.Acts{Pinned: !p.PinnedAt.IsZero()}
	}
	own, moderates := p.AuthorID == who.ID, t.standing.Moderates()
	acts := ui.Acts{
		Thread: discussionPath(t.starter.ID), Pinned: !p.PinnedAt.IsZero(),
		Edit: own && p.Local && p.State != db.PostRefused, Delete: own && p.Local,
		Receipts: own && p.Local, // also of one that waits for its community
	}
	if p.State != db.PostPublished {
		return acts
	}
	acts.Remove, acts.Lock, acts.Pin = moderates && !own, moderates, moderates && p.Starts()
	acts.Hide = acts.Remove && t.group.Actor.Local
	acts.Slow = moderates && p.Starts() && t.group.Actor.Local
	acts.Move = acts.Slow && t.group.Openness == db.OpennessOpen
	acts.Report, acts.Like = !own, !own && t.standing.Banned == nil
	acts.Receipts = acts.Receipts || moderates
	acts.Release = t.group != nil && t.group.Actor.Local && t.group.Openness == db.OpennessRestricted && mayRelease(t.standing)
	acts.Reply = t.starter.LockedAt.IsZero() && p.LockedAt.IsZero() && t.standing.Banned == nil
	return acts
}
