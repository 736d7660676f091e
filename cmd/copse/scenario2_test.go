package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/community"
)

// sarela is the setting of the scenarios: three organisations with an instance each, and a
// Mastodon server where two people follow the community. In coldchain members start discussions,
// and what others write is looked at once.
type sarela struct {
	*clock
	t                 *testing.T
	rco, health, agri *lab
	social            *fedtest.Peer
	farid, hugo       *fedtest.Actor
}

func newSarela(t *testing.T) *sarela {
	t.Helper()
	c := newClock()
	net := &fedtest.Network{Now: c.now}
	s := &sarela{
		clock: c, t: t,
		rco: newLab(t, net, "rco.example"), health: newLab(t, net, "health.example"), agri: newLab(t, net, "agri.example"),
		social: fedtest.New(t, net, "social.example", fedtest.Mastodon()),
	}
	s.rco.people("amina", "theo")
	s.health.people("binh", "carla")
	s.agri.people("david", "esi")
	s.rco.opens("amina", "coldchain", community.NewGroup{
		Name: "Vaccine Cold Chain Sarela", PostPolicy: db.PostMembers, HoldPolicy: db.HoldFirst, Languages: "en",
	})
	for who, l := range map[string]*lab{"binh": s.health, "carla": s.health, "david": s.agri} {
		l.joins(who, "coldchain@rco.example")
	}
	s.settle()
	s.farid, s.hugo = s.social.Person("farid"), s.social.Person("hugo")
	for _, who := range []*fedtest.Actor{s.farid, s.hugo} {
		s.rco.welcomes(s.social, who, "coldchain")
	}
	s.settle()
	return s
}

func (s *sarela) settle() {
	s.t.Helper()
	rest(s.t, s.rco, s.health, s.agri)
}

// asks is Amina's question, the discussion all else is about.
func (s *sarela) asks() string {
	s.t.Helper()
	uri := s.rco.starts("amina", "coldchain", "Fridge fails at 43 °C in Karu", "It stopped twice **this week**. What did you do?")
	s.settle()
	return uri
}

// replies has somebody on the Mastodon server answer, as their app addresses it.
func (s *sarela) replies(who *fedtest.Actor, parent, text string) fedtest.Doc {
	s.t.Helper()
	home := s.health
	if strings.HasPrefix(parent, s.rco.iris.Base()) {
		home = s.rco
	}
	note := who.Answer(home.document(parent), text)
	s.sends(who, who.Create(note))
	return note
}

// sends delivers an activity to everybody it addresses, as Mastodon does, and settles.
func (s *sarela) sends(who *fedtest.Actor, activity fedtest.Doc) {
	s.t.Helper()
	named := map[string]bool{}
	for _, member := range []string{"to", "cc"} {
		list, _ := activity[member].([]any)
		for _, iri := range list {
			id, _ := iri.(string)
			for _, l := range s.labs() {
				if strings.HasPrefix(id, l.iris.Base()) {
					named[l.iris.SharedInbox()] = true
				}
			}
		}
	}
	for inbox := range named {
		if r := s.social.Post(who, inbox, activity); r.Status != http.StatusAccepted {
			s.t.Fatalf("%s by %s is answered %d at %s", activity["type"], who.Name, r.Status, inbox)
		}
	}
	if len(named) == 0 {
		s.t.Fatalf("%s by %s reaches nobody: %v", activity["type"], who.Name, activity)
	}
	s.settle()
}

func (s *sarela) labs() []*lab { return []*lab{s.rco, s.health, s.agri} }

// everywhere wants a discussion to read the same on all three instances.
func (s *sarela) everywhere(what string, want []string) {
	s.t.Helper()
	for _, l := range s.labs() {
		if diff := cmp.Diff(want, l.thread(want[0])); diff != "" {
			s.t.Errorf("%s on %s (-want +got):\n%s", what, l.iris.Host(), diff)
		}
	}
}

// likes wants a post to have a number of likes on all three instances.
func (s *sarela) likes(uri string, want int64) {
	s.t.Helper()
	for _, l := range s.labs() {
		if got := l.post(uri).LikesCount; got != want {
			s.t.Errorf("%s shows %d likes, want %d", l.iris.Host(), got, want)
		}
	}
}

