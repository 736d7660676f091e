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
	h.T.Helper()
	var row *db.Report
	h.Do(func(ctx context.Context, tx *db.Store) (err error) {
		row, err = h.r.Report(ctx, tx, by, what)
		return err
	})
	return row
}

func (h *home) reports(groupIDs ...int64) []*db.Report {
	h.T.Helper()
	list, err := h.Store.FindReports(h.Ctx, db.ReportQuery{GroupIDs: groupIDs, State: db.ReportOpen, Limit: 50})
	h.OK(err)
	return list
}

func TestReport_inOurGroup(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.Person("fay"), h.Person("ana")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	eve := h.Remote(db.ActorPerson, "eve", "peer.test", "")
	p := h.Post(g, eve, nil)
	row := h.report(ana, moderation.ReportOf{Post: p, Content: "This <b>sells</b> pills"})
	if row.GroupID != g.ActorID || row.TargetID != eve.ID || row.PostID != p.ID || strings.Contains(row.Content, "<") {
		t.Errorf("report %+v", row)
	}
	if !slices.Contains(h.Lines(fay), db.NotifyReport) || len(h.Outbox()) != 0 {
		t.Errorf("stewards told %v, sent %v", h.Lines(fay), h.Outbox())
	}
	resolve := func(by *db.Actor) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error { return h.r.Resolve(ctx, tx, by, row, "removed") }
	}
	h.Refused("not-moderator", resolve(ana))
	h.Do(resolve(fay))
	h.Refused("report-resolved", resolve(fay))
	if len(h.reports(g.ActorID)) != 0 || !slices.Equal(h.acts(g), []string{"resolve"}) {
		t.Errorf("open %v, log %v", h.reports(g.ActorID), h.acts(g))
	}
}

// TestReport_elsewhere: the group hears it from this instance, not from the person.
func TestReport_elsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, g := h.Person("ana"), h.RemoteGroup("soil", "peer.test", "lemmy")
	eve := h.Remote(db.ActorPerson, "eve", "evil.test", "")
	p := h.Post(g, eve, nil)
	row := h.report(ana, moderation.ReportOf{Post: p, Content: "spam"})
	s := h.One("Flag")
	if row.URI != s.URI || s.Doc["actor"] != "https://copse.test/ap/instance" || s.Doc["summary"] != "spam" || s.Doc["content"] != "spam" {
		t.Errorf("flag %v", s.Doc)
	}
	if diff := cmp.Diff([]any{p.URI, eve.URI}, s.Doc["object"]); diff != "" || !slices.Equal(s.Inboxes(), []string{g.Actor.Inbox}) {
		t.Errorf("%s to %v", diff, s.Inboxes())
	}
	if strings.Contains(string(s.Body), ana.URI) {
		t.Error("the reporter's name left the house")
	}
}

func TestReport_ofAPersonGoesToAdmins(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	theo, ana := h.Account("theo", true).Actor, h.Person("ana")
	eve := h.Remote(db.ActorPerson, "eve", "peer.test", "")
	row := h.report(ana, moderation.ReportOf{Target: eve, Content: "rude"})
	if row.GroupID != 0 || row.TargetID != eve.ID || !slices.Equal(h.Lines(theo), []string{db.NotifyReport}) {
		t.Errorf("report %+v, admin told %v", row, h.Lines(theo))
	}
	h.Refused("not-admin", func(ctx context.Context, tx *db.Store) error { return h.r.Resolve(ctx, tx, ana, row, "") })
	h.Refused("not-admin", func(ctx context.Context, tx *db.Store) error { return h.r.Resolve(ctx, tx, nil, row, "") })
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Resolve(ctx, tx, theo, row, "warned") })
	h.Refused("object-missing", func(ctx context.Context, tx *db.Store) error {
		_, err := h.r.Report(ctx, tx, ana, moderation.ReportOf{})
		return err
	})
}

// TestT47_reportsOpenNoPrivateWords: who may not read a post can't have it read by reporting it.
func TestT47_reportsOpenNoPrivateWords(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana, bo := h.Person("fay"), h.Person("ana"), h.Person("bo")
	closed := h.Group("quiet", community.NewGroup{Openness: db.OpennessPrivate, Facilitator: fay})
	direct := h.Post(nil, ana, nil)
	direct.Visibility = db.VisibilityDirect
	h.OK(h.Store.SavePost(h.Ctx, direct))
	h.OK(h.Store.PutMentions(h.Ctx, direct.ID, []int64{fay.ID}))
	report := func(by *db.Actor, p *db.Post) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error {
			_, err := h.r.Report(ctx, tx, by, moderation.ReportOf{Post: p})
			return err
		}
	}
	h.Refused("post-gone", report(bo, direct))
	h.Refused("members-only", report(bo, h.Post(closed, fay, nil)))
	h.Do(report(fay, direct))
	eve := h.Remote(db.ActorPerson, "eve", "evil.test", "")
	flag := replace(`{"id":"https://evil.test/f","type":"Flag","actor":"E","object":["POST"]}`, "POST", direct.URI)
	h.Take(h.r.TakeFlag, eve, flag, "unknown-object")
}

