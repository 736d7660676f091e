package db

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Time is a moment with the precision of a millisecond, kept as Unix milliseconds in UTC on both
// engines, so that it compares and sorts the same everywhere. The zero Time is stored as 0 and
// means "never".
type Time struct{ time.Time }

// At cuts t to the precision that is stored.
func At(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{time.UnixMilli(t.UnixMilli()).UTC()}
}

// Millis is t as it is stored.
func (t Time) Millis() int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Value implements driver.Valuer.
func (t Time) Value() (driver.Value, error) { return t.Millis(), nil }

// Scan implements sql.Scanner.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*t = Time{}
	case int64:
		*t = Time{}
		if v != 0 {
			t.Time = time.UnixMilli(v).UTC()
		}
	default:
		return fmt.Errorf("scan time from %T", src)
	}
	return nil
}
