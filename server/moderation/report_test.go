package moderation_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/moderation"
)

func (h *home) report(by *db.Actor, what moderation.ReportOf) *db.Report {
	h.t.Helper()
	var row *db.Report
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		row, err = h.r.Report(ctx, tx, by, what)
		return err
	})
	return row
}

func (h *home) reports(groupIDs ...int64) []*db.Report {
	h.t.Helper()
	list, err := h.s.FindReports(h.ctx, db.ReportQuery{GroupIDs: groupIDs, State: db.ReportOpen, Limit: 50})
	h.ok(err)
	return list
}

func TestReport_inOurGroup(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay"), h.person("ana")
	g := h.group("water", community.NewGroup{Facilitator: fay})
	eve := h.remote(db.ActorPerson, "eve", "peer.test", "")
	p := h.post(g, eve, nil)
	row := h.report(ana, moderation.ReportOf{Post: p, Content: "This <b>sells</b> pills"})
	if row.GroupID != g.ActorID || row.TargetID != eve.ID || row.PostID != p.ID || strings.Contains(row.Content, "<") {
		t.Errorf("report %+v", row)
	}
	if !slices.Contains(h.lines(fay), db.NotifyReport) || len(h.outbox()) != 0 {
		t.Errorf("stewards told %v, sent %v", h.lines(fay), h.outbox())
	}
	resolve := func(by *db.Actor) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error { return h.r.Resolve(ctx, tx, by, row, "removed") }
	}
	h.refused("not-moderator", resolve(ana))
	h.do(resolve(fay))
	h.refused("report-resolved", resolve(fay))
	if len(h.reports(g.ActorID)) != 0 || !slices.Equal(h.acts(g), []string{"resolve"}) {
		t.Errorf("open %v, log %v", h.reports(g.ActorID), h.acts(g))
	}
}

// TestReport_elsewhere: the group hears it from this instance, not from the person.
func TestReport_elsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, g := h.person("ana"), h.remoteGroup("soil", "peer.test", "lemmy")
	eve := h.remote(db.ActorPerson, "eve", "evil.test", "")
	p := h.post(g, eve, nil)
	row := h.report(ana, moderation.ReportOf{Post: p, Content: "spam"})
	s := h.one("Flag")
	if row.URI != s.URI || s.doc["actor"] != "https://copse.test/ap/instance" || s.doc["summary"] != "spam" || s.doc["content"] != "spam" {
		t.Errorf("flag %v", s.doc)
	}
	if diff := cmp.Diff([]any{p.URI, eve.URI}, s.doc["object"]); diff != "" || !slices.Equal(s.inboxes(), []string{g.Actor.Inbox}) {
		t.Errorf("%s to %v", diff, s.inboxes())
	}
	if strings.Contains(string(s.Body), ana.URI) {
		t.Error("the reporter's name left the house")
	}
}

func TestReport_ofAPersonGoesToAdmins(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	theo, ana := h.account("theo", true).Actor, h.person("ana")
	eve := h.remote(db.ActorPerson, "eve", "peer.test", "")
	row := h.report(ana, moderation.ReportOf{Target: eve, Content: "rude"})
	if row.GroupID != 0 || row.TargetID != eve.ID || !slices.Equal(h.lines(theo), []string{db.NotifyReport}) {
		t.Errorf("report %+v, admin told %v", row, h.lines(theo))
	}
	h.refused("not-admin", func(ctx context.Context, tx *db.Store) error { return h.r.Resolve(ctx, tx, ana, row, "") })
	h.refused("not-admin", func(ctx context.Context, tx *db.Store) error { return h.r.Resolve(ctx, tx, nil, row, "") })
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Resolve(ctx, tx, theo, row, "warned") })
	h.refused("object-missing", func(ctx context.Context, tx *db.Store) error {
		_, err := h.r.Report(ctx, tx, ana, moderation.ReportOf{})
		return err
	})
}

// TestT47_reportsOpenNoPrivateWords: who may not read a post can't have it read by reporting it.
func TestT47_reportsOpenNoPrivateWords(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana, bo := h.person("fay"), h.person("ana"), h.person("bo")
	closed := h.group("quiet", community.NewGroup{Openness: db.OpennessPrivate, Facilitator: fay})
	direct := h.post(nil, ana, nil)
	direct.Visibility = db.VisibilityDirect
	h.ok(h.s.SavePost(h.ctx, direct))
	h.ok(h.s.PutMentions(h.ctx, direct.ID, []int64{fay.ID}))
	report := func(by *db.Actor, p *db.Post) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error {
			_, err := h.r.Report(ctx, tx, by, moderation.ReportOf{Post: p})
			return err
		}
	}
	h.refused("post-gone", report(bo, direct))
	h.refused("members-only", report(bo, h.post(closed, fay, nil)))
	h.do(report(fay, direct))
	eve := h.remote(db.ActorPerson, "eve", "evil.test", "")
	flag := replace(`{"id":"https://evil.test/f","type":"Flag","actor":"E","object":["POST"]}`, "POST", direct.URI)
	h.take(h.r.TakeFlag, eve, flag, "unknown-object")
}

