package cockpit

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/duty"
	"github.com/copse-social/copse/server/query"
)

// quoted is how many letters of others' words stand in a row.
const quoted = 160

// row is one duty that is being worded.
type row struct {
	d    *Pages
	l    loc
	s    *sight
	sh   *duty.Sheet
	duty *db.Duty
	out  views.DutyRow
}

func (r *row) view() views.DutyRow {
	x, g := r.duty, r.s.groups[r.duty.GroupID]
	now := r.d.o.Now()
	object := strconv.FormatInt(x.ObjectID, 10)
	r.out = views.DutyRow{
		ID: x.Kind + "-" + object, Path: r.d.path(g) + "/cockpit/" + x.Kind + "/" + object, AgeKind: duty.Age(x, now), Age: r.age(now),
	}
	if x.Until.After(now) {
		r.out.Off = x.Until.Time
	}
	if r.s.group == nil {
		r.out.Place = g.Actor.Label()
	}
	if a := r.sh.People[x.AssigneeID]; a != nil {
		r.out.Assignee = a.Label()
	}
	for _, h := range r.sh.Holders {
		if h.GroupID == x.GroupID {
			r.out.Holders = append(r.out.Holders, ui.Choice{Value: r.d.PathHandle(h.Actor), Label: h.Actor.Label(), Chosen: h.ActorID == x.AssigneeID})
		}
	}
	switch x.Kind {
	case db.DutyAnswer, db.DutyClose:
		r.query(g)
	case db.DutyWelcome:
		r.person(g)
	default:
		r.kept(g)
	}
	return r.out
}

// age is how long it has waited, or when it is due where that is to come and is what counts.
func (r *row) age(now time.Time) string {
	x, l := r.duty, r.l
	if x.Due.After(now) && (x.Kind == db.DutyClose || x.Kind == db.DutyReview) {
		return l.Text("due %s", l.Date(x.Due.Time))
	}
	from := x.Since.Time
	if x.Kind == db.DutyClose || x.Kind == db.DutyReview {
		from = x.Due.Time
	}
	switch gone := max(0, now.Sub(from)); {
	case gone < 24*time.Hour:
		return l.TextIn("age", "%d h", int(gone.Hours()))
	case gone < 60*24*time.Hour:
		return l.TextIn("age", "%d d", int(gone.Hours()/24))
	default:
		return l.TextIn("age", "%d mo", int(gone.Hours()/24/30))
	}
}

func (r *row) say(words string) {
	if words != "" {
		r.out.Meta = append(r.out.Meta, words)
	}
}

func (r *row) act(do, label string) {
	r.out.Acts = append(r.out.Acts, ui.Choice{Value: do, Label: label})
}

func (r *row) link(path, label string) {
	if r.s.pass == nil { // other pages do not know guests
		r.out.Links = append(r.out.Links, ui.Link{Label: label, URL: path})
	}
}

// home leads a guest to a post on their own server, where they can write as themselves.
func (r *row) home(uri, label string) {
	if r.s.pass != nil && uri != "" {
		at, err := url.Parse(r.s.who.URI)
		if err != nil {
			return
		}
		r.out.Home = ui.Link{Label: label, URL: at.Scheme + "://" + at.Host + "/authorize_interaction?uri=" + url.QueryEscape(uri)}
	}
}

// named lists some people by name.
func (r *row) named(ids []int64) string {
	var names []string
	for _, id := range ids {
		if a := r.sh.People[id]; a != nil {
			names = append(names, a.Label())
		}
	}
	return strings.Join(names, ", ")
}

