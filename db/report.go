package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// Report is somebody telling moderators of a post or person.
type Report struct {
	bun.BaseModel `bun:"table:reports,alias:report"`

	ID         int64  `bun:"id,pk"`
	URI        string `bun:"uri"`         // id of the Flag
	GroupID    int64  `bun:"group_id"`    // 0 = for the instance's admins
	ReporterID int64  `bun:"reporter_id"` // a person, or a peer's instance actor
	TargetID   int64  `bun:"target_id"`   // who is reported
	PostID     int64  `bun:"post_id"`
	Content    string `bun:"content"` // plain text
	State      string `bun:"state"`   // open, resolved
	Resolution string `bun:"resolution"`
	ResolvedBy int64  `bun:"resolved_by"`
	ResolvedAt Time   `bun:"resolved_at"`
	CreatedAt  Time   `bun:"created_at"`

	Reporter *Actor `bun:"rel:belongs-to,join:reporter_id=id"`
	Target   *Actor `bun:"rel:belongs-to,join:target_id=id"`
	Post     *Post  `bun:"rel:belongs-to,join:post_id=id"`
}

// States of a report.
const (
	ReportOpen     = "open"
	ReportResolved = "resolved"
)

// CreateReport stores a report. ErrConflict: its Flag is known.
func (s *Store) CreateReport(ctx context.Context, r *Report) error {
	if r.ID == 0 {
		r.ID = s.NewID()
	}
	r.CreatedAt, r.State = s.Now(), ReportOpen
	if err := s.insert(ctx, r); err != nil {
		return fmt.Errorf("store report %s: %w", r.URI, err)
	}
	return nil
}

func (s *Store) reports(list any) *bun.SelectQuery {
	return s.read.NewSelect().Model(list).Relation("Reporter").Relation("Target").Relation("Post")
}

// ReportByID returns a report with its people and post.
func (s *Store) ReportByID(ctx context.Context, id int64) (*Report, error) {
	r := new(Report)
	return r, one(ctx, s.reports(r).Where("report.id = ?", id))
}

// ReportQuery asks for one page of reports of some groups; 0 stands for the instance.
type ReportQuery struct {
	GroupIDs []int64
	State    string
	After    int64 // a report id, for open ones: oldest first
	Before   int64 // a report id, for resolved ones: newest first
	Limit    int
}

// FindReports lists open reports longest waiting first, resolved ones newest first.
func (s *Store) FindReports(ctx context.Context, q ReportQuery) ([]*Report, error) {
	var list []*Report
	if len(q.GroupIDs) == 0 {
		return list, nil
	}
	sel := s.reports(&list).Where("report.group_id IN (?) AND report.state = ?", bun.List(q.GroupIDs), q.State)
	if q.After > 0 {
		sel = sel.Where("report.id > ?", q.After)
	}
	if q.Before > 0 {
		sel = sel.Where("report.id < ?", q.Before)
	}
	order := "report.id"
	if q.State == ReportResolved {
		order = "report.id DESC"
	}
	err := sel.Order(order).Limit(int64(q.Limit)).Scan(ctx)
	return list, wrap(err)
}

