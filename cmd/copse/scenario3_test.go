package main

import (
	"context"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/practice"
)

var keyed = regexp.MustCompile(`https://[^"<]*/review\?key=\w+`)

// Scenario 3 is one story on one setting; each step stands on the one before.
func TestScenario3_artifact(t *testing.T) {
	t.Parallel()
	s := newShelved(t)
	s.drafts()
	s.reviews()
	s.publishesFirst()
	s.reuses()
	s.suggests()
	s.opensOne()
	s.forks()
	s.publishesSecond()
	s.tampers()
	s.standsAlone()
	s.ages()
	s.unnames()
}

// 3.1 Binh drafts on his own instance and offers it to the community; nobody else can read it.
func (s *shelf) drafts() {
	s.t.Helper()
	query := s.asks()
	s.submits(s.health, "binh", "/c/coldchain@rco.example/library/new",
		"kind", "checklist", "title", "Checklist: keep vaccines safe above 40 °C", "based", query, "text", "## For whom\n\nWhoever opens the fridge.\n\n## Points to check\n\nKeep the door shut.")
	drafts, err := s.health.store.ArtifactDrafts(s.health.ctx, s.health.groupNamed("coldchain@rco.example").ActorID, 9)
	s.health.ok(err)
	if len(drafts) != 1 {
		s.t.Fatalf("binh has %d drafts", len(drafts))
	}
	mine := practice.Page(drafts[0].ID)
	for _, who := range []string{"", "carla"} {
		if status, _ := s.browse(s.health, who, http.MethodGet, mine+"/draft", nil); status == http.StatusOK {
			s.t.Errorf("%q reads the draft of binh", who)
		}
	}
	s.submits(s.health, "binh", mine+"/do/submit")
	list, err := s.rco.store.ArtifactDrafts(s.rco.ctx, s.rco.groupNamed("coldchain").ActorID, 9)
	s.rco.ok(err)
	if len(list) != 1 || list[0].Author == nil || list[0].Author.Acct() != "binh@health.example" {
		s.t.Fatalf("home has the drafts %v", list)
	}
	s.a = list[0]
	if got := s.a.Links.BasedOn; len(got) != 1 || got[0] != query {
		s.t.Errorf("it is based on %v, want the query", got)
	}
	says(s.t, "the draft", s.words(s.rco, "amina", s.page(s.rco, "/draft")), "keep vaccines safe above 40")
	for who, l := range map[string]*lab{"": s.rco, "theo": s.rco} {
		if status, _ := s.browse(l, who, http.MethodGet, s.page(l, "/draft"), nil); status == http.StatusOK {
			s.t.Errorf("%q reads the draft", who)
		}
	}
	for _, iri := range []string{s.a.URI, s.a.URI + "/versions", s.a.URI + "/versions/1"} {
		if status, _ := s.rco.reads(iri); status != http.StatusNotFound {
			s.t.Errorf("GET %s of a draft: %d", iri, status)
		}
	}
	if _, outbox := s.rco.reads(s.rco.actor("coldchain").URI + "/outbox"); strings.Contains(string(mustJSON(outbox)), s.a.URI) {
		s.t.Error("the draft is in the outbox")
	}
}

