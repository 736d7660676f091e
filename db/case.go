package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// Appeal makes a report the appeal of somebody against a ban; each ban can be appealed once.
type Appeal struct {
	bun.BaseModel `bun:"table:appeals,alias:appeal"`

	ReportID int64  `bun:"report_id,pk"`
	GroupID  int64  `bun:"group_id"`
	BanURI   string `bun:"ban_uri"`
	JudgeID  int64  `bun:"judge_id"` // who is asked to look at it; 0: the admins
}

// CopyReport notes the Flag under which moderators elsewhere know a report.
func (s *Store) CopyReport(ctx context.Context, reportID int64, uri string) error {
	_, err := s.exec(ctx, "INSERT INTO report_copies (report_id, uri) VALUES (?, ?)", reportID, uri)
	return err
}

// ReportCopy is the Flag under which moderators elsewhere know a report, "" where none does.
func (s *Store) ReportCopy(ctx context.Context, reportID int64) (string, error) {
	var uri string
	err := s.read.NewRaw("SELECT uri FROM report_copies WHERE report_id = ?", reportID).Scan(ctx, &uri)
	return uri, ignoreNotFound(wrap(err))
}

// ReportByURI returns a report by the id of its Flag, or of the one that moderators elsewhere have.
func (s *Store) ReportByURI(ctx context.Context, uri string) (*Report, error) {
	r := new(Report)
	return r, one(ctx, s.reports(r).
		Where("report.uri = ?0 OR report.id = (SELECT report_id FROM report_copies WHERE uri = ?0)", uri))
}

// CreateAppeal stores an appeal beside its report. ErrConflict: this ban was appealed before.
func (s *Store) CreateAppeal(ctx context.Context, a *Appeal) error {
	if err := s.insert(ctx, a); err != nil {
		return fmt.Errorf("store appeal against %s: %w", a.BanURI, err)
	}
	return nil
}

// AppealOf returns what makes a report an appeal. ErrNotFound: it is none.
func (s *Store) AppealOf(ctx context.Context, reportID int64) (*Appeal, error) {
	a := new(Appeal)
	return a, one(ctx, s.read.NewSelect().Model(a).Where("report_id = ?", reportID))
}

// AppealAgainst returns the appeal against a ban. ErrNotFound: there is none.
func (s *Store) AppealAgainst(ctx context.Context, groupID int64, banURI string) (*Appeal, error) {
	a := new(Appeal)
	return a, one(ctx, s.read.NewSelect().Model(a).Where("group_id = ? AND ban_uri = ?", groupID, banURI))
}

// Appeals returns what makes appeals of some reports, by report.
func (s *Store) Appeals(ctx context.Context, reportIDs []int64) (map[int64]*Appeal, error) {
	out := make(map[int64]*Appeal)
	if len(reportIDs) == 0 {
		return out, nil
	}
	var list []*Appeal
	err := s.read.NewSelect().Model(&list).Where("report_id IN (?)", bun.List(reportIDs)).Scan(ctx)
	for _, a := range list {
		out[a.ReportID] = a
	}
	return out, wrap(err)
}

// BanByURI returns the ban in force that a Block means.
func (s *Store) BanByURI(ctx context.Context, uri string) (*Ban, error) {
	b := new(Ban)
	return b, one(ctx, s.read.NewSelect().Model(b).
		Where("uri = ? AND uri <> '' AND (until = 0 OR until > ?)", uri, s.Now()))
}
