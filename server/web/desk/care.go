package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

// whoAt is the person that the end of an address names; nobody is asked for on other servers.
func (d *Desk) whoAt(c echo.Context) (*db.Actor, error) {
	ctx := c.Request().Context()
	name, host, remote := strings.Cut(strings.TrimPrefix(c.Param("who"), "@"), "@")
	if remote {
		return d.store.ActorByHandle(ctx, name, host)
	}
	return d.store.LocalActor(ctx, name)
}

// caredFor loads community and person of a page for those who look after the community.
func (d *Desk) caredFor(c echo.Context) (*here, *db.Actor, error) {
	h, err := d.groupAt(c)
	if err != nil {
		return nil, nil, err
	}
	if !h.care {
		return nil, nil, community.Refuse(community.Forbidden, "not-moderator")
	}
	who, err := d.whoAt(c)
	if err != nil {
		return nil, nil, err
	}
	return h, who, nil
}

// personHere handles GET /c/:handle/people/:who.
func (d *Desk) personHere(c echo.Context) error {
	h, who, err := d.caredFor(c)
	if err != nil {
		return err
	}
	return d.carePage(c, http.StatusOK, h, who, views.PersonCare{})
}

func (d *Desk) carePage(c echo.Context, status int, h *here, who *db.Actor, p views.PersonCare) error {
	ctx := c.Request().Context()
	shell, err := d.Shell(c, who.Label(), views.Communities)
	if err != nil {
		return err
	}
	p.Shell, p.Who, p.Path = shell, d.Face(who), d.carePath(h.group, who)
	if p.CommunityHead, err = d.head(c, h); err != nil {
		return err
	}
	theirs, err := d.com.Standing(ctx, d.store, h.group, who)
	if err != nil {
		return err
	}
	p.Member = theirs.Belongs
	if p.Waits, err = d.waits(ctx, h.group, who); err != nil {
		return err
	}
	p.Facts = standingWords(shell.Loc, theirs)
	me := d.reader(c)
	if p.MayBan, err = d.may(ctx, h.group, me, community.ActBan); err != nil {
		return err
	}
	p.MayBan = p.MayBan && me.ID != who.ID && h.group.Actor.Local
	if theirs.Banned != nil {
		p.Ban = &views.BanHere{Reason: theirs.Banned.Reason, Since: theirs.Banned.CreatedAt.Time, Until: theirs.Banned.Until.Time}
	}
	if who.Type == db.ActorPerson {
		if p.Roles, err = d.rolesOf(c, h.group, who); err != nil {
			return err
		}
	}
	return d.Page(c, status, p)
}

func standingWords(l loc, st community.Standing) []string {
	var words []string
	if st.Belongs {
		words = append(words, l.Text("Member"))
	}
	if st.Follows {
		words = append(words, l.Text("Follower"))
	}
	for _, col := range st.Columns {
		if w := frame.RoleWord(l, string(col)); w != "" {
			words = append(words, w)
		}
	}
	return words
}