// 3.4 to 3.6: reviewers of two organisations, an Offer to one and a direct Note to the other, their
// verdicts by form and by a word, and nothing is published before.
func (s *shelf) reviews() {
	s.t.Helper()
	s.social.Forget()
	if code := s.refusal(s.review("", "amina")); code != "reviewers-few" {
		s.t.Errorf("one reviewer: %q", code)
	}
	if code := s.refusal(s.review("", "carla@health.example", "carla@health.example")); code != "reviewers-inside" {
		s.t.Errorf("reviewers of his own organisation alone: %q", code)
	}
	tapped := tapInto(s.agri)
	s.decides(s.review("", "david@agri.example", "farid@social.example"))
	if got := tapped.count("Offer"); got != 1 {
		s.t.Errorf("agri got %d offers", got)
	}
	note, told := s.note(s.farid)
	text, _ := note["content"].(string)
	if told != 1 || !strings.Contains(text, "Keep the door shut") || !strings.Contains(text, "/a/") {
		s.t.Errorf("farid got %d notes: %s", told, text)
	}
	if code := s.refusal(s.publishes("")); code != "verdicts-few" {
		s.t.Errorf("published before the verdicts: %q", code)
	}
	says(s.t, "the draft at home", s.words(s.rco, "amina", s.page(s.rco, "/draft")), "David", "arid")
	if to := s.leads(s.agri, "david", "asks you to review"); to != s.page(s.agri, "/review") {
		s.t.Errorf("the inbox of david leads to %q", to)
	}
	if link := keyed.FindString(text); link == "" {
		s.t.Errorf("farid gets no link: %s", text)
	} else {
		says(s.t, "the draft by the link of farid", s.words(s.rco, "", strings.TrimPrefix(link, s.rco.iris.Base())), "Keep the door shut")
		if status, _ := s.browse(s.rco, "", http.MethodGet, s.page(s.rco, "/review?key=guess"), nil); status != http.StatusNotFound {
			s.t.Errorf("a guessed key gets %d", status)
		}
	}
	says(s.t, "the frozen draft", s.words(s.agri, "david", s.page(s.agri, "/review")), "Keep the door shut")
	if status, _ := s.browse(s.agri, "esi", http.MethodGet, s.page(s.agri, "/review"), nil); status != http.StatusNotFound {
		s.t.Errorf("esi was not asked and gets %d", status)
	}
	s.submits(s.agri, "david", s.page(s.agri, "/review"), "verdict", "changes", "interest", "none", "comment", "Say which fridge first.", "is-clear", "yes", "is-safe", "partly")
	verdict := s.answer(s.farid, note, "accept. No interest.")
	s.sends(s.farid, verdict) // once more
	hugo := s.answer(s.hugo, note, "reject, it is wrong")
	st, err := s.rco.artifact.Stands(s.rco.ctx, s.rco.store, s.kept(s.rco))
	s.rco.ok(err)
	if st.Accepts != 1 || st.Open != 1 || len(st.Reviews) != 2 {
		s.t.Errorf("verdicts stand at %+v after %v", st, idOf(hugo))
	}
	home := s.words(s.rco, "amina", s.page(s.rco, "/draft"))
	says(s.t, "the draft at home", home, "asks for changes", "accepts", "Say which fridge first.")
	if code := s.refusal(s.publishes("")); code != "verdicts-few" && code != "verdict-open" {
		s.t.Errorf("published with an open verdict: %q", code)
	}
	s.writes("items", "Keep the door shut. Switch the ice-lined fridge first.")
	answer := artifact.Answered{By: s.rco.actor("amina"), Reviewer: s.rco.actor("david@agri.example").ID, Text: "Done: the ice-lined one."}
	s.decides(func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
		return s.rco.artifact.Answer(ctx, tx, a, answer)
	})
	s.decides(s.review("", "david@agri.example"))
	says(s.t, "the second draft", s.words(s.agri, "david", s.page(s.agri, "/review")), "ice-lined")
	s.submits(s.agri, "david", s.page(s.agri, "/review"), "verdict", "accept", "interest", "none", "comment", "Good.")
}

// 3.7 and 3.8: the first version, everywhere the same, and readable by anybody.
func (s *shelf) publishesFirst() {
	s.t.Helper()
	s.social.Forget()
	s.decides(s.publishes(""))
	doc := s.rco.document(s.a.URI)
	source, _ := doc["source"].(fedtest.Doc)
	text, _ := source["content"].(string)
	if doc["type"] != "Article" || doc["copse:version"] != 1.0 {
		s.t.Errorf("the stable id gives %v version %v", doc["type"], doc["version"])
	}
	hash, _ := doc["copse:contentHash"].(string)
	if hash != practice.HashOf(text) {
		s.t.Errorf("hash %q is not that of the text served", hash)
	}
	version := s.rco.document(s.a.URI + "/versions/1")
	if version["copse:contentHash"] != hash || version["copse:versionOf"] != s.a.URI {
		s.t.Errorf("version 1 has hash %v of %v", version["copse:contentHash"], version["copse:versionOf"])
	}
	for _, l := range s.labs() {
		words := s.words(l, "", s.page(l, ""))
		says(s.t, l.iris.Host(), words, "ice-lined", "Binh", "David", hash[:12], "CC BY 4.0", "Should, not must")
		if status, _ := s.browse(l, "", http.MethodGet, s.page(l, "/v/1/print"), nil); status != http.StatusOK {
			s.t.Errorf("%s does not print it: %d", l.iris.Host(), status)
		}
	}
	if whole, plain := announces(s.social, s.a.URI); whole+plain > 1 || len(s.social.Received("Create", "Announce")) != 1 {
		s.t.Errorf("the Mastodon server got %d activities, want one post", len(s.social.Received("Create", "Announce")))
	}
}

