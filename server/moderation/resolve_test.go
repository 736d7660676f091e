package moderation_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/moderation"
)

// volatile are the parts of what we send that differ from run to run.
var volatile = regexp.MustCompile(`(/ap/(?:activities|groups|people|objects)/)\d+|("(?:proofValue|created|published|verificationMethod)": )"[^"]*"|(/posts/)[^"]*`)

// golden compares an activity with its file in testdata; COPSE_TEST_GOLDEN=1 writes it.
func golden(t *testing.T, name string, body []byte) {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, body, "", "  "); err != nil {
		t.Fatal(err)
	}
	got := volatile.ReplaceAllString(out.String(), "${1}${2}${3}…") + "\n"
	path := filepath.Join("testdata", name+".json")
	if os.Getenv("COPSE_TEST_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

// TestReport_reachesModeratorsElsewhere: by a Flag of this instance that the group passes on, to
// moderators' own inboxes, without the reporter's name.
func TestReport_reachesModeratorsElsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana, eve := h.Person("fay"), h.Person("ana"), h.Person("eve")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	mo := h.Remote(db.ActorPerson, "mo", "far.test", "copse")
	h.moderates(g, mo, db.RoleModerator)
	p := h.Post(g, eve, nil)
	row := h.report(ana, moderation.ReportOf{Post: p, Content: "rude"})
	s := h.One("Announce")
	if !slices.Equal(s.Inboxes(), []string{mo.Inbox}) || s.To.FollowersOf != 0 || strings.Contains(string(s.Body), ana.URI) {
		t.Errorf("went to %v and %d: %s", s.Inboxes(), s.To.FollowersOf, s.Body)
	}
	golden(t, "announce_flag", s.Body)
	inner, _ := s.Doc["object"].(map[string]any)
	h.Take(h.r.TakeResolve, mo, replace(`{"id":"https://far.test/r","type":"Resolve","actor":"MO","object":"FLAG","content":"<p>spoken <b>with</b></p>"}`,
		"MO", mo.URI, "FLAG", inner["id"].(string)), "")
	got, err := h.Store.ReportByID(h.Ctx, row.ID)
	h.OK(err)
	if got.State != db.ReportResolved || got.Resolution != "spoken with" || got.ResolvedBy != mo.ID {
		t.Errorf("report %+v", got)
	}
	if !slices.Equal(h.acts(g), []string{"resolve"}) || !slices.Equal(h.Lines(ana), []string{db.NotifyDecided}) {
		t.Errorf("log %v, reporter told %v", h.acts(g), h.Lines(ana))
	}
}

// TestResolve_goesBack: the server of the reporter hears it from the group, other moderators from the
// one who decided, each under the Flag that they know.
func TestResolve_goesBack(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.Person("fay")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	mo, peer := h.Remote(db.ActorPerson, "mo", "far.test", "copse"), h.Remote(db.ActorApplication, "instance", "peer.test", "copse")
	h.moderates(g, mo, db.RoleModerator)
	p := h.Post(g, h.Person("eve"), nil)
	h.Take(h.r.TakeFlag, peer, replace(`{"id":"https://peer.test/f","type":"Flag","object":["POST"],"content":"rude"}`, "POST", p.URI), "")
	list := h.reports(g.ActorID)
	if len(list) != 1 {
		t.Fatalf("%d reports", len(list))
	}
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Resolve(ctx, tx, fay, list[0], "removed") })
	back := h.One("Resolve")
	if back.Doc["object"] != "https://peer.test/f" || back.Doc["actor"] != g.Actor.URI || !slices.Equal(back.Inboxes(), []string{peer.Inbox}) {
		t.Errorf("sent back %v to %v", back.Doc, back.Inboxes())
	}
	golden(t, "resolve_back", back.Body)
	passed := h.Outbox("Announce")
	if len(passed) != 2 || !slices.Equal(passed[1].Inboxes(), []string{mo.Inbox}) {
		t.Fatalf("%d passed on", len(passed))
	}
	golden(t, "announce_resolve", passed[1].Body)
}

// TestResolve_elsewhere: one of ours who moderates a group elsewhere gets its report and sends the
// decision there.
func TestResolve_elsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	mo, g := h.Person("mo"), h.RemoteGroup("soil", "peer.test", "copse")
	h.moderates(g, mo, db.RoleModerator)
	eve := h.Remote(db.ActorPerson, "eve", "evil.test", "")
	p, peer := h.Post(g, eve, nil), h.Remote(db.ActorApplication, "instance", "peer.test", "copse")
	body := replace(`{"id":"https://peer.test/f","type":"Flag","object":["POST","EVE"],"content":"rude"}`, "POST", p.URI, "EVE", eve.URI)
	in := h.Take(h.r.TakeFlag, peer, body, "unknown-object")
	in.Via = g.Actor
	h.TakeIn(h.r.TakeFlag, in, "")
	list := h.reports(g.ActorID)
	if len(list) != 1 || list[0].PostID != p.ID || !slices.Equal(h.Lines(mo), []string{db.NotifyReport}) {
		t.Fatalf("%d reports, moderator told %v", len(list), h.Lines(mo))
	}
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Resolve(ctx, tx, mo, list[0], "removed") })
	s := h.One("Resolve")
	if s.Doc["object"] != "https://peer.test/f" || s.Doc["actor"] != mo.URI || !slices.Equal(s.Inboxes(), []string{g.Actor.Inbox}) {
		t.Errorf("sent %v to %v", s.Doc, s.Inboxes())
	}
	golden(t, "resolve", s.Body)
	if len(h.acts(g)) != 0 {
		t.Error("the log of a group elsewhere is its server's to keep")
	}
	in.Activity.ID = "https://peer.test/unseen"
	in.Activity.Object[0].IRI, in.Activity.Object[1].IRI = "https://evil.test/never-came", "https://evil.test/nobody"
	h.TakeIn(h.r.TakeFlag, in, "")
	if list := h.reports(g.ActorID); len(list) != 1 || !strings.Contains(list[0].Content, "https://evil.test/never-came") {
		t.Errorf("what is not here: %+v", list)
	}
}

