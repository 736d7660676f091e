package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/practice"
)

// shelf is the setting of scenario 3: that of the scenarios, and a browser for each person.
type shelf struct {
	*sarela
	cookies map[string]*http.Cookie
	asked   int
	a       *db.Artifact // at home
}

func newShelved(t *testing.T) *shelf {
	t.Helper()
	s := &shelf{sarela: newSarela(t), cookies: map[string]*http.Cookie{}}
	g := s.rco.groupNamed("coldchain")
	s.rco.tx(func(ctx context.Context, tx *db.Store) error { // Farid belongs, by his answer to the community (1.10)
		return tx.PutMembership(ctx, &db.Membership{GroupID: g.ActorID, ActorID: s.rco.actor("farid@social.example").ID, Status: db.MemberFull, Door: "client"})
	})
	return s
}

// browse sends one request of a browser: of somebody signed in, or with "" of a stranger.
func (s *shelf) browse(l *lab, who, method, path string, form url.Values) (int, string) {
	s.t.Helper()
	req := httptest.NewRequest(method, l.iris.Base()+path, strings.NewReader(form.Encode()))
	s.asked++
	req.RemoteAddr = "10.9." + strconv.Itoa(s.asked/200) + "." + strconv.Itoa(s.asked%200) + ":40000"
	req.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if who != "" {
		key := who + "@" + l.iris.Host()
		if s.cookies[key] == nil {
			account, err := l.store.AccountOf(l.ctx, l.actor(who).ID)
			l.ok(err)
			rec := httptest.NewRecorder()
			l.ok(l.web.Enter(rec, httptest.NewRequest(http.MethodGet, l.iris.Base()+"/", http.NoBody), account))
			s.cookies[key] = rec.Result().Cookies()[0]
		}
		req.AddCookie(s.cookies[key])
	}
	rec := httptest.NewRecorder()
	l.handler.ServeHTTP(rec, req)
	return rec.Code, rec.Body.String()
}

// reads wants a page to be there and gives its words.
func (s *shelf) words(l *lab, who, path string) string {
	s.t.Helper()
	status, body := s.browse(l, who, http.MethodGet, path, nil)
	if status != http.StatusOK {
		s.t.Fatalf("%s%s is answered %d to %q", l.iris.Host(), path, status, who)
	}
	_, body, _ = strings.Cut(body, "<main")
	return strings.Join(strings.Fields(content.Text("<main"+body)), " ")
}

// submits fills a form in and settles.
func (s *shelf) submits(l *lab, who, path string, fields ...string) {
	s.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	if status, body := s.browse(l, who, http.MethodPost, path, form); status != http.StatusSeeOther {
		_, body, _ = strings.Cut(body, "<main")
		s.t.Fatalf("%s%s of %s is answered %d: %.600s", l.iris.Host(), path, who, status, content.Text("<main"+body))
	}
	s.settle()
}

// kept is what an instance has of the artifact.
func (s *shelf) kept(l *lab) *db.Artifact {
	s.t.Helper()
	a, err := l.store.ArtifactByURI(l.ctx, s.a.URI)
	if err != nil {
		s.t.Fatalf("%s has no copy of %s: %v", l.iris.Host(), s.a.URI, err)
	}
	return a
}

// page is the address of the artifact on an instance, with what comes after it.
func (s *shelf) page(l *lab, after string) string { return practice.Page(s.kept(l).ID) + after }

// decides does something with the artifact at home.
func (s *shelf) decides(do func(ctx context.Context, tx *db.Store, a *db.Artifact) error) {
	s.t.Helper()
	s.rco.tx(func(ctx context.Context, tx *db.Store) error {
		a, err := tx.ArtifactByID(ctx, s.a.ID)
		if err != nil {
			return err
		}
		return do(ctx, tx, a)
	})
	s.a = s.kept(s.rco)
	s.settle()
}

// refusal is the code with which a rule says no to something with the artifact at home.
func (s *shelf) refusal(do func(ctx context.Context, tx *db.Store, a *db.Artifact) error) string {
	s.t.Helper()
	err := s.rco.store.InTx(s.rco.ctx, func(ctx context.Context, tx *db.Store) error {
		a, err := tx.ArtifactByID(ctx, s.a.ID)
		if err != nil {
			return err
		}
		return do(ctx, tx, a)
	})
	no, is := asRefusal(err)
	if !is {
		s.t.Fatalf("it is not refused: %v", err)
	}
	return no.Code
}

// asks for a review of the draft as it is.
func (s *shelf) review(override string, reviewers ...string) func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
	q := artifact.Asking{By: s.rco.actor("amina"), Override: override}
	for _, who := range reviewers {
		q.Reviewers = append(q.Reviewers, s.rco.actor(who))
	}
	return func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
		return s.rco.artifact.AskReview(ctx, tx, a, q)
	}
}

// writes changes one block of the draft at home.
func (s *shelf) writes(code, text string) {
	s.t.Helper()
	amina := s.rco.actor("amina")
	s.decides(func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
		in := artifact.Saving{
			By: amina, Revision: a.Revision, Title: a.Title, Abstract: a.Abstract, Blocks: slices.Clone(a.Blocks.List),
			Facts: artifact.Facts{Topics: "cold heat", Licence: "CC-BY-4.0", Maturity: "practice", Validity: "should"},
		}
		for i := range in.Blocks {
			if in.Blocks[i].Code == code {
				in.Blocks[i].Text = text
			}
		}
		_, err := s.rco.artifact.Save(ctx, tx, a, in)
		return err
	})
}

