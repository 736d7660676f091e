package moves

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/moving"
	"github.com/copse-social/copse/server/web/frame"
)

// form shows what is to be filled in to propose a move; no is why it came back.
func (d *Pages) form(c echo.Context, status int, h *here, no *community.Refusal) error {
	l := d.Loc(c)
	shell, err := d.ShellIn(c, l.Text("Move"), h.group)
	if err != nil {
		return err
	}
	p := views.MoveForm{Shell: shell, CommunityHead: d.head(h), Into: c.FormValue("into") != ""}
	kind := &db.Move{Side: db.MoveLeaving}
	if p.Into {
		kind.Into = h.group.ActorID
		p.Fields = []ui.Field{{Name: "host", Label: l.Text("The community that it goes into"), Hint: l.Text("Its handle, here or on another server: @name@host. It must be open to the same people."), Value: c.FormValue("host"), Code: true, Max: 300}}
	} else {
		p.Fields = []ui.Field{
			{Name: "host", Label: l.Text("Server"), Hint: l.Text("The name of the server that is to be its home, for example: health.example"), Value: c.FormValue("host"), Code: true, Max: 253},
			{Name: "handle", Label: l.Text("Handle there"), Hint: l.Text("Empty keeps the one it has. The other server may choose another."), Value: c.FormValue("handle"), Code: true, Optional: true, Max: 30},
		}
	}
	p.Goes, p.Stays = along(l, kind), behind(l, kind)
	p.Why = ui.Field{Name: "why", Label: l.Text("How it was decided"), Hint: l.Text("By whom and when: the other side reads it, and members do."), Value: c.FormValue("why"), Max: 2000}
	if no != nil {
		d.markForm(l, &p, no)
	}
	return d.Page(c, status, p)
}

// markForm puts a refusal at the field that it is about.
func (d *Pages) markForm(l loc, p *views.MoveForm, no *community.Refusal) {
	say := frame.Sentence(l, no)
	if no.Field == "why" {
		p.Why.Error = say
		return
	}
	for i := range p.Fields {
		if p.Fields[i].Name == no.Field {
			p.Fields[i].Error = say
			return
		}
	}
	p.Errors = say
}

// propose handles POST /c/:handle/move.
func (d *Pages) propose(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	if !h.manages || !h.group.Actor.Local {
		return echo.ErrNotFound
	}
	err = d.ask(c, h)
	if no, is := frame.Refusal(err); is {
		return d.form(c, http.StatusUnprocessableEntity, h, no)
	}
	if err != nil {
		return fmt.Errorf("propose a move of %s: %w", h.group.Actor.URI, err)
	}
	d.Flash(c, d.Loc(c).Text("Proposed. You are told when they answer."), "")
	return frame.See(c, d.path(h.group)+"/move")
}

// ask finds the other place and proposes.
func (d *Pages) ask(c echo.Context, h *here) error {
	ctx, why := c.Request().Context(), c.FormValue("why")
	name := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(c.FormValue("host")), "@"))
	name = strings.TrimSuffix(strings.TrimPrefix(name, "https://"), "/")
	if c.FormValue("into") == "" {
		peer, err := d.instance(ctx, name)
		if err != nil {
			return err
		}
		return d.InTx(c, func(ctx context.Context, tx *db.Store) error {
			_, err := d.rules.Propose(ctx, tx, frame.Me(c), h.group, moving.Proposal{Peer: peer, Handle: strings.TrimSpace(c.FormValue("handle")), Why: why})
			return err
		})
	}
	into, err := d.community(ctx, name)
	if err != nil {
		return err
	}
	if into.Actor.Local {
		return d.InTx(c, func(ctx context.Context, tx *db.Store) error {
			_, err := d.rules.ProposeMerge(ctx, tx, frame.Me(c), moving.Merger{Group: h.group, Into: into, Why: why})
			return err
		})
	}
	peer, err := d.instance(ctx, into.Actor.Host)
	if err != nil {
		return err
	}
	return d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		_, err := d.rules.Propose(ctx, tx, frame.Me(c), h.group, moving.Proposal{Peer: peer, Into: into, Why: why})
		return err
	})
}

// instance finds the actor of the server itself at a host.
func (d *Pages) instance(ctx context.Context, host string) (*db.Actor, error) {
	if host == "" || strings.ContainsAny(host, "/@ ") {
		return nil, community.RefuseField("host", "move-no-instance")
	}
	a, err := d.store.InstanceAt(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("find the server %s: %w", host, err)
	}
	if a != nil {
		return a, nil
	}
	name, _, _ := strings.Cut(host, ":") // a laboratory has ports
	if a, err = d.resolve(ctx, name+"@"+host); err != nil {
		return nil, errors.Join(community.RefuseField("host", "move-no-instance"), err)
	}
	return a, nil
}

// community finds a community by its handle, here or elsewhere.
func (d *Pages) community(ctx context.Context, handle string) (*db.Group, error) {
	none := community.RefuseField("host", "merge-no-group")
	var a *db.Actor
	var err error
	if local, at, remote := strings.Cut(handle, "@"); !remote || at == d.host {
		a, err = d.store.LocalActor(ctx, local)
	} else {
		a, err = d.resolve(ctx, handle)
	}
	if err != nil {
		return nil, errors.Join(none, err)
	}
	g, err := d.store.GroupByID(ctx, a.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, none
	}
	return g, err
}
