package admin

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// Rows of the tables on the page of a host.
const maxQueue = 20

// hostAt is the host that an address names; only those that we have met have a page.
func (d *Door) hostAt(c echo.Context) (*db.Host, error) {
	name, ok := hostName(c.Param("host"))
	if !ok {
		return nil, echo.ErrNotFound
	}
	return d.store.HostByName(c.Request().Context(), name)
}

// host handles GET /admin/federation/:host.
func (d *Door) host(c echo.Context) error {
	h, err := d.hostAt(c)
	if err != nil {
		return err
	}
	return d.hostPage(c, http.StatusOK, h, views.PeerPage{Ask: views.PeerQuestion(c.QueryParam("ask"))})
}

func (d *Door) hostPage(c echo.Context, status int, h *db.Host, p views.PeerPage) error {
	ctx := c.Request().Context()
	shell, err := d.Shell(c, h.Name, views.Federation)
	if err != nil {
		return err
	}
	p.Shell, p.Since, p.Signature = shell, h.CreatedAt.Time, h.Scheme
	people, err := d.store.PeopleAt(ctx, h.Name)
	if err != nil {
		return fmt.Errorf("count people at %s: %w", h.Name, err)
	}
	p.Known, p.Followed, p.Following = int(people.Known), int(people.Followed), int(people.Following)
	if err := d.fillQueue(ctx, c, h, &p); err != nil {
		return err
	}
	if p.Held, err = d.held(ctx, h.Name); err != nil {
		return err
	}
	p.Choices = choices(shell.Loc, h.Policy, people)
	if status == http.StatusOK {
		p.Why.Value = h.PolicyReason
	}
	return d.Page(c, status, p)
}

// fillQueue adds what waits for a host, what was given up, and how the last days went.
func (d *Door) fillQueue(ctx context.Context, c echo.Context, h *db.Host, p *views.PeerPage) error {
	line := &db.HostLine{Host: *h}
	var err error
	if line.Pending, line.Oldest, err = d.store.WaitingFor(ctx, h.Name); err != nil {
		return fmt.Errorf("count what waits for %s: %w", h.Name, err)
	}
	dead, err := d.store.DeadAt(ctx, h.Name)
	if err != nil {
		return fmt.Errorf("count dead letters of %s: %w", h.Name, err)
	}
	line.Dead = dead.Refused + dead.Expired
	p.Peer = d.peer(line)
	queue, err := d.store.DeliveriesTo(ctx, h.Name, maxQueue)
	if err != nil {
		return fmt.Errorf("list what waits for %s: %w", h.Name, err)
	}
	if p.Queue, err = d.deliveries(ctx, p.Loc, queue); err != nil {
		return err
	}
	if p.Failed, p.FailedTo, err = d.deadLetters(ctx, c, h.Name, p.Loc); err != nil {
		return err
	}
	p.Days, err = d.days(ctx, h.Name)
	return err
}

func choices(l *locales.Loc, policy string, people db.HostPeople) []views.PolicyChoice {
	list := []views.PolicyChoice{
		{Choice: ui.Choice{Value: "", Label: l.Text("No decision")}, Means: l.Text("As every server")},
		{Choice: ui.Choice{Value: db.HostAllowed, Label: l.Text("Allow")}, Means: l.Text("On the list, where only listed servers are dealt with")},
		{Choice: ui.Choice{Value: db.HostSilenced, Label: l.Text("Silence")}, Means: l.Text("Only people who follow someone there see them")},
		{Choice: ui.Choice{Value: db.HostBlocked, Label: l.Text("Block")}, Means: l.Text("Nothing in, nothing out")},
	}
	if n := int(people.Following); n > 0 {
		list[3].Reach = l.Count("%d follower there gets nothing more", "%d followers there get nothing more", n)
	}
	for i := range list {
		list[i].Chosen = list[i].Value == policy
	}
	return list
}

