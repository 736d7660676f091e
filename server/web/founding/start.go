package founding

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

// begun handles GET /start.
func (d *Pages) begun(c echo.Context) error {
	shell, err := d.Shell(c, d.Loc(c).Text("Start a community"), views.Communities)
	if err != nil {
		return err
	}
	list, err := d.store.FoundingsOf(c.Request().Context(), d.Account(c).ID)
	if err != nil {
		return fmt.Errorf("list what was begun: %w", err)
	}
	p := views.Foundings{Shell: shell}
	for _, f := range list {
		a, err := charter.ReadAnswers(f)
		if err != nil {
			return err
		}
		one := views.Begun{Name: a.Name, URL: path(f.ID, ""), Step: stepName(shell.Loc, f.Step), Saved: f.UpdatedAt.Time}
		if one.Name == "" {
			one.Name = shell.Text("Without a name")
		}
		p.Begun = append(p.Begun, one)
	}
	return d.Page(c, http.StatusOK, p)
}

// mostBegun bounds how many one person thinks up at once.
const mostBegun = 10

// begin handles POST /start.
func (d *Pages) begin(c echo.Context) error {
	f := &db.Founding{AccountID: d.Account(c).ID, Step: charter.Steps()[0], Answers: "{}"}
	err := d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		list, err := tx.FoundingsOf(ctx, f.AccountID)
		if err != nil {
			return fmt.Errorf("count what was begun: %w", err)
		}
		if len(list) >= mostBegun {
			return community.Refuse(community.Limit, "foundings-many")
		}
		return tx.CreateFounding(ctx, f)
	})
	if err != nil {
		return err
	}
	return frame.See(c, path(f.ID, f.Step))
}

func path(id int64, step string) string {
	p := "/start/" + strconv.FormatInt(id, 10)
	if step != "" {
		p += "/" + step
	}
	return p
}

// founding is the one an address names, of the reader's own.
func (d *Pages) founding(c echo.Context) (*db.Founding, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return nil, echo.ErrNotFound
	}
	return d.store.FoundingByID(c.Request().Context(), d.Account(c).ID, id)
}

// resume handles GET /start/:id: the step that was left.
func (d *Pages) resume(c echo.Context) error {
	f, err := d.founding(c)
	if err != nil {
		return err
	}
	return frame.See(c, path(f.ID, f.Step))
}

// drop handles POST /start/:id/drop.
func (d *Pages) drop(c echo.Context) error {
	f, err := d.founding(c)
	if err != nil {
		return err
	}
	if err := d.store.DropFounding(c.Request().Context(), f.AccountID, f.ID); err != nil {
		return fmt.Errorf("drop founding %d: %w", f.ID, err)
	}
	return frame.See(c, "/start")
}

// step handles GET /start/:id/:step.
func (d *Pages) step(c echo.Context) error {
	f, err := d.founding(c)
	if err != nil {
		return err
	}
	a, err := charter.ReadAnswers(f)
	if err != nil {
		return err
	}
	if f.GroupID != 0 {
		return frame.See(c, "/c/"+a.Handle+"/charter")
	}
	step := c.Param("step")
	if !slices.Contains(charter.Steps(), step) {
		return echo.ErrNotFound
	}
	return d.stepPage(c, http.StatusOK, turn{founding: f, answers: a, step: step})
}

// turn is one step of one founding, with what is wrong with it.
type turn struct {
	founding *db.Founding
	answers  charter.Answers
	step     string
	no       *community.Refusal
}

