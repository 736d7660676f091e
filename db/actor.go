package db

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
)

// Actor types, ActivityPub §4.
const (
	ActorPerson       = "Person"
	ActorGroup        = "Group"
	ActorApplication  = "Application"
	ActorService      = "Service"
	ActorOrganization = "Organization"
)

// Actor is whoever has an inbox: our people, groups and the instance itself, and everybody from
// elsewhere whom we have met.
type Actor struct {
	bun.BaseModel `bun:"table:actors,alias:actor"`

	ID    int64  `bun:"id,pk"`
	URI   string `bun:"uri"` // the ActivityPub id
	Type  string `bun:"type"`
	Local bool   `bun:"local"`
	// Handle and Host make @handle@host; Host is lower case, with a port only in a laboratory.
	Handle string `bun:"handle"`
	Host   string `bun:"host"`

	Name          string `bun:"name"`           // plain text, one line
	Summary       string `bun:"summary"`        // sanitised HTML
	SummarySource string `bun:"summary_source"` // Markdown, of local actors
	Organisation  string `bun:"organisation"`   // affiliation as the person gives it
	URL           string `bun:"url"`            // page for people
	IconURI       string `bun:"icon_uri"`

	Inbox         string `bun:"inbox"`
	SharedInbox   string `bun:"shared_inbox"`
	Outbox        string `bun:"outbox"`
	FollowersURI  string `bun:"followers_uri"`
	FollowingURI  string `bun:"following_uri"`
	FeaturedURI   string `bun:"featured_uri"`
	ModeratorsURI string `bun:"moderators_uri"` // attributedTo of a Group

	PublicKeyID     string `bun:"public_key_id"`
	PublicKey       string `bun:"public_key"` // PEM
	ProofKeyID      string `bun:"proof_key_id"`
	ProofKey        string `bun:"proof_key"`         // multibase Ed25519
	PrivateKey      []byte `bun:"private_key"`       // sealed, local actors only
	PrivateProofKey []byte `bun:"private_proof_key"` // sealed

	Locked       bool   `bun:"locked"` // manuallyApprovesFollowers
	Discoverable bool   `bun:"discoverable"`
	Indexable    bool   `bun:"indexable"`
	AlsoKnownAs  string `bun:"also_known_as"` // addresses, one a line
	MovedTo      string `bun:"moved_to"`

	// Counts are kept for local actors and as told by their server for remote ones.
	FollowersCount int64 `bun:"followers_count"`
	FollowingCount int64 `bun:"following_count"`
	PostsCount     int64 `bun:"posts_count"`

	FetchedAt   Time `bun:"fetched_at"` // remote: last refresh
	CreatedAt   Time `bun:"created_at"`
	UpdatedAt   Time `bun:"updated_at"`
	DeletedAt   Time `bun:"deleted_at"` // gone for good: a tombstone
	SuspendedAt Time `bun:"suspended_at"`
	SilencedAt  Time `bun:"silenced_at"`
}

// Acct is handle@host, as people write it without the leading @.
func (a *Actor) Acct() string { return a.Handle + "@" + a.Host }

// Label is the name to show: the given one, or the handle.
func (a *Actor) Label() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Handle
}

// Active says that the actor exists and may act.
func (a *Actor) Active() bool { return a.DeletedAt.IsZero() && a.SuspendedAt.IsZero() }

// DeliveryInbox is where a public activity for a is sent: the shared inbox where there is one.
func (a *Actor) DeliveryInbox() string {
	if a.SharedInbox != "" {
		return a.SharedInbox
	}
	return a.Inbox
}

// CreateActor stores a new actor and draws its id when it has none. ErrConflict: address or local
// handle taken.
func (s *Store) CreateActor(ctx context.Context, a *Actor) error {
	if a.ID == 0 {
		a.ID = s.NewID()
	}
	if a.CreatedAt.IsZero() {
		a.CreatedAt = s.Now()
	}
	if err := s.insert(ctx, a); err != nil {
		return fmt.Errorf("create actor %s: %w", a.URI, err)
	}
	return nil
}

// SaveActor writes all columns of a known actor.
func (s *Store) SaveActor(ctx context.Context, a *Actor) error {
	a.UpdatedAt = s.Now()
	_, err := s.write.NewUpdate().Model(a).WherePK().
		ExcludeColumn("followers_count", "following_count", "posts_count").Exec(ctx)
	if err != nil {
		return fmt.Errorf("save actor %s: %w", a.URI, wrap(err))
	}
	return nil
}