func TestTakeFlag_oneReportForEachGroup(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, theo := h.person("fay"), h.account("theo", true).Actor
	water, soil := h.group("water", community.NewGroup{Facilitator: fay}), h.group("soil", community.NewGroup{Facilitator: fay})
	eve := h.person("eve")
	a, b, c, d := h.post(water, eve, nil), h.post(water, eve, nil), h.post(soil, eve, nil), h.post(nil, eve, nil)
	far := h.post(h.remoteGroup("far", "far.test", "lemmy"), h.remote(db.ActorPerson, "kim", "far.test", ""), nil)
	peer := h.remote(db.ActorApplication, "instance", "peer.test", "mastodon")
	body := replace(`{"id":"https://peer.test/flag","type":"Flag","actor":"P","content":"<p>spam &amp; more</p>","object":["EVE","A1","B1","C1","D1","F1","https://x.test/gone"]}`,
		"EVE", eve.URI, "A1", a.URI, "B1", b.URI, "C1", c.URI, "D1", d.URI, "F1", far.URI)
	h.take(h.r.TakeFlag, peer, body, "")
	list := h.reports(0, water.ActorID, soil.ActorID)
	if len(list) != 3 {
		t.Fatalf("%d reports, want one for each of two groups and the instance", len(list))
	}
	for _, row := range list {
		if row.TargetID != eve.ID || row.ReporterID != peer.ID || !strings.HasPrefix(row.Content, "spam & more") {
			t.Errorf("report %+v", row)
		}
		if row.GroupID == water.ActorID && (row.PostID != a.ID || !strings.Contains(row.Content, b.URI)) {
			t.Errorf("report in water names %d and %q", row.PostID, row.Content)
		}
	}
	h.take(h.r.TakeFlag, peer, body, "reported-before")
	if n := len(h.reports(0, water.ActorID, soil.ActorID)); n != 3 {
		t.Errorf("%d reports after the same Flag again", n)
	}
	if !slices.Equal(h.lines(theo), []string{db.NotifyReport}) || !slices.Contains(h.lines(fay), db.NotifyReport) {
		t.Errorf("admin told %v, facilitator told %v", h.lines(theo), h.lines(fay))
	}
}

func TestTakeFlag_ofAPersonAlone(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, eve := h.person("ana"), h.remote(db.ActorPerson, "eve", "peer.test", "")
	flag := func(object string) string {
		return replace(`{"id":"https://peer.test/OBJECT","type":"Flag","actor":"E","object":"OBJECT","summary":"why"}`, "OBJECT", object)
	}
	h.take(h.r.TakeFlag, eve, flag(ana.URI), "")
	if list := h.reports(0); len(list) != 1 || list[0].TargetID != ana.ID || list[0].Content != "why" {
		t.Errorf("reports %v", list)
	}
	h.take(h.r.TakeFlag, eve, flag(eve.URI), "unknown-object")
	h.take(h.r.TakeFlag, eve, `{"type":"Flag","object":"x"}`, "no-id")
}

// TestTakeFlag_passedOn: what a group passes on unproved is its own report.
func TestTakeFlag_passedOn(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, soil := h.group("water", community.NewGroup{}), h.remoteGroup("soil", "peer.test", "lemmy")
	kim := h.remote(db.ActorPerson, "kim", "far.test", "")
	p := h.post(g, h.person("eve"), nil)
	in := h.take(h.r.TakeFlag, kim, replace(`{"id":"https://far.test/f","type":"Flag","object":"POST"}`, "POST", p.URI), "")
	in.Vouched, in.Activity.ID = false, "https://far.test/f2"
	h.takeIn(h.r.TakeFlag, in, "not-vouched")
	in.Via = soil.Actor
	h.takeIn(h.r.TakeFlag, in, "")
	if list := h.reports(g.ActorID); len(list) != 2 || list[0].ReporterID != kim.ID || list[1].ReporterID != soil.ActorID {
		t.Errorf("reports %v", list)
	}
}

// T51: one person of ours, and one host elsewhere with all its people, report so much in a day.
func TestT51_reportsAreBounded(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay"), h.person("ana")
	g := h.group("water", community.NewGroup{Facilitator: fay})
	p := h.post(g, fay, nil)
	for range 20 {
		h.report(ana, moderation.ReportOf{Post: p, Content: "again"})
	}
	h.refused("reports-many", func(ctx context.Context, tx *db.Store) error {
		_, err := h.r.Report(ctx, tx, ana, moderation.ReportOf{Post: p, Content: "again"})
		return err
	})
	for n := range 110 {
		eve := h.remote(db.ActorPerson, "eve"+strconv.Itoa(n), "evil.test", "")
		want := ""
		if n >= 100 {
			want = "reports-many"
		}
		h.take(h.r.TakeFlag, eve, fmt.Sprintf(`{"id":"https://evil.test/%d","type":"Flag","object":%q,"content":"spam"}`, n, p.URI), want)
	}
	mo := h.remote(db.ActorPerson, "mo", "peer.test", "")
	h.take(h.r.TakeFlag, mo, fmt.Sprintf(`{"id":"https://peer.test/1","type":"Flag","object":%q,"content":"spam"}`, p.URI), "")
	h.pass(25 * time.Hour)
	h.report(ana, moderation.ReportOf{Post: p, Content: "the next day"})
}
