package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest/fedify"
	"github.com/copse-social/copse/server/community"
)

// TestScenario2_fedify walks scenario 2 once more over sockets and TLS, with three running
// instances and a server that nobody here wrote: steps 3, 6, 7, 10, 17 and 18. Step 8 moves the
// clock and stays in memory.
func TestScenario2_fedify(t *testing.T) {
	t.Parallel()
	ca := fedify.NewAuthority(t)
	s := &sockets{
		t: t, rco: serveLoopback(t, ca, "rco.localhost"), health: serveLoopback(t, ca, "health.localhost"), agri: serveLoopback(t, ca, "agri.localhost"),
		social: fedify.Start(t, fedify.Options{Authority: ca, Host: "social.localhost", Users: []string{"farid", "hugo", "mallory"}}),
	}
	s.opens()
	uri := s.distributes()
	binh := s.responds(uri)
	s.helps(binh)
	s.changes(uri)
	s.holds(uri)
	var all []fedify.Request
	eventually(t, "the last request is answered", func() bool {
		all = s.requests()
		return !slices.ContainsFunc(all, func(r fedify.Request) bool { return r.Status == 0 })
	})
	for _, r := range all {
		if r.Method == http.MethodPost && (!r.Verified || r.Proof != "good" || r.Status != http.StatusAccepted) {
			t.Errorf("POST %s: %s verified %t (%s), proof %s, answered %d", r.Path, r.Signature, r.Verified, r.Reason, r.Proof, r.Status)
		}
	}
}

// sockets is the setting of the scenario on this machine's own network.
type sockets struct {
	t                 *testing.T
	rco, health, agri *lab
	social            *fedify.Peer
	cop               string // handle of the community
}

func (s *sockets) labs() []*lab { return []*lab{s.rco, s.health, s.agri} }

func (s *sockets) requests() []fedify.Request {
	s.t.Helper()
	all, err := s.social.Requests(s.t.Context())
	s.rco.ok(err)
	return slices.DeleteFunc(all, func(r fedify.Request) bool { return !strings.HasPrefix(r.Headers["user-agent"], "Copse/") })
}

// everywhere waits for something to be true on all three.
func (s *sockets) everywhere(what string, is func(*lab) bool) {
	s.t.Helper()
	for _, l := range s.labs() {
		eventually(s.t, what+" on "+l.iris.Host(), func() bool { return is(l) })
	}
}

// posted waits for a post to be published on all three.
func (s *sockets) posted(uri string) string {
	s.t.Helper()
	s.everywhere(uri, func(l *lab) bool {
		p, err := l.store.PostByURI(l.ctx, uri)
		return err == nil && p.State == db.PostPublished
	})
	return uri
}

// opens makes the community, its members and its followers.
func (s *sockets) opens() {
	s.t.Helper()
	s.rco.people("amina")
	s.health.people("binh", "carla")
	s.agri.people("david")
	g := s.rco.opens("amina", "coldchain", community.NewGroup{PostPolicy: db.PostMembers, HoldPolicy: db.HoldFirst, Languages: "en"})
	s.cop = g.Actor.Acct()
	for who, l := range map[string]*lab{"binh": s.health, "carla": s.health, "david": s.agri} {
		l.joins(who, s.cop)
		eventually(s.t, who+" is a member", func() bool {
			m, err := l.store.MembershipOf(l.ctx, l.groupNamed(s.cop).ActorID, l.actor(who).ID)
			return err == nil && m.Belongs()
		})
	}
	for _, who := range []string{"farid", "hugo"} {
		follow, err := s.social.Follow(s.t.Context(), who, "@"+s.cop)
		s.rco.ok(err)
		s.social.WaitFor(s.t, "Accept", follow)
	}
}

// distributes is step 3.
func (s *sockets) distributes() string {
	s.t.Helper()
	uri := s.posted(s.rco.starts("amina", "coldchain", "Fridge fails at 43 °C in Karu", "It stopped twice **this week**."))
	boost := s.social.WaitFor(s.t, "Announce", uri)
	if boost.Actor != s.rco.actor("coldchain").URI {
		s.t.Errorf("it is announced by %s", boost.Actor)
	}
	return uri
}

