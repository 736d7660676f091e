package community

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
)

// maxSummary bounds what an actor says of itself: Mastodon cuts at 20 kB of HTML.
const maxSummary = 10_000

// handlePattern is one namespace for people, groups and services (wire.md 0.7).
var handlePattern = regexp.MustCompile(`^[a-z0-9_]{2,30}$`)

// reserved are handles that would be taken for the instance's own words or addresses. Only an admin
// makes accounts, so admin is none of them.
func reserved(handle string) bool {
	return slices.Contains([]string{
		"about", "account", "accounts", "actor", "all", "anonymous", "ap", "api",
		"assets", "auth", "copse", "discussions", "everyone", "explore", "federation", "feed", "feeds", "groups",
		"help", "home", "host", "hostmaster", "inbox", "info", "instance", "internal", "join", "login", "logout",
		"mail", "mailer_daemon", "me", "media", "moderation", "moderator", "moderators", "new", "nobody",
		"nodeinfo", "notifications", "null", "oauth", "outbox", "owner", "people", "postmaster", "privacy",
		"public", "register", "robots", "root", "search", "security", "server", "settings", "setup", "signin",
		"signup", "sitemap", "staff", "static", "status", "support", "system", "tags", "terms", "undefined",
		"users", "webfinger", "webmaster", "well_known", "www",
	}, handle)
}

// NewPerson is a person of ours to be.
type NewPerson struct {
	Handle       string
	Name         string
	Email        string
	PasswordHash string
	Organisation string
	Locale       string
	Admin        bool
	// Actor was made by PrepareActor before the transaction; nil makes it within.
	Actor *db.Actor
}

// NewGroup is a community of ours to be. Empty settings are open, anyone, links.
type NewGroup struct {
	Handle     string
	Name       string
	Tagline    string
	Summary    string // Markdown
	Openness   string
	PostPolicy string
	HoldPolicy string
	Languages  string // language tags separated by spaces
	// Facilitator looks after it first; nil leaves it to an admin to name one.
	Facilitator *db.Actor
	// Actor was made by PrepareActor before the transaction; nil makes it within.
	Actor *db.Actor
}

// PrepareActor draws id, addresses and keys of a new actor of ours: a db.ActorPerson or
// db.ActorGroup. Making keys takes a tenth of a second, so do it before the transaction opens:
// SQLite has one writer. It stores nothing.
func (r *Rules) PrepareActor(s *db.Store, kind string) (*db.Actor, error) {
	a := &db.Actor{ID: s.NewID(), Type: kind, Local: true, Host: r.iris.Host()}
	switch kind {
	case db.ActorPerson:
		a.URI = r.iris.Person(a.ID)
	case db.ActorGroup:
		a.URI = r.iris.Group(a.ID)
		a.ModeratorsURI = a.URI + federation.Moderators
	default:
		return nil, fmt.Errorf("prepare actor of type %q: not one that people make", kind)
	}
	return a, r.equip(a)
}

// equip gives an actor of ours its addresses and keys.
func (r *Rules) equip(a *db.Actor) error {
	a.Inbox, a.SharedInbox, a.Outbox = a.URI+federation.Inbox, r.iris.SharedInbox(), a.URI+federation.Outbox
	a.FollowersURI, a.FollowingURI = a.URI+federation.Followers, a.URI+federation.Following
	a.FeaturedURI = a.URI + federation.Featured
	return r.pub.Keys().Equip(a)
}

// prepared takes the actor that was made before the transaction, or makes it now.
func (r *Rules) prepared(tx *db.Store, a *db.Actor, kind string) (*db.Actor, error) {
	if a == nil {
		return r.PrepareActor(tx, kind)
	}
	if a.Type != kind {
		return nil, fmt.Errorf("prepared actor is a %s, want a %s", a.Type, kind)
	}
	return a, nil
}

