package db

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
)

// Profile is what a person tells about what they know, beside name and organisation. Of people
// elsewhere it is what their server says.
type Profile struct {
	bun.BaseModel `bun:"table:profiles,alias:p"`

	ActorID   int64  `bun:"actor_id,pk"`
	Team      string `bun:"team"`
	Job       string `bun:"job"`
	Languages string `bun:"languages"` // codes, the one liked best first, parted by a space
	Places    string `bun:"places"`    // one a line
	Topics    string `bun:"topics"`    // what one may be asked about, one a line
	Folded    string `bun:"folded"`    // all of it in lower case, for searching
	UpdatedAt Time   `bun:"updated_at"`

	// Shown is who may read it, one of the choices of a membership: who belongs to a community with
	// the person where nothing was chosen. What a server elsewhere says is public.
	Shown string `bun:"shown,scanonly"`
	// Vouched is who vouches for somebody elsewhere, as their server says, one topic a line.
	Vouched string `bun:"vouched,scanonly"`
	// Links are addresses that somebody elsewhere gives as their own, one a line.
	Links string `bun:"links,scanonly"`
}

// Empty says that nothing is told.
func (p *Profile) Empty() bool {
	return p.Team+p.Job+p.Languages+p.Places+p.Topics+p.Vouched+p.Links == ""
}

// Same says that both tell the same.
func (p *Profile) Same(o *Profile) bool {
	return p.Team == o.Team && p.Job == o.Job && p.Languages == o.Languages && p.Places == o.Places &&
		p.Topics == o.Topics && p.Vouched == o.Vouched && p.Links == o.Links && p.Shown == o.Shown
}

// TopicList is what one may be asked about.
func (p *Profile) TopicList() []string { return splitLines(p.Topics) }

// PlaceList is where the person works.
func (p *Profile) PlaceList() []string { return splitLines(p.Places) }

func splitLines(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '\n' })
}

// SaveProfile stores what a person tells.
func (s *Store) SaveProfile(ctx context.Context, p *Profile) error {
	p.UpdatedAt = s.Now()
	p.Folded = strings.ToLower(strings.Join([]string{p.Team, p.Job, p.Places, p.Topics}, "\n"))
	_, err := s.write.NewInsert().Model(p).On("CONFLICT (actor_id) DO UPDATE").
		Set("team = EXCLUDED.team, job = EXCLUDED.job, languages = EXCLUDED.languages, places = EXCLUDED.places").
		Set("topics = EXCLUDED.topics, folded = EXCLUDED.folded, updated_at = EXCLUDED.updated_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("store profile of actor %d: %w", p.ActorID, wrap(err))
	}
	if p.Shown == "" {
		p.Shown = ShownMembers
	}
	_, err = s.exec(ctx, `INSERT INTO profile_faces (actor_id, shown, vouched) VALUES (?, ?, ?)
		ON CONFLICT (actor_id) DO UPDATE SET shown = EXCLUDED.shown, vouched = EXCLUDED.vouched`, p.ActorID, p.Shown, p.Vouched)
	if err != nil {
		return fmt.Errorf("store who may read the profile of actor %d: %w", p.ActorID, err)
	}
	if p.Links == "" {
		_, err = s.exec(ctx, "DELETE FROM profile_links WHERE actor_id = ?", p.ActorID)
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO profile_links (actor_id, links) VALUES (?, ?)
		ON CONFLICT (actor_id) DO UPDATE SET links = EXCLUDED.links`, p.ActorID, p.Links)
	return err
}

// ProfilesOf returns the profiles of some people by actor; who told nothing is missing.
func (s *Store) ProfilesOf(ctx context.Context, actorIDs ...int64) (map[int64]*Profile, error) {
	out := make(map[int64]*Profile, len(actorIDs))
	if len(actorIDs) == 0 {
		return out, nil
	}
	var list []*Profile
	err := s.read.NewSelect().Model(&list).ColumnExpr("p.*").
		ColumnExpr("coalesce(pf.shown, 'members') AS shown, coalesce(pf.vouched, '') AS vouched, coalesce(pl.links, '') AS links").
		Join("LEFT JOIN profile_faces pf ON pf.actor_id = p.actor_id").Join("LEFT JOIN profile_links pl ON pl.actor_id = p.actor_id").
		Where("p.actor_id IN (?)", bun.List(actorIDs)).Scan(ctx)
	for _, p := range list {
		out[p.ActorID] = p
	}
	return out, wrap(err)
}

// LinkList are addresses that the person gives as their own.
func (p *Profile) LinkList() []string { return splitLines(p.Links) }

// VouchedList is who vouches for the person, as their server says, one topic each.
func (p *Profile) VouchedList() []string { return splitLines(p.Vouched) }

// Endorsement is one person saying of another that they know about something.
type Endorsement struct {
	bun.BaseModel `bun:"table:endorsements,alias:e"`

	ActorID   int64  `bun:"actor_id,pk"`
	Topic     string `bun:"topic,pk"`
	ByID      int64  `bun:"by_id,pk"`
	CreatedAt Time   `bun:"created_at"`

	By *Actor `bun:"rel:belongs-to,join:by_id=id"`
}

// Endorse stores an endorsement; no error where it is there.
func (s *Store) Endorse(ctx context.Context, e *Endorsement) error {
	e.CreatedAt = s.Now()
	_, err := s.insertNew(ctx, e)
	return err
}

// WithdrawEndorsement takes one back.
func (s *Store) WithdrawEndorsement(ctx context.Context, actorID, byID int64, topic string) error {
	_, err := s.exec(ctx, "DELETE FROM endorsements WHERE actor_id = ? AND by_id = ? AND topic = ?", actorID, byID, topic)
	return err
}

// EndorsementsOf lists who endorses some people for what, oldest first.
func (s *Store) EndorsementsOf(ctx context.Context, actorIDs ...int64) ([]*Endorsement, error) {
	var list []*Endorsement
	if len(actorIDs) == 0 {
		return list, nil
	}
	err := s.read.NewSelect().Model(&list).Relation("By", withFacts).Where("e.actor_id IN (?)", bun.List(actorIDs)).
		Order("e.actor_id", "e.topic", "e.created_at").Limit(1000).Scan(ctx)
	return list, wrap(err)
}

// VouchedFor writes endorsements as one line a topic: "pumps (Ana, Bo)".
func VouchedFor(list []*Endorsement) []string {
	var out []string
	for i := 0; i < len(list); {
		topic, names := list[i].Topic, []string{}
		for ; i < len(list) && list[i].Topic == topic; i++ {
			names = append(names, list[i].By.Label())
		}
		out = append(out, topic+" ("+strings.Join(names, ", ")+")")
	}
	return out
}
