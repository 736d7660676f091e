package asking

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// written is the form as it is sent.
type written struct {
	Kind      string `form:"kind"`
	Title     string `form:"title"`
	Text      string `form:"text"`
	Tried     string `form:"tried"`
	Limits    string `form:"limits"`
	By        string `form:"by"`
	Days      int    `form:"days"`
	Anonymous string `form:"anonymous"`
	Language  string `form:"language"`
	Check     string `form:"check"`
}

// askForm handles GET /c/:handle/ask.
func (d *Pages) askForm(c echo.Context) error {
	h, err := d.at(c)
	if err != nil {
		return err
	}
	p, err := d.page(c, h, written{Kind: db.AsksExperience, Title: c.QueryParam("title")})
	if err != nil {
		return err
	}
	err = d.com.Permit(c.Request().Context(), d.store, h.group, frame.Me(c), rights.Start)
	if no, is := frame.Refusal(err); is {
		p.Refusal = d.Sentence(p.Loc, no)
	} else if err != nil {
		return err
	}
	return d.Page(c, http.StatusOK, *p)
}

// ask handles POST /c/:handle/ask. With check it only looks for what is there already.
func (d *Pages) ask(c echo.Context) error {
	var form written
	if err := c.Bind(&form); err != nil {
		return err
	}
	h, err := d.at(c)
	if err != nil {
		return err
	}
	if form.Check != "" {
		return d.again(c, http.StatusOK, h, form, nil)
	}
	asked := query.Question{
		Asker: frame.Me(c), Group: h.group, Kind: form.Kind, Title: strings.Join(strings.Fields(form.Title), " "), Seen: lines(form.Text),
		Tried: lines(form.Tried), Limits: lines(form.Limits), Days: form.Days, Anonymous: form.Anonymous != "",
		Lang: form.Language, Door: "web", Mentions: d.o.Mentioned(c.Request().Context(), form.Text),
	}
	if form.By != "" {
		if asked.WantedBy, err = time.Parse(time.DateOnly, form.By); err != nil {
			return d.again(c, status, h, form, community.RefuseField("by", "query-date"))
		}
	}
	var p *db.Post
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		p, err = d.o.Query.Ask(ctx, tx, asked)
		return err
	})
	if no, is := frame.Refusal(err); is {
		return d.again(c, status, h, form, no)
	}
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	l := d.Loc(c)
	switch {
	case p.State == db.PostHeld:
		d.Flash(c, l.Text("Sent. A facilitator looks at it first, usually within a working day."), "")
	case p.State == db.PostWaiting:
		d.Flash(c, l.Text("On its way to the community’s own server."), "")
	default:
		d.Flash(c, l.Text("Asked. Answers arrive as they come; you are told."), "")
	}
	if asked.Anonymous {
		return frame.See(c, d.path(h.group)+"/queries")
	}
	return frame.See(c, discussion(p.ID))
}

func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// again shows the form as it was typed: with what is near, or with what is wrong.
func (d *Pages) again(c echo.Context, code int, h *place, form written, no *community.Refusal) error {
	p, err := d.page(c, h, form)
	if err != nil {
		return err
	}
	if no != nil {
		say := d.Sentence(p.Loc, no)
		switch no.Field {
		case "title":
			p.Title.Error = say
		case "text":
			p.Seen.Error = say
		case "tried":
			p.Tried.Error = say
		case "limits":
			p.Limits.Error = say
		case "by":
			p.By.Error = say
		default:
			p.Error = say
		}
	}
	return d.Page(c, code, *p)
}