// query is a duty about a query.
func (r *row) query(g *db.Group) {
	q := r.sh.Queries[r.duty.ObjectID]
	if q == nil {
		return
	}
	l, page := r.l, "/d/"+strconv.FormatInt(q.PostID, 10)
	r.out.Title, r.out.URL = q.Post.Title, page
	n := query.CountOf(q, r.sh.Responses)
	if q.Anonymous || q.Post.AuthorID == g.ActorID {
		r.say(l.Text("through a facilitator, without a name"))
	} else {
		r.say(r.d.Face(q.Post.Author).Name)
	}
	switch r.duty.Stage {
	case db.StageCheck:
		r.say(l.Text("Nobody sees it yet: look at it first"))
		r.act(query.Open, l.Text("Open it"))
		r.link(page, l.TextIn("duty", "Look"))
	case db.StageAnswer:
		r.say(l.Count("%d useful response", "%d useful responses", 0))
		if n.MeToo > 0 {
			r.say(l.Count("%d “me too”, which is not an answer", "%d “me too”, which are not answers", n.MeToo))
		}
		if a := r.sh.Nearest[q.PostID]; a != nil {
			r.say(l.Text("nearest: “%s”", a.Title))
		}
		if who := r.named(r.sh.Helpers[q.PostID]); who != "" {
			r.say(l.Text("could help: %s", who))
			r.act("nudge", l.Text("Ask them"))
		}
		r.link(page, l.TextIn("duty", "Answer"))
		r.home(q.Post.URI, l.Text("Answer at home"))
	case db.StageSort:
		r.say(l.Text("Do these answer it? Say so, and it leaves the list"))
		r.unsorted(q)
	default:
		r.closing(q, n)
	}
}

// unsorted are the responses of which nobody has said of what kind they are.
func (r *row) unsorted(q *db.Query) {
	for _, one := range r.sh.Responses {
		text, shown := r.sh.Texts[one.PostID]
		if !shown || one.QueryID != q.PostID || one.AuthorID == q.AskerID {
			continue
		}
		by := r.l.Text("Somebody")
		if a := r.sh.People[one.AuthorID]; a != nil {
			by = a.Label()
		}
		r.out.Unsorted = append(r.out.Unsorted, views.Unsorted{ID: strconv.FormatInt(one.PostID, 10), By: by, Text: content.Excerpt(text, quoted)})
	}
}

// closing is a query near or past its end.
func (r *row) closing(q *db.Query, n query.Count) {
	l, page := r.l, r.out.URL
	desk := func() {
		label := l.Text("Open desk")
		r.link(page+"/synthesis", label)
		r.home(q.Post.URI, l.Text("Open at home"))
	}
	switch r.duty.Stage {
	case db.StageUnanswered:
		r.say(l.Text("Closed on %s without an answer: a gap, perhaps", l.Date(q.ClosedAt.Time)))
		r.act(query.Reopen, l.Text("Open it again"))
		return
	case db.StageClosing:
		r.say(l.Text("Closes %s", l.Stamp(q.ClosesAt.Time)))
		if q.ExtendedAt.IsZero() {
			r.act(query.Extend, l.Text("Extend"))
		}
		r.act(query.Close, l.Text("Close now"))
	case db.StageObjection:
		r.say(l.Text("Somebody objects to the text"))
		desk()
	default:
		r.say(l.Text("Closed on %s", l.Date(q.ClosedAt.Time)))
		desk()
	}
	r.say(l.Count("%d response", "%d responses", n.All))
	if u, ok := r.sh.Used[q.PostID]; ok {
		r.say(l.Text("%d of %d placed", u.Placed, u.All))
	}
	if who := r.sh.Editors[q.PostID]; len(who) > 0 {
		r.say(l.Text("%s writes", who[0].Label()))
	}
}

// person is somebody who is new, or asks to join.
func (r *row) person(g *db.Group) {
	l, a := r.l, r.sh.People[r.duty.ObjectID]
	if a == nil {
		return
	}
	face := r.d.Face(a)
	r.out.Title, r.out.URL = face.Name, face.URL
	r.say(face.Place)
	c := r.sh.Commitments[[2]int64{g.ActorID, a.ID}]
	if c != nil {
		said := c.Introduction
		if said == "" {
			said = c.Link
		}
		if said != "" {
			r.say("“" + content.Excerpt(content.Markdown(said), quoted) + "”")
		}
	}
	if r.duty.Stage == db.StageRequest {
		r.request(g, a)
		return
	}
	if who := r.named(r.sh.Helpers[a.ID]); who != "" {
		r.say(l.Text("shares a topic with %s", who))
	}
	hint := l.Text("Your words answer the introduction, for all to read. Nothing is sent that you do not send.")
	if c == nil || c.PostID == 0 || r.s.pass != nil {
		hint = l.Text("The community passes your words on as a message, with your name. Nothing is sent that you do not send.")
	}
	r.write(views.WriteTo{
		Label: l.Text("Write to %s", face.Name), Draft: r.draft(g, face.Name, r.named(r.sh.Helpers[a.ID])), Button: l.Text("Send the welcome"), Do: "welcome", Hint: hint,
	})
}

