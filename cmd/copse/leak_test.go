package main

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/membership"
	"github.com/copse-social/copse/server/moderation"
)

// Canaries are words that stand nowhere but in a members-only community. Whoever may not read it
// must never be sent one.
const (
	canaryTitle  = "Canarytitle"
	canaryBody   = "Canarybody"
	canaryBefore = "Canarybefore" // of a text that was edited since
	canaryReply  = "Canaryreply"
	canaryTag    = "Canarytag"
	canaryNote   = "Canarynote"   // to the facilitators alone
	canaryGone   = "Canarygone"   // in an answer that was removed
	canaryFlag   = "Canaryflag"   // in a report
	canaryAgreed = "Canaryagreed" // in the charter, which is on the home page of a restricted community
	canaryDraft  = "Canarydraft"  // in a version that nobody has proposed
	canaryNamed  = "Canarynamed"  // the name of the community, secret where it is confidential
)

// leakWorld is an instance with one members-only community and everybody who might want to look.
type leakWorld struct {
	*lab
	clock     *clock
	group     *db.Group
	openness  string
	starter   *db.Post
	charters  []*db.Charter
	artifacts []int64    // a draft, and one that is published
	posts     []*db.Post // all that is in the community, starter first
	report    int64
	log       *lockedBuffer
	peer      *fedtest.Peer // of the member and the outsider elsewhere
	member    *fedtest.Actor
	fan       *fedtest.Peer // where a follower of the author is
	viewers   []*viewer
	nothing   map[string]answered // what each viewer is answered where nothing is
	asked     int
}

