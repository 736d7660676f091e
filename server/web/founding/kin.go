package founding

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// relationOf is what a choice in the wizard says about another community; "" where it says nothing.
func relationOf(choice string) string {
	switch choice {
	case charter.KinChapter:
		return db.KinChapterOf
	case charter.KinSister:
		return db.KinSisterOf
	}
	return ""
}

// rather is the community that somebody chose to join in place of founding one; "" for none.
func rather(a charter.Answers) string {
	var list []string
	for at, how := range a.Kin {
		if how == charter.KinJoin {
			list = append(list, at)
		}
	}
	slices.Sort(list)
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// joinInstead leads to where one asks to belong to a community that is there already. What was
// thought up so far is kept.
func (d *Pages) joinInstead(c echo.Context, at string) error {
	name, host, _ := strings.Cut(at, "@")
	a, err := d.store.ActorByHandle(c.Request().Context(), name, host)
	if err != nil {
		return fmt.Errorf("find %s: %w", at, err)
	}
	d.Flash(c, d.Loc(c).Text("What you wrote is kept under “Start a community”, in case you come back to it."), "")
	return frame.See(c, "/c/"+d.PathHandle(a)+"/join")
}

// claims says of a new community what it was meant to be to others. One that has gone since or
// speaks to members only is passed over: it can be named later.
func (d *Pages) claims(ctx context.Context, tx *db.Store, g *db.Group, me *db.Actor, a charter.Answers) error {
	for at, how := range a.Kin {
		name, host, _ := strings.Cut(at, "@")
		relation := relationOf(how)
		if relation == "" {
			continue
		}
		other, err := tx.ActorByHandle(ctx, name, host)
		if errors.Is(err, db.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("find kin %s: %w", at, err)
		}
		err = d.charter.Claim(ctx, tx, me, g, &db.Kinship{OtherURI: other.URI, Relation: relation})
		if _, is := frame.Refusal(err); err != nil && !is {
			return err
		}
	}
	return nil
}

// kinLines are what a community and others say about one another, for its page. What only others
// say is for those who can answer it.
func (d *Pages) kinLines(c echo.Context, g *db.Group) ([]views.KinLine, error) {
	ctx := c.Request().Context()
	says, err := d.store.KinSaidBy(ctx, g.ActorID)
	if err != nil {
		return nil, fmt.Errorf("list kin of %s: %w", g.Actor.URI, err)
	}
	said, err := d.store.KinSaidOf(ctx, g.Actor.URI)
	if err != nil {
		return nil, fmt.Errorf("list who is kin of %s: %w", g.Actor.URI, err)
	}
	may, err := d.may(ctx, g, frame.Me(c), rights.EditGroup)
	if err != nil {
		return nil, err
	}
	l := d.Loc(c)
	var out []views.KinLine
	for _, k := range says {
		line := views.KinLine{URI: k.OtherURI, Word: kinWord(l, k.Relation), Mine: may && g.Actor.Local, Name: k.OtherURI, URL: k.OtherURI}
		if a, err := d.store.ActorByURI(ctx, k.OtherURI); err == nil {
			line.Name, line.Address, line.URL = a.Label(), "@"+a.Acct(), "/c/"+d.PathHandle(a)
		}
		line.Both = slices.ContainsFunc(said, func(b *db.Kinship) bool { return b.Group.URI == k.OtherURI && b.Relation == db.KinBack(k.Relation) })
		out = append(out, line)
	}
	for _, k := range said {
		if !may || !g.Actor.Local || slices.ContainsFunc(says, func(b *db.Kinship) bool { return b.OtherURI == k.Group.URI && b.Relation == db.KinBack(k.Relation) }) {
			continue
		}
		out = append(out, views.KinLine{
			URI: k.Group.URI, Name: k.Group.Label(), Address: "@" + k.Group.Acct(), URL: "/c/" + d.PathHandle(k.Group),
			Word: kinWord(l, db.KinBack(k.Relation)), Answer: db.KinBack(k.Relation),
		})
	}
	return out, nil
}

// saveKin handles POST /c/:handle/life/kin: says, confirms or takes back that another community is
// kin of this one.
func (d *Pages) saveKin(c echo.Context) error {
	h, err := d.livable(c)
	if err != nil {
		return err
	}
	ctx, me := c.Request().Context(), frame.Me(c)
	uri, drop := c.FormValue("uri"), c.FormValue("drop")
	if name := strings.TrimPrefix(strings.TrimSpace(c.FormValue("kin")), "@"); name != "" {
		a, err := d.o.Resolve(ctx, name)
		if err != nil {
			return d.lifeRefused(c, h, community.RefuseField("kin", "kin-no-group"))
		}
		uri = a.URI
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		if drop != "" {
			return d.charter.Unclaim(ctx, tx, me, h.group, drop)
		}
		return d.charter.Claim(ctx, tx, me, h.group, &db.Kinship{OtherURI: uri, Relation: c.FormValue("relation")})
	})
	if no, is := frame.Refusal(err); is {
		return d.lifeRefused(c, h, no)
	}
	if err != nil {
		return fmt.Errorf("say kin of %s: %w", h.group.Actor.URI, err)
	}
	d.Flash(c, d.Loc(c).Text("Saved."), "")
	return frame.See(c, "/c/"+h.group.Actor.Handle+"/life#relations")
}

// lifeRefused shows the page again with why it was not done.
func (d *Pages) lifeRefused(c echo.Context, h *here, no *community.Refusal) error {
	life, err := d.store.LifeOf(c.Request().Context(), h.group.ActorID)
	if err != nil {
		return fmt.Errorf("load life of %s: %w", h.group.Actor.URI, err)
	}
	return d.lifePage(c, http.StatusUnprocessableEntity, h, life, no)
}

func kinWord(l loc, relation string) string {
	switch relation {
	case db.KinChapterOf:
		return l.Text("Chapter of")
	case db.KinHasChapter:
		return l.Text("Has the chapter")
	}
	return l.Text("Sister of")
}

func relations(l loc) []ui.Choice {
	return []ui.Choice{
		{Value: db.KinSisterOf, Label: l.Text("Sister of")},
		{Value: db.KinChapterOf, Label: l.Text("Chapter of")},
		{Value: db.KinHasChapter, Label: l.Text("Has the chapter")},
	}
}
