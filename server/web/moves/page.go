package moves

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

// leftListed bounds the list of what did not come along.
const leftListed = 50

// move handles GET /c/:handle/move: how far a move is, or the form by which one is proposed.
func (d *Pages) move(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	if h.move == nil || h.over() && h.manages && c.QueryParam("anew") != "" {
		return d.form(c, http.StatusOK, h, nil)
	}
	return d.movePage(c, http.StatusOK, h, nil)
}

// over says that a move came to nothing: the community can try another one.
func (h *here) over() bool {
	return h.move.State == db.MoveRefused || h.move.State == db.MoveCancelled
}

// movePage shows a move; no is why the last act was refused.
func (d *Pages) movePage(c echo.Context, status int, h *here, no *community.Refusal) error {
	l, m := d.Loc(c), h.move
	shell, err := d.ShellIn(c, l.Text("Move"), h.group)
	if err != nil {
		return err
	}
	p := views.Move{Shell: shell, CommunityHead: d.head(h), From: ui.Link{Label: "@" + h.before.Actor.Acct()}, To: d.to(h), Heading: heading(l, h)}
	if h.before.ActorID != h.group.ActorID {
		p.From.URL = d.path(h.before) + "/move"
	}
	p.Kind, p.Stands = state(l, m)
	p.Goes, p.Stays = along(l, m), behind(l, m)
	p.Facts = facts(l, m)
	if m.Going() && m.Problem != "" {
		p.Kind, p.Waits, p.Next = "wait", waits(l, m.Problem), m.NextAt.Time
	} else if m.State == db.MoveRefused && m.Problem != "" {
		p.Waits = m.Problem // their words
	}
	if h.insider {
		p.Steps, p.Counts, p.Why = steps(l, m), counts(l, m), m.Why
		p.Again = m.Going() && (m.State == db.MoveCopying || m.State == db.MoveSwitched)
		if err := d.left(c, h, &p); err != nil {
			return err
		}
		if p.Acts, err = d.acts(c, h); err != nil {
			return err
		}
	}
	if no != nil {
		d.refused(l, &p, no)
	}
	return d.Page(c, status, p)
}

// refused puts a refusal at the field that it is about.
func (d *Pages) refused(l loc, p *views.Move, no *community.Refusal) {
	say := frame.Sentence(l, no)
	for i := range p.Acts {
		for j := range p.Acts[i].Fields {
			if p.Acts[i].Fields[j].Name == no.Field {
				p.Acts[i].Fields[j].Error = say
				return
			}
		}
	}
	p.Error = say
}

// left lists what did not come along, as far as this instance knows.
func (d *Pages) left(c echo.Context, h *here, p *views.Move) error {
	ctx := c.Request().Context()
	list, n, err := d.store.LeftBehind(ctx, h.move.ID, leftListed)
	if err != nil {
		return fmt.Errorf("list what was left behind: %w", err)
	}
	p.More = int(n) - len(list)
	for _, one := range list {
		line := views.MoveLeft{What: one.What, Why: whyLeft(p.Loc, one.Why)}
		if a, err := d.store.ActorByURI(ctx, one.What); err == nil {
			line.What, line.URL = "@"+a.Acct(), "/u/"+d.PathHandle(a)
			if a.Type == db.ActorGroup {
				line.URL = "/c/" + d.PathHandle(a)
			}
		}
		if one.Kind == "private" {
			count, _ := strconv.Atoi(one.What) // written by us
			line.What = p.Count("%d private message to the facilitators", "%d private messages to the facilitators", count)
		}
		p.Left = append(p.Left, line)
	}
	return nil
}

// acts are what the reader can decide now.
func (d *Pages) acts(c echo.Context, h *here) ([]views.MoveAct, error) {
	m := h.move
	if !m.Going() {
		return nil, nil
	}
	var list []views.MoveAct
	a := acting{l: d.Loc(c), h: h, handle: c.FormValue("handle"), words: c.FormValue("words")}
	switch m.Side {
	case db.MoveLeaving:
		list = a.leaving()
	case db.MoveArriving:
		list = a.arriving()
	case db.MoveMerging:
		list = a.merging()
	}
	if m.Problem != "" && (m.Side == db.MoveArriving && h.runs || m.Side != db.MoveArriving && h.manages) {
		list = append(list, views.MoveAct{Act: "resume", Label: a.l.Text("Try again now")})
	}
	if h.standing.Belongs && m.Side != db.MoveArriving && m.Side != db.MoveSeen && m.Stoppable() {
		choice, err := d.choice(c, a)
		if err != nil {
			return nil, err
		}
		list = append(list, choice)
	}
	return list, nil
}