// viewer is somebody who looks. Sees says that they may read what members read; steers, that they
// look after the community too.
type viewer struct {
	name         string
	sees, steers bool
	cookie       *http.Cookie
	peer         *fedtest.Peer // elsewhere, with the actor who signs
	actor        *fedtest.Actor
	seen         map[string]bool // canaries they were sent
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is what was written.
func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newLeakWorld(t *testing.T, openness string) *leakWorld {
	t.Helper()
	c := newClock()
	w := &leakWorld{lab: newLab(t, &fedtest.Network{Now: c.now}, "home.example"), clock: c, openness: openness}
	w.log, w.nothing = new(lockedBuffer), map[string]answered{}
	w.ok(w.Close())
	i, err := openInstance(w.ctx, w.cfg, overrides{
		Transport: w.net, Now: w.net.Now, Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	w.ok(err)
	t.Cleanup(func() { w.ok(i.Close()) })
	w.instance = i
	w.net.Handle(w.host, i.handler)
	w.people("mod", "mia", "out", "invited", "pending", "left", "expelled", "banned", "suspended", "admin")
	name := "Quiet room"
	if openness == db.OpennessConfidential {
		name = canaryNamed
	}
	w.group = w.opens("mod", "quiet", community.NewGroup{Name: name, Openness: openness, Languages: "en"})
	w.elsewhere(t)
	w.belongings()
	w.invites("invited")
	w.talk()
	w.agreement()
	w.knowledge()
	w.departures()
	w.visitors()
	rest(t, w.lab)
	return w
}

// elsewhere makes people on other servers: a member and an outsider on one, and somebody who
// follows the author of what is secret.
func (w *leakWorld) elsewhere(t *testing.T) {
	t.Helper()
	w.peer = w.guest("peer.example", fedtest.Lemmy())
	w.member = w.peer.Person("lena")
	w.fan = w.guest("fan.example", fedtest.Mastodon())
	fred := w.fan.Person("fred")
	w.applies(w.fan, fred, fred.Activity("Follow", w.actor("mia").URI))
	blocked := w.guest("blocked.example", fedtest.Mastodon())
	w.viewers = append(w.viewers,
		&viewer{name: "outsider elsewhere", peer: w.fan, actor: w.fan.Person("olga")},
		&viewer{name: "blocked host", peer: blocked, actor: blocked.Person("bert")})
	w.tx(func(ctx context.Context, tx *db.Store) error { // a confidential one lets nobody ask from elsewhere
		return tx.PutTrust(ctx, &db.Trust{GroupID: w.group.ActorID, Host: w.peer.Host, State: db.TrustConfirmed})
	})
	w.takes(w.peer, w.member, w.member.Activity("Follow", w.group.Actor.URI))
}

// belongings makes members, here and elsewhere.
func (w *leakWorld) belongings() {
	for _, who := range []string{"mia", "pending", "left", "expelled", "banned", "suspended"} {
		if who != "pending" || w.openness != db.OpennessConfidential { // where only who is invited can ask
			w.follows(who, "quiet")
		}
	}
	accept := []*db.Actor{w.actor("lena@peer.example")}
	for _, who := range []string{"mia", "left", "expelled", "banned", "suspended"} {
		accept = append(accept, w.actor(who))
	}
	for _, who := range accept {
		w.tx(func(ctx context.Context, tx *db.Store) error {
			f, err := tx.FollowBetween(ctx, who.ID, w.group.ActorID)
			if err != nil {
				return err
			}
			return w.community.AcceptFollow(ctx, tx, w.actor("mod"), f)
		})
	}
	rest(w.t, w.lab)
}

// invites asks somebody of ours to belong, who has not answered.
func (w *leakWorld) invites(who string) {
	w.tx(func(ctx context.Context, tx *db.Store) error {
		return w.membership.Invite(ctx, tx, w.actor("mod"), w.group, membership.Decision{Who: w.actor(who), Text: "Come in."})
	})
}

// talk fills the community with canaries, and asks nobody outside for its name.
func (w *leakWorld) talk() {
	start := w.starts("mia", "quiet", canaryTitle, canaryBefore+" about #"+canaryTag)
	w.edits("mia", start, canaryBody+" about #"+canaryTag)
	reply := w.answers("mod", start, canaryReply)
	w.does("mia", reply, w.exchange.Like)
	gone, deleted := w.answers("left", start, canaryGone), w.answers("mia", start, canaryGone)
	w.does("mia", deleted, w.exchange.Delete)
	w.does("mod", gone, func(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error {
		return w.exchange.Remove(ctx, tx, by, p, "off topic")
	})
	w.does("mod", start, w.exchange.Pin)
	d := &exchange.Draft{Author: w.actor("mia"), Group: w.group, Title: canaryNote, Source: canaryNote, Door: "web", ToFacilitators: true}
	note, err := w.start(w.ctx, d)
	w.ok(err)
	w.tx(func(ctx context.Context, tx *db.Store) error {
		of := moderation.ReportOf{Post: w.post(reply), Target: w.actor("mod"), Content: canaryFlag}
		r, err := w.moderation.Report(ctx, tx, w.actor("mia"), of)
		if err == nil {
			w.report = r.ID
		}
		return err
	})
	w.starter = w.post(start)
	for _, uri := range []string{start, reply, gone, deleted, note.URI} {
		w.posts = append(w.posts, w.post(uri))
	}
	rest(w.t, w.lab)
}

// agreement is a charter that was proposed, and an amendment that was not.
func (w *leakWorld) agreement() {
	for _, text := range []string{canaryAgreed, canaryDraft} {
		w.tx(func(ctx context.Context, tx *db.Store) error {
			v := charter.Version{Group: w.group, By: w.actor("mod"), Fields: db.CharterFields{
				Purpose: text + " is what we care about, all of us together.", Inside: []string{"this"}, Outside: []string{"that"}, Rule: charter.RuleMajority, Days: 14,
			}}
			c, err := w.charter.Draft(ctx, tx, v)
			if err != nil {
				return err
			}
			w.charters = append(w.charters, c)
			if text == canaryDraft {
				return nil
			}
			return w.charter.Propose(ctx, tx, v.By, c)
		})
	}
}

// departures ends the belonging of those who don't belong any more.
func (w *leakWorld) departures() {
	g := w.group
	w.tx(func(ctx context.Context, tx *db.Store) error {
		return w.community.Unfollow(ctx, tx, w.actor("left"), g.Actor)
	})
	w.tx(func(ctx context.Context, tx *db.Store) error {
		f, err := tx.FollowBetween(ctx, w.actor("expelled").ID, g.ActorID)
		if err != nil {
			return err
		}
		return w.community.RejectFollow(ctx, tx, w.actor("mod"), f)
	})
	w.tx(func(ctx context.Context, tx *db.Store) error {
		return w.community.Ban(ctx, tx, w.actor("mod"), g, community.BanOf{Who: w.actor("banned"), Reason: "rude"})
	})
	w.tx(func(ctx context.Context, tx *db.Store) error {
		return tx.SetHostPolicy(ctx, "blocked.example", db.HostBlocked, "spam")
	})
}

// visitors lets people of ours sign in.
func (w *leakWorld) visitors() {
	for _, v := range []viewer{
		{name: "out"},
		{name: "invited"},
		{name: "pending"},
		{name: "left"},
		{name: "expelled"},
		{name: "banned"},
		{name: "suspended"},
		{name: "admin"},
		{name: "mia", sees: true},
		{name: "mod", sees: true, steers: true},
	} {
		account, err := w.store.AccountOf(w.ctx, w.actor(v.name).ID)
		w.ok(err)
		rec := httptest.NewRecorder()
		w.ok(w.web.Enter(rec, httptest.NewRequest(http.MethodGet, "https://home.example/", http.NoBody), account))
		v.cookie = rec.Result().Cookies()[0]
		switch v.name {
		case "suspended":
			account.DisabledAt = db.At(w.clock.now())
		case "admin":
			account.Role = db.RoleAdmin
		}
		w.ok(w.store.SaveAccess(w.ctx, account))
		w.viewers = append(w.viewers, &v)
	}
	w.viewers = append(w.viewers, &viewer{name: "anybody"}, &viewer{name: "member elsewhere", sees: true, peer: w.peer, actor: w.member})
	for _, v := range w.viewers {
		v.seen = map[string]bool{}
	}
}

// answered is what a viewer gets.
type answered struct {
	status int
	text   string // headers and body
}

// noise is what differs between two answers to the same question.
var noise = regexp.MustCompile(`(?m)^(Date|Etag|Content-Length|X-Request-Id): .*$|<bdi>[0-9a-f]{16}</bdi>`)

// helped are the addresses at which who keeps the server helps communities.
var helped = regexp.MustCompile(`^/(reports/|c/\w+/(charter|life|flyer|move))`)

// longNumber is an id in an address.
var longNumber = regexp.MustCompile(`\d{12,}`)

// ask sends one request for a viewer and takes note of the canaries in the answer.
func (w *leakWorld) ask(v *viewer, method, path, accept string) answered {
	w.asked++
	if w.asked%50 == 0 {
		w.clock.pass(time.Minute) // the limits of rates are not the matter here
	}
	var body string
	req := httptest.NewRequest(method, "https://home.example"+path, strings.NewReader(body))
	req.RemoteAddr = fmt.Sprintf("10.%d.%d.1:40000", w.asked/250%250, w.asked%250)
	req.Header.Set("Accept", accept)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if v.cookie != nil {
		req.AddCookie(v.cookie)
	}
	got := w.send(v, req)
	var head bytes.Buffer
	_ = got.Header.Write(&head) // to memory
	text := head.String() + "\n" + string(got.Body)
	for _, canary := range w.canaries() {
		if tells(text, path, canary) {
			v.seen[canary] = true
		}
	}
	return answered{status: got.Status, text: text}
}

// send sends a request as a viewer does: somebody elsewhere signs what they read.
func (w *leakWorld) send(v *viewer, req *http.Request) fedtest.Reply {
	if v.actor != nil && req.Method == http.MethodGet {
		signed := v.peer.Request(req.Method, req.URL.String(), nil)
		signed.Header.Set("Accept", req.Header.Get("Accept"))
		return v.peer.Send(v.peer.Sign(signed, v.actor, sign.Cavage))
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, req)
	return fedtest.Reply{Status: rec.Code, Header: rec.Header(), Body: rec.Body.Bytes()}
}

// tells looks for a canary. A search may repeat the question, which is asked in small letters.
func tells(text, path, canary string) bool {
	if strings.Contains(text, canary) {
		return true
	}
	return !strings.Contains(path, "?q=") && strings.Contains(text, strings.ToLower(canary))
}

// canaries are the words to look for.
func (w *leakWorld) canaries() []string {
	list := []string{canaryTitle, canaryBody, canaryBefore, canaryReply, canaryTag, canaryNote, canaryGone, canaryFlag, canaryDraft}
	if w.openness != db.OpennessRestricted {
		list = append(list, canaryAgreed)
	}
	if w.openness == db.OpennessConfidential {
		list = append(list, canaryNamed)
	}
	return list
}

// may says whether a viewer may be sent a canary: what is for moderators is not for members.
func (w *leakWorld) may(v *viewer, canary string) bool {
	switch {
	case v.steers, canary == canaryDraft && v.name == "admin":
		return true
	case v.name == "invited" && (canary == canaryNamed || canary == canaryAgreed):
		return true // who is asked to belong is told to what, and what they would commit to
	case canary == canaryNamed && (v.name == "left" || v.name == "expelled" || v.name == "banned" || v.name == "admin"):
		return true // who knew it, and is told what became of them; who keeps the server
	case v.name == "admin" && (canary == canaryFlag || canary == canaryReply):
		return true // who helps with reports is shown what was reported
	case canary == canaryNote, canary == canaryFlag, canary == canaryGone:
		return v.name == "mia" && canary != canaryGone // who wrote the note and the report
	case canary == canaryGone:
		return v.name == "left" // who wrote it
	}
	return v.sees
}

// T45: whoever may not read a members-only community is sent nothing of it by any route, and is
// answered as if it were not there.
func TestT45_leakMatrix(t *testing.T) {
	t.Parallel()
	for _, openness := range []string{db.OpennessRestricted, db.OpennessPrivate, db.OpennessConfidential} {
		t.Run(openness, func(t *testing.T) {
			t.Parallel()
			w := newLeakWorld(t, openness)
			rows := leakRows(w)
			for _, route := range w.shell.Routes() {
				row, known := rows[route]
				if !known {
					t.Errorf("route %s has no row in the matrix of leaks: say in leak_rows_test.go what outsiders get there", route)
					continue
				}
				delete(rows, route)
				w.try(t, route, row)
			}
			for route := range rows {
				t.Errorf("the matrix has a row for %s, which is no route", route)
			}
			w.verdict(t)
		})
	}
}

// try asks one route for everybody.
func (w *leakWorld) try(t *testing.T, route string, row leakRow) {
	t.Helper()
	method, _, _ := strings.Cut(route, " ")
	if method != http.MethodGet && method != http.MethodPost {
		return // HEAD is GET without the body
	}
	accepts := []string{"text/html"}
	if row.documents {
		accepts = append(accepts, "application/activity+json")
	}
	for _, at := range row.paths {
		for _, v := range w.viewers {
			if method == http.MethodPost && (v.sees || v.steers) {
				continue // it would do what it says
			}
			if v.actor != nil && !row.documents {
				continue // pages know no signatures: it is what anybody gets
			}
			for _, accept := range accepts {
				w.compare(t, v, method, at, accept)
			}
		}
	}
}

// compare asks for what is there and, where nothing may be learnt, for what is not: an outsider is
// answered the same.
func (w *leakWorld) compare(t *testing.T, v *viewer, method string, at leakPath, accept string) {
	t.Helper()
	if method == http.MethodPost && v.cookie != nil {
		w.ask(v, http.MethodGet, "/settings", accept) // takes the note that the request before left
	}
	got := w.ask(v, method, at.path, accept)
	for _, canary := range w.canaries() {
		if v.seen[canary] && !w.may(v, canary) {
			v.seen[canary] = false
			t.Errorf("%s %s (%s) tells %s of %s", method, at.path, accept, v.name, canary)
		}
	}
	if v.sees || at.missing == "" || at.face && v.name == "invited" || v.name == "admin" && helped.MatchString(at.path) {
		return
	}
	key := strings.Join([]string{v.name, method, at.missing, accept}, " ")
	want, known := w.nothing[key]
	if !known {
		want = w.ask(v, method, at.missing, accept)
		w.nothing[key] = want
	}
	plain := func(a answered, path string) string {
		text := noise.ReplaceAllString(strings.ReplaceAll(a.text, url.QueryEscape(path), "PATH"), "")
		text = strings.ReplaceAll(strings.ReplaceAll(text, path, "PATH"), html.EscapeString(path), "PATH")
		return longNumber.ReplaceAllString(text, "NUMBER")
	}
	if got.status != want.status {
		t.Errorf("%s %s (%s) is answered %d to %s, and %s %d", method, at.path, accept, got.status, v.name, at.missing, want.status)
		return
	}
	if a, b := plain(got, at.path), plain(want, at.missing); a != b {
		t.Errorf("%s %s (%s) differs for %s from %s:\n%s", method, at.path, accept, v.name, at.missing, firstDifference(a, b))
	}
}

// firstDifference shows where two texts part.
func firstDifference(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	from := max(0, i-80)
	return strconv.Quote(a[from:min(len(a), i+120)]) + "\n" + strconv.Quote(b[from:min(len(b), i+120)])
}

// verdict looks at what went elsewhere and into the log, and that the matrix could fail: members
// did see what is theirs.
func (w *leakWorld) verdict(t *testing.T) {
	t.Helper()
	w.measured(t)
	for _, canary := range w.canaries() {
		for _, r := range w.fan.Requests() {
			if strings.Contains(string(r.Body), canary) {
				t.Errorf("%s was sent to the server of somebody who only follows the author", canary)
			}
		}
		if strings.Contains(w.log.String(), canary) {
			t.Errorf("%s stands in the log", canary)
		}
	}
	for _, v := range w.viewers {
		for _, canary := range []string{canaryTitle, canaryBody, canaryReply} {
			if v.sees && !v.seen[canary] {
				t.Errorf("%s never saw %s: the matrix proves nothing", v.name, canary)
			}
		}
		if v.steers && (!v.seen[canaryNote] || !v.seen[canaryFlag]) {
			t.Errorf("%s never saw what is for moderators: %v", v.name, v.seen)
		}
	}
}
