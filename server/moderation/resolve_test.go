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
	fay, ana, eve := h.person("fay"), h.person("ana"), h.person("eve")
	g := h.group("water", community.NewGroup{Facilitator: fay})
	mo := h.remote(db.ActorPerson, "mo", "far.test", "copse")
	h.moderates(g, mo, db.RoleModerator)
	p := h.post(g, eve, nil)
	row := h.report(ana, moderation.ReportOf{Post: p, Content: "rude"})
	s := h.one("Announce")
	if !slices.Equal(s.inboxes(), []string{mo.Inbox}) || s.to.FollowersOf != 0 || strings.Contains(string(s.Body), ana.URI) {
		t.Errorf("went to %v and %d: %s", s.inboxes(), s.to.FollowersOf, s.Body)
	}
	golden(t, "announce_flag", s.Body)
	inner, _ := s.doc["object"].(map[string]any)
	h.take(h.r.TakeResolve, mo, replace(`{"id":"https://far.test/r","type":"Resolve","actor":"MO","object":"FLAG","content":"<p>spoken <b>with</b></p>"}`,
		"MO", mo.URI, "FLAG", inner["id"].(string)), "")
	got, err := h.s.ReportByID(h.ctx, row.ID)
	h.ok(err)
	if got.State != db.ReportResolved || got.Resolution != "spoken with" || got.ResolvedBy != mo.ID {
		t.Errorf("report %+v", got)
	}
	if !slices.Equal(h.acts(g), []string{"resolve"}) || !slices.Equal(h.lines(ana), []string{db.NotifyDecided}) {
		t.Errorf("log %v, reporter told %v", h.acts(g), h.lines(ana))
	}
}

// TestResolve_goesBack: the server of the reporter hears it from the group, other moderators from the
// one who decided, each under the Flag that they know.
func TestResolve_goesBack(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.person("fay")
	g := h.group("water", community.NewGroup{Facilitator: fay})
	mo, peer := h.remote(db.ActorPerson, "mo", "far.test", "copse"), h.remote(db.ActorApplication, "instance", "peer.test", "copse")
	h.moderates(g, mo, db.RoleModerator)
	p := h.post(g, h.person("eve"), nil)
	h.take(h.r.TakeFlag, peer, replace(`{"id":"https://peer.test/f","type":"Flag","object":["POST"],"content":"rude"}`, "POST", p.URI), "")
	list := h.reports(g.ActorID)
	if len(list) != 1 {
		t.Fatalf("%d reports", len(list))
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Resolve(ctx, tx, fay, list[0], "removed") })
	back := h.one("Resolve")
	if back.doc["object"] != "https://peer.test/f" || back.doc["actor"] != g.Actor.URI || !slices.Equal(back.inboxes(), []string{peer.Inbox}) {
		t.Errorf("sent back %v to %v", back.doc, back.inboxes())
	}
	golden(t, "resolve_back", back.Body)
	passed := h.outbox("Announce")
	if len(passed) != 2 || !slices.Equal(passed[1].inboxes(), []string{mo.Inbox}) {
		t.Fatalf("%d passed on", len(passed))
	}
	golden(t, "announce_resolve", passed[1].Body)
}

// TestResolve_elsewhere: one of ours who moderates a group elsewhere gets its report and sends the
// decision there.
func TestResolve_elsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	mo, g := h.person("mo"), h.remoteGroup("soil", "peer.test", "copse")
	h.moderates(g, mo, db.RoleModerator)
	eve := h.remote(db.ActorPerson, "eve", "evil.test", "")
	p, peer := h.post(g, eve, nil), h.remote(db.ActorApplication, "instance", "peer.test", "copse")
	body := replace(`{"id":"https://peer.test/f","type":"Flag","object":["POST","EVE"],"content":"rude"}`, "POST", p.URI, "EVE", eve.URI)
	in := h.take(h.r.TakeFlag, peer, body, "unknown-object")
	in.Via = g.Actor
	h.takeIn(h.r.TakeFlag, in, "")
	list := h.reports(g.ActorID)
	if len(list) != 1 || list[0].PostID != p.ID || !slices.Equal(h.lines(mo), []string{db.NotifyReport}) {
		t.Fatalf("%d reports, moderator told %v", len(list), h.lines(mo))
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Resolve(ctx, tx, mo, list[0], "removed") })
	s := h.one("Resolve")
	if s.doc["object"] != "https://peer.test/f" || s.doc["actor"] != mo.URI || !slices.Equal(s.inboxes(), []string{g.Actor.Inbox}) {
		t.Errorf("sent %v to %v", s.doc, s.inboxes())
	}
	golden(t, "resolve", s.Body)
	if len(h.acts(g)) != 0 {
		t.Error("the log of a group elsewhere is its server's to keep")
	}
	in.Activity.ID = "https://peer.test/unseen"
	in.Activity.Object[0].IRI, in.Activity.Object[1].IRI = "https://evil.test/never-came", "https://evil.test/nobody"
	h.takeIn(h.r.TakeFlag, in, "")
	if list := h.reports(g.ActorID); len(list) != 1 || !strings.Contains(list[0].Content, "https://evil.test/never-came") {
		t.Errorf("what is not here: %+v", list)
	}
}

