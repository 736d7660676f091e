package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/synthesis"
)

// inquiry is scenario 2 as one query goes through it. Grace, who has no account in the scenario and
// writes by mail, is a newcomer on the page of rco here; her colleague is Theo.
type inquiry struct {
	*sarela
	g                        *db.Group
	uri                      string
	vents, plan, depot, noon string // responses of Binh, David, Farid and Theo
	reply                    string // the consolidated reply
}

// TestScenario2_inquiry takes one query from being asked to what came of it: steps 1 to 7, 9 and 11
// to 16 of the scenario, over three instances and a Mastodon server.
func TestScenario2_inquiry(t *testing.T) {
	t.Parallel()
	s := &inquiry{sarela: newSarela(t)}
	s.rco.people("grace")
	s.rco.joins("grace", "coldchain")
	s.rco.joins("theo", "coldchain")
	s.knows(s.health, "binh", "cold chain")
	s.knows(s.agri, "david", "solar\nfridges")
	s.settle()
	s.g = s.rco.groupNamed("coldchain")
	s.rco.tx(func(ctx context.Context, tx *db.Store) error { // who edits is no newcomer
		return tx.PutMembership(ctx, &db.Membership{
			GroupID: s.g.ActorID, ActorID: s.rco.actor("theo").ID, Status: db.MemberFull, JoinedAt: db.At(tx.Now().AddDate(0, -2, 0)),
		})
	})
	for _, step := range []struct {
		name string
		do   func(t *testing.T)
	}{
		{"2.1 checked and released", s.released},
		{"2.2 found before asking", s.served},
		{"2.4 nudged", s.nudged},
		{"2.5 me too", s.meToo},
		{"2.6 typed from every door", s.typed},
		{"2.7 helpful", s.helpful},
		{"2.9 half time and notice", s.notices},
		{"2.11 written by two", s.written},
		{"2.12 objected by a reply", s.objected},
		{"2.13 published", s.published},
		{"2.14 found first", s.found},
		{"2.15 outcome and measures", s.outcomeAsked},
		{"2.16 late", s.late},
	} {
		if !t.Run(step.name, step.do) {
			return
		}
	}
}

// knows lets somebody say to everybody what they know.
func (s *inquiry) knows(l *lab, who, topics string) {
	s.t.Helper()
	account, err := l.store.AccountByLogin(l.ctx, who)
	l.ok(err)
	l.tx(func(ctx context.Context, tx *db.Store) error {
		p := &db.Profile{ActorID: account.ActorID, Shown: "public", Topics: topics}
		if err := l.membership.SaveProfile(ctx, tx, p); err != nil {
			return err
		}
		return l.community.EditPerson(ctx, tx, account)
	})
}

// row is the query as an instance has it.
func (s *inquiry) row(l *lab) *db.Query {
	s.t.Helper()
	q, err := l.store.QueryOf(l.ctx, l.post(s.uri).ID)
	l.ok(err)
	return q
}

func (s *inquiry) responses(l *lab) []*db.Response {
	s.t.Helper()
	list, err := l.store.ResponsesTo(l.ctx, 100, l.post(s.uri).ID)
	l.ok(err)
	return list
}

// told lists what somebody was told of queries and replies.
func (s *inquiry) told(l *lab, who string) []string {
	s.t.Helper()
	account, err := l.store.AccountByLogin(l.ctx, who)
	l.ok(err)
	list, err := l.store.Inbox(l.ctx, db.InboxQuery{AccountID: account.ID, Limit: 100})
	l.ok(err)
	var notes []string
	for _, n := range list {
		notes = append(notes, n.Note)
	}
	return notes
}

// steps lets one of rco's people move the query on.
func (s *inquiry) steps(who string, step query.Step) {
	s.t.Helper()
	s.rco.tx(func(ctx context.Context, tx *db.Store) error {
		return s.rco.query.Do(ctx, tx, s.rco.actor(who), s.rco.post(s.uri).ID, step)
	})
	s.settle()
}

// responds writes a response of a kind from the page of one's own instance.
func (s *inquiry) responds(l *lab, who, kind, text string) string {
	s.t.Helper()
	d := &exchange.Draft{Author: l.actor(who), Parent: l.post(s.uri), Source: text, Door: "web", Kept: query.Typed(kind)}
	var p *db.Post
	l.tx(func(ctx context.Context, tx *db.Store) (err error) {
		p, err = l.exchange.Reply(ctx, tx, d)
		return err
	})
	s.settle()
	return p.URI
}