// publishes the draft as the next version.
func (s *shelf) publishes(note string) func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
	in := artifact.Publishing{By: s.rco.actor("amina"), Note: note, Months: 12, Steward: s.rco.actor("binh@health.example")}
	return func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
		_, err := s.rco.artifact.Publish(ctx, tx, a, in)
		return err
	}
}

// notes are the direct words that the Mastodon server got for somebody, the last one as a document.
func (s *shelf) note(who *fedtest.Actor) (last fedtest.Doc, count int) {
	for _, act := range s.social.Received("Create") {
		note, _ := act["object"].(fedtest.Doc)
		to, _ := note["to"].([]any)
		if len(to) == 1 && to[0] == who.ID {
			last, count = note, count+1
		}
	}
	return last, count
}

// answer has somebody on Mastodon answer a direct Note, to its author alone.
func (s *shelf) answer(who *fedtest.Actor, note fedtest.Doc, text string) fedtest.Doc {
	s.t.Helper()
	home := []any{s.rco.actor("coldchain").URI}
	reply := who.Answer(note, text, fedtest.Doc{"to": home, "cc": []any{}})
	activity := who.Create(reply, fedtest.Doc{"to": home, "cc": []any{}})
	s.sends(who, activity)
	return activity
}

// counts wants the same number of reports on the pages of home and of the agriculture agency.
func (s *shelf) counts(reports, organisations, hours int64) {
	s.t.Helper()
	for _, l := range []*lab{s.rco, s.agri} {
		if a := s.kept(l); a.UsesCount != reports || a.UsesOrgs != organisations || a.UsesHours != hours {
			s.t.Errorf("%s counts %d reports, %d organisations, %d hours; want %d, %d, %d", l.iris.Host(), a.UsesCount, a.UsesOrgs, a.UsesHours, reports, organisations, hours)
		}
	}
}

// says wants words in a text.
func says(t testing.TB, where, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q: %.1500s", where, w, text)
		}
	}
}

// silent wants words to be missing in a text.
func silent(t testing.TB, where, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(text, w) {
			t.Errorf("%s says %q", where, w)
		}
	}
}

// source is the text of the version that an instance has.
func (s *shelf) source(l *lab) string {
	s.t.Helper()
	a := s.kept(l)
	v, err := l.store.VersionOf(l.ctx, a.ID, a.Version)
	l.ok(err)
	return v.Source
}

// negotiates asks a page for its ActivityPub document, as another server does, and follows nothing.
func (s *shelf) negotiates(l *lab, path string) (int, http.Header, fedtest.Doc) {
	s.t.Helper()
	req := httptest.NewRequest(http.MethodGet, l.iris.Base()+path, http.NoBody)
	req.Header.Set("Accept", "application/activity+json")
	rec := httptest.NewRecorder()
	l.handler.ServeHTTP(rec, req)
	var doc fedtest.Doc
	if rec.Code == http.StatusOK {
		s.rco.ok(json.Unmarshal(rec.Body.Bytes(), &doc))
	}
	return rec.Code, rec.Header(), doc
}

// leads is where the first line of an inbox leads that says something.
func (s *shelf) leads(l *lab, who, words string) string {
	s.t.Helper()
	_, body := s.browse(l, who, http.MethodGet, "/notifications", nil)
	line := body[:max(0, strings.Index(body, words))]
	at := strings.LastIndex(line, `href="/notifications/`)
	if at < 0 {
		s.t.Fatalf("the inbox of %s has no line with %q", who, words)
	}
	path, _, _ := strings.Cut(line[at+len(`href="`):], `"`)
	req := httptest.NewRequest(http.MethodGet, l.iris.Base()+path, http.NoBody)
	req.AddCookie(s.cookies[who+"@"+l.iris.Host()])
	rec := httptest.NewRecorder()
	l.handler.ServeHTTP(rec, req)
	return rec.Header().Get("Location")
}

// round is what the instance of the community does by itself.
func (s *shelf) round() {
	s.t.Helper()
	(&begun{sarela: s.sarela}).weekPasses()
}

// leaves ends the membership of one of ours in a group anywhere.
func (l *lab) leaves(who, group string) {
	l.t.Helper()
	a, g := l.actor(who), l.groupNamed(group)
	l.tx(func(ctx context.Context, tx *db.Store) error { return l.membership.Leave(ctx, tx, a, g, "") })
}

// told wants a line about the artifact in an inbox at home.
func (s *shelf) told(who, note string) {
	s.t.Helper()
	account, err := s.rco.store.AccountOf(s.rco.ctx, s.rco.actor(who).ID)
	s.rco.ok(err)
	list, err := s.rco.store.Inbox(s.rco.ctx, db.InboxQuery{AccountID: account.ID, Limit: 50})
	s.rco.ok(err)
	if !slices.ContainsFunc(list, func(n *db.Notification) bool {
		return n.Kind == db.NotifyArtifact && n.Note == note && n.PostID == s.a.ID
	}) {
		s.t.Errorf("%s is not told %q", who, note)
	}
}