// deliveries are rows of a table, with who sent them and what they are about. Private words are
// named by their kind alone: to run a server isn't to read them (T47).
func (d *Door) deliveries(ctx context.Context, l *locales.Loc, list []*db.HostDelivery) ([]views.PeerDelivery, error) {
	var actors, posts []int64
	for _, row := range list {
		actors, posts = append(actors, row.ActorID), append(posts, row.PostID)
	}
	senders, err := d.store.ActorsByID(ctx, actors)
	if err != nil {
		return nil, fmt.Errorf("load senders: %w", err)
	}
	titles, err := d.store.TitlesOf(ctx, posts)
	if err != nil {
		return nil, fmt.Errorf("load titles: %w", err)
	}
	public, err := d.store.ReadableAmong(ctx, 0, posts)
	if err != nil {
		return nil, fmt.Errorf("see what is public: %w", err)
	}
	var rows []views.PeerDelivery
	for _, row := range list {
		out := views.PeerDelivery{What: whatWord(l, row.Type), Tries: int(row.Attempts), Answer: answerOf(row), At: row.CreatedAt.Time}
		if a := senders[row.ActorID]; a != nil {
			out.What = l.Text("%s by %s", out.What, a.Label())
		}
		if row.PostID != 0 && public[row.PostID] {
			out.About = ui.Link{Label: titles[row.PostID], URL: "/p/" + strconv.FormatInt(row.PostID, 10)}
			if out.About.Label == "" {
				out.About.Label = l.Text("where it stands")
			}
		}
		rows = append(rows, out)
	}
	return rows, nil
}

func answerOf(row *db.HostDelivery) string {
	if row.LastError != "" {
		return row.LastError
	}
	if row.LastCode != 0 {
		return strconv.FormatInt(row.LastCode, 10)
	}
	return ""
}

// whatWord says what an activity does, in words of people.
func whatWord(l *locales.Loc, kind string) string {
	switch kind {
	case "Create":
		return l.Text("New text")
	case "Announce":
		return l.Text("Text passed on")
	case "Update":
		return l.Text("Correction")
	case "Delete":
		return l.Text("Removal")
	case "Like":
		return l.Text("Helpful mark")
	case "Follow":
		return l.Text("Wish to follow")
	case "Accept":
		return l.Text("Consent")
	case "Reject":
		return l.Text("Refusal")
	case "Undo":
		return l.Text("Taking back")
	}
	return kind
}

// setPolicy handles POST /admin/federation/:host/policy.
func (d *Door) setPolicy(c echo.Context) error {
	h, err := d.hostAt(c)
	if err != nil {
		return err
	}
	reason, bad := reasonIn(d.loc(c), c)
	if bad != "" {
		h.Policy = c.FormValue("policy")
		return d.hostPage(c, http.StatusUnprocessableEntity, h, views.PeerPage{Why: ui.Answer{Value: reason, Error: bad}})
	}
	if err := d.putPolicy(c, h.Name, c.FormValue("policy"), reason); err != nil {
		return err
	}
	return d.done(c, d.loc(c).Text("Saved."), "/admin/federation/"+h.Name)
}

// hostAct handles POST /admin/federation/:host/:act: retry, drop, drop-dead, pause and resume. What
// is thrown away is asked about first.
func (d *Door) hostAct(c echo.Context) error {
	h, err := d.hostAt(c)
	if err != nil {
		return err
	}
	ctx, act, l := c.Request().Context(), c.Param("act"), d.loc(c)
	do, said := d.verb(l, act)
	if do == nil {
		return echo.ErrNotFound
	}
	if asked := questions[act]; asked != "" && c.QueryParam("sure") == "" {
		return c.Redirect(http.StatusSeeOther, "/admin/federation/"+h.Name+"?ask="+string(asked))
	}
	err = d.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		return d.note(ctx, tx, c, db.ModerationEntry{Act: act + "-host", Reason: h.Name})
	})
	if err == nil {
		err = do(ctx, h.Name)
	}
	if err != nil {
		return fmt.Errorf("%s deliveries to %s: %w", act, h.Name, err)
	}
	return d.done(c, said, "/admin/federation/"+h.Name)
}

// questions are the acts that throw something away.
var questions = map[string]views.PeerQuestion{"drop": views.AskQueue, "drop-dead": views.AskDead}

func (d *Door) verb(l *locales.Loc, act string) (do func(ctx context.Context, host string) error, said string) {
	switch act {
	case "retry":
		return d.o.Retry, l.Text("It is being tried now.")
	case "drop":
		return d.o.Drop, l.Text("What waited is thrown away.")
	case "drop-dead":
		return d.dropDead, l.Text("What was given up is thrown away.")
	case "pause":
		return d.o.Pause, l.Text("Paused. What is meant for it waits.")
	case "resume":
		return d.o.Resume, l.Text("Sending goes on.")
	}
	return nil, ""
}