// ReportsBy lists what a person reported, newest first.
func (s *Store) ReportsBy(ctx context.Context, actorID int64, limit int) ([]*Report, error) {
	var list []*Report
	err := s.reports(&list).Where("report.reporter_id = ?", actorID).Order("report.id DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// ResolveReport closes a report.
func (s *Store) ResolveReport(ctx context.Context, r *Report) error {
	r.State, r.ResolvedAt = ReportResolved, s.Now()
	_, err := s.write.NewUpdate().Model(r).WherePK().Column("state", "resolution", "resolved_by", "resolved_at").Exec(ctx)
	return wrap(err)
}

// ModerationEntry is one act of a moderator, for the log.
type ModerationEntry struct {
	bun.BaseModel `bun:"table:moderation_log,alias:ml"`

	ID        int64  `bun:"id,pk"`
	GroupID   int64  `bun:"group_id"`
	ActorID   int64  `bun:"actor_id"`
	Act       string `bun:"act"` // remove, restore, hide, lock, unlock, pin, unpin, slow, unslow, move-out, move-in, ban, unban, approve, refuse, resolve, grant, withdraw, log-readers
	PostID    int64  `bun:"post_id"`
	TargetID  int64  `bun:"target_id"`
	Reason    string `bun:"reason"`
	CreatedAt Time   `bun:"created_at"`

	Actor   *Actor `bun:"rel:belongs-to,join:actor_id=id"`
	Address string `bun:"-"` // where it was done from, for the audit log
}

// LogModeration adds an entry to the log. What concerns the whole instance, and who holds which
// role, goes into the audit log as well.
func (s *Store) LogModeration(ctx context.Context, e *ModerationEntry) error {
	e.ID, e.CreatedAt = s.NewID(), s.Now()
	if err := s.insert(ctx, e); err != nil {
		return err
	}
	if e.GroupID != 0 && e.Act != "grant" && e.Act != "withdraw" {
		return nil
	}
	who, err := s.ActorsByID(ctx, []int64{e.ActorID, e.TargetID, e.GroupID})
	if err != nil {
		return fmt.Errorf("load who is in the log: %w", err)
	}
	e.Actor = who[e.ActorID]
	return s.Audit(ctx, *e.AsAudit(who[e.TargetID], who[e.GroupID]))
}

// AsAudit is an entry, with its actor loaded, in the form of the audit log; target and group may be
// nil.
func (e *ModerationEntry) AsAudit(target, group *Actor) *AuditEntry {
	row := &AuditEntry{At: e.CreatedAt, Who: called(e.Actor), Act: e.Act, Object: called(target), Reason: e.Reason, Address: e.Address}
	if group != nil {
		row.Object += " in " + group.Acct()
	}
	return row
}

// called is the name of an actor in the audit log.
func called(a *Actor) string {
	switch {
	case a == nil:
		return ""
	case a.Local:
		return a.Handle
	}
	return a.Acct()
}

// ModerationLog lists acts in a group, newest first, before an id (0 = newest).
func (s *Store) ModerationLog(ctx context.Context, groupID, before int64, limit int) ([]*ModerationEntry, error) {
	var list []*ModerationEntry
	q := s.read.NewSelect().Model(&list).Relation("Actor").Where("ml.group_id = ?", groupID)
	if before > 0 {
		q = q.Where("ml.id < ?", before)
	}
	err := q.Order("ml.id DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// ModerationBefore lists acts that concern the whole instance, or who holds which role, from before a
// moment, newest first, before an id (0 = newest): since then the audit log has them.
func (s *Store) ModerationBefore(ctx context.Context, at Time, before int64, limit int) ([]*ModerationEntry, error) {
	var list []*ModerationEntry
	q := s.read.NewSelect().Model(&list).Relation("Actor").
		Where("(ml.group_id = 0 OR ml.act IN ('grant', 'withdraw'))").Where("ml.created_at < ?", at)
	if before > 0 {
		q = q.Where("ml.id < ?", before)
	}
	err := q.Order("ml.id DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// LastActs returns for each of some posts of a group the newest act of one kind in the log, with
// who did it.
func (s *Store) LastActs(ctx context.Context, groupID int64, act string, postIDs []int64) (map[int64]*ModerationEntry, error) {
	out := make(map[int64]*ModerationEntry, len(postIDs))
	if len(postIDs) == 0 {
		return out, nil
	}
	var list []*ModerationEntry
	err := s.read.NewSelect().Model(&list).Relation("Actor").
		Where("ml.group_id = ? AND ml.act = ? AND ml.post_id IN (?)", groupID, act, bun.List(postIDs)).Order("ml.id").Scan(ctx)
	for _, e := range list {
		out[e.PostID] = e
	}
	return out, wrap(err)
}

// OpenDuties counts open reports and held posts of some groups (0 stands for the instance), up to
// 100 of each.
func (s *Store) OpenDuties(ctx context.Context, groupIDs []int64) (int, error) {
	var n int
	err := s.read.NewRaw(`SELECT (SELECT count(*) FROM (SELECT 1 FROM reports WHERE group_id IN (?) AND state = 'open' LIMIT 100) r)
		+ (SELECT count(*) FROM (SELECT 1 FROM posts WHERE group_id IN (?) AND state <> 'published' AND state = 'held' LIMIT 100) h)`,
		bun.List(groupIDs), bun.List(groupIDs)).Scan(ctx, &n)
	return n, wrap(err)
}