// choice is what a member can decide for themselves.
func (d *Pages) choice(c echo.Context, a acting) (views.MoveAct, error) {
	stay, err := d.store.Stays(c.Request().Context(), db.MoveLeft{MoveID: a.h.move.ID, Kind: "member", What: frame.Me(c).URI, Why: "chose-to-stay"})
	if err != nil {
		return views.MoveAct{}, fmt.Errorf("see who stays: %w", err)
	}
	if stay {
		return views.MoveAct{Act: "go", Label: a.l.Text("Go along after all"), Hint: a.l.Text("You chose to stay behind: you will not belong to the new place.")}, nil
	}
	return views.MoveAct{
		Act: "stay", Label: a.l.Text("I stay behind"), Class: "quiet",
		Hint: a.l.Text("You will belong to the new place as you do here. If you would rather not, neither your membership nor what you said at joining goes there; what you wrote stays in its discussions."),
	}, nil
}

// acting puts together who may do what now.
type acting struct {
	l             loc
	h             *here
	handle, words string // as given, where the form comes back
}

func (a acting) cancel() views.MoveAct {
	act := views.MoveAct{Act: "cancel", Label: a.l.Text("Call it off"), Class: "danger"}
	if a.h.move.Side == db.MoveLeaving {
		act.Hint = a.l.Text("Nothing has been told to followers yet but the notice. What was copied is deleted there.")
	}
	return act
}

func (a acting) now() views.MoveAct {
	return views.MoveAct{Act: "switch", Label: a.l.Text("Move now"), Class: "primary", Hint: a.l.Text("It happens by itself when the week is over. There is no way back.")}
}

func (a acting) leaving() []views.MoveAct {
	var list []views.MoveAct
	m := a.h.move
	if m.State == db.MoveProposed && a.h.standing.Admin {
		list = append(list, views.MoveAct{Act: "countersign", Label: a.l.Text("Countersign and ask them"), Class: "primary", Hint: a.l.Text("You run this server: the other one is asked when you say yes.")})
	}
	if m.State == db.MoveReady && a.h.manages && !guarded(a.h.before) {
		list = append(list, a.now())
	}
	if a.h.manages && m.Stoppable() {
		list = append(list, a.cancel())
	}
	return list
}

// guarded says that members have the whole week to choose, as the rules do.
func guarded(g *db.Group) bool {
	return g.Openness == db.OpennessPrivate || g.Openness == db.OpennessConfidential
}

func (a acting) answer() []views.MoveAct {
	yes := views.MoveAct{Act: "agree", Label: a.l.Text("Take it in"), Class: "primary"}
	if a.h.move.Side == db.MoveArriving && a.h.move.Into == 0 {
		yes.Hint = a.l.Text("All that was said in it is copied to this server, and it is yours to run from then on.")
		handle := a.handle
		if handle == "" {
			handle = a.h.move.Handle
		}
		yes.Fields = []ui.Field{{Name: "handle", Label: a.l.Text("Handle here"), Value: handle, Code: true, Max: 30}}
	}
	no := views.MoveAct{Act: "refuse", Label: a.l.Text("Say no"), Class: "quiet"}
	if a.h.move.Side == db.MoveArriving {
		no.Fields = []ui.Field{{Name: "words", Label: a.l.Text("Why not"), Value: a.words, Optional: true, Max: 500}}
	}
	return []views.MoveAct{yes, no}
}

func (a acting) arriving() []views.MoveAct {
	m := a.h.move
	switch {
	case m.State == db.MoveProposed && a.h.takes, m.State == db.MoveAsked && a.h.runs:
		return a.answer()
	case m.Stoppable() && a.h.runs:
		return []views.MoveAct{a.cancel()}
	}
	return nil
}

func (a acting) merging() []views.MoveAct {
	var list []views.MoveAct
	m := a.h.move
	if m.State == db.MoveProposed && a.h.takes {
		list = a.answer()
	}
	if m.State == db.MoveReady && a.h.manages && a.h.group.ActorID == m.Group && !guarded(a.h.before) {
		list = append(list, a.now())
	}
	if a.h.manages && a.h.group.ActorID == m.Group && m.Stoppable() {
		list = append(list, a.cancel())
	}
	return list
}
