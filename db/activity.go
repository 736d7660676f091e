package db

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
)

// Activity is one activity with its exact bytes: ours as they are sent, others' as they came in.
type Activity struct {
	bun.BaseModel `bun:"table:activities,alias:activity"`

	ID      int64  `bun:"id,pk"`
	URI     string `bun:"uri"`
	ActorID int64  `bun:"actor_id"`
	Type    string `bun:"type"`
	// ObjectURI names what it is about. Of what opens a post, and of a group passing that on, a row
	// keeps aboutShort of it; reading it brings it back from the body, which says it too.
	ObjectURI string `bun:"object_uri"`
	GroupID   int64  `bun:"group_id"`
	PostID    int64  `bun:"post_id"`
	Local     bool   `bun:"local"`
	Public    bool   `bun:"public"` // anybody may fetch it
	Body      []byte `bun:"body"`
	CreatedAt Time   `bun:"created_at"`

	// Actor is who did it, where whoever stored it knew.
	Actor *Actor `bun:"-"`
	// Within is the activity whose bytes stand in Body, as they do in what a group passes on: they
	// are kept once.
	Within *Activity `bun:"-"`

	stored bool // Body is what the row of ID holds
}

// CreateActivity stores an activity; ErrConflict where its address is known.
func (s *Store) CreateActivity(ctx context.Context, a *Activity) error {
	if a.ID == 0 {
		a.ID = s.NewID()
	}
	a.CreatedAt = s.Now()
	row, err := s.packed(ctx, a)
	if err == nil {
		err = s.insert(ctx, row)
	}
	if err != nil {
		return fmt.Errorf("store activity %s: %w", a.URI, err)
	}
	a.stored = true
	return nil
}

// packed is the row of an activity.
func (s *Store) packed(ctx context.Context, a *Activity) (*Activity, error) {
	row := *a
	if a.Type == "Create" || a.Within != nil && a.Within.Type == "Create" {
		row.ObjectURI = aboutShort(a.ObjectURI)
	}
	var err error
	row.Body, err = s.pack(ctx, a.Body, a.Within)
	return &row, err
}

// aboutShort stands for the address of an object where the address itself is not needed: it takes a
// fifth of the room, in the row and in the index.
func aboutShort(uri string) string {
	short := "#" + base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(shortOf(uri))))
	if len(uri) <= len(short) {
		return uri
	}
	return short
}

// aboutWhole is what a row that names its object in short is about, by its body; what the body does not
// say plainly stays short.
func aboutWhole(short string, body []byte) string {
	if !strings.HasPrefix(short, "#") {
		return short
	}
	var act struct{ Object json.RawMessage }
	var object struct{ ID string }
	if json.Unmarshal(body, &act) != nil {
		return short
	}
	if json.Unmarshal(act.Object, &object.ID) != nil && json.Unmarshal(act.Object, &object) != nil || aboutShort(object.ID) != short {
		return short
	}
	return object.ID
}

// about are the two ways in which a row may name an object.
func about(uri string) []string { return []string{uri, aboutShort(uri)} }

// KeepActivity stores somebody else's activity unless its address is known, and fills a.ID.
func (s *Store) KeepActivity(ctx context.Context, a *Activity) error {
	a.ID, a.CreatedAt = s.NewID(), s.Now()
	row, err := s.packed(ctx, a)
	if err != nil {
		return fmt.Errorf("keep activity %s: %w", a.URI, err)
	}
	fresh, err := s.insertNew(ctx, row)
	if err != nil || fresh {
		a.stored = fresh
		return err
	}
	old, err := s.ActivityByURI(ctx, a.URI)
	if err != nil {
		return err
	}
	a.ID, a.stored = old.ID, bytes.Equal(old.Body, a.Body)
	return nil
}

// activity reads one activity with its body.
func (s *Store) activity(ctx context.Context, where string, args ...any) (*Activity, error) {
	a := new(Activity)
	if err := one(ctx, s.read.NewSelect().Model(a).Where(where, args...).Order("id DESC")); err != nil {
		return a, err
	}
	return a, s.unpack(ctx, a)
}

// activities reads some activities with their bodies.
func (s *Store) activities(ctx context.Context, q *bun.SelectQuery, list *[]*Activity) error {
	if err := q.Scan(ctx); err != nil {
		return wrap(err)
	}
	return s.unpack(ctx, *list...)
}

// ActivityByID returns an activity.
func (s *Store) ActivityByID(ctx context.Context, id int64) (*Activity, error) {
	return s.activity(ctx, "id = ?", id)
}

// ActivityByURI returns an activity by ActivityPub id.
func (s *Store) ActivityByURI(ctx context.Context, uri string) (*Activity, error) {
	return s.activity(ctx, "uri = ?", uri)
}

// ActivitiesAbout lists activities of some types about an object, newest first.
func (s *Store) ActivitiesAbout(ctx context.Context, objectURI string, types []string, limit int) ([]*Activity, error) {
	var list []*Activity
	q := s.read.NewSelect().Model(&list).Where("object_uri IN (?) AND type IN (?)", bun.List(about(objectURI)), bun.List(types)).
		Order("id DESC").Limit(int64(limit))
	return list, s.activities(ctx, q, &list)
}

// LastActivity returns the newest activity of a type by an actor about an object.
func (s *Store) LastActivity(ctx context.Context, actorID int64, kind, objectURI string) (*Activity, error) {
	return s.activity(ctx, "object_uri IN (?) AND type = ? AND actor_id = ?", bun.List(about(objectURI)), kind, actorID)
}

// PublicCreates lists how an actor's public posts were first sent, newest first, before an id of an
// activity (0 = newest). Removed and deleted posts, and those in groups that not everybody reads, are
// left out.
func (s *Store) PublicCreates(ctx context.Context, actorID, before int64, limit int) ([]*Activity, error) {
	var list []*Activity
	q := s.read.NewSelect().Model(&list).
		Join("JOIN posts AS p ON p.id = activity.post_id").
		Where("activity.actor_id = ? AND activity.type = 'Create' AND activity.public", actorID).
		Where("p.state = 'published' AND p.visibility <> 'direct'").
		Where("(p.group_id = 0 OR EXISTS (SELECT 1 FROM groups AS g WHERE g.actor_id = p.group_id AND g.openness = 'open' AND NOT g.signed_fetch))")
	if before > 0 {
		q = q.Where("activity.id < ?", before)
	}
	return list, s.activities(ctx, q.Order("activity.id DESC").Limit(int64(limit)), &list)
}

// FirstAnnounces returns for each of some posts the first few public announces that a group made
// of it, oldest first.
func (s *Store) FirstAnnounces(ctx context.Context, groupID int64, postIDs []int64, few int) (map[int64][]*Activity, error) {
	out := make(map[int64][]*Activity)
	if len(postIDs) == 0 {
		return out, nil
	}
	var list []*Activity
	err := s.read.NewRaw(`SELECT id, uri, actor_id, type, object_uri, group_id, post_id, local, public, body, created_at FROM (
		SELECT a.*, row_number() OVER (PARTITION BY a.post_id ORDER BY a.id) AS nth FROM activities a
		WHERE a.post_id IN (?) AND a.actor_id = ? AND a.type = 'Announce' AND a.public) x
		WHERE nth <= ? ORDER BY id`, bun.List(postIDs), groupID, few).Scan(ctx, &list)
	if err == nil {
		err = s.unpack(ctx, list...)
	}
	for _, a := range list {
		out[a.PostID] = append(out[a.PostID], a)
	}
	return out, wrap(err)
}