// draft is a welcome to begin with, which a person makes theirs.
func (r *row) draft(g *db.Group, name, meet string) string {
	l := r.l
	text := l.Text("Welcome to %s, %s. I am glad that you are here.", g.Actor.Label(), name)
	if meet != "" {
		text += " " + l.Text("You may want to meet %s, who works on something near to yours.", meet)
	}
	return text + " " + l.Text("Ask me if you look for something.")
}

// write offers a line to somebody; one that came back is open, with what was wrong.
func (r *row) write(w views.WriteTo) {
	w.Open = r.sh.Alone
	if x := r.s.wrong; x != nil && x.id == r.out.ID && x.do == w.Do {
		w.Draft, w.Error, w.Open = x.text, x.no, true
	}
	r.out.Write = &w
}

// request is somebody who waits to be let in.
func (r *row) request(g *db.Group, a *db.Actor) {
	l := r.l
	r.out.Title = l.Text("%s asks to join", r.out.Title)
	r.out.URL = r.d.path(g) + "/requests"
	vouched, asked := 0, ""
	for _, w := range r.sh.Said {
		if w.ActorID != a.ID || w.GroupID != g.ActorID {
			continue
		}
		switch w.Kind {
		case db.JoinVouched:
			vouched++
		case db.JoinAsked:
			asked = l.Text("asked back, waits for them")
		case db.JoinAnswered:
			asked = l.Text("answered: “%s”", content.Excerpt(content.Markdown(w.Text), quoted))
		}
	}
	r.say(asked)
	if vouched > 0 {
		r.say(l.Count("%d member vouches for them", "%d members vouch for them", vouched))
	}
	r.act("accept", l.Text("Accept"))
	r.link(r.out.URL, l.Text("Read and answer"))
	r.write(views.WriteTo{
		Label: l.Text("Ask first"), Button: l.Text("Send the question"), Do: "ask", Hint: l.Text("It is sent as a message of the community."),
	})
}

// kept is an artifact that is to be looked at, or a verdict on one.
func (r *row) kept(g *db.Group) {
	l, a := r.l, r.sh.Artifacts[r.duty.AboutID]
	if a == nil {
		return
	}
	id := strconv.FormatInt(a.ID, 10)
	r.out.Title, r.out.URL = a.Title, "/d/"+id
	steward := ""
	if a.Steward != nil && r.duty.Stage == db.StageDue {
		steward = a.Steward.Label()
	}
	switch r.duty.Stage {
	case db.StageVerdict:
		if v := r.sh.Reviews[r.duty.ObjectID]; v != nil {
			r.say(l.Text("%s was asked on %s and has not judged it yet", v.Reviewer.Label(), l.Date(v.AskedAt.Time)))
		}
		r.out.URL = "/a/" + id
	case db.StageOrphan:
		r.say(l.Text("Nobody of the community looks after it"))
	default:
		r.say(l.Text("Review by %s", l.Date(a.ReviewBy.Time)))
		if steward == "" {
			steward = l.Text("nobody")
		}
		r.say(l.Text("steward: %s", steward))
	}
	if a.UsesCount > 0 {
		r.say(l.Count("reused %d time", "reused %d times", int(a.UsesCount)))
	}
	r.link(r.out.URL, l.Text("Look at it"))
	r.home(a.URI, l.Text("Open at home"))
}