// 3.9 and 3.10: reports by form and by a hashtag count once everywhere; an ordinary answer does not.
func (s *shelf) reuses() {
	s.t.Helper()
	s.agri.joins("esi", "coldchain@rco.example")
	s.settle()
	s.submits(s.agri, "esi", s.page(s.agri, "/reuse"), "place", "Kisumu", "way", "adapted", "changed", "Shorter.", "result", "No dose lost.", "hours", "6")
	s.counts(1, 1, 6)
	for _, l := range []*lab{s.rco, s.agri} {
		says(s.t, l.iris.Host(), s.words(l, "", s.page(l, "")), "Kisumu", "1 organisation")
	}
	s.social.Forget()
	tag := []any{fedtest.Doc{"type": "Hashtag", "name": "#reuse"}}
	s.reply("#reuse printed for 12 health posts", tag)
	note, asked := s.note(s.farid)
	if asked != 1 {
		s.t.Fatalf("farid is asked %d times", asked)
	}
	text, _ := note["content"].(string)
	says(s.t, "the question to farid", text, "as it was")
	s.answer(s.farid, note, "as it was")
	if _, asked = s.note(s.farid); asked != 1 {
		s.t.Errorf("farid is asked %d times after his answer", asked)
	}
	s.counts(2, 2, 6)
	uses, err := s.rco.store.UsesOf(s.rco.ctx, s.a.ID, 9)
	s.rco.ok(err)
	if len(uses) != 2 || uses[0].Way != practice.AsItWas {
		s.t.Errorf("the report of farid says %q", uses[0].Way)
	}
	s.reply("Thank you for this.", nil)
	s.counts(2, 2, 6)
}

// reply has Farid answer the artifact.
func (s *shelf) reply(text string, tags []any) {
	s.t.Helper()
	doc := s.rco.document(s.a.URI)
	note := s.farid.Answer(doc, text)
	if tags != nil {
		old, _ := note["tag"].([]any)
		note["tag"] = append(old, tags...)
		s.social.Put(note)
	}
	s.sends(s.farid, s.farid.Create(note))
}

// 3.2 Carla and Esi suggest edits from their own instances; who was taken is named from then on.
func (s *shelf) suggests() {
	s.t.Helper()
	for who, l := range map[string]*lab{"carla": s.health, "esi": s.agri} {
		blocks := practice.Blocks(s.source(l), "en", l.artifact.Kinds().Of("checklist"))
		s.submits(l, who, s.page(l, "/suggest"), "block", blocks[1].Key, "text", "Keep the door shut. Edit of "+who+".", "reason", "Shorter.")
	}
	list, err := s.rco.store.SuggestionsOn(s.rco.ctx, s.a.ID)
	s.rco.ok(err)
	if len(list) != 2 {
		s.t.Fatalf("home has %d suggestions", len(list))
	}
	says(s.t, "the draft at home", s.words(s.rco, "amina", s.page(s.rco, "/draft")), "Edit of", "Carla", "Esi")
	amina := s.rco.actor("amina")
	for _, one := range list {
		d := artifact.Decision{By: amina, ID: one.ID, Accept: one.ActorID == s.rco.actor("carla@health.example").ID, Reason: "It says less."}
		s.decides(func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
			return s.rco.artifact.DecideSuggestion(ctx, tx, a, d)
		})
	}
}