func (d *Pages) page(c echo.Context, h *place, form written) (*views.Ask, error) {
	l, g := d.Loc(c), h.group
	shell, err := d.ShellIn(c, l.Text("Ask %s", g.Actor.Label()), g)
	if err != nil {
		return nil, err
	}
	shell.Head.NoIndex = true
	p := &views.Ask{
		Shell: shell, Community: d.link(g.Actor), Action: d.path(g) + "/ask", Title: ui.Answer{Value: form.Title}, Seen: ui.Answer{Value: form.Text},
		Tried: ui.Answer{Value: form.Tried}, Limits: ui.Answer{Value: form.Limits}, By: ui.Answer{Value: form.By},
		Kinds: askKinds(l, form.Kind), Days: days(l, form.Days), MayHide: g.Actor.Local, Anonymous: form.Anonymous != "",
		Submit: l.Count("Ask %d member", "Ask %d members", int(g.MembersCount)), MaxTitle: query.MaxTitle, MaxText: query.MaxPart,
		Languages: languages(g, form.Language),
	}
	if g.MembersCount < 2 {
		p.Submit = l.Text("Ask")
	}
	if p.MayHide {
		stewards, err := d.store.Stewards(c.Request().Context(), g.ActorID)
		if err != nil {
			return nil, fmt.Errorf("load facilitators: %w", err)
		}
		var names []string
		for _, s := range stewards {
			names = append(names, s.Actor.Label())
		}
		p.Stewards = strings.Join(names, ", ")
	}
	if p.Near, err = d.known(c, h, form.Title); err != nil {
		return nil, err
	}
	return p, d.knowers(c, h, form, p)
}

// knowers fills in who would be asked to help, once there is something to go by.
func (d *Pages) knowers(c echo.Context, h *place, form written, p *views.Ask) error {
	ctx := c.Request().Context()
	sees, err := d.may(c, h.group, rights.SeeMembers)
	if err != nil || !sees || !h.group.Actor.Local || form.Title == "" {
		return err
	}
	ids, err := query.WhoKnows(ctx, d.store, h.group, form.Title+" "+form.Text, frame.MyID(c))
	if err != nil {
		return err
	}
	people, err := d.store.ActorsByID(ctx, ids)
	if err != nil {
		return fmt.Errorf("load who knows: %w", err)
	}
	for _, id := range ids {
		if a := people[id]; a != nil {
			p.Tell = append(p.Tell, d.Face(a))
		}
	}
	return nil
}

func askKinds(l *locales.Loc, chosen string) []ui.Kind {
	var list []ui.Kind
	for _, k := range []string{db.AsksProblem, db.AsksInformation, db.AsksExperience} {
		list = append(list, ui.Kind{Choice: ui.Choice{Value: k, Label: views.AskKind(l, k), Chosen: k == chosen}, Icon: views.AskIcon(k)})
	}
	return list
}

func days(l *locales.Loc, chosen int) []ui.Choice {
	if chosen == 0 {
		chosen = query.DaysUsual
	}
	var list []ui.Choice
	for _, n := range []int{query.DaysUsual, 5, query.DaysMost, query.DaysLeast} {
		label := l.Count("%d day", "%d days", n)
		if n == query.DaysLeast {
			label = l.Text("%s, urgent", label)
		}
		list = append(list, ui.Choice{Value: strconv.Itoa(n), Label: label, Chosen: n == chosen})
	}
	return list
}

func languages(g *db.Group, chosen string) []ui.Choice {
	var list []ui.Choice
	for i, tag := range strings.Fields(g.Languages) {
		name := tag
		for _, l := range locales.Languages() {
			if l.Code == tag {
				name = l.Name
			}
		}
		list = append(list, ui.Choice{Value: tag, Label: name, Chosen: tag == chosen || chosen == "" && i == 0})
	}
	return list
}

// nearest is how many things are shown that may answer already.
const nearest = 5

// near handles GET /c/:handle/ask/near: what may answer, while somebody types.
func (d *Pages) near(c echo.Context) error {
	h, err := d.at(c)
	if err != nil {
		return err
	}
	n, err := d.known(c, h, c.QueryParam("title"))
	if err != nil {
		return err
	}
	return d.Page(c, http.StatusOK, n)
}

