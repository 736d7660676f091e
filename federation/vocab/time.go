package vocab

import (
	"strings"
	"time"
)

func (d *decoder) time(dst **time.Time) {
	var s string
	d.text(&s, maxShort)
	if t, ok := parseTime(s); ok {
		*dst = &t
	}
}

// The forms of time peers write, the common one first. A time without an
// offset is read as UTC.
var timeForms = [...]string{
	time.RFC3339Nano,
	"2006-01-02T15:04:05.999999999Z0700",
	"2006-01-02T15:04:05.999999999",
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04",
	time.DateOnly,
}

func parseTime(s string) (time.Time, bool) {
	if len(s) < len(time.DateOnly) {
		return time.Time{}, false
	}
	if s[10:] != "" && (s[10] == ' ' || s[10] == 't') {
		s = s[:10] + "T" + s[11:]
	}
	if strings.HasSuffix(s, "z") {
		s = s[:len(s)-1] + "Z"
	}
	for _, form := range timeForms {
		t, err := time.Parse(form, s)
		if err == nil && t.Year() >= 1 && t.Year() <= 9999 {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
