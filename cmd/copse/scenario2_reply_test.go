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
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/synthesis"
)

// published is 2.13: an Article of its own, announced once, with a pointer in the thread; every
// citation leads to a page, and D shows one post of three lines for each.
func (s *inquiry) published(t *testing.T) {
	s.social.Forget()
	s.works("amina", s.rco.synthesis.Publish)
	d := s.desk()
	s.reply = d.Artifact.URI
	doc := s.rco.document(s.reply)
	if doc["type"] != "Article" || doc["inReplyTo"] != nil || doc["consolidates"] != s.uri && doc["copse:consolidates"] != s.uri || doc["name"] == nil {
		t.Errorf("it is %v %v, answers %v, consolidates %v", doc["type"], doc["name"], doc["inReplyTo"], doc["consolidates"])
	}
	text, _ := doc["content"].(string)
	for _, want := range []string{"Grace", "Binh", "David", "farid", "not a consensus", "Karu", "Oru", "Belo"} {
		if !strings.Contains(text, want) {
			t.Errorf("the article does not say %q", want)
		}
	}
	for _, uri := range []string{s.uri, s.vents, s.plan, s.depot} {
		for _, l := range s.labs() {
			p := l.post(uri)
			if page := l.browse(http.MethodGet, fmt.Sprintf("/p/%d", p.ID), nil); page.Code != http.StatusOK && page.Code != http.StatusSeeOther && page.Code != http.StatusFound {
				t.Errorf("the citation of %s is answered %d on %s", uri, page.Code, l.iris.Host())
			}
		}
	}
	for _, l := range []*lab{s.health, s.agri} {
		for range 20 { // what a busy engine put off comes with the next tries
			if s.row(l).State == db.QueryConsolidated {
				break
			}
			s.pass(time.Minute)
			s.settle()
		}
		if p := l.post(s.reply); p.Kind != db.KindArtifact || s.row(l).State != db.QueryConsolidated {
			t.Errorf("on %s it is a %s, and the query %s", l.iris.Host(), p.Kind, s.row(l).State)
		}
	}
	if whole, plain := announces(s.social, s.reply); whole+plain != 1 {
		t.Errorf("D got %d announces of it", whole+plain)
	}
	pointer, err := s.rco.store.PostByID(s.rco.ctx, d.PointerID)
	s.rco.ok(err)
	note := s.rco.document(pointer.URI)
	words, _ := note["content"].(string)
	if note["inReplyTo"] != s.uri || !strings.Contains(words, fmt.Sprintf("/d/%d", d.Artifact.ID)) || len([]rune(content.Text(words))) > 700 {
		t.Errorf("the pointer answers %v and says %q", note["inReplyTo"], words)
	}
	if tags, _ := doc["tag"].([]any); len(tags) > 8 {
		t.Errorf("it has %d tags", len(tags))
	}
}

// found is 2.14: on health and agri the reply is the first that a search finds, also while rco is off.
func (s *inquiry) found(t *testing.T) {
	s.rco.net.Down("rco.example")
	defer s.rco.net.Up("rco.example")
	for _, l := range s.labs() {
		for _, words := range []string{"43 °C", "fridge"} {
			f, err := l.store.SearchPosts(l.ctx, db.SearchQuery{Words: words, Limit: 10})
			if err != nil || len(f.Posts) < 2 || f.Posts[0].URI != s.reply {
				t.Errorf("on %s %q finds %v, %v", l.iris.Host(), words, titles(f.Posts), err)
			}
		}
		if l == s.rco {
			continue
		}
		page := l.browse(http.MethodGet, fmt.Sprintf("/d/%d", l.post(s.reply).ID), nil)
		if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), "Open vents held in Karu") {
			t.Errorf("the copy on %s is answered %d", l.iris.Host(), page.Code)
		}
	}
}

func titles(list []*db.Post) []string {
	var all []string
	for _, p := range list {
		all = append(all, p.Title)
	}
	return all
}

