package db

import (
	"context"
	"strings"

	"github.com/uptrace/bun"
)

// Duties of those who look after a community, of four kinds (domain.md 4.9, 1 to 4).
const (
	DutyAnswer  = "answer"
	DutyWelcome = "welcome"
	DutyClose   = "close"
	DutyReview  = "review"
)

// DutyKinds lists them in the order in which they spoil, all else being equal.
func DutyKinds() []string { return []string{DutyAnswer, DutyWelcome, DutyClose, DutyReview} }

// Stages of duties: what is to be done.
const (
	StageCheck       = "check"       // a query that nobody sees yet
	StageAnswer      = "answer"      // no useful response
	StageSort        = "sort"        // responses from software that knows no kinds, of which nobody has said whether they help
	StageRequest     = "request"     // somebody waits to be let in
	StageNewcomer    = "newcomer"    // no person has welcomed them
	StageClosing     = "closing"     // a query with responses that closes soon
	StageConsolidate = "consolidate" // closed, its consolidated reply is to be written
	StageObjection   = "objection"   // somebody objects to the text that was shown
	StageUnanswered  = "unanswered"  // closed without a useful response: a gap, perhaps
	StageVerdict     = "verdict"     // a review that was asked for is overdue
	StageDue         = "due"         // its review-by date is near or past
	StageOrphan      = "orphan"      // nobody of the community looks after it
)

// Duty is one thing that waits for those who look after a community.
type Duty struct {
	Kind    string `bun:"kind"`
	Stage   string `bun:"stage"`
	GroupID int64  `bun:"group_id"`
	// ObjectID is the post, person, review or artifact it is; AboutID what leads there: a review's artifact.
	ObjectID int64 `bun:"object_id"`
	AboutID  int64 `bun:"about_id"`
	Since    Time  `bun:"since"`
	Due      Time  `bun:"due"`
	// Of the mark, where there is one.
	Until      Time  `bun:"until"`
	AssigneeID int64 `bun:"assignee_id"`
}

// DutyMark puts a duty off, or gives it to somebody who looks after the community, here or elsewhere.
type DutyMark struct {
	bun.BaseModel `bun:"table:duty_marks,alias:mark"`

	GroupID    int64  `bun:"group_id,pk"`
	Duty       string `bun:"duty,pk"`
	ObjectID   int64  `bun:"object_id,pk"` // of the post or person it is about
	Until      Time   `bun:"until"`        // put off until then; zero: it is not
	AssigneeID int64  `bun:"assignee_id"`  // 0: nobody
	ByID       int64  `bun:"by_id"`
	At         Time   `bun:"at"`
}

// PutDutyMark stores a mark in the place of any before.
func (s *Store) PutDutyMark(ctx context.Context, m *DutyMark) error {
	m.At = s.Now()
	_, err := s.write.NewInsert().Model(m).On("CONFLICT (group_id, duty, object_id) DO UPDATE").
		Set("until = EXCLUDED.until, assignee_id = EXCLUDED.assignee_id, by_id = EXCLUDED.by_id, at = EXCLUDED.at").Exec(ctx)
	return wrap(err)
}

// DutySearch asks for one page of the duties of one kind in some communities of ours.
type DutySearch struct {
	GroupIDs []int64
	Kind     string
	// Off are those that are put off, in place of those that are not.
	Off bool
	// ObjectID asks for one of them alone, put off or not.
	ObjectID int64
	// After is the last one of the page before; nil begins with what is due first.
	After *Duty
	Limit int
}

// dutySpan are the times by which lists of duties are made, in milliseconds (domain.md 3d, 4.2 to 4.4).
const (
	dutyDay     = 24 * 3600_000
	checkIn     = dutyDay
	answerIn    = 3 * dutyDay
	welcomeIn   = 3 * dutyDay
	replyIn     = 5 * dutyDay
	freshFor    = 30 * dutyDay // how long somebody is new
	gapFor      = 90 * dutyDay // how long an unanswered query is shown
	reviewSoon  = 14 * dutyDay
	orphanSince = 7 * dutyDay
)