// CreatePerson makes an account and its person. Handles and mail addresses are taken once; the
// refusals are handle-invalid, handle-reserved, handle-taken, email-invalid and email-taken.
func (r *Rules) CreatePerson(ctx context.Context, tx *db.Store, n NewPerson) (*db.Account, error) {
	handle, err := checkHandle(n.Handle)
	if err != nil {
		return nil, err
	}
	if addr, err := mail.ParseAddress(n.Email); err != nil || addr.Address != n.Email || len(n.Email) > 254 {
		return nil, RefuseField("email", "email-invalid")
	}
	a, err := r.prepared(tx, n.Actor, db.ActorPerson)
	if err != nil {
		return nil, err
	}
	a.Handle, a.Name, a.Organisation = handle, content.PlainName(n.Name), content.PlainName(n.Organisation)
	a.URL = r.iris.PersonPage(handle)
	if err := createActor(ctx, tx, a); err != nil {
		return nil, err
	}
	account := &db.Account{
		ActorID: a.ID, Email: n.Email, PasswordHash: n.PasswordHash, Role: db.RoleUser,
		Locale: n.Locale, TimeZone: "UTC", SingleKeys: true,
	}
	if n.Admin {
		account.Role = db.RoleAdmin
	}
	err = tx.CreateAccount(ctx, account)
	if errors.Is(err, db.ErrConflict) {
		return nil, &Refusal{Kind: Conflict, Code: "email-taken", Field: "email"}
	}
	account.Actor = a
	return account, err
}

// CreateGroup makes a community; its first facilitator becomes a member and follows it.
func (r *Rules) CreateGroup(ctx context.Context, tx *db.Store, n NewGroup) (*db.Group, error) {
	handle, err := checkHandle(n.Handle)
	if err != nil {
		return nil, err
	}
	g := &db.Group{Openness: n.Openness, PostPolicy: n.PostPolicy, HoldPolicy: n.HoldPolicy, Tagline: n.Tagline, Languages: n.Languages}
	a, err := r.prepared(tx, n.Actor, db.ActorGroup)
	if err != nil {
		return nil, err
	}
	a.Handle, a.Name, a.SummarySource, g.Actor = handle, n.Name, n.Summary, a
	if err := settleGroup(g); err != nil {
		return nil, err
	}
	a.URL, a.Indexable = r.iris.GroupPage(handle), g.Openness == db.OpennessOpen
	if err := createActor(ctx, tx, a); err != nil {
		return nil, err
	}
	g.ActorID = a.ID
	if err := tx.CreateGroup(ctx, g); err != nil {
		return nil, err
	}
	if n.Facilitator == nil {
		return g, nil
	}
	return g, r.seat(ctx, tx, g, n.Facilitator)
}

// seat makes somebody the first facilitator.
func (r *Rules) seat(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) error {
	grant := &db.RoleGrant{GroupID: g.ActorID, ActorID: who.ID, Role: db.RoleFacilitator, GrantedBy: who.ID}
	if err := tx.GrantRole(ctx, grant); err != nil {
		return err
	}
	if err := r.putMember(ctx, tx, g, who, db.Membership{Status: db.MemberFull}); err != nil {
		return err
	}
	f := &db.Follow{URI: r.iris.Activity(tx.NewID()), FollowerID: who.ID, FolloweeID: g.ActorID, State: db.FollowAccepted}
	if err := tx.PutFollow(ctx, f, who); err != nil {
		return err
	}
	g.MembersCount, g.Actor.FollowersCount = 1, 1
	return nil
}

// EnsureInstance returns the actor of the server itself and makes it once; its handle is the host
// name without a port (FEP-d556), which no person can have.
func (r *Rules) EnsureInstance(ctx context.Context, tx *db.Store) (*db.Actor, error) {
	a, err := tx.ActorByURI(ctx, r.iris.Instance())
	if err == nil || !errors.Is(err, db.ErrNotFound) {
		return a, err
	}
	handle, _, _ := strings.Cut(r.iris.Host(), ":")
	a = &db.Actor{
		ID: tx.NewID(), URI: r.iris.Instance(), Type: db.ActorApplication, Local: true, Handle: handle,
		Host: r.iris.Host(), URL: r.iris.Page("/"), Locked: true,
	}
	if err := r.equip(a); err != nil {
		return nil, err
	}
	return a, tx.CreateActor(ctx, a)
}

func createActor(ctx context.Context, tx *db.Store, a *db.Actor) error {
	err := tx.CreateActor(ctx, a)
	if errors.Is(err, db.ErrConflict) {
		return &Refusal{Kind: Conflict, Code: "handle-taken", Field: "handle"}
	}
	return err
}

// checkHandle answers the handle as it is kept, or why it can't be one.
func checkHandle(given string) (string, error) {
	handle := strings.ToLower(strings.TrimSpace(given))
	switch {
	case !handlePattern.MatchString(handle):
		return "", RefuseField("handle", "handle-invalid")
	case reserved(handle):
		return "", RefuseField("handle", "handle-reserved")
	}
	return handle, nil
}

// CheckHandle answers why a handle can't be one of ours, before anybody takes it.
func CheckHandle(given string) error {
	_, err := checkHandle(given)
	return err
}
