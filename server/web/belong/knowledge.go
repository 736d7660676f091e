package belong

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

const knowledgePath = "/settings/knowledge"

// knowledge handles GET /settings/knowledge.
func (d *Pages) knowledge(c echo.Context) error {
	me := frame.Me(c)
	known, err := d.store.ProfilesOf(c.Request().Context(), me.ID)
	if err != nil {
		return fmt.Errorf("load profile: %w", err)
	}
	p := known[me.ID]
	if p == nil {
		p = &db.Profile{}
	}
	return d.knowledgePage(c, http.StatusOK, knowledgeOf(p))
}

func knowledgeOf(p *db.Profile) views.Knowledge {
	return views.Knowledge{
		Team: ui.Answer{Value: p.Team}, Job: ui.Answer{Value: p.Job}, Topics: ui.Answer{Value: p.Topics},
		Places: ui.Answer{Value: p.Places}, Speaks: ui.Answer{Value: p.Languages}, Shown: []ui.Choice{{Value: p.Shown}},
	}
}

func (d *Pages) knowledgePage(c echo.Context, status int, p views.Knowledge) error {
	shell, err := d.Shell(c, d.Loc(c).Text("Settings"), views.Settings)
	if err != nil {
		return err
	}
	me := frame.Me(c)
	p.Shell, p.Own = shell, me.URL
	chosen := db.ShownMembers
	if len(p.Shown) > 0 && p.Shown[0].Value != "" {
		chosen = p.Shown[0].Value
	}
	p.Shown = shownChoices(shell.Loc, chosen)
	doors, err := d.store.DoorsOf(c.Request().Context(), me.ID)
	if err != nil {
		return fmt.Errorf("list doors: %w", err)
	}
	for _, one := range doors {
		p.Doors = append(p.Doors, d.Face(one.Actor))
	}
	return d.Page(c, status, p)
}

// shownChoices are who may read what a person knows.
func shownChoices(l loc, chosen string) []ui.Choice {
	list := []ui.Choice{
		{Value: db.ShownPublic, Label: l.Text("Everybody"), Hint: l.Text("Also people on other servers, who see it on your profile there.")},
		{Value: db.ShownMembers, Label: l.Text("People of my communities"), Hint: l.Text("On this server, whoever belongs to a community with you.")},
		{Value: db.ShownNobody, Label: l.Text("Only me"), Hint: l.Text("Nobody finds you by it.")},
	}
	for i := range list {
		list[i].Chosen = list[i].Value == chosen
	}
	return list
}

// saveKnowledge handles POST /settings/knowledge.
func (d *Pages) saveKnowledge(c echo.Context) error {
	mine := &db.Profile{
		ActorID: frame.MyID(c), Team: c.FormValue("team"), Job: c.FormValue("job"), Languages: c.FormValue("speaks"),
		Places: c.FormValue("places"), Topics: c.FormValue("topics"), Shown: c.FormValue("shown"),
	}
	typed := knowledgeOf(mine)
	act := func(ctx context.Context, tx *db.Store) error {
		if err := d.rules.SaveProfile(ctx, tx, mine); err != nil {
			return err
		}
		return d.com.EditPerson(ctx, tx, d.Account(c)) // followers hear of it
	}
	return d.do(c, act, d.Loc(c).Text("Saved."), knowledgePath, func(no *community.Refusal) error {
		say := d.Sentence(d.Loc(c), no)
		switch no.Field {
		case "team":
			typed.Team.Error = say
		case "job":
			typed.Job.Error = say
		case "topics":
			typed.Topics.Error = say
		case "places":
			typed.Places.Error = say
		case "speaks":
			typed.Speaks.Error = say
		default:
			typed.Error = say
		}
		return d.knowledgePage(c, http.StatusUnprocessableEntity, typed)
	})
}

// openDoor handles POST /settings/doors.
func (d *Pages) openDoor(c echo.Context) error {
	again := func(no *community.Refusal) error {
		p := views.Knowledge{Door: ui.Answer{Value: c.FormValue("door"), Error: d.Sentence(d.Loc(c), no)}}
		known, err := d.store.ProfilesOf(c.Request().Context(), frame.MyID(c))
		if err != nil {
			return fmt.Errorf("load profile: %w", err)
		}
		if mine := known[frame.MyID(c)]; mine != nil {
			door := p.Door
			p = knowledgeOf(mine)
			p.Door = door
		}
		return d.knowledgePage(c, http.StatusUnprocessableEntity, p)
	}
	other, err := d.resolve(c.Request().Context(), c.FormValue("door"))
	if err != nil {
		return again(community.RefuseField("door", "actor-unknown"))
	}
	if d.refresh != nil && !other.Local { // the link was put there a moment ago
		if anew, err := d.refresh(c.Request().Context(), other.URI); err == nil {
			other = anew
		}
	}
	act := func(ctx context.Context, tx *db.Store) error { return d.rules.OpenDoor(ctx, tx, frame.Me(c), other) }
	return d.do(c, act, d.Loc(c).Text("%s is you, too.", "@"+other.Acct()), knowledgePath, again)
}

// closeDoor handles POST /settings/doors/close.
func (d *Pages) closeDoor(c echo.Context) error {
	other, err := d.Named(c.Request().Context(), strings.TrimPrefix(c.FormValue("door"), "@"))
	if err != nil {
		return err
	}
	act := func(ctx context.Context, tx *db.Store) error { return d.rules.CloseDoor(ctx, tx, frame.Me(c), other) }
	return d.do(c, act, d.Loc(c).Text("Saved."), knowledgePath, func(no *community.Refusal) error { return no })
}

// endorse handles POST /u/:handle/endorse; on=0 takes it back.
func (d *Pages) endorse(c echo.Context) error {
	who, err := d.Person(c)
	if err != nil {
		return err
	}
	topic, me := c.FormValue("topic"), frame.Me(c)
	act := func(ctx context.Context, tx *db.Store) error {
		if c.FormValue("on") == "0" {
			return d.rules.Unendorse(ctx, tx, me, who, topic)
		}
		return d.rules.Endorse(ctx, tx, me, who, topic)
	}
	next := "/u/" + d.PathHandle(who)
	return d.do(c, act, d.Loc(c).Text("Thank you. It stands on the page with your name."), next, func(no *community.Refusal) error {
		d.Flash(c, d.Sentence(d.Loc(c), no), "")
		return c.Redirect(http.StatusSeeOther, next)
	})
}
