package web

import (
	"context"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

// deleteForm handles GET /p/:id/delete.
func (d *Door) deleteForm(c echo.Context) error { return d.ask(c, deleting) }

// delete handles POST /p/:id/delete.
func (d *Door) delete(c echo.Context) error { return d.answerTo(c, deleting) }

func deleting(d *Door, c echo.Context, p *db.Post) question {
	loc := frame.At(c).Loc
	q := question{
		name: "delete", heading: loc.Text("Delete what you wrote?"), submit: loc.Text("Delete"), danger: true,
		explain: loc.Text("The text is erased here, and every server that has it is told to erase it. A line stays in its place. This cannot be undone."),
		done:    loc.Text("Deleted."),
	}
	if p.Starts() && p.RepliesCount > 0 {
		q.explain = loc.Count(
			"The text is erased here, and every server that has it is told to erase it. The %d reply stays. This cannot be undone.",
			"The text is erased here, and every server that has it is told to erase it. The %d replies stay. This cannot be undone.",
			int(p.RepliesCount))
	}
	q.do = func(ctx context.Context, tx *db.Store, p *db.Post, _ string) error {
		return d.ex.Delete(ctx, tx, frame.Me(c), p)
	}
	return q
}

// turnOn says which way a switch goes: as its form says, so that two people who press the same
// button do not undo each other; on its page, the other way than it stands.
func turnOn(c echo.Context, since db.Time) bool {
	if on := c.QueryParam("on"); on != "" {
		return on == "1"
	}
	return since.IsZero()
}

// pinForm handles GET /p/:id/pin.
func (d *Door) pinForm(c echo.Context) error { return d.ask(c, pinning) }

// pin handles POST /p/:id/pin: it pins, or takes the pin off.
func (d *Door) pin(c echo.Context) error { return d.answerTo(c, pinning) }

func pinning(d *Door, c echo.Context, p *db.Post) question {
	loc := frame.At(c).Loc
	if !turnOn(c, p.PinnedAt) {
		return question{
			name: "pin?on=0", heading: loc.Text("Unpin this discussion?"), submit: loc.Text("Unpin"), act: community.ActPin,
			explain: loc.Text("It takes its place among the others again, here and on other servers."),
			done:    loc.Text("Unpinned."), undo: "pin?on=1",
			do: func(ctx context.Context, tx *db.Store, p *db.Post, _ string) error {
				return d.ex.Unpin(ctx, tx, frame.Me(c), p)
			},
		}
	}
	return question{
		name: "pin?on=1", heading: loc.Text("Pin this discussion?"), submit: loc.Text("Pin"), act: community.ActPin,
		explain: loc.Text("It stands first in the community, here and on other servers, until somebody unpins it."),
		done:    loc.Text("Pinned."), undo: "pin?on=0",
		do: func(ctx context.Context, tx *db.Store, p *db.Post, _ string) error {
			return d.ex.Pin(ctx, tx, frame.Me(c), p)
		},
	}
}

// lockForm handles GET /p/:id/lock.
func (d *Door) lockForm(c echo.Context) error { return d.ask(c, locking) }

// lock handles POST /p/:id/lock: it locks, or unlocks.
func (d *Door) lock(c echo.Context) error { return d.answerTo(c, locking) }

func locking(d *Door, c echo.Context, p *db.Post) question {
	loc := frame.At(c).Loc
	if !turnOn(c, p.LockedAt) {
		return question{
			name: "lock?on=0", heading: loc.Text("Unlock it?"), submit: loc.Text("Unlock"), act: community.ActLock,
			explain: loc.Text("Replies are taken again."), done: loc.Text("Unlocked."), undo: "lock?on=1",
			do: func(ctx context.Context, tx *db.Store, p *db.Post, _ string) error {
				return d.ex.Unlock(ctx, tx, frame.Me(c), p)
			},
		}
	}
	q := question{
		name: "lock?on=1", heading: loc.Text("Lock this branch?"), submit: loc.Text("Lock"), act: community.ActLock,
		explain: loc.Text("Nobody can reply to this post, or to what answers it. All of it stays readable. Your name stands beside the lock."),
		reason:  loc.Text("Reason"), done: loc.Text("Locked."), undo: "lock?on=0",
		do: func(ctx context.Context, tx *db.Store, p *db.Post, reason string) error {
			return d.ex.Lock(ctx, tx, frame.Me(c), p, reason)
		},
	}
	if p.Starts() {
		q.heading = loc.Text("Lock this discussion?")
		q.explain = loc.Text("Nobody can reply any more. All of it stays readable. Your name stands beside the lock.")
	}
	return q
}

// removeForm handles GET /p/:id/remove.
func (d *Door) removeForm(c echo.Context) error { return d.ask(c, removing) }

// remove handles POST /p/:id/remove.
func (d *Door) remove(c echo.Context) error { return d.answerTo(c, removing) }

func removing(d *Door, c echo.Context, p *db.Post) question {
	loc := frame.At(c).Loc
	q := question{
		name: "remove", heading: loc.Text("Remove this reply from the community?"), submit: loc.Text("Remove"), danger: true,
		explain: loc.Text("A line with your name and the reason stays in its place; answers below it stay. Servers that have it are told. You can put it back."),
		reason:  loc.Text("Reason"), done: loc.Text("Removed."), undo: "restore", act: community.ActRemove,
		do: func(ctx context.Context, tx *db.Store, p *db.Post, reason string) error {
			return d.ex.Remove(ctx, tx, frame.Me(c), p, reason)
		},
	}
	if p.Starts() {
		q.heading = loc.Text("Remove this discussion from the community?")
		q.explain = loc.Text("Its page and all replies are hidden from readers. Servers that have it are told, and its author reads the reason. You can put it back.")
	}
	return q
}

// restoreForm handles GET /p/:id/restore.
func (d *Door) restoreForm(c echo.Context) error { return d.ask(c, restoring) }

// restore handles POST /p/:id/restore.
func (d *Door) restore(c echo.Context) error { return d.answerTo(c, restoring) }

func restoring(d *Door, c echo.Context, _ *db.Post) question {
	loc := frame.At(c).Loc
	return question{
		name: "restore", heading: loc.Text("Put this back?"), submit: loc.Text("Put it back"), act: community.ActRemove,
		explain: loc.Text("Everybody sees it again. Servers that were told to remove it are told."), done: loc.Text("It is back."),
		do: func(ctx context.Context, tx *db.Store, p *db.Post, _ string) error {
			return d.ex.Restore(ctx, tx, frame.Me(c), p)
		},
	}
}