// dutyRows selects the duties of a kind in the communities ?0; ?1 is now. Each part begins at an index
// of its community.
func dutyRows(kind string) string {
	const asked = `FROM queries query JOIN posts post ON post.id = query.post_id WHERE query.group_id IN (?0) AND `
	switch kind {
	case DutyAnswer:
		return `SELECT 'check' AS stage, query.group_id, query.post_id AS object_id, query.post_id AS about_id, query.state_at AS since, query.state_at + ?2 AS due
			` + asked + `query.state IN ('waiting', 'clarifying') AND post.state = 'held'
		UNION ALL SELECT 'answer', query.group_id, query.post_id, query.post_id, query.opened_at,
			CASE WHEN query.closes_at < query.opened_at + ?3 THEN query.closes_at ELSE query.opened_at + ?3 END
			` + asked + `query.state IN ('open', 'closing', 'reopened') AND post.state = 'published' AND NOT ` + useful + `
		UNION ALL SELECT 'sort', query.group_id, query.post_id, query.post_id, query.opened_at, query.opened_at + ?3
			` + asked + `query.state IN ('open', 'closing', 'reopened') AND post.state = 'published' AND ` + useful + ` AND NOT ` + sorted
	case DutyWelcome:
		return `SELECT 'request' AS stage, x.group_id, x.object_id, x.object_id AS about_id, x.since, x.since + ?4 AS due FROM (
			SELECT m.group_id, m.actor_id AS object_id, coalesce((SELECT max(c.created_at) FROM commitments c WHERE c.group_id = m.group_id AND c.actor_id = m.actor_id),
				(SELECT f.created_at FROM follows f WHERE f.follower_id = m.actor_id AND f.followee_id = m.group_id), 0) AS since
			FROM memberships m WHERE m.group_id IN (?0) AND m.status = 'pending' AND m.left_at = 0
			UNION ALL SELECT f.followee_id, f.follower_id, f.created_at FROM follows f WHERE f.followee_id IN (?0) AND f.state = 'pending'
				AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.group_id = f.followee_id AND m.actor_id = f.follower_id AND m.status = 'pending' AND m.left_at = 0)) x
		UNION ALL SELECT 'newcomer', m.group_id, m.actor_id, m.actor_id, m.joined_at, m.joined_at + ?4
			FROM memberships m WHERE m.group_id IN (?0) AND m.left_at = 0 AND m.joined_at > ?1 - ?6 AND m.status IN ('newcomer', 'member')
			AND NOT EXISTS (SELECT 1 FROM role_grants rg WHERE rg.group_id = m.group_id AND rg.actor_id = m.actor_id AND rg.role IN ('facilitator', 'moderator', 'core', 'sponsor'))
			AND NOT EXISTS (` + welcomedWords + `) AND NOT EXISTS (` + welcomedPosts + `)`
	case DutyClose:
		return `SELECT 'closing' AS stage, query.group_id, query.post_id AS object_id, query.post_id AS about_id, query.opened_at AS since, query.closes_at AS due
			` + asked + `query.state = 'closing' AND post.state = 'published' AND ` + useful + `
		UNION ALL SELECT CASE WHEN EXISTS (SELECT 1 FROM synthesis_objections o WHERE o.query_id = query.post_id AND o.settled_at = 0) THEN 'objection' ELSE 'consolidate' END,
			query.group_id, query.post_id, query.post_id, query.closed_at, coalesce(nullif(y.due_at, 0), query.closed_at + ?5)
			FROM queries query JOIN posts post ON post.id = query.post_id LEFT JOIN syntheses y ON y.query_id = query.post_id
			WHERE query.group_id IN (?0) AND query.state = 'consolidating' AND post.state = 'published'
		UNION ALL SELECT 'unanswered', query.group_id, query.post_id, query.post_id, query.closed_at, query.closed_at
			` + asked + `query.state = 'unanswered' AND query.closed_at > ?1 - ?7 AND post.state = 'published'`
	}
	const kept = `FROM artifacts a WHERE a.group_id IN (?0) AND a.version > 0 AND a.retired_at = 0`
	const orphan = `NOT EXISTS (SELECT 1 FROM memberships m WHERE m.group_id = a.group_id AND m.actor_id = a.steward_id AND m.left_at = 0
		AND m.status IN ('newcomer', 'member', 'dormant'))`
	return `SELECT 'due' AS stage, a.group_id, a.id AS object_id, a.id AS about_id, a.published_at AS since, a.review_by AS due ` + kept + ` AND a.review_by > 0 AND a.review_by <= ?1 + ?8
		UNION ALL SELECT 'orphan', a.group_id, a.id, a.id, a.updated_at, a.updated_at + ?9 ` + kept + ` AND (a.review_by = 0 OR a.review_by > ?1 + ?8) AND ` + orphan + `
		UNION ALL SELECT 'verdict', a.group_id, r.id, a.id, r.asked_at, r.due_at FROM artifact_reviews r JOIN artifacts a ON a.id = r.artifact_id
			WHERE a.group_id IN (?0) AND r.done_at = 0 AND r.due_at > 0 AND r.due_at <= ?1 AND r.round = a.version + 1
			AND a.stage = 'in-review' AND a.discarded_at = 0 AND a.retired_at = 0`
}