// 2.3 Distribution: each server gets one announced object, nobody gets it twice, and on Mastodon it
// is a boost by the community with the title as first bold line and nothing folded away.
func TestScenario2_3_distribution(t *testing.T) {
	t.Parallel()
	s := newSarela(t)
	s.social.Forget()
	taps := map[string]*tap{}
	for _, l := range []*lab{s.health, s.agri} {
		taps[l.iris.Host()] = tapInto(l)
	}
	uri := s.asks()
	s.everywhere("the question", []string{uri})
	for host, tapped := range taps {
		if got := tapped.about(uri); !slices.Equal(got, []string{"Announce{Create}"}) {
			t.Errorf("%s got %v, want the announced Create once", host, got)
		}
	}
	if whole, plain := announces(s.social, uri); whole != 0 || plain != 1 || len(s.social.Received()) != 1 {
		t.Errorf("the Mastodon server got %d activities, of them %d wrapped and %d boosts; want one boost", len(s.social.Received()), whole, plain)
	}
	boost := s.social.Received("Announce")[0]
	if boost["actor"] != s.rco.actor("coldchain").URI {
		t.Errorf("it is boosted by %v", boost["actor"])
	}
	doc := s.rco.document(uri)
	text, _ := doc["content"].(string)
	if !strings.HasPrefix(text, "<p><strong>Fridge fails at 43 °C in Karu</strong></p>") || len([]rune(content.Text(text))) > 1500 {
		t.Errorf("Mastodon shows %q", text)
	}
	if doc["summary"] != nil || doc["sensitive"] == true || doc["name"] != nil || doc["type"] != "Note" {
		t.Errorf("it would be folded: summary %v, sensitive %v, name %v, %v", doc["summary"], doc["sensitive"], doc["name"], doc["type"])
	}
}

// 2.6 Responses from two instances and from Mastodon: each shown once, by whom and when, in one
// thread on all three, and the context tells of all.
func TestScenario2_6_responses(t *testing.T) {
	t.Parallel()
	s := newSarela(t)
	uri := s.asks()
	binh := s.health.answers("binh", uri, "We moved it ten centimetres off the wall.")
	s.settle()
	david := s.agri.answers("david", uri, "A solar fan does it: https://agri.example/fan.pdf")
	s.settle()
	farid := idOf(s.replies(s.farid, uri, "Ask Grace in Karu, she mended two."))
	s.rco.does("amina", farid, s.rco.exchange.Approve) // a first answer from outside waits for a look
	s.settle()
	s.everywhere("the thread", []string{uri, binh, david, farid})
	for reply, author := range map[string]string{binh: "binh@health.example", david: "david@agri.example", farid: "farid@social.example"} {
		at := s.rco.post(reply).PublishedAt.Time
		for _, l := range s.labs() {
			p := l.post(reply)
			if p.Author.Acct() != author || !p.PublishedAt.Equal(at) || p.ReplyToID != l.post(uri).ID || p.State != db.PostPublished {
				t.Errorf("on %s it is by %s at %s, %s, below %d", l.iris.Host(), p.Author.Acct(), p.PublishedAt, p.State, p.ReplyToID)
			}
		}
	}
	context := s.rco.iris.Context(s.rco.post(uri).ID)
	for iri, l := range map[string]*lab{uri: s.rco, binh: s.health, david: s.agri} {
		if doc := l.document(iri); doc["context"] != context || iri != uri && doc["inReplyTo"] != uri {
			t.Errorf("%s has context %v and answers %v", iri, doc["context"], doc["inReplyTo"])
		}
	}
	if r := s.social.Get(context); r.Status != http.StatusOK {
		t.Errorf("a signed GET of the context is answered %d", r.Status)
	}
	if ids, _ := s.rco.pages(context); !slices.Equal(slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values([]string{uri, binh, david, farid}))) {
		t.Errorf("the context holds %v", ids)
	}
}

// 2.7 Helpful marks from Mastodon and from another instance count everywhere, and so does taking
// one back.
func TestScenario2_7_helpful(t *testing.T) {
	t.Parallel()
	s := newSarela(t)
	uri := s.asks()
	binh := s.health.answers("binh", uri, "We moved it ten centimetres off the wall.")
	s.settle()
	like := s.hugo.Activity("Like", binh, fedtest.Doc{"to": []any{s.health.actor("binh").URI}}) // Mastodon tells the author's server alone
	s.sends(s.hugo, like)
	s.health.does("carla", binh, s.health.exchange.Like)
	s.settle()
	s.likes(binh, 2)
	s.sends(s.hugo, s.hugo.Undo(like, fedtest.Doc{"to": []any{s.health.actor("binh").URI}}))
	s.likes(binh, 1)
}

// 2.8 One instance is switched off for six hours; what was written meanwhile is there within five
// minutes of its return, once each.
func TestScenario2_8_outage(t *testing.T) {
	t.Parallel()
	s := newSarela(t)
	uri := s.asks()
	s.agri.net.Down("agri.example")
	carla := s.health.answers("carla", uri, "Ours failed too, and a fan helped.")
	s.settleUp()
	hugo := idOf(s.replies(s.hugo, uri, "Check the seal first."))
	s.rco.does("amina", hugo, s.rco.exchange.Approve)
	for range 36 {
		s.pass(10 * time.Minute)
		s.settleUp()
	}
	s.agri.net.Up("agri.example")
	s.agri.restart()
	s.agri.ok(s.agri.greet(s.agri.ctx)) // what its workers begin with
	for range 5 {
		s.pass(time.Minute)
		s.settle()
	}
	for _, l := range s.labs() { // siblings stand in the order of their arrival
		if got := slices.Sorted(slices.Values(l.thread(uri))); !slices.Equal(got, slices.Sorted(slices.Values([]string{uri, carla, hugo}))) {
			t.Errorf("after the outage %s shows %v, want each once", l.iris.Host(), got)
		}
	}
}

