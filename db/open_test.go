package db_test

import (
	"net/url"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// PostgreSQL as it comes reads a whole discussion for a page of it; see docs/performance.md. What an
// admin has set holds.
func TestOpen_presumesDisksOfToday(t *testing.T) {
	t.Parallel()
	ctx, opt := t.Context(), dbtest.Options(t)
	price := func(opt db.Options) string {
		s, err := db.Open(ctx, opt)
		ok(t, err)
		defer s.Close()
		p, err := s.PricePerPage(ctx)
		ok(t, err)
		return p
	}
	want, theirs := "", ""
	admins := opt
	if opt.URL != "" {
		u, err := url.Parse(opt.URL)
		ok(t, err)
		q := u.Query()
		q.Set("random_page_cost", "2")
		u.RawQuery = q.Encode()
		admins.URL, want, theirs = u.String(), "1.1", "2"
	}
	if p := price(opt); p != want {
		t.Errorf("as it comes: a page out of order costs %q, want %q", p, want)
	}
	if p := price(admins); p != theirs {
		t.Errorf("as the admin has set it: %q, want %q", p, theirs)
	}
}