// sorted says of a query that a useful response is known to be one: its author or somebody else said of
// what kind it is, or it was written where that is asked.
const sorted = `EXISTS (SELECT 1 FROM responses r JOIN posts rp ON rp.id = r.post_id WHERE r.query_id = query.post_id AND rp.state = 'published'
	AND r.kind NOT IN ('clarification', 'me-too') AND r.author_id <> query.asker_id AND (r.kind <> '' OR r.set_by <> 0 OR rp.door <> 'client'))`

// welcomedWords and welcomedPosts are what a person said to welcome the member m: as words of the
// community with their own, or in answer to the introduction, by any door (domain.md 4.9).
const (
	welcomedWords = `SELECT w.created_at AS at FROM join_words w WHERE w.group_id = m.group_id AND w.actor_id = m.actor_id
		AND (w.kind = 'welcomed' OR w.kind = 'accepted' AND w.text <> '')`
	welcomedPosts = `SELECT p.published_at AS at FROM commitments c JOIN posts p ON p.discussion_id = c.post_id JOIN actors pa ON pa.id = p.author_id
		WHERE c.group_id = m.group_id AND c.actor_id = m.actor_id AND c.post_id <> 0 AND p.id <> c.post_id AND p.state = 'published'
		AND p.visibility <> 'direct' AND pa.type = 'Person' AND p.author_id <> m.actor_id`
)

func (s *Store) dutyArgs(groupIDs []int64) []any {
	return []any{bun.List(groupIDs), s.Now(), checkIn, answerIn, welcomeIn, replyIn, freshFor, gapFor, reviewSoon, orphanSince}
}

// Duties lists duties of one kind, in one statement, what is due first first.
func (s *Store) Duties(ctx context.Context, q DutySearch) ([]*Duty, error) {
	var list []*Duty
	if len(q.GroupIDs) == 0 {
		return list, nil
	}
	rows := s.read.NewRaw(dutyRows(q.Kind), s.dutyArgs(q.GroupIDs)...)
	sel := s.read.NewSelect().Model((*Duty)(nil)).ModelTableExpr("(?) AS d", rows).
		ColumnExpr("? AS kind, d.stage, d.group_id, d.object_id, d.about_id, d.since, d.due", q.Kind).
		ColumnExpr("coalesce(mark.until, 0) AS until, coalesce(mark.assignee_id, 0) AS assignee_id").
		Join("LEFT JOIN duty_marks mark ON mark.group_id = d.group_id AND mark.duty = ? AND mark.object_id = d.object_id", q.Kind)
	switch {
	case q.ObjectID != 0:
		sel = sel.Where("d.object_id = ?", q.ObjectID)
	case q.Off:
		sel = sel.Where("mark.until > ?", s.Now())
	default:
		sel = sel.Where("(mark.until IS NULL OR mark.until <= ?)", s.Now())
	}
	if q.After != nil {
		sel = sel.Where("(d.due > ?0 OR d.due = ?0 AND d.object_id > ?1)", q.After.Due, q.After.ObjectID)
	}
	err := sel.OrderExpr("d.due, d.object_id").Limit(int64(q.Limit)).Scan(ctx, &list)
	return list, wrap(err)
}