// 3.7 and 3.8: the page answers other servers too, and what a restricted community keeps opens to
// everybody once it decides so.
func (s *shelf) opensOne() {
	s.t.Helper()
	if status, head, doc := s.negotiates(s.rco, s.page(s.rco, "")); status != http.StatusOK || doc["id"] != s.a.URI || !strings.Contains(head.Get("Vary"), "Accept") {
		s.t.Errorf("the page answers other servers %d with %v, Vary %q", status, doc["id"], head.Get("Vary"))
	}
	if status, head, _ := s.negotiates(s.agri, s.page(s.agri, "")); status/100 != 3 || head.Get("Location") != s.a.URI {
		s.t.Errorf("the page of the copy answers other servers %d to %q", status, head.Get("Location"))
	}
	s.rco.opens("amina", "quiet", community.NewGroup{Languages: "en", Openness: db.OpennessRestricted})
	amina, g := s.rco.actor("amina"), s.rco.groupNamed("quiet")
	var kept *db.Artifact
	s.rco.tx(func(ctx context.Context, tx *db.Store) (err error) {
		kept, err = s.rco.artifact.Begin(ctx, tx, artifact.Beginning{
			Group: g, Author: amina, Kind: "checklist", Title: "Quiet checks", Blocks: []db.Block{{Key: "audience", Code: "audience", Title: "For whom", Text: "Us."}, {Key: "items", Code: "items", Title: "Points", Text: "Whisper."}},
		})
		if err == nil {
			_, err = s.rco.artifact.Publish(ctx, tx, kept, artifact.Publishing{By: amina, AsAnIdea: true})
		}
		return err
	})
	s.settle()
	for _, path := range []string{"", "/v/1", "/v/1/md"} {
		if status, _ := s.browse(s.rco, "", http.MethodGet, practice.Page(kept.ID)+path, nil); status != http.StatusNotFound {
			s.t.Errorf("a stranger gets %d for %s", status, path)
		}
	}
	s.rco.does("amina", kept.URI, s.rco.trust.Release)
	s.settle()
	says(s.t, "what was opened", s.words(s.rco, "", practice.Page(kept.ID)), "Quiet checks", "Whisper.")
	if status, _, doc := s.negotiates(s.rco, practice.Page(kept.ID)); status != http.StatusOK || doc["attributedTo"] != g.Actor.URI {
		s.t.Errorf("what was opened answers other servers %d by %v", status, doc["attributedTo"])
	}
}

// 3.11 David's fork in a community of his own: each side names the other.
func (s *shelf) forks() {
	s.t.Helper()
	s.agri.opens("david", "dairy", community.NewGroup{Languages: "en"})
	g := s.agri.groupNamed("dairy")
	david := s.agri.actor("david")
	var fork *db.Artifact
	s.agri.tx(func(ctx context.Context, tx *db.Store) (err error) {
		fork, err = s.agri.artifact.Begin(ctx, tx, artifact.Beginning{
			Group: g, Author: david, Kind: "checklist", Title: "Keep milk cool", BasedOn: []string{s.a.URI},
			Blocks: []db.Block{{Key: "audience", Code: "audience", Title: "For whom", Text: "Dairies."}, {Key: "items", Code: "items", Title: "Points", Text: "Keep the lid shut."}},
		})
		if err != nil {
			return err
		}
		_, err = s.agri.artifact.Publish(ctx, tx, fork, artifact.Publishing{By: david, AsAnIdea: true})
		return err
	})
	s.settle()
	if got := s.kept(s.rco).Links.Adapted; len(got) != 1 || got[0] != fork.URI {
		s.t.Errorf("the original lists the forks %v", got)
	}
	says(s.t, "the fork", s.words(s.agri, "", practice.Page(fork.ID)), "Checklist: keep vaccines safe")
	if status, body := s.browse(s.rco, "", http.MethodGet, s.page(s.rco, ""), nil); status != http.StatusOK || !strings.Contains(body, fork.URI) {
		s.t.Errorf("the page of the original does not lead to %s", fork.URI)
	}
	if doc := s.agri.document(fork.URI); !strings.Contains(string(mustJSON(doc["copse:derivedFrom"])), s.a.URI) || doc["copse:license"] == nil {
		s.t.Errorf("the fork is derived from %v under %v", doc["copse:derivedFrom"], doc["copse:license"])
	}
}

