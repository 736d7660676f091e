package desk

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// maxInForce bounds the list of what is slowed down, hidden or restricted.
const maxInForce = 100

// inForce fills in what holds now in the communities of ours among some, each with the way to end it.
func (d *Desk) inForce(ctx context.Context, groups map[int64]*db.Actor, p *views.ReportsPage) error {
	var ours []int64
	for id, g := range groups {
		if g.Local {
			ours = append(ours, id)
		}
	}
	list, err := d.store.MeasuresIn(ctx, ours, maxInForce)
	if err != nil {
		return fmt.Errorf("list what is in force: %w", err)
	}
	var actors, posts []int64
	for _, m := range list {
		actors, posts = append(actors, m.ActorID, m.ByID), append(posts, m.PostID)
	}
	people, err := d.store.ActorsByID(ctx, actors)
	if err != nil {
		return fmt.Errorf("load whom it concerns: %w", err)
	}
	titles, err := d.store.TitlesOf(ctx, posts)
	if err != nil {
		return fmt.Errorf("load titles: %w", err)
	}
	for _, m := range list {
		row := views.InForceRow{Place: d.Place(groups[m.GroupID]), Until: m.Until.Time, Why: m.Reason}
		if by := people[m.ByID]; by != nil {
			row.By = by.Label()
		}
		d.measureRow(p.Loc, m, people[m.ActorID], &row)
		if m.PostID != 0 {
			row.About = ui.Link{Label: titles[m.PostID], URL: "/p/" + strconv.FormatInt(m.PostID, 10)}
			if row.About.Label == "" {
				row.About.Label = p.Text("where it stands")
			}
		}
		p.InForce = append(p.InForce, row)
	}
	return nil
}

// measureRow says what a measure is and where it is ended.
func (d *Desk) measureRow(l loc, m *db.InForce, who *db.Actor, row *views.InForceRow) {
	post := "/p/" + strconv.FormatInt(m.PostID, 10)
	switch m.Kind {
	case db.InForceSlow:
		row.Icon, row.What = "clock", l.Text("Slow mode: %s between two posts", paceOf(l, m.Seconds))
		row.End, row.EndWord = row.Place.URL+"/slow?wait=0", l.Text("End slow mode")
		if m.PostID != 0 {
			row.End = post + "/slow?wait=0"
		}
	case db.InForceHide:
		row.Icon, row.What = "eye", l.Text("Hidden for a day")
		row.End, row.EndWord = post+"/restore", l.Text("Put it back")
	case db.InForceBan:
		row.Icon, row.What = "block", l.Text("Closed to somebody")
		if who != nil {
			row.What = l.Text("Closed to %s", who.Label())
			path := row.Place.URL + "/people/" + d.PathHandle(who)
			row.About = ui.Link{Label: "@" + who.Acct(), URL: path}
			row.End, row.EndWord = path+"/unban", l.Text("Open it again")
		}
	}
}

// paceOf says how long somebody waits.
func paceOf(l loc, seconds int64) string {
	switch wait := time.Duration(seconds) * time.Second; {
	case wait >= 24*time.Hour:
		return l.Count("%d day", "%d days", int(wait/(24*time.Hour)))
	case wait >= time.Hour:
		return l.Count("%d hour", "%d hours", int(wait/time.Hour))
	default:
		return l.Count("%d minute", "%d minutes", int(wait/time.Minute))
	}
}
