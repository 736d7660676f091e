package artifact_test

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/practice"
)

// house is one instance without doors; two of them hand each other what they publish.
type house struct {
	t    testing.TB
	ctx  context.Context
	host string
	s    *db.Store
	com  *community.Rules
	ex   *exchange.Rules
	r    *artifact.Rules
	pub  *federation.Publisher

	mu sync.Mutex
	at time.Time
}

func newHouse(t testing.TB, host string) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background(), host: host, at: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	h.s = dbtest.At(t, h.now)
	base, err := url.Parse("https://" + host)
	h.ok(err)
	pub := federation.NewPublisher(federation.NewIRIs(base), federation.NewKeys([32]byte{7}), h.now, func() {})
	h.pub = pub
	quiet := slog.New(slog.DiscardHandler)
	kinds, err := practice.LoadKinds("")
	h.ok(err)
	h.com = community.New(community.Options{Pub: pub, Log: quiet, Words: locales.Notice})
	h.ex = exchange.New(exchange.Options{Pub: pub, Community: h.com, Log: quiet})
	h.r = artifact.New(artifact.Options{Pub: pub, Community: h.com, Exchange: h.ex, Kinds: kinds, Words: locales.Artifact, Log: quiet})
	return h
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(time.Millisecond)
	return h.at
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

type rule = func(ctx context.Context, tx *db.Store) error

func (h *house) do(r rule) {
	h.t.Helper()
	h.ok(h.s.InTx(h.ctx, r))
}

// refused runs a rule that must say no with a code.
func (h *house) refused(code string, r rule) {
	h.t.Helper()
	err := h.s.InTx(h.ctx, r)
	no, is := errors.AsType[*community.Refusal](err)
	if !is || no.Code != code {
		h.t.Errorf("got %v, want refusal %q", err, code)
	}
}

func (h *house) person(handle string) *db.Actor {
	h.t.Helper()
	var a *db.Account
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		a, err = h.com.CreatePerson(ctx, tx, community.NewPerson{Handle: handle, Name: handle, Email: handle + "@" + h.host})
		return err
	})
	return a.Actor
}

func (h *house) group(by *db.Actor, openness string) *db.Group {
	h.t.Helper()
	var g *db.Group
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		g, err = h.com.CreateGroup(ctx, tx, community.NewGroup{Handle: "coldchain", Name: "Cold Chain", Facilitator: by, Languages: "en", Openness: openness})
		return err
	})
	return g
}

// met stores an actor of another house here, with the software that runs there.
func (h *house) met(a *db.Actor, software string) *db.Actor {
	h.t.Helper()
	b := &db.Actor{
		URI: a.URI, Type: a.Type, Handle: a.Handle, Name: a.Name, Host: a.Host, URL: a.URL, Inbox: a.URI + "/inbox",
		SharedInbox: "https://" + a.Host + "/ap/inbox", FollowersURI: a.URI + "/followers",
	}
	h.ok(h.s.UpsertRemoteActor(h.ctx, b))
	family := db.FamilyForum
	if software == "mastodon" {
		family = db.FamilyMicroblog
	}
	h.ok(h.s.SetHostProfile(h.ctx, &db.Host{Name: a.Host, Software: software, Family: family}))
	return b
}

// joins makes somebody a member of a group, wherever either is.
func (h *house) joins(g *db.Group, who *db.Actor) {
	h.t.Helper()
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.PutMembership(ctx, &db.Membership{GroupID: g.ActorID, ActorID: who.ID, URI: who.URI + "#join", Status: db.MemberFull, Door: "web"})
	})
}

// copyOf is the copy of a group of another house.
func (h *house) copyOf(g *db.Group) *db.Group {
	h.t.Helper()
	a := h.met(g.Actor, "copse")
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.EnsureGroup(ctx, &db.Group{ActorID: a.ID, Openness: g.Openness, PostPolicy: g.PostPolicy, HoldPolicy: g.HoldPolicy, Languages: "en"})
	})
	copied, err := h.s.GroupByID(h.ctx, a.ID)
	h.ok(err)
	return copied
}

// sent is the last activity of a kind that an actor of this house published, as others read it.
func (h *house) sent(by *db.Actor, kind, object string) *vocab.Object {
	h.t.Helper()
	act, err := h.s.LastActivity(h.ctx, by.ID, kind, object)
	h.ok(err)
	doc, err := vocab.Decode(act.Body)
	h.ok(err)
	return doc
}

// incoming is an activity of another house as federation hands it over here.
func (h *house) incoming(act *vocab.Object, via *db.Actor) *federation.Incoming {
	h.t.Helper()
	who, err := h.s.ActorByURI(h.ctx, act.Actor.IRI)
	h.ok(err)
	in := &federation.Incoming{Receipt: &db.Receipt{}, Actor: who, Via: via, Activity: act, Body: []byte(`{}`), Vouched: true}
	if about := act.Inner().Object; about != nil && act.Type != "Offer" {
		in.Object = &federation.Fetched{Doc: about, Author: who}
	}
	return in
}

// checklist starts a draft that lacks nothing.
func (h *house) checklist(g *db.Group, by *db.Actor) *db.Artifact {
	h.t.Helper()
	var a *db.Artifact
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		a, err = h.r.Begin(ctx, tx, artifact.Beginning{Group: g, Author: by, Kind: "checklist", Title: "Keep vaccines safe above 40 °C", Abstract: "For whoever opens the fridge."})
		if err != nil {
			return err
		}
		for i := range a.Blocks.List {
			a.Blocks.List[i].Text = "Text of " + a.Blocks.List[i].Code
		}
		_, err = h.r.Save(ctx, tx, a, h.saving(a, by))
		return err
	})
	return h.again(a)
}

func (h *house) saving(a *db.Artifact, by *db.Actor) artifact.Saving {
	return artifact.Saving{
		By: by, Revision: a.Revision, Title: a.Title, Abstract: a.Abstract, Blocks: append([]db.Block(nil), a.Blocks.List...),
		Facts: artifact.Facts{Topics: "cold heat", Licence: "CC-BY-4.0", Maturity: "practice", Validity: "should"},
	}
}

func (h *house) again(a *db.Artifact) *db.Artifact {
	h.t.Helper()
	b, err := h.s.ArtifactByID(h.ctx, a.ID)
	h.ok(err)
	return b
}

// judge hands in the verdict of somebody who was asked.
func (h *house) judge(a *db.Artifact, who *db.Actor, verdict string) {
	h.t.Helper()
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Judge(ctx, tx, h.again(a), artifact.Judgement{By: who, Verdict: verdict, Comment: "Because.", Door: "web"})
	})
}

func (h *house) ask(a *db.Artifact, by *db.Actor, reviewers ...*db.Actor) {
	h.t.Helper()
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.AskReview(ctx, tx, h.again(a), artifact.Asking{By: by, Reviewers: reviewers})
	})
}

func (h *house) publish(a *db.Artifact, by *db.Actor, note string) *db.ArtifactVersion {
	h.t.Helper()
	var v *db.ArtifactVersion
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		v, err = h.r.Publish(ctx, tx, h.again(a), artifact.Publishing{By: by, Note: note})
		return err
	})
	return v
}