// known are earlier queries and discussions that speak of the same: those with all words of a title
// first, then with most of them.
func (d *Pages) known(c echo.Context, h *place, title string) (views.Near, error) {
	l, ctx := d.Loc(c), c.Request().Context()
	n := views.Near{Loc: l, Action: d.path(h.group) + "/ask/served"}
	words := telling(title)
	if len(words) == 0 || !h.reads {
		return n, nil
	}
	n.Sought = true
	seen := map[int64]bool{}
	for _, some := range tries(words) {
		if len(n.Rows) == nearest {
			break
		}
		found, err := d.store.SearchPosts(ctx, db.SearchQuery{Words: some, GroupID: h.group.ActorID, Reader: frame.MyID(c), Limit: 2 * nearest})
		if err != nil {
			return n, fmt.Errorf("look for what is near: %w", err)
		}
		for _, p := range found.Posts {
			if seen[p.DiscussionID] || len(n.Rows) == nearest {
				continue
			}
			seen[p.DiscussionID] = true
			row, err := d.nearRow(c, p)
			if err != nil {
				return n, err
			}
			n.Rows = append(n.Rows, row)
		}
	}
	return n, nil
}

func (d *Pages) nearRow(c echo.Context, found *db.Post) (views.NearRow, error) {
	l, ctx, p := d.Loc(c), c.Request().Context(), found
	if !p.Starts() {
		var err error
		if p, err = d.store.PostByID(ctx, found.DiscussionID); err != nil {
			return views.NearRow{}, fmt.Errorf("load discussion of what is near: %w", err)
		}
	}
	row := views.NearRow{ID: strconv.FormatInt(p.ID, 10), Title: p.Title, URL: discussion(p.ID), Line: l.Text("Discussion, %s", l.Date(p.PublishedAt.Time))}
	if row.Title == "" {
		row.Title = content.Excerpt(p.Content, 80)
	}
	q, err := d.store.QueryOf(ctx, p.ID)
	switch {
	case frame.IsMissing(err):
		return row, nil
	case err != nil:
		return row, fmt.Errorf("load query: %w", err)
	}
	row.Line = l.Text("Query, %s · %s", l.Date(p.PublishedAt.Time), views.MarkQuery(l, q.State, q.ClosesAt.Time, d.o.Now(), p.RepliesCount > 0).Word)
	return row, nil
}

// telling are the words of a title by which it can be found: the longest, at most six.
func telling(title string) []string {
	var list []string
	for w := range strings.FieldsSeq(strings.ToLower(content.PlainName(title))) {
		w = strings.Trim(w, ".,;:?!()“”\"'«»؟،")
		if len([]rune(w)) >= 4 && len(list) < 12 {
			list = append(list, w)
		}
	}
	for len(list) > 6 {
		short := 0
		for i, w := range list {
			if len([]rune(w)) < len([]rune(list[short])) {
				short = i
			}
		}
		list = append(list[:short], list[short+1:]...)
	}
	return list
}

// tries are the searches, the narrowest first: all words, then each two that follow each other, then
// each alone.
func tries(words []string) []string {
	list := []string{strings.Join(words, " ")}
	for i := 0; i+1 < len(words) && len(words) > 2; i++ {
		list = append(list, words[i]+" "+words[i+1])
	}
	if len(words) > 1 {
		list = append(list, words...)
	}
	return list
}

// served handles POST /c/:handle/ask/served: the reader found the answer before asking.
func (d *Pages) served(c echo.Context) error {
	h, err := d.at(c)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.FormValue("post"), 10, 64)
	if err != nil {
		return echo.ErrNotFound
	}
	f, err := d.SeenByID(c, id)
	if err != nil {
		return err
	}
	if f.Post.GroupID != h.group.ActorID {
		return echo.ErrNotFound
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		return d.o.Query.Served(ctx, tx, h.group, frame.Me(c), f.Post)
	})
	if err != nil {
		return fmt.Errorf("count a found answer: %w", err)
	}
	d.Flash(c, d.Loc(c).Text("Good. That counts: what is here was of use."), "")
	return frame.See(c, discussion(f.Post.DiscussionID))
}