// UpsertRemoteActor stores what a remote server says of its actor, keeping id, counts of ours,
// suspension and creation of a row that exists. It fills a.ID.
func (s *Store) UpsertRemoteActor(ctx context.Context, a *Actor) error {
	if a.ID == 0 {
		a.ID = s.NewID()
	}
	a.CreatedAt, a.UpdatedAt = s.Now(), s.Now()
	_, err := s.write.NewInsert().Model(a).On("CONFLICT (uri) DO UPDATE").
		Set("type = EXCLUDED.type, handle = EXCLUDED.handle, host = EXCLUDED.host, name = EXCLUDED.name").
		Set("summary = EXCLUDED.summary, organisation = EXCLUDED.organisation, url = EXCLUDED.url, icon_uri = EXCLUDED.icon_uri").
		Set("inbox = EXCLUDED.inbox, shared_inbox = EXCLUDED.shared_inbox, outbox = EXCLUDED.outbox").
		Set("followers_uri = EXCLUDED.followers_uri, following_uri = EXCLUDED.following_uri").
		Set("featured_uri = EXCLUDED.featured_uri, moderators_uri = EXCLUDED.moderators_uri").
		Set("public_key_id = EXCLUDED.public_key_id, public_key = EXCLUDED.public_key").
		Set("proof_key_id = EXCLUDED.proof_key_id, proof_key = EXCLUDED.proof_key").
		Set("locked = EXCLUDED.locked, discoverable = EXCLUDED.discoverable, indexable = EXCLUDED.indexable").
		Set("also_known_as = EXCLUDED.also_known_as, moved_to = EXCLUDED.moved_to").
		Set("fetched_at = EXCLUDED.fetched_at, updated_at = EXCLUDED.updated_at").
		Returning("id, created_at, deleted_at, suspended_at, silenced_at").
		Exec(ctx)
	if err != nil {
		return fmt.Errorf("store actor %s: %w", a.URI, wrap(err))
	}
	return nil
}

// ActorByID returns one actor, tombstones included.
func (s *Store) ActorByID(ctx context.Context, id int64) (*Actor, error) {
	a := new(Actor)
	return a, one(ctx, s.read.NewSelect().Model(a).Where("id = ?", id))
}

// ActorByURI returns the actor with an ActivityPub id, tombstones included.
func (s *Store) ActorByURI(ctx context.Context, uri string) (*Actor, error) {
	a := new(Actor)
	return a, one(ctx, s.read.NewSelect().Model(a).Where("uri = ?", uri))
}

// ActorByKeyID returns the actor that publishes a key under this id. Actors of one server may claim
// the same id; the oldest counts.
func (s *Store) ActorByKeyID(ctx context.Context, keyID string) (*Actor, error) {
	a := new(Actor)
	return a, one(ctx, s.read.NewSelect().Model(a).Where("public_key_id = ?", keyID).Order("id"))
}

// LocalActor returns one of ours by handle, in any case.
func (s *Store) LocalActor(ctx context.Context, handle string) (*Actor, error) {
	a := new(Actor)
	return a, one(ctx, s.read.NewSelect().Model(a).Where("handle = ?", strings.ToLower(handle)).Where("local"))
}

// ActorByHandle returns the newest living actor called handle@host.
func (s *Store) ActorByHandle(ctx context.Context, handle, host string) (*Actor, error) {
	a := new(Actor)
	return a, one(ctx, s.read.NewSelect().Model(a).
		Where("handle = ? AND host = ?", handle, strings.ToLower(host)).
		Where("deleted_at = 0").Order("id DESC"))
}

// ActorsByID returns the actors with these ids by id; unknown ids are missing from the map.
func (s *Store) ActorsByID(ctx context.Context, ids []int64) (map[int64]*Actor, error) {
	out := make(map[int64]*Actor, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var list []*Actor
	if err := s.read.NewSelect().Model(&list).Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, wrap(err)
	}
	for _, a := range list {
		out[a.ID] = a
	}
	return out, nil
}

// TombstoneActor marks an actor as gone and forgets what it said of itself.
func (s *Store) TombstoneActor(ctx context.Context, id int64) error {
	_, err := s.exec(ctx, `UPDATE actors SET deleted_at = ?, name = '', summary = '', summary_source = '', icon_uri = '',
		private_key = NULL, private_proof_key = NULL WHERE id = ? AND deleted_at = 0`, s.Now(), id)
	return err
}