// 3.12 Version 2 reaches all who hold the first, in one Update, and its news in one post; what was
// reported of version 1 stays with it.
func (s *shelf) publishesSecond() {
	s.t.Helper()
	s.social.Forget()
	taps := map[string]*tap{"health": tapInto(s.health), "agri": tapInto(s.agri)}
	s.writes("items", "Keep the door shut. Switch the ice-lined fridge first. Open it twice a day.")
	s.decides(s.review("", "david@agri.example", "farid@social.example"))
	s.submits(s.agri, "david", s.page(s.agri, "/review"), "verdict", "accept", "interest", "none", "comment", "Good.")
	note, _ := s.note(s.farid)
	s.answer(s.farid, note, "accept")
	s.social.Forget()
	s.decides(s.publishes("Says how often to open the door."))
	for host, tapped := range taps {
		if got := tapped.about(s.a.URI); strings.Count(strings.Join(got, " "), "Announce{Update}") != 1 {
			s.t.Errorf("%s got %v, want one announced Update", host, got)
		}
	}
	fresh := s.social.Received("Create", "Announce")
	if len(fresh) != 1 || !strings.Contains(string(mustJSON(fresh[0])), "how often to open the door") {
		s.t.Errorf("the Mastodon server got %d posts: %s", len(fresh), mustJSON(fresh))
	}
	for _, l := range s.labs() {
		says(s.t, l.iris.Host(), s.words(l, "", s.page(l, "")), "twice a day", "Version 2", "Carla")
		silent(s.t, l.iris.Host()+" v1", s.words(l, "", s.page(l, "/v/1")), "Carla")
		silent(s.t, l.iris.Host()+" v1", s.words(l, "", s.page(l, "/v/1")), "twice a day")
		says(s.t, l.iris.Host()+" v1", s.words(l, "", s.page(l, "/v/1")), "newer version")
		says(s.t, l.iris.Host()+" diff", s.words(l, "", s.page(l, "/compare?from=1&to=2")), "twice a day")
	}
	uses, err := s.agri.store.UsesOf(s.agri.ctx, s.kept(s.agri).ID, 9)
	s.agri.ok(err)
	for _, u := range uses {
		if u.Version != 1 {
			s.t.Errorf("a report of version 1 counts for %d", u.Version)
		}
	}
	s.counts(2, 2, 6)
}

// 3.16 A forged Update and a forged verdict change nothing, and are written down.
func (s *shelf) tampers() {
	s.t.Helper()
	s.social.Forget()
	was := s.rco.document(s.a.URI)
	before := s.kept(s.agri)
	forged := maps.Clone(was)
	forged["name"], forged["content"] = "Heat the vaccines", "<p>Heat them.</p>"
	update := s.hugo.Activity("Update", forged, fedtest.Doc{"to": []any{fedtest.Public}})
	if r := s.social.Post(s.hugo, s.agri.iris.SharedInbox(), update); r.Status == http.StatusAccepted {
		s.settle()
		if state, reason := s.agri.outcome(update); state != db.ReceiptRefused && state != db.ReceiptIgnored {
			s.t.Errorf("a forged Update ends in state %d, %s", state, reason)
		}
	}
	david := s.agri.actor("david")
	lie := s.hugo.Note("accept", fedtest.Doc{"inReplyTo": s.a.URI, "copse:verdict": "accept", "attributedTo": david.URI, "to": []any{s.rco.actor("coldchain").URI}})
	act := s.hugo.Create(lie)
	act["actor"] = david.URI
	if r := s.social.Post(s.hugo, s.rco.iris.SharedInbox(), act); r.Status != http.StatusUnauthorized && r.Status != http.StatusForbidden {
		s.t.Errorf("a verdict in the name of david is answered %d", r.Status)
	}
	s.settle()
	if after := s.kept(s.agri); after.Title != before.Title || after.Version != before.Version {
		s.t.Errorf("the copy is now %q v%d", after.Title, after.Version)
	}
	silent(s.t, "the copy", s.words(s.agri, "", s.page(s.agri, "")), "Heat")
}