// responds is step 6; it answers Binh's response.
func (s *sockets) responds(uri string) string {
	s.t.Helper()
	binh := s.posted(s.health.answers("binh", uri, "We moved it ten centimetres off the wall."))
	david := s.posted(s.agri.answers("david", uri, "A solar fan does it."))
	farid := s.writes(fedify.Note{As: "farid", Text: "<p>Ask Grace in Karu.</p>", InReplyTo: uri})
	s.approves(farid)
	want := []string{uri, binh, david, farid}
	s.everywhere("the whole thread", func(l *lab) bool {
		return slices.Equal(slices.Sorted(slices.Values(l.thread(uri))), slices.Sorted(slices.Values(want)))
	})
	ids, err := s.social.Collection(s.t.Context(), "farid", s.rco.iris.Context(s.rco.post(uri).ID))
	if err != nil || !slices.Equal(slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(want))) {
		s.t.Errorf("read with a signature the context holds %v, %v; want %v", ids, err, want)
	}
	return binh
}

// writes has somebody on the other server write, and answers the post's id.
func (s *sockets) writes(n fedify.Note) string {
	s.t.Helper()
	post, err := s.social.Post(s.t.Context(), n)
	s.rco.ok(err)
	return post.ID
}

// approves lets a first answer through, which waits for a look.
func (s *sockets) approves(uri string) {
	s.t.Helper()
	s.waits(uri)
	s.rco.does("amina", uri, s.rco.exchange.Approve)
	s.posted(uri)
}

func (s *sockets) waits(uri string) {
	s.t.Helper()
	eventually(s.t, uri+" waits for a moderator", func() bool {
		p, err := s.rco.store.PostByURI(s.rco.ctx, uri)
		return err == nil && p.State == db.PostHeld
	})
}

// helps is step 7.
func (s *sockets) helps(binh string) {
	s.t.Helper()
	counts := func(want int64) {
		s.t.Helper()
		s.everywhere(fmt.Sprintf("helpful %d", want), func(l *lab) bool { return l.post(binh).LikesCount == want })
	}
	_, err := s.social.Like(s.t.Context(), "hugo", binh)
	s.rco.ok(err)
	s.health.does("carla", binh, s.health.exchange.Like)
	counts(2)
	s.rco.ok(s.social.Unlike(s.t.Context(), "hugo", binh))
	counts(1)
}

// changes is step 10.
func (s *sockets) changes(uri string) {
	s.t.Helper()
	note := s.posted(s.writes(fedify.Note{As: "farid", Text: "<p>And Joseph.</p>", InReplyTo: uri}))
	carla := s.posted(s.health.answers("carla", uri, "Ours failed too."))
	s.rco.ok(s.social.Edit(s.t.Context(), "farid", note, "<p>And Joseph in Belo.</p>"))
	s.health.does("carla", carla, s.health.exchange.Delete)
	s.everywhere("the edit", func(l *lab) bool {
		p := l.post(note)
		return strings.Contains(p.Content, "in Belo") && !p.EditedAt.IsZero()
	})
	s.everywhere("the placeholder", func(l *lab) bool {
		p := l.post(carla)
		return p.State == db.PostDeleted && p.Content == ""
	})
}

// holds is steps 17 and 18.
func (s *sockets) holds(uri string) {
	s.t.Helper()
	told := func(who, words string) {
		s.t.Helper()
		s.social.Wait(s.t, "words to "+who, func(r fedify.Received) bool {
			return r.Type == "Create" && r.Actor == s.rco.actor("coldchain").URI && strings.Contains(string(r.JSON), words) &&
				strings.Contains(string(r.JSON), s.social.Actor(who))
		})
	}
	spam := s.writes(fedify.Note{As: "mallory", Text: `<p>buy cheap pills <a href="https://pills.example/">here</a></p>`, InReplyTo: uri})
	s.waits(spam)
	told("mallory", "waits for a facilitator")
	s.rco.does("amina", spam, withReason(s.rco.exchange.Refuse, "spam"))
	start := s.writes(fedify.Note{As: "hugo", Text: "<p>Which seals last?</p><p>Ours crack after a year.</p>", To: []string{"@" + s.cop}})
	told("hugo", "Only members start discussions")
	first := s.writes(fedify.Note{As: "hugo", Text: "<p>Check the seal first.</p>", InReplyTo: uri})
	s.approves(first)
	s.posted(s.writes(fedify.Note{As: "hugo", Text: "<p>And the hinge.</p>", InReplyTo: uri}))
	for _, l := range []*lab{s.health, s.agri} {
		if l.has(spam) || l.has(start) {
			s.t.Errorf("%s has what was held or refused", l.iris.Host())
		}
	}
}