// settleUp is settle while agri is switched off.
func (s *sarela) settleUp() {
	s.t.Helper()
	rest(s.t, s.rco, s.health)
}

// 2.10 An edit on Mastodon is shown with its mark, and a deletion leaves a placeholder, on all
// three.
func TestScenario2_10_editAndDelete(t *testing.T) {
	t.Parallel()
	s := newSarela(t)
	uri := s.asks()
	note := s.replies(s.farid, uri, "Ask Grace in Karu.")
	s.rco.does("amina", idOf(note), s.rco.exchange.Approve)
	s.settle()
	carla := s.health.answers("carla", uri, "Ours failed too.")
	s.settle()
	s.sends(s.farid, s.farid.Update(note, fedtest.Doc{"content": "<p>Ask Grace or Joseph in Karu.</p>"}))
	s.health.does("carla", carla, s.health.exchange.Delete)
	s.settle()
	for _, l := range s.labs() {
		if p := l.post(idOf(note)); !strings.Contains(p.Content, "or Joseph") || p.EditedAt.IsZero() {
			t.Errorf("on %s the edit reads %q, marked at %s", l.iris.Host(), p.Content, p.EditedAt)
		}
		if p := l.post(carla); p.State != db.PostDeleted || p.Content != "" || p.AuthorID != p.StateBy {
			t.Errorf("on %s the deleted answer is %s, %q, by %d", l.iris.Host(), p.State, p.Content, p.StateBy)
		}
	}
	s.everywhere("with the placeholder", []string{uri, idOf(note), carla})
}

// 2.17 What a stranger writes first is held, told to its author alone, and gone when a moderator
// removes it; nobody else ever got it.
func TestScenario2_17_spam(t *testing.T) {
	t.Parallel()
	s := newSarela(t)
	uri := s.asks()
	s.social.Forget()
	stranger := s.social.Person("spammer")
	taps := map[string]*tap{"health.example": tapInto(s.health), "agri.example": tapInto(s.agri)}
	spam := idOf(s.replies(stranger, uri, "buy cheap pills https://pills.example/"))
	if p := s.rco.post(spam); p.State != db.PostHeld {
		t.Errorf("it is %s, want held", p.State)
	}
	if told := notesTo(s.social, stranger.ID); len(told) != 1 || !strings.Contains(told[0], "waits for a facilitator") {
		t.Errorf("its author is told %q", told)
	}
	s.rco.does("amina", spam, withReason(s.rco.exchange.Refuse, "spam"))
	s.settle()
	s.everywhere("without the spam", []string{uri})
	for host, tapped := range taps {
		if got := tapped.about(spam); len(got) > 0 || s.health.has(spam) || s.agri.has(spam) {
			t.Errorf("%s got %v of it", host, got)
		}
	}
	if whole, plain := announces(s.social, spam); whole+plain > 0 || len(notesTo(s.social, stranger.ID)) != 1 {
		t.Error("it was announced, or its author told more than once")
	}
}

// 2.18 A follower who is no member is told in one direct post why the discussion was not started
// and gets the text back; an answer of the same person waits once, and is then shown.
func TestScenario2_18_followerStarts(t *testing.T) {
	t.Parallel()
	s := newSarela(t)
	uri := s.asks()
	s.social.Forget()
	start := s.hugo.Thread(s.rco.target("coldchain"), "Which seals last in the heat?", "Ours crack after a year.")
	s.sends(s.hugo, s.hugo.Create(start))
	told := notesTo(s.social, s.hugo.ID)
	if len(told) != 1 || !strings.Contains(told[0], "Only members start discussions") ||
		!strings.Contains(told[0], "/c/coldchain") || !strings.Contains(told[0], "crack after a year") {
		t.Errorf("its author is told %q", told)
	}
	if p, err := s.rco.store.PostByURI(s.rco.ctx, idOf(start)); err == nil && p.Public() {
		t.Error("it is shown all the same")
	}
	first := idOf(s.replies(s.hugo, uri, "Check the seal first."))
	if p := s.rco.post(first); p.State != db.PostHeld {
		t.Errorf("the first answer is %s, want held", p.State)
	}
	s.rco.does("amina", first, s.rco.exchange.Approve)
	s.settle()
	second := idOf(s.replies(s.hugo, uri, "And the hinge."))
	s.everywhere("the answers", []string{uri, first, second})
}