// waits lets time pass, and rco do what it does by itself.
func (s *inquiry) waits(d time.Duration) {
	s.t.Helper()
	s.pass(d)
	for range 3 {
		s.rco.ok(s.rco.tidy(s.rco.ctx))
		s.settle()
	}
}

// released is 2.1: a newcomer's query waits, nobody else has it, and one act opens it for ten days.
func (s *inquiry) released(t *testing.T) {
	s.social.Forget()
	var p *db.Post
	s.rco.tx(func(ctx context.Context, tx *db.Store) (err error) {
		p, err = s.rco.query.Ask(ctx, tx, query.Question{
			Asker: s.rco.actor("grace"), Group: s.g, Kind: db.AsksProblem, Title: "Fridge fails at 43 °C in Karu",
			Seen: "The cold chain breaks: the solar fridge stops at noon.", Tried: "Shade.", Door: "web",
		})
		return err
	})
	s.uri = p.URI
	s.settle()
	if q := s.row(s.rco); q.State != db.QueryWaiting || s.health.has(s.uri) || s.agri.has(s.uri) || len(s.social.Received()) > 0 {
		t.Fatalf("before anybody looked it is %s, and others have it", q.State)
	}
	s.steps("amina", query.Step{Do: query.Open})
	for _, l := range s.labs() {
		q := s.row(l)
		if q.State != db.QueryOpen || q.Kind != db.AsksProblem || q.ClosesAt.Sub(q.OpenedAt.Time).Round(time.Hour) != 240*time.Hour {
			t.Errorf("on %s it is %s, %s, open from %s to %s", l.iris.Host(), q.State, q.Kind, q.OpenedAt, q.ClosesAt)
		}
		page := l.browse(http.MethodGet, fmt.Sprintf("/d/%d", l.post(s.uri).ID), nil)
		if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), "Grace") || strings.Contains(page.Body.String(), "mail.example") {
			t.Errorf("the page on %s is %d, or says more or less than it should", l.iris.Host(), page.Code)
		}
	}
	if told := s.told(s.rco, "grace"); !slices.Contains(told, "query-opened") {
		t.Errorf("the asker is told %q", told)
	}
	author, _ := s.rco.document(s.uri)["attributedTo"].(string)
	if !strings.HasPrefix(author, s.rco.iris.Base()) || strings.Contains(fmt.Sprint(s.rco.document(author)), "mail.example") {
		t.Errorf("its author is %s, or names an address", author)
	}
	if whole, plain := announces(s.social, s.uri); whole != 0 || plain != 1 {
		t.Errorf("the Mastodon server got %d wrapped and %d boosts, want one boost", whole, plain)
	}
}

// served is 2.2: what Carla begins to ask on health is there already, she says so, and no second query
// exists.
func (s *inquiry) served(t *testing.T) {
	g := s.health.groupNamed("coldchain@rco.example")
	f, err := s.health.store.SearchPosts(s.health.ctx, db.SearchQuery{Words: "fridge fails", GroupID: g.ActorID, Reader: s.health.actor("carla").ID, Limit: 5})
	if err != nil || len(f.Posts) != 1 || f.Posts[0].URI != s.uri {
		t.Fatalf("near are %d posts, %v", len(f.Posts), err)
	}
	s.health.tx(func(ctx context.Context, tx *db.Store) error {
		return s.health.query.Served(ctx, tx, g, s.health.actor("carla"), f.Posts[0])
	})
	n, err := s.health.store.ServedSince(s.health.ctx, g.ActorID, db.Time{})
	list, listed := s.health.store.FindQueries(s.health.ctx, db.QuerySearch{GroupID: g.ActorID, Limit: 10})
	if err != nil || listed != nil || n != 1 || len(list) != 1 {
		t.Errorf("%d found an answer, of %d queries; %v, %v", n, len(list), err, listed)
	}
}

