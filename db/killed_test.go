package db

import (
	"context"

	"github.com/uptrace/bun"
)

// Watch calls before ahead of each statement that writes, for tests that end the process there.
func (s *Store) Watch(before func(query string)) {
	s.root.write = s.root.write.WithQueryHook(watch(before))
}

type watch func(query string)

// BeforeQuery implements bun.QueryHook.
func (w watch) BeforeQuery(ctx context.Context, e *bun.QueryEvent) context.Context {
	w(e.Query)
	return ctx
}

// AfterQuery implements bun.QueryHook.
func (w watch) AfterQuery(context.Context, *bun.QueryEvent) {}

// Raw runs a statement of a test.
func (s *Store) Raw(ctx context.Context, query string, args ...any) error {
	_, err := s.exec(ctx, query, args...)
	return err
}
