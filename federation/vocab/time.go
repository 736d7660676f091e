package vocab

import (
	"net/http"
	"strconv"
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
		if t = t.UTC(); err == nil && t.Year() >= 1 && t.Year() <= 9999 { // in UTC it may be another year
			return t, true
		}
	}
	return time.Time{}, false
}

// RetryAfter reads the header of that name in both its forms (RFC 9110 §10.2.3),
// at most a day: a host may not silence itself for longer with one answer. What
// cannot be read counts as absent.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	const most = 24 * time.Hour
	v := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(v, 10, 32); err == nil {
		return min(max(0, time.Duration(seconds)*time.Second), most)
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(0, at.Sub(now)), most)
	}
	return 0
}