// 3.13 The home is down for a day; the copy is read where its readers are.
func (s *shelf) standsAlone() {
	s.t.Helper()
	s.rco.net.Down("rco.example")
	s.pass(24 * time.Hour)
	for _, path := range []string{"", "/v/2", "/v/1", "/v/2/print", "/v/2/md", "/compare?from=1&to=2"} {
		if status, body := s.browse(s.agri, "", http.MethodGet, s.page(s.agri, path), nil); status != http.StatusOK || !strings.Contains(body, "ice-lined") {
			s.t.Errorf("the copy at %s is answered %d", path, status)
		}
	}
	says(s.t, "the copy", s.words(s.agri, "", s.page(s.agri, "")), "A copy kept here", "last heard of it on", "2026")
	s.rco.net.Up("rco.example")
}

// 3.14 A year later it is due and its steward is told; its steward leaves and members may take it on;
// after 90 days the page says so, and one who looks at it again sets it right everywhere.
func (s *shelf) ages() {
	s.t.Helper()
	s.pass(366 * 24 * time.Hour)
	s.round() // no session lives that long: from here on pages are read signed out
	says(s.t, "what is due", s.words(s.rco, "", "/c/coldchain/library?fresh=due"), "Checklist: keep vaccines safe", "Due to be looked at again since")
	s.told("amina", "due")
	silent(s.t, "the page", s.words(s.rco, "", s.page(s.rco, "")), "Nobody looks after it")
	s.health.leaves("binh", "coldchain@rco.example")
	s.settle()
	s.round()
	s.told("amina", "orphan")
	for _, l := range s.labs() {
		if a := s.kept(l); a.StewardID != 0 {
			s.t.Errorf("%s shows the steward %d", l.iris.Host(), a.StewardID)
		}
	}
	says(s.t, "what nobody looks after", s.words(s.rco, "", "/c/coldchain/library?fresh=orphan"), "Checklist: keep vaccines safe")
	s.pass(90 * 24 * time.Hour)
	for _, l := range s.labs() {
		says(s.t, l.iris.Host(), s.words(l, "", s.page(l, "")), "Not reviewed since")
	}
	amina := s.rco.actor("amina")
	s.decides(func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
		return s.rco.artifact.LookAfter(ctx, tx, a, amina)
	})
	s.decides(func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
		return s.rco.artifact.Confirm(ctx, tx, a, amina)
	})
	for _, l := range s.labs() {
		silent(s.t, l.iris.Host(), s.words(l, "", s.page(l, "")), "Not reviewed since", "Due to be")
		says(s.t, l.iris.Host(), s.words(l, "", s.page(l, "")), "Amina")
	}
}

// 3.15 A reviewer's name goes from all versions, here and where copies are.
func (s *shelf) unnames() {
	s.t.Helper()
	farid := s.rco.actor("farid@social.example")
	s.decides(func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
		return s.rco.artifact.Unname(ctx, tx, a, farid)
	})
	for _, l := range s.labs() {
		for number := int64(1); number <= 2; number++ {
			v, err := l.store.VersionOf(l.ctx, s.kept(l).ID, number)
			l.ok(err)
			for _, p := range v.People.List {
				if p.URI == farid.URI || strings.Contains(p.Name, "arid") {
					s.t.Errorf("version %d on %s names %q as %s", number, l.iris.Host(), p.Name, p.Role)
				}
			}
			says(s.t, l.iris.Host(), s.words(l, "", s.page(l, "/v/"+strconv.FormatInt(number, 10))), "a reviewer, independent")
		}
	}
	if raw := string(mustJSON(s.rco.document(s.a.URI + "/versions/1"))); strings.Contains(raw, farid.URI) {
		s.t.Errorf("the document of version 1 names %s", farid.URI)
	}
}