// outcomeAsked is 2.15: Grace is asked two weeks after the end, what she answers is section 7
// everywhere, and M10 to M14 are what the scenario comes to by hand.
func (s *inquiry) outcomeAsked(t *testing.T) {
	s.waits(15 * 24 * time.Hour)
	if told := s.told(s.rco, "grace"); !slices.Contains(told, "query-outcome") {
		t.Errorf("the asker is told %q", told)
	}
	s.steps("grace", query.Step{Do: query.Outcome, Outcome: db.OutcomeHelped, Words: "Moved the fridge and opened the vents."})
	for _, l := range s.labs() {
		if p := l.post(s.reply); !strings.Contains(p.Content, "It helped.") || !strings.Contains(p.Content, "Moved the fridge") {
			t.Errorf("section 7 is not on %s", l.iris.Host())
		}
	}
	q := s.row(s.rco)
	y, err := s.rco.store.SynthesisOf(s.rco.ctx, q.PostID)
	s.rco.ok(err)
	now := s.now()
	got := query.Measure(query.Window{From: now.AddDate(0, 0, -90), To: now, Now: now}, []*db.Query{q}, s.responses(s.rco), map[int64]time.Time{q.PostID: y.PublishedAt.Time})
	hours := s.rco.post(s.vents).PublishedAt.Sub(q.OpenedAt.Time).Hours()
	want := query.Measures{
		Response72: query.Ratio{Part: 1, Of: 1}, FirstHours: hours, Answered: 1,
		People: 4, Organisations: 4, Closed: 1, // Binh of health, David of agri, Theo of rco; Farid is independent
		Synthesis: query.Ratio{Part: 1, Of: 1}, Outcome: query.Ratio{Part: 1, Of: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" || hours < 2 || hours > 3 {
		t.Errorf("measures, first after %f hours (-want +got):\n%s", hours, diff)
	}
}

// late is 2.16: what Farid adds two weeks after is kept in the thread, marked, and offered to the
// editors; the reply is not announced again until they take it in.
func (s *inquiry) late(t *testing.T) {
	s.social.Forget()
	uri := idOf(s.replies(s.farid, s.uri, "Two more fridges: white paint on the roof helps."))
	for _, l := range s.labs() {
		if p := l.post(uri); !query.Late(s.row(l), p) || p.State != db.PostPublished {
			t.Errorf("on %s it is not late, or %s", l.iris.Host(), p.State)
		}
	}
	if whole, plain := announces(s.social, s.reply); whole+plain > 0 {
		t.Error("the reply was announced again")
	}
	for _, who := range []string{"amina", "theo"} {
		if told := s.told(s.rco, who); !slices.Contains(told, "synthesis-late") {
			t.Errorf("%s is told %q", who, told)
		}
	}
	s.works("amina", s.rco.synthesis.Again)
	n := s.number(uri)
	d := s.desk()
	if text := d.Part("t1").Text; !strings.HasSuffix(text, fmt.Sprintf("[%d].", s.number(s.vents))) {
		t.Errorf("the text is opened again as %q", text)
	}
	s.works("amina", func(ctx context.Context, tx *db.Store, by *db.Actor, id int64) error {
		_, err := s.rco.synthesis.Save(ctx, tx, by, id, synthesis.Draft{
			Revision: d.Artifact.Revision, Title: d.Artifact.Title, Places: map[int]synthesis.Place{n: {In: "t1"}},
			Texts: map[string]string{"t1": d.Part("t1").Text + fmt.Sprintf(" White paint helps as well [%d].", n)},
		})
		return err
	})
	s.works("amina", s.rco.synthesis.Show)
	s.pass(49 * time.Hour)
	s.works("amina", s.rco.synthesis.Publish)
	for _, l := range s.labs() {
		if p := l.post(s.reply); !strings.Contains(p.Content, "White paint") || !strings.Contains(p.Content, "It helped.") {
			t.Errorf("%s does not hold the next version", l.iris.Host())
		}
	}
}