func TestTakeFlag_oneReportForEachGroup(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, theo := h.Person("fay"), h.Account("theo", true).Actor
	water, soil := h.Group("water", community.NewGroup{Facilitator: fay}), h.Group("soil", community.NewGroup{Facilitator: fay})
	eve := h.Person("eve")
	a, b, c, d := h.Post(water, eve, nil), h.Post(water, eve, nil), h.Post(soil, eve, nil), h.Post(nil, eve, nil)
	far := h.Post(h.RemoteGroup("far", "far.test", "lemmy"), h.Remote(db.ActorPerson, "kim", "far.test", ""), nil)
	peer := h.Remote(db.ActorApplication, "instance", "peer.test", "mastodon")
	body := replace(`{"id":"https://peer.test/flag","type":"Flag","actor":"P","content":"<p>spam &amp; more</p>","object":["EVE","A1","B1","C1","D1","F1","https://x.test/gone"]}`,
		"EVE", eve.URI, "A1", a.URI, "B1", b.URI, "C1", c.URI, "D1", d.URI, "F1", far.URI)
	h.Take(h.r.TakeFlag, peer, body, "")
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
	h.Take(h.r.TakeFlag, peer, body, "reported-before")
	if n := len(h.reports(0, water.ActorID, soil.ActorID)); n != 3 {
		t.Errorf("%d reports after the same Flag again", n)
	}
	if !slices.Equal(h.Lines(theo), []string{db.NotifyReport}) || !slices.Contains(h.Lines(fay), db.NotifyReport) {
		t.Errorf("admin told %v, facilitator told %v", h.Lines(theo), h.Lines(fay))
	}
}

func TestTakeFlag_ofAPersonAlone(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, eve := h.Person("ana"), h.Remote(db.ActorPerson, "eve", "peer.test", "")
	flag := func(object string) string {
		return replace(`{"id":"https://peer.test/OBJECT","type":"Flag","actor":"E","object":"OBJECT","summary":"why"}`, "OBJECT", object)
	}
	h.Take(h.r.TakeFlag, eve, flag(ana.URI), "")
	if list := h.reports(0); len(list) != 1 || list[0].TargetID != ana.ID || list[0].Content != "why" {
		t.Errorf("reports %v", list)
	}
	h.Take(h.r.TakeFlag, eve, flag(eve.URI), "unknown-object")
	h.Take(h.r.TakeFlag, eve, `{"type":"Flag","object":"x"}`, "no-id")
}

// TestTakeFlag_passedOn: what a group passes on unproved is its own report.
func TestTakeFlag_passedOn(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, soil := h.Group("water", community.NewGroup{}), h.RemoteGroup("soil", "peer.test", "lemmy")
	kim := h.Remote(db.ActorPerson, "kim", "far.test", "")
	p := h.Post(g, h.Person("eve"), nil)
	in := h.Take(h.r.TakeFlag, kim, replace(`{"id":"https://far.test/f","type":"Flag","object":"POST"}`, "POST", p.URI), "")
	in.Vouched, in.Activity.ID = false, "https://far.test/f2"
	h.TakeIn(h.r.TakeFlag, in, "not-vouched")
	in.Via = soil.Actor
	h.TakeIn(h.r.TakeFlag, in, "")
	if list := h.reports(g.ActorID); len(list) != 2 || list[0].ReporterID != kim.ID || list[1].ReporterID != soil.ActorID {
		t.Errorf("reports %v", list)
	}
}

// T51: one person of ours, and one host elsewhere with all its people, report so much in a day.
func TestT51_reportsAreBounded(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.Person("fay"), h.Person("ana")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	p := h.Post(g, fay, nil)
	for range 20 {
		h.report(ana, moderation.ReportOf{Post: p, Content: "again"})
	}
	h.Refused("reports-many", func(ctx context.Context, tx *db.Store) error {
		_, err := h.r.Report(ctx, tx, ana, moderation.ReportOf{Post: p, Content: "again"})
		return err
	})
	for n := range 110 {
		eve := h.Remote(db.ActorPerson, "eve"+strconv.Itoa(n), "evil.test", "")
		want := ""
		if n >= 100 {
			want = "reports-many"
		}
		h.Take(h.r.TakeFlag, eve, fmt.Sprintf(`{"id":"https://evil.test/%d","type":"Flag","object":%q,"content":"spam"}`, n, p.URI), want)
	}
	mo := h.Remote(db.ActorPerson, "mo", "peer.test", "")
	h.Take(h.r.TakeFlag, mo, fmt.Sprintf(`{"id":"https://peer.test/1","type":"Flag","object":%q,"content":"spam"}`, p.URI), "")
	h.Pass(25 * time.Hour)
	h.report(ana, moderation.ReportOf{Post: p, Content: "the next day"})
}