// answer handles POST /start/:id/:step: what was typed is kept, right or wrong; only then it is
// looked at.
func (d *Pages) answer(c echo.Context) error {
	f, err := d.founding(c)
	if err != nil {
		return err
	}
	step := c.Param("step")
	if !slices.Contains(charter.Steps(), step) || f.GroupID != 0 {
		return echo.ErrNotFound
	}
	a, err := charter.ReadAnswers(f)
	if err != nil {
		return err
	}
	if err := d.hear(c, step, &a); err != nil {
		return err
	}
	wanted := c.FormValue("go")
	f.Step = step
	broken := charter.Check(step, a)
	if broken == nil && wanted == "next" {
		f.Step = charter.After(step)
	}
	if err := charter.KeepAnswers(f, a); err != nil {
		return err
	}
	if err := d.store.SaveFounding(c.Request().Context(), f); err != nil {
		return fmt.Errorf("save founding %d: %w", f.ID, err)
	}
	no, is := frame.Refusal(broken)
	if broken != nil && !is {
		return broken
	}
	switch {
	case wanted == "later":
		return frame.See(c, "/start")
	case wanted == "back":
		return frame.See(c, path(f.ID, charter.Before(step)))
	case no != nil:
		return d.stepPage(c, http.StatusUnprocessableEntity, turn{founding: f, answers: a, step: step, no: no})
	case step == "kin" && wanted == "next" && rather(a) != "":
		return d.joinInstead(c, rather(a))
	case wanted == "ask" && step == "preview":
		return d.found(c, f, a)
	case step == "self-test" && c.FormValue("seen") == "":
		return d.stepPage(c, http.StatusOK, turn{founding: f, answers: a, step: step}) // first the advice
	}
	return frame.See(c, path(f.ID, f.Step))
}

// hear reads the form of a step into the answers.
func (d *Pages) hear(c echo.Context, step string, a *charter.Answers) error {
	form, err := c.FormParams()
	if err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	text := func(name string) string { return strings.ReplaceAll(strings.TrimSpace(form.Get(name)), "\r\n", "\n") }
	switch step {
	case "name":
		before := a.Sector
		a.Name, a.Handle, a.Tagline, a.Sector = text("name"), strings.ToLower(strings.TrimPrefix(text("handle"), "@")), text("tagline"), text("sector")
		a.Handle, _, _ = strings.Cut(a.Handle, "@")
		if a.Sector != before {
			d.preset(c, a)
		}
	case "self-test":
		a.Test = map[string]bool{}
		for _, q := range []string{"1", "2", "3", "4", "5"} {
			if v := text("q" + q); v != "" {
				a.Test[q] = v == "yes"
			}
		}
		a.Kind = text("kind")
	case "kin":
		a.Kin = map[string]string{}
		for name := range form {
			if at, is := strings.CutPrefix(name, "kin-"); is && text(name) != "" && len(a.Kin) < 20 {
				a.Kin[at] = text(name)
			}
		}
	case "domain", "community", "practice", "governance":
		hearFields(text, form["activities"], step, &a.CharterFields)
		if step == "governance" {
			a.Second = text("second")
		}
		if step == "community" {
			a.Openness, a.Posting, a.Languages = text("openness"), text("starts"), text("languages")
		}
	case "founders":
		a.Founders = lines(text("founders"))
	case "first":
		a.Query, a.QueryText, a.Event, a.EventText = text("query"), text("query_text"), text("event"), text("event_text")
		a.First, a.Welcome = text("first"), text("welcome")
	}
	return nil
}

// hearFields reads what a step asks for the charter.
func hearFields(text func(string) string, activities []string, step string, f *db.CharterFields) {
	switch step {
	case "domain":
		f.Purpose, f.Inside, f.Outside, f.Why, f.Join = text("purpose"), lines(text("inside")), lines(text("outside")), text("why"), text("join")
	case "community":
		f.Who, f.Behaviours = text("who"), text("behaviours")
	case "practice":
		f.Knowledge, f.Activities, f.Rhythm = text("knowledge"), activities, text("rhythm")
		f.Weights = weightsIn(text)
	case "governance":
		f.Rule, f.Roles, f.Attributed, f.Measures = text("rule"), text("roles"), text("attributed"), text("measures")
		f.Days, f.ReviewIn = figure(text("days")), figure(text("review"))
	}
}

