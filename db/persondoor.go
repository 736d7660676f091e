package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// PersonDoor is a further way in of one person: an actor that has proved to be the same.
type PersonDoor struct {
	bun.BaseModel `bun:"table:person_doors,alias:pd"`

	ActorID    int64  `bun:"actor_id,pk"` // the way in
	PersonID   int64  `bun:"person_id"`   // whose memberships count
	Proof      string `bun:"proof"`       // links, or aliases: see server/person
	VerifiedAt Time   `bun:"verified_at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// PutPersonDoor stores a way in that was proved.
func (s *Store) PutPersonDoor(ctx context.Context, d *PersonDoor) error {
	d.VerifiedAt = s.Now()
	if _, err := s.insertNew(ctx, d); err != nil {
		return fmt.Errorf("store door of person %d: %w", d.PersonID, err)
	}
	return nil
}

// ClosePersonDoor forgets one.
func (s *Store) ClosePersonDoor(ctx context.Context, personID, actorID int64) error {
	_, err := s.exec(ctx, "DELETE FROM person_doors WHERE person_id = ? AND actor_id = ?", personID, actorID)
	return err
}

// DoorsOf lists the further ways in of a person, oldest first.
func (s *Store) DoorsOf(ctx context.Context, personID int64) ([]*PersonDoor, error) {
	var list []*PersonDoor
	err := s.read.NewSelect().Model(&list).Relation("Actor", withFacts).Where("pd.person_id = ?", personID).
		Order("pd.verified_at", "pd.actor_id").Limit(20).Scan(ctx)
	return list, wrap(err)
}

// PersonBehind returns whose way in an actor is; its own id where it is nobody else's.
func (s *Store) PersonBehind(ctx context.Context, actorID int64) (int64, error) {
	id := actorID
	err := s.read.NewRaw("SELECT coalesce((SELECT person_id FROM person_doors WHERE actor_id = ?0), ?0)", actorID).Scan(ctx, &id)
	return id, wrap(err)
}

// DoorOf returns whose way in an actor is.
func (s *Store) DoorOf(ctx context.Context, actorID int64) (*PersonDoor, error) {
	d := new(PersonDoor)
	return d, one(ctx, s.read.NewSelect().Model(d).Where("pd.actor_id = ?", actorID))
}

// samePerson selects all actors that are one person with ?0: a single one for nearly everybody.
const samePerson = `(SELECT ?0 UNION SELECT coalesce((SELECT person_id FROM person_doors WHERE actor_id = ?0), ?0)
	UNION SELECT actor_id FROM person_doors WHERE person_id = coalesce((SELECT person_id FROM person_doors WHERE actor_id = ?0), ?0))`

// OtherFollows lists the follows, held or asked for, by which somebody follows beside a given account
// of theirs.
func (s *Store) OtherFollows(ctx context.Context, followerID, followeeID int64) ([]*Follow, error) {
	var list []*Follow
	err := s.read.NewSelect().Model(&list).Where("followee_id = ?", followeeID).Where("follower_id <> ?", followerID).
		Where("state IN ('accepted', 'pending')").Where("follower_id IN "+samePerson, followerID).Order("id").Limit(20).Scan(ctx)
	return list, wrap(err)
}

// DistinctPeople counts how many people some actors are.
func (s *Store) DistinctPeople(ctx context.Context, actorIDs []int64) (int, error) {
	if len(actorIDs) == 0 {
		return 0, nil
	}
	var n int
	err := s.read.NewRaw(`SELECT count(DISTINCT coalesce(pd.person_id, a.id)) FROM actors a
		LEFT JOIN person_doors pd ON pd.actor_id = a.id WHERE a.id IN (?)`, bun.List(actorIDs)).Scan(ctx, &n)
	return n, wrap(err)
}