// T21: what comes of a report is for its moderators to say, in a group of ours, and for the group
// itself elsewhere. Nobody else can close one.
func TestT21_reportsAreClosedByTheirModerators(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay"), h.person("ana")
	g, soil := h.group("water", community.NewGroup{Facilitator: fay}), h.remoteGroup("soil", "peer.test", "copse")
	here := h.report(ana, moderation.ReportOf{Post: h.post(g, fay, nil), Content: "a"})
	away := h.report(ana, moderation.ReportOf{Post: h.post(soil, h.remote(db.ActorPerson, "kim", "far.test", ""), nil), Content: "b"})
	own := h.report(ana, moderation.ReportOf{Target: fay, Content: "c"})
	eve := h.remote(db.ActorPerson, "eve", "evil.test", "")
	body := func(row *db.Report) string {
		return replace(`{"id":"https://evil.test/r","type":"Resolve","object":"FLAG","content":"nothing to see"}`, "FLAG", row.URI)
	}
	h.take(h.r.TakeResolve, eve, body(here), "not-moderator")
	h.take(h.r.TakeResolve, eve, body(own), "not-moderator")
	h.take(h.r.TakeResolve, eve, `{"id":"https://evil.test/r","type":"Resolve","object":"https://evil.test/none"}`, "unknown-object")
	in := h.take(h.r.TakeResolve, eve, body(away), "not-from-the-group")
	in.Via = h.remoteGroup("evil", "evil.test", "lemmy").Actor
	h.takeIn(h.r.TakeResolve, in, "not-from-the-group")
	in.Via, in.Vouched = soil.Actor, false
	h.takeIn(h.r.TakeResolve, in, "not-from-the-group")
	mo := h.remote(db.ActorPerson, "mo", "far.test", "")
	h.moderates(g, mo, db.RoleModerator)
	in = h.take(h.r.TakeResolve, eve, body(here), "not-moderator")
	in.Actor, in.Vouched = mo, false
	h.takeIn(h.r.TakeResolve, in, "not-vouched")
	in.Vouched, in.Via = true, soil.Actor // an old one, played again
	h.takeIn(h.r.TakeResolve, in, "not-vouched")
	if len(h.reports(g.ActorID, soil.ActorID, 0)) != 3 {
		t.Error("a stranger closed a report")
	}
	h.take(h.r.TakeResolve, soil.Actor, body(away), "")
	h.take(h.r.TakeResolve, soil.Actor, body(away), "resolved-before")
	if !slices.Equal(h.lines(ana), []string{db.NotifyDecided}) {
		t.Errorf("reporter told %v", h.lines(ana))
	}
}

// T53: a Flag may name as much as it likes; what is looked up and kept of it is bounded.
func TestT53_flagsAreCut(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", community.NewGroup{Facilitator: h.person("fay")})
	p, peer := h.post(g, h.person("eve"), nil), h.remote(db.ActorApplication, "instance", "peer.test", "mastodon")
	objects := strings.Repeat(`"https://x.test/none",`, 900)
	h.take(h.r.TakeFlag, peer, `{"id":"https://peer.test/far","type":"Flag","object":[`+objects+`"`+p.URI+`"]}`, "unknown-object")
	h.take(h.r.TakeFlag, peer, `{"id":"https://peer.test/near","type":"Flag","object":["`+p.URI+`",`+strings.TrimSuffix(objects, ",")+`],"content":"`+strings.Repeat("<p>spam ", 20_000)+`"}`, "")
	list := h.reports(g.ActorID)
	if len(list) != 1 || len(list[0].Content) > 5000 {
		t.Errorf("%d reports of %d bytes", len(list), len(list[0].Content))
	}
}

// TestTakeFlag_isTheGroupsToKnow: Mastodon tells the author's server alone, which tells the group.
func TestTakeFlag_isTheGroupsToKnow(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, peer := h.remoteGroup("soil", "peer.test", "copse"), h.remote(db.ActorApplication, "instance", "social.test", "mastodon")
	p := h.post(g, h.person("eve"), nil)
	h.take(h.r.TakeFlag, peer, replace(`{"id":"https://social.test/f","type":"Flag","object":["POST"],"content":"rude"}`, "POST", p.URI), "")
	s := h.one("Flag")
	if !slices.Equal(s.inboxes(), []string{g.Actor.Inbox}) || s.doc["content"] != "rude" {
		t.Errorf("told %v: %v", s.inboxes(), s.doc)
	}
	golden(t, "flag", s.Body)
}