// weightsIn reads how much of each orientation there is; nothing where none is chosen.
func weightsIn(text func(string) string) map[string]int {
	out := make(map[string]int)
	for _, o := range charter.Orientations() {
		if n := figure(text("weight-" + o)); n != 0 {
			out[o] = n
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// figure reads a number; what is none is out of every range.
func figure(s string) int {
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

func lines(text string) []string {
	var list []string
	for one := range strings.SplitSeq(text, "\n") {
		if one = strings.TrimSpace(one); one != "" {
			list = append(list, one)
		}
	}
	return list
}

// found makes the community. Handles are looked up before the transaction opens; a server that does
// not answer is asked again later, and holds nobody up.
func (d *Pages) found(c echo.Context, f *db.Founding, a charter.Answers) error {
	ctx, me := c.Request().Context(), frame.Me(c)
	for _, step := range []string{"name", "domain", "governance", "founders"} {
		if no, is := frame.Refusal(charter.Check(step, a)); is {
			return d.stepPage(c, http.StatusUnprocessableEntity, turn{founding: f, answers: a, step: step, no: no})
		}
	}
	actor, err := d.com.PrepareActor(d.store, db.ActorGroup)
	if err != nil {
		return err
	}
	founders := d.founders(ctx, a, me)
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		g, _, err := d.charter.Found(ctx, tx, charter.Founding{
			Group: community.NewGroup{
				Handle: a.Handle, Name: a.Name, Tagline: a.Tagline, Openness: a.Openness, PostPolicy: a.Posting,
				Languages: a.Languages, Summary: a.Purpose, Facilitator: me, Actor: actor,
			},
			Kind: a.Kind, Fields: a.CharterFields, Founders: founders,
		})
		if err != nil {
			return err
		}
		f.GroupID = g.ActorID
		if err := d.claims(ctx, tx, g, me, a); err != nil {
			return err
		}
		return tx.SaveFounding(ctx, f)
	})
	if no, is := frame.Refusal(err); is {
		f.GroupID = 0
		return d.stepPage(c, http.StatusUnprocessableEntity, turn{founding: f, answers: a, step: stepOf(no), no: no})
	}
	if err != nil {
		return fmt.Errorf("found %s: %w", a.Handle, err)
	}
	d.Flash(c, d.Loc(c).Text("The founders are asked. You see here who has signed."), "")
	return frame.See(c, "/c/"+a.Handle+"/charter")
}

// stepOf is the step on which a refusal can be mended.
func stepOf(no *community.Refusal) string {
	switch no.Field {
	case "name", "handle":
		return "name"
	case "purpose", "outside":
		return "domain"
	case "openness", "post_policy":
		return "community"
	case "founders":
		return "founders"
	}
	return "governance"
}

// founders looks everybody up who was named, the founder left out. Who looks after it too founds it
// as well, named among the founders or not.
func (d *Pages) founders(ctx context.Context, a charter.Answers, me *db.Actor) []charter.Invited {
	var list []charter.Invited
	second, named := strings.TrimPrefix(a.Second, "@"), a.Founders
	if second != "" && !slices.ContainsFunc(named, func(one string) bool { return strings.EqualFold(strings.TrimPrefix(one, "@"), second) }) {
		named = append(slices.Clone(named), "@"+second)
	}
	for _, one := range named {
		if charter.ByMail(one) {
			list = append(list, charter.Invited{Address: one, Mail: true})
			continue
		}
		who := charter.Invited{Address: strings.TrimPrefix(one, "@")}
		who.Facilitates = second != "" && strings.EqualFold(who.Address, second)
		if a, err := d.o.Resolve(ctx, who.Address); err == nil && a.Type == db.ActorPerson {
			who.Actor = a
		}
		if who.Actor == nil || who.Actor.ID != me.ID {
			list = append(list, who)
		}
	}
	return list
}