// rolesOf are the roles that the reader may give or take, by the rule that the act asks again.
func (d *Desk) rolesOf(c echo.Context, g *db.Group, who *db.Actor) ([]views.RoleHeld, error) {
	ctx, l := c.Request().Context(), d.Loc(c)
	held, err := d.store.RolesOf(ctx, g.ActorID, who.ID)
	if err != nil {
		return nil, fmt.Errorf("list roles: %w", err)
	}
	var list []views.RoleHeld
	for _, role := range db.Roles() {
		row := views.RoleHeld{Name: role, Word: frame.RoleWord(l, role), What: frame.RoleHint(l, role), Held: slices.Contains(held, role)}
		var err error
		if g.Actor.Local { // of one elsewhere its own server decides
			err = d.com.PermitRole(ctx, d.store, d.reader(c), g, role)
		}
		if no, is := refusalIn(err); is {
			row.Why = d.Sentence(l, no)
		} else if err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	return list, nil
}

// waits says whether somebody asked to be let in and nobody has answered.
func (d *Desk) waits(ctx context.Context, g *db.Group, who *db.Actor) (bool, error) {
	f, err := d.store.FollowBetween(ctx, who.ID, g.ActorID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return false, fmt.Errorf("load follow: %w", err)
	}
	if err == nil && f.State == db.FollowPending {
		return true, nil
	}
	m, err := d.store.MembershipOf(ctx, g.ActorID, who.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return false, fmt.Errorf("load membership: %w", err)
	}
	return err == nil && m.Status == db.MemberPending && m.LeftAt.IsZero(), nil
}

// personAct handles POST /c/:handle/people/:who/:act.
func (d *Desk) personAct(c echo.Context) error {
	h, who, err := d.caredFor(c)
	if err != nil {
		return err
	}
	do, done := d.careAct(c, h.group, who)
	if do == nil || !h.group.Actor.Local && !slices.Contains(db.Roles(), strings.TrimPrefix(c.Param("act"), "withdraw-")) {
		return echo.ErrNotFound // all but roles is for the pages of its own server
	}
	err = d.store.InTx(c.Request().Context(), do)
	if no, is := refusalIn(err); is {
		p := views.PersonCare{Error: d.Sentence(d.Loc(c), no), Reason: c.FormValue("reason")}
		return d.carePage(c, http.StatusUnprocessableEntity, h, who, p)
	}
	if err != nil {
		return fmt.Errorf("%s %s in %s: %w", c.Param("act"), who.URI, h.group.Actor.URI, err)
	}
	if !h.group.Actor.Local {
		done = d.Loc(c).Text("Sent. The community’s own server decides.")
	}
	d.Flash(c, done, "")
	if back := d.Back(c); strings.HasPrefix(back, "/c/") && c.FormValue("back") != "" {
		return c.Redirect(http.StatusSeeOther, back)
	}
	return c.Redirect(http.StatusSeeOther, d.carePath(h.group, who))
}

// careAct is the rule call behind the last part of the address, and what to say when it is done.
func (d *Desk) careAct(c echo.Context, g *db.Group, who *db.Actor) (do func(ctx context.Context, tx *db.Store) error, done string) {
	me, l := d.reader(c), d.Loc(c)
	role := func(name string) community.RoleOf { return community.RoleOf{Who: who, Role: name} }
	switch act := c.Param("act"); act {
	case "member":
		return func(ctx context.Context, tx *db.Store) error { return d.letIn(ctx, tx, me, g, who) }, l.Text("%s is a member now.", who.Label())
	case "refuse":
		return func(ctx context.Context, tx *db.Store) error { return d.refuse(ctx, tx, me, g, who) }, l.Text("Refused. %s is told.", who.Label())
	case db.RoleFacilitator, db.RoleModerator, db.RoleCore, db.RoleExpert, db.RoleSteward, db.RoleSponsor:
		return func(ctx context.Context, tx *db.Store) error { return d.com.GrantRole(ctx, tx, me, g, role(act)) }, l.Text("%s has the role now.", who.Label())
	case "withdraw-" + db.RoleFacilitator, "withdraw-" + db.RoleModerator, "withdraw-" + db.RoleCore, "withdraw-" + db.RoleExpert,
		"withdraw-" + db.RoleSteward, "withdraw-" + db.RoleSponsor:
		name := strings.TrimPrefix(act, "withdraw-")
		return func(ctx context.Context, tx *db.Store) error { return d.com.WithdrawRole(ctx, tx, me, g, role(name)) }, l.Text("The role is taken away.")
	case "ban":
		b := community.BanOf{Who: who, Reason: c.FormValue("reason"), Until: d.banEnd(c.FormValue("days"))}
		return func(ctx context.Context, tx *db.Store) error { return d.com.Ban(ctx, tx, me, g, b) }, l.Text("The community is closed to %s.", who.Label())
	case "unban":
		return func(ctx context.Context, tx *db.Store) error { return d.com.LiftBan(ctx, tx, me, g, who) }, l.Text("The community is open to %s again.", who.Label())
	}
	return nil, ""
}

// banEnd is when a ban of some days ends; anything but a number of days has no end.
func (d *Desk) banEnd(days string) db.Time {
	n, err := strconv.Atoi(days)
	if err != nil || n <= 0 || n > 3650 {
		return db.Time{}
	}
	return db.At(d.now().Add(time.Duration(n) * 24 * time.Hour))
}

// letIn answers all that somebody asked for: membership first, so that the answer to it goes out,
// then the follow that waits beside it.
func (d *Desk) letIn(ctx context.Context, tx *db.Store, me *db.Actor, g *db.Group, who *db.Actor) error {
	if err := d.com.AddMember(ctx, tx, me, g, who); err != nil {
		return err
	}
	f, err := pendingFollow(ctx, tx, g, who)
	if err != nil || f == nil {
		return err
	}
	return d.com.AcceptFollow(ctx, tx, me, f)
}

// refuse turns down whoever asked.
func (d *Desk) refuse(ctx context.Context, tx *db.Store, me *db.Actor, g *db.Group, who *db.Actor) error {
	f, err := tx.FollowBetween(ctx, who.ID, g.ActorID)
	if errors.Is(err, db.ErrNotFound) {
		return community.Refuse(community.Gone, "follow-gone")
	}
	if err != nil {
		return fmt.Errorf("load follow: %w", err)
	}
	return d.com.RejectFollow(ctx, tx, me, f)
}

func pendingFollow(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) (*db.Follow, error) {
	f, err := tx.FollowBetween(ctx, who.ID, g.ActorID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // nothing waits
	}
	if err != nil {
		return nil, fmt.Errorf("load follow: %w", err)
	}
	if f.State != db.FollowPending {
		return nil, nil //nolint:nilnil // nothing waits
	}
	return f, nil
}
