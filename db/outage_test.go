package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestWrap_outages(t *testing.T) {
	t.Parallel()
	pg := func(code string) error { return fmt.Errorf("insert: %w", &pgconn.PgError{Code: code}) }
	for _, c := range []struct {
		err, want error
	}{
		{pg("53100"), ErrFull},
		{pg("53300"), ErrUnavailable},
		{pg("57P01"), ErrUnavailable},
		{pg("57P03"), ErrUnavailable},
		{pg("25006"), ErrUnavailable},
		{&pgconn.ConnectError{}, ErrUnavailable},
		{&net.OpError{Op: "read", Err: errors.New("connection reset by peer")}, ErrUnavailable},
		{io.ErrUnexpectedEOF, ErrUnavailable},
		{pg("23505"), ErrConflict},
	} {
		if got := wrap(c.err); !errors.Is(got, c.want) || !errors.Is(got, c.err) {
			t.Errorf("%v becomes %v, want %v", c.err, got, c.want)
		}
		if twice := wrap(wrap(c.err)); strings.Count(twice.Error(), c.want.Error()) != 1 {
			t.Errorf("wrapped twice: %v", twice)
		}
	}
	for _, err := range []error{pg("22001"), context.Canceled, fmt.Errorf("read: %w: %w", context.DeadlineExceeded, io.EOF), errors.New("no")} {
		if got := wrap(err); errors.Is(got, ErrUnavailable) || errors.Is(got, ErrFull) {
			t.Errorf("%v becomes %v", err, got)
		}
	}
}

func TestInTx_fullDatabase(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Options{Data: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.exec(t.Context(), "PRAGMA max_page_count = 1"); err != nil { // no less than it has
		t.Fatal(err)
	}
	err = s.InTx(t.Context(), func(ctx context.Context, tx *Store) error {
		return tx.SetSetting(ctx, "long", strings.Repeat("x", 1<<20))
	})
	if !errors.Is(err, ErrFull) {
		t.Errorf("a write without space gives %v", err)
	}
	if _, err := s.Setting(t.Context(), "long"); !errors.Is(err, ErrNotFound) && err != nil {
		t.Errorf("reading without space gives %v", err)
	}
}