// nudged is 2.4: those who say that they know are asked once each, and the query is on the list of
// those that nobody has answered.
func (s *inquiry) nudged(t *testing.T) {
	list, err := s.rco.store.NudgesFor(s.rco.ctx, s.rco.post(s.uri).ID)
	s.rco.ok(err)
	var who []string
	for _, n := range list {
		who = append(who, n.Actor.Acct())
	}
	if diff := cmp.Diff([]string{"binh@health.example", "david@agri.example"}, slices.Sorted(slices.Values(who))); diff != "" {
		t.Errorf("asked to help (-want +got):\n%s", diff)
	}
	for who, l := range map[string]*lab{"binh": s.health, "david": s.agri} {
		if n := len(s.directs(l, who)); n != 1 {
			t.Errorf("%s has %d messages", who, n)
		}
	}
	s.unanswered(t, 1)
}

// directs lists the messages that somebody has of the community.
func (s *inquiry) directs(l *lab, who string) []*db.Post {
	s.t.Helper()
	account, err := l.store.AccountByLogin(l.ctx, who)
	l.ok(err)
	lines, err := l.store.Inbox(l.ctx, db.InboxQuery{AccountID: account.ID, Limit: 100})
	l.ok(err)
	group := l.actor("coldchain@rco.example").ID
	var list []*db.Post
	for _, n := range lines {
		if n.PostID == 0 {
			continue
		}
		p, err := l.store.PostByID(l.ctx, n.PostID)
		l.ok(err)
		if p.Visibility == db.VisibilityDirect && p.AuthorID == group {
			list = append(list, p)
		}
	}
	return list
}

func (s *inquiry) unanswered(t *testing.T, want int) {
	t.Helper()
	list, err := s.rco.store.FindQueries(s.rco.ctx, db.QuerySearch{GroupID: s.g.ActorID, States: db.OpenStates(), Useless: true, Limit: 10})
	s.rco.ok(err)
	if len(list) != want {
		t.Errorf("%d queries are unanswered, want %d", len(list), want)
	}
}

// meToo is 2.5: "please share" from D is typed by a facilitator in one act, and answers nothing.
func (s *inquiry) meToo(t *testing.T) {
	uri := idOf(s.replies(s.hugo, s.uri, "Please share what you find."))
	s.rco.does("amina", uri, s.rco.exchange.Approve)
	s.sorts("amina", uri, db.MeToo)
	s.unanswered(t, 1)
}

func (s *inquiry) sorts(who, uri, kind string) {
	s.t.Helper()
	s.rco.tx(func(ctx context.Context, tx *db.Store) error {
		return s.rco.query.SetKind(ctx, tx, s.rco.actor(who), s.rco.post(uri), kind)
	})
	s.settle()
}

