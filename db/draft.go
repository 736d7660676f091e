package db

import (
	"context"

	"github.com/uptrace/bun"
)

// Draft is text that a person has begun and not sent, one per form and target.
type Draft struct {
	bun.BaseModel `bun:"table:drafts,alias:draft"`

	AccountID int64  `bun:"account_id,pk"`
	Form      string `bun:"form,pk"`   // discussion, reply, edit
	Target    string `bun:"target,pk"` // group or post id
	Title     string `bun:"title"`
	Body      string `bun:"body"`
	UpdatedAt Time   `bun:"updated_at"`
}

// PutDraft stores or replaces a draft; an empty one is dropped.
func (s *Store) PutDraft(ctx context.Context, d *Draft) error {
	if d.Title == "" && d.Body == "" {
		return s.DropDraft(ctx, d.AccountID, d.Form, d.Target)
	}
	d.UpdatedAt = s.Now()
	_, err := s.write.NewInsert().Model(d).On("CONFLICT (account_id, form, target) DO UPDATE").
		Set("title = EXCLUDED.title, body = EXCLUDED.body, updated_at = EXCLUDED.updated_at").Exec(ctx)
	return wrap(err)
}

// DraftFor returns a person's draft for a form and target.
func (s *Store) DraftFor(ctx context.Context, accountID int64, form, target string) (*Draft, error) {
	d := new(Draft)
	return d, one(ctx, s.read.NewSelect().Model(d).Where("account_id = ? AND form = ? AND target = ?", accountID, form, target))
}

// DraftsOf lists a person's drafts, newest first.
func (s *Store) DraftsOf(ctx context.Context, accountID int64) ([]*Draft, error) {
	var list []*Draft
	err := s.read.NewSelect().Model(&list).Where("account_id = ?", accountID).Order("updated_at DESC").Limit(100).Scan(ctx)
	return list, wrap(err)
}

// DropDraft removes a draft.
func (s *Store) DropDraft(ctx context.Context, accountID int64, form, target string) error {
	_, err := s.exec(ctx, "DELETE FROM drafts WHERE account_id = ? AND form = ? AND target = ?", accountID, form, target)
	return err
}