// DutyScope says for each kind of duty in which communities it is looked for.
type DutyScope map[string][]int64

// CountDuties counts the duties of each kind that are not put off, up to most of each, in one statement.
func (s *Store) CountDuties(ctx context.Context, scope DutyScope, most int) (map[string]int, error) {
	out := map[string]int{}
	var parts []string
	var args []any
	for _, kind := range DutyKinds() {
		if len(scope[kind]) == 0 {
			continue
		}
		parts = append(parts, `SELECT ? AS kind, count(*) AS n FROM (SELECT 1 FROM (?) d LEFT JOIN duty_marks mark
			ON mark.group_id = d.group_id AND mark.duty = ? AND mark.object_id = d.object_id WHERE mark.until IS NULL OR mark.until <= ? LIMIT ?) AS few`)
		args = append(args, kind, s.read.NewRaw(dutyRows(kind), s.dutyArgs(scope[kind])...), kind, s.Now(), most)
	}
	if len(parts) == 0 {
		return out, nil
	}
	var rows []struct {
		Kind string `bun:"kind"`
		N    int    `bun:"n"`
	}
	err := s.read.NewRaw(strings.Join(parts, " UNION ALL "), args...).Scan(ctx, &rows)
	for _, r := range rows {
		out[r.Kind] = r.N
	}
	return out, wrap(err)
}

// LookedAfter lists the communities of ours in which somebody holds one of some roles, with the
// community, by name.
func (s *Store) LookedAfter(ctx context.Context, actorID int64, roles ...string) ([]*Group, error) {
	var list []*Group
	err := s.groups(&list).Where("actor.local AND actor.deleted_at = 0 AND g.archived_at = 0").
		Where("g.actor_id IN (SELECT group_id FROM role_grants WHERE role IN (?1) AND actor_id = "+personOf+")", actorID, bun.List(roles)).
		Order("actor.name", "g.actor_id").Limit(100).Scan(ctx)
	return list, wrap(err)
}

// Welcomed is one member, and when a person first welcomed them; zero: nobody did.
type Welcomed struct {
	Joined   Time `bun:"joined"`
	InWords  Time `bun:"in_words"`
	InAnswer Time `bun:"in_answer"`
}

// First is when somebody first welcomed them.
func (w Welcomed) First() Time {
	if w.InWords.IsZero() || !w.InAnswer.IsZero() && w.InAnswer.Before(w.InWords.Time) {
		return w.InAnswer
	}
	return w.InWords
}

// WelcomesSince lists who joined some communities since a moment and is not one of those who look after
// it, the last first: what the measure M15 is made of.
func (s *Store) WelcomesSince(ctx context.Context, groupIDs []int64, since Time, limit int) ([]Welcomed, error) {
	var list []Welcomed
	if len(groupIDs) == 0 {
		return list, nil
	}
	err := s.read.NewRaw(`SELECT m.joined_at AS joined, coalesce((SELECT min(at) FROM (`+welcomedWords+`) x), 0) AS in_words,
			coalesce((SELECT min(at) FROM (`+welcomedPosts+`) y), 0) AS in_answer
		FROM memberships m WHERE m.group_id IN (?) AND m.left_at = 0 AND m.joined_at > ? AND m.status IN ('newcomer', 'member', 'dormant')
			AND NOT EXISTS (SELECT 1 FROM role_grants rg WHERE rg.group_id = m.group_id AND rg.actor_id = m.actor_id)
		ORDER BY m.joined_at DESC LIMIT ?`, bun.List(groupIDs), since, limit).Scan(ctx, &list)
	return list, wrap(err)
}