// typed is 2.6: responses of a kind from two instances, a client and a colleague, alike on all three.
func (s *inquiry) typed(t *testing.T) {
	s.waits(2 * time.Hour)
	s.vents = s.responds(s.health, "binh", db.Experience, "We opened the vents, and it held at 43 °C.")
	s.plan = s.responds(s.agri, "david", db.Resource, "The plan of the vents: https://agri.example/vents.pdf")
	note := s.farid.Answer(s.rco.document(s.uri), "Ring the depot in Oru. #contact", fedtest.Doc{"tag": []any{
		fedtest.Doc{"type": "Hashtag", "name": "#contact", "href": "https://social.example/tags/contact"},
	}})
	s.sends(s.farid, s.farid.Create(note))
	s.depot = idOf(note)
	s.rco.does("amina", s.depot, s.rco.exchange.Approve)
	s.settle()
	s.noon = s.responds(s.rco, "theo", db.Advice, "Do not open it before noon.")
	want := map[string]string{s.vents: db.Experience, s.plan: db.Resource, s.depot: db.Contact, s.noon: db.Advice}
	for _, l := range s.labs() {
		got := map[string]string{}
		for _, r := range s.responses(l) {
			if r.Kind != db.MeToo {
				got[r.Post.URI] = r.Kind
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("on %s (-want +got):\n%s", l.iris.Host(), diff)
		}
	}
	s.unanswered(t, 0)
}

// helpful is 2.7: marks from D and from health count alike on all three, and are taken back alike.
func (s *inquiry) helpful(t *testing.T) {
	like := s.hugo.Activity("Like", s.vents, fedtest.Doc{"to": []any{s.health.actor("binh").URI}})
	s.sends(s.hugo, like)
	s.health.does("carla", s.vents, s.health.exchange.Like)
	s.settle()
	s.likes(s.vents, 2)
	s.sends(s.hugo, s.hugo.Undo(like, fedtest.Doc{"to": []any{s.health.actor("binh").URI}}))
	s.likes(s.vents, 1)
}

// notices is 2.9: half time and the last three days are said once each, on D and in the thread.
func (s *inquiry) notices(t *testing.T) {
	for _, one := range []struct {
		wait  time.Duration
		words string
	}{{5 * 24 * time.Hour, "Half time"}, {49 * time.Hour, "This query closes on"}} {
		s.social.Forget()
		s.waits(one.wait)
		n := 0
		for _, a := range s.social.Received("Announce", "Create") {
			iri, _ := a["object"].(string)
			if note, ok := a["object"].(fedtest.Doc); ok {
				iri = idOf(note)
			}
			if s.rco.has(iri) && strings.Contains(s.rco.post(iri).Content, one.words) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("D got %q %d times", one.words, n)
		}
		for _, l := range s.labs() {
			said := 0
			for _, iri := range l.thread(s.uri) {
				if strings.Contains(l.post(iri).Content, one.words) {
					said++
				}
			}
			if said != 1 {
				t.Errorf("%s shows %q %d times", l.iris.Host(), one.words, said)
			}
		}
	}
}

// desk is the reply as Amina has it before her.
func (s *inquiry) desk() *synthesis.Desk {
	s.t.Helper()
	d, err := s.rco.synthesis.Open(s.rco.ctx, s.rco.store, s.rco.post(s.uri).ID, s.rco.actor("amina"))
	s.rco.ok(err)
	return d
}

// works does something at the desk as one of rco's people.
func (s *inquiry) works(who string, do func(ctx context.Context, tx *db.Store, by *db.Actor, query int64) error) {
	s.t.Helper()
	s.rco.tx(func(ctx context.Context, tx *db.Store) error {
		return do(ctx, tx, s.rco.actor(who), s.rco.post(s.uri).ID)
	})
	s.settle()
}

// number is by what the texts refer to a response.
func (s *inquiry) number(uri string) int {
	s.t.Helper()
	for _, one := range s.desk().Sources {
		if one.Post.URI == uri {
			return int(one.Number)
		}
	}
	s.t.Fatalf("%s is not on the desk", uri)
	return 0
}

// written is 2.11: two write at once and lose nothing; the coverage is counted, what is left out needs
// a reason, and who is thanked is who is used.
func (s *inquiry) written(t *testing.T) {
	s.steps("amina", query.Step{Do: query.Close})
	s.works("amina", s.rco.synthesis.Begin)
	s.works("theo", s.rco.synthesis.Begin)
	vents, plan, depot, noon := s.number(s.vents), s.number(s.plan), s.number(s.depot), s.number(s.noon)
	at := s.desk().Artifact.Revision
	ours := synthesis.Draft{
		Revision: at, Title: "Keeping a solar fridge cold at 43 °C", Names: map[string]string{"t1": "Air"},
		Texts: map[string]string{
			"short": fmt.Sprintf("Open the vents [%d].", vents), "t1": fmt.Sprintf("Open vents held in Karu [%d].", vents), "disagree": "",
		},
		Rows: []synthesis.Row{
			{Place: "Karu", Done: "Vents", Result: "Held", From: fmt.Sprintf("[%d]", vents)},
			{Place: "Oru", Done: "Plan", Result: "Built", From: fmt.Sprintf("[%d]", plan)},
			{Place: "Belo", Done: "Depot", Result: "Mended", From: fmt.Sprintf("[%d]", depot)},
		},
		Places: map[int]synthesis.Place{vents: {In: "t1"}, depot: {In: "resources"}, noon: {In: db.SourceLeftOut}},
	}
	theirs := synthesis.Draft{
		Revision: at, Title: "Keeping a solar fridge cold at 43 °C",
		Texts:  map[string]string{"resources": fmt.Sprintf("The plan [%d]; the depot [%d].", plan, depot)},
		Places: map[int]synthesis.Place{plan: {In: "resources"}},
	}
	for who, dr := range map[string]synthesis.Draft{"amina": ours, "theo": theirs} {
		s.works(who, func(ctx context.Context, tx *db.Store, by *db.Actor, id int64) error {
			_, err := s.rco.synthesis.Save(ctx, tx, by, id, dr)
			return err
		})
	}
	d := s.desk()
	if !strings.Contains(d.Part("short").Text, "vents") || !strings.Contains(d.Part("resources").Text, "depot") {
		t.Errorf("a text is lost: %q, %q", d.Part("short").Text, d.Part("resources").Text)
	}
	if used, all := d.Coverage(); used != 3 || all != 4 {
		t.Errorf("%d of %d are used", used, all)
	}
	if lacks := d.Lacks(); !slices.Equal(lacks, []string{"synthesis-unplaced"}) {
		t.Errorf("it lacks %q, want a reason for the one left out", lacks)
	}
	s.works("theo", func(ctx context.Context, tx *db.Store, by *db.Actor, id int64) error {
		_, err := s.rco.synthesis.Save(ctx, tx, by, id, synthesis.Draft{
			Revision: d.Artifact.Revision, Title: d.Artifact.Title, Places: map[int]synthesis.Place{noon: {In: db.SourceLeftOut, Reason: "duplicate"}},
		})
		return err
	})
	var names []string
	for _, a := range s.desk().Contributors() {
		names = append(names, a.Acct())
	}
	if diff := cmp.Diff([]string{"binh@health.example", "david@agri.example", "farid@social.example"}, slices.Sorted(slices.Values(names))); diff != "" {
		t.Errorf("thanked (-want +got):\n%s", diff)
	}
}

// objected is 2.12: David answers, on agri, the message that showed him the reply; Farid does so on D.
// What they say stands beside the sentence, is confirmed once, and is dealt with before it is published.
func (s *inquiry) objected(t *testing.T) {
	s.social.Forget()
	s.works("amina", s.rco.synthesis.Show)
	shown := s.directs(s.agri, "david")
	s.agri.answers("david", shown[0].URI, "> Open vents held in Karu\n\nOnly with the shade up.")
	s.settle()
	look := noteOf(s.social, s.farid.ID)
	answer := s.farid.Answer(look, "“Open the vents” is too short.", fedtest.Doc{"to": []any{s.g.Actor.URI}, "cc": []any{}})
	create := s.farid.Create(answer, fedtest.Doc{"to": []any{s.g.Actor.URI}, "cc": []any{}})
	for range 2 {
		s.sends(s.farid, create)
	}
	d := s.desk()
	got := map[string]string{}
	for _, o := range d.Objections {
		got[o.Block] = o.Text
	}
	want := map[string]string{"t1": "Only with the shade up.", "short": "“Open the vents” is too short."}
	if diff := cmp.Diff(want, got); diff != "" || len(d.Objections) != 2 {
		t.Fatalf("objections (-want +got):\n%s", diff)
	}
	if told := notesTo(s.social, s.farid.ID); len(told) != 2 || !strings.Contains(told[1], "stands beside its text") {
		t.Errorf("Farid is told %q", told)
	}
	id := s.rco.post(s.uri).ID
	s.pass(49 * time.Hour)
	err := s.rco.store.InTx(s.rco.ctx, func(ctx context.Context, tx *db.Store) error {
		return s.rco.synthesis.Publish(ctx, tx, s.rco.actor("amina"), id)
	})
	if err == nil || !strings.Contains(err.Error(), "synthesis-objections-open") {
		t.Errorf("published with open objections: %v", err)
	}
	for _, o := range d.Objections {
		s.works("amina", func(ctx context.Context, tx *db.Store, by *db.Actor, id int64) error {
			return s.rco.synthesis.Settle(ctx, tx, id, synthesis.Settling{By: by, Objection: o.ID, Answer: "Said so in the text."})
		})
	}
}

// noteOf is the newest direct Note that a server was sent for one of its people.
func noteOf(p *fedtest.Peer, actor string) fedtest.Doc {
	var found fedtest.Doc
	for _, a := range p.Received("Create") {
		note, _ := a["object"].(fedtest.Doc)
		to, _ := note["to"].([]any)
		if len(to) == 1 && to[0] == actor {
			found = note
		}
	}
	return found
}
