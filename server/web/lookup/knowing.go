package lookup

import (
	"fmt"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/web/frame"
)

// fillKnowing adds what a person knows, where the reader may read it: everybody what is for everybody,
// who shares a community what is for those, the person all of it.
func (d *Pages) fillKnowing(c echo.Context, a *db.Actor, p *views.Person) error {
	ctx, me := c.Request().Context(), frame.MyID(c)
	known, err := d.store.ProfilesOf(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("load profile of %s: %w", a.URI, err)
	}
	told := known[a.ID]
	if told == nil {
		told = &db.Profile{Shown: db.ShownMembers}
	}
	shares := false
	if me != 0 && !p.Self {
		if shares, err = d.store.ShareGroup(ctx, me, a.ID); err != nil {
			return fmt.Errorf("look for a community of both: %w", err)
		}
	}
	if !p.Self && told.Shown != db.ShownPublic && (!shares || told.Shown == db.ShownNobody) {
		return nil
	}
	p.Vouch = shares && a.Type == db.ActorPerson
	endorsed, err := d.store.EndorsementsOf(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("load endorsements of %s: %w", a.URI, err)
	}
	l := d.Loc(c)
	p.Knows = knownFor(l, told, endorsed, me)
	p.Work = strings.Trim(told.Job+", "+told.Team, ", ")
	for _, f := range []views.Fact{
		{Name: l.Text("Team"), Value: told.Team},
		{Name: l.Text("Places"), Value: strings.Join(told.PlaceList(), ", ")},
		{Name: l.Text("Languages"), Value: frame.Speaks(told.Languages)},
	} {
		if f.Value != "" {
			p.Works = append(p.Works, f)
		}
	}
	return nil
}

// knownFor joins what somebody says with what others say of them: first what is vouched for here,
// then by the word of their server, then their own word alone.
func knownFor(l *locales.Loc, told *db.Profile, endorsed []*db.Endorsement, me int64) []views.KnownFor {
	own := told.TopicList()
	says := func(topic string) bool {
		return slices.ContainsFunc(own, func(t string) bool { return strings.EqualFold(t, topic) })
	}
	var list []views.KnownFor
	has := func(topic string) bool {
		return slices.ContainsFunc(list, func(k views.KnownFor) bool { return strings.EqualFold(k.Topic, topic) })
	}
	for i := 0; i < len(endorsed); {
		k := views.KnownFor{Topic: endorsed[i].Topic, Says: says(endorsed[i].Topic)}
		var names []string
		for topic := k.Topic; i < len(endorsed) && endorsed[i].Topic == topic; i++ {
			names = append(names, endorsed[i].By.Label())
			k.Mine = k.Mine || endorsed[i].ByID == me
		}
		k.By = l.Text("vouched for by %s", strings.Join(names, ", "))
		list = append(list, k)
	}
	for _, line := range told.VouchedList() { // "pumps (Ana، Bo)", as federation reads it
		topic, names, _ := strings.Cut(strings.TrimSuffix(line, ")"), " (")
		if topic != "" && names != "" && !has(topic) {
			list = append(list, views.KnownFor{Topic: topic, Says: says(topic), By: l.Text("vouched for by %s, as their server says", names)})
		}
	}
	for _, topic := range own {
		if !has(topic) {
			list = append(list, views.KnownFor{Topic: topic, Says: true})
		}
	}
	return list
}
