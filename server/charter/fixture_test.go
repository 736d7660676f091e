package charter_test

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
)

// home is one instance without doors.
type home struct {
	t   testing.TB
	ctx context.Context
	s   *db.Store
	com *community.Rules
	r   *charter.Rules

	mu sync.Mutex
	at time.Time
}

func newHome(t testing.TB) *home {
	t.Helper()
	h := &home{t: t, ctx: context.Background(), at: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	h.s = dbtest.At(t, h.now)
	base, err := url.Parse("https://copse.test")
	h.ok(err)
	pub := federation.NewPublisher(federation.NewIRIs(base), federation.NewKeys([32]byte{7}), h.now, func() {})
	quiet := slog.New(slog.DiscardHandler)
	h.com = community.New(community.Options{Pub: pub, Log: quiet, Words: locales.Notice})
	h.r = charter.New(charter.Options{Pub: pub, Community: h.com, Words: locales.Charter, Log: quiet})
	return h
}

func (h *home) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(time.Millisecond)
	return h.at
}

func (h *home) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

func (h *home) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) do(rule func(ctx context.Context, tx *db.Store) error) {
	h.t.Helper()
	h.ok(h.s.InTx(h.ctx, rule))
}

// refused runs a rule that must say no with a code.
func (h *home) refused(code string, rule func(ctx context.Context, tx *db.Store) error) {
	h.t.Helper()
	err := h.s.InTx(h.ctx, rule)
	no, is := errors.AsType[*community.Refusal](err)
	if !is || no.Code != code {
		h.t.Errorf("got %v, want refusal %q", err, code)
	}
}

func (h *home) person(handle string) *db.Actor {
	h.t.Helper()
	var a *db.Account
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		a, err = h.com.CreatePerson(ctx, tx, community.NewPerson{Handle: handle, Name: handle, Email: handle + "@copse.test"})
		return err
	})
	return a.Actor
}

// remote stores somebody of a server that runs a software.
func (h *home) remote(kind, handle, host, software string) *db.Actor {
	h.t.Helper()
	uri := "https://" + host + "/" + handle
	a := &db.Actor{
		URI: uri, Type: kind, Handle: handle, Host: host, URL: uri + "/page", Inbox: uri + "/inbox",
		SharedInbox: "https://" + host + "/inbox", FollowersURI: uri + "/followers",
	}
	h.ok(h.s.UpsertRemoteActor(h.ctx, a))
	family := db.FamilyForum
	if software == "mastodon" {
		family = db.FamilyMicroblog
	}
	h.ok(h.s.SetHostProfile(h.ctx, &db.Host{Name: host, Software: software, Family: family}))
	return a
}

// fields are complete answers under a rule.
func fields(rule string) db.CharterFields {
	return db.CharterFields{
		Purpose: "Keeping vaccines cold in clinics that lose power at night.",
		Inside:  []string{"Fridge care", "Temperature logs"}, Outside: []string{"Buying vaccines"},
		Why: "We discarded 3,100 doses last year.", Who: "Whoever opens a fridge.", Behaviours: "Say what failed.",
		Knowledge: "Which fridges last.", Rule: rule, Days: 14, Attributed: "Pages freely, talk with the author's word.",
		Measures: "Fewer doses lost.", ReviewIn: 12,
	}
}

// found starts the community coldchain with founders beside its facilitator.
func (h *home) found(by *db.Actor, rule string, founders ...charter.Invited) (*db.Group, *db.Charter) {
	h.t.Helper()
	var g *db.Group
	var c *db.Charter
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		g, c, err = h.r.Found(ctx, tx, charter.Founding{
			Group:  community.NewGroup{Handle: "coldchain", Name: "Cold Chain", Facilitator: by, Languages: "en"},
			Fields: fields(rule), Founders: founders,
		})
		return err
	})
	return g, c
}

func invited(a *db.Actor) charter.Invited { return charter.Invited{Address: a.Acct(), Actor: a} }

// again reads a version as it stands.
func (h *home) again(c *db.Charter) *db.Charter {
	h.t.Helper()
	c, err := h.s.CharterByID(h.ctx, c.ID)
	h.ok(err)
	return c
}

func (h *home) stage(g *db.Group) string {
	h.t.Helper()
	l, err := h.s.LifeOf(h.ctx, g.ActorID)
	h.ok(err)
	return l.Stage
}

// sign puts a name under a version on the web.
func (h *home) sign(c *db.Charter, by *db.Actor) {
	h.t.Helper()
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Sign(ctx, tx, h.again(c), charter.Word{By: by, Door: charter.DoorWeb})
	})
}

// reply hands a Note from elsewhere to the rules: whether it was taken, and how it ended.
func (h *home) reply(from *db.Actor, id, parent, text string) (taken bool, reason string) {
	h.t.Helper()
	doc := &vocab.Object{ID: id, Type: "Note", Content: "<p>" + text + "</p>", InReplyTo: []vocab.Ref{{IRI: parent}}}
	in := &federation.Incoming{
		Receipt: &db.Receipt{}, Actor: from, Vouched: true, Activity: &vocab.Object{ID: id + "#create", Type: "Create"},
		Object: &federation.Fetched{Doc: doc, Author: from},
	}
	var out federation.Outcome
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		out, taken, err = h.r.TakeReply(ctx, tx, in)
		return err
	})
	return taken, out.Reason
}

// notice is the Note that asked somebody to sign.
func (h *home) notice(g *db.Group, who *db.Actor) string {
	h.t.Helper()
	list, err := h.s.FoundersOf(h.ctx, g.ActorID)
	h.ok(err)
	for _, f := range list {
		if f.ActorID == who.ID {
			return f.NoticeURI
		}
	}
	h.t.Fatalf("%s was not asked", who.Acct())
	return ""
}

// signers are the handles under a version.
func (h *home) signers(c *db.Charter) string {
	h.t.Helper()
	list, err := h.s.SignaturesOf(h.ctx, c.ID)
	h.ok(err)
	var out strings.Builder
	for _, one := range list {
		out.WriteString(one.Actor.Handle + ":" + one.Door + " ")
	}
	return out.String()
}