// T21: what comes of a report is for its moderators to say, in a group of ours, and for the group
// itself elsewhere. Nobody else can close one.
func TestT21_reportsAreClosedByTheirModerators(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.Person("fay"), h.Person("ana")
	g, soil := h.Group("water", community.NewGroup{Facilitator: fay}), h.RemoteGroup("soil", "peer.test", "copse")
	here := h.report(ana, moderation.ReportOf{Post: h.Post(g, fay, nil), Content: "a"})
	away := h.report(ana, moderation.ReportOf{Post: h.Post(soil, h.Remote(db.ActorPerson, "kim", "far.test", ""), nil), Content: "b"})
	own := h.report(ana, moderation.ReportOf{Target: fay, Content: "c"})
	eve := h.Remote(db.ActorPerson, "eve", "evil.test", "")
	body := func(row *db.Report) string {
		return replace(`{"id":"https://evil.test/r","type":"Resolve","object":"FLAG","content":"nothing to see"}`, "FLAG", row.URI)
	}
	h.Take(h.r.TakeResolve, eve, body(here), "not-moderator")
	h.Take(h.r.TakeResolve, eve, body(own), "not-moderator")
	h.Take(h.r.TakeResolve, eve, `{"id":"https://evil.test/r","type":"Resolve","object":"https://evil.test/none"}`, "unknown-object")
	in := h.Take(h.r.TakeResolve, eve, body(away), "not-from-the-group")
	in.Via = h.RemoteGroup("evil", "evil.test", "lemmy").Actor
	h.TakeIn(h.r.TakeResolve, in, "not-from-the-group")
	in.Via, in.Vouched = soil.Actor, false
	h.TakeIn(h.r.TakeResolve, in, "not-from-the-group")
	mo := h.Remote(db.ActorPerson, "mo", "far.test", "")
	h.moderates(g, mo, db.RoleModerator)
	in = h.Take(h.r.TakeResolve, eve, body(here), "not-moderator")
	in.Actor, in.Vouched = mo, false
	h.TakeIn(h.r.TakeResolve, in, "not-vouched")
	in.Vouched, in.Via = true, soil.Actor // an old one, played again
	h.TakeIn(h.r.TakeResolve, in, "not-vouched")
	if len(h.reports(g.ActorID, soil.ActorID, 0)) != 3 {
		t.Error("a stranger closed a report")
	}
	h.Take(h.r.TakeResolve, soil.Actor, body(away), "")
	h.Take(h.r.TakeResolve, soil.Actor, body(away), "resolved-before")
	if !slices.Equal(h.Lines(ana), []string{db.NotifyDecided}) {
		t.Errorf("reporter told %v", h.Lines(ana))
	}
}

// T53: a Flag may name as much as it likes; what is looked up and kept of it is bounded.
func TestT53_flagsAreCut(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{Facilitator: h.Person("fay")})
	p, peer := h.Post(g, h.Person("eve"), nil), h.Remote(db.ActorApplication, "instance", "peer.test", "mastodon")
	objects := strings.Repeat(`"https://x.test/none",`, 900)
	h.Take(h.r.TakeFlag, peer, `{"id":"https://peer.test/far","type":"Flag","object":[`+objects+`"`+p.URI+`"]}`, "unknown-object")
	h.Take(h.r.TakeFlag, peer, `{"id":"https://peer.test/near","type":"Flag","object":["`+p.URI+`",`+strings.TrimSuffix(objects, ",")+`],"content":"`+strings.Repeat("<p>spam ", 20_000)+`"}`, "")
	list := h.reports(g.ActorID)
	if len(list) != 1 || len(list[0].Content) > 5000 {
		t.Errorf("%d reports of %d bytes", len(list), len(list[0].Content))
	}
}

// TestTakeFlag_isTheGroupsToKnow: Mastodon tells the author's server alone, which tells the group.
func TestTakeFlag_isTheGroupsToKnow(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, peer := h.RemoteGroup("soil", "peer.test", "copse"), h.Remote(db.ActorApplication, "instance", "social.test", "mastodon")
	p := h.Post(g, h.Person("eve"), nil)
	h.Take(h.r.TakeFlag, peer, replace(`{"id":"https://social.test/f","type":"Flag","object":["POST"],"content":"rude"}`, "POST", p.URI), "")
	s := h.One("Flag")
	if !slices.Equal(s.Inboxes(), []string{g.Actor.Inbox}) || s.Doc["content"] != "rude" {
		t.Errorf("told %v: %v", s.Inboxes(), s.Doc)
	}
	golden(t, "flag", s.Body)
}
