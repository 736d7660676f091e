package locales

import (
	"strconv"
	"strings"
	"time"
)

// Number writes n with the reader's separators. Digits are 0-9 in every
// language, as in the addresses and handles around them.
func (l *Loc) Number(n int) string {
	s := strconv.Itoa(n)
	if n < 0 || n < l.cal.groupFrom {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString(l.cal.group)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Size writes a number of bytes as people know it from their files, in steps
// of 1024 and never below one kilobyte.
func (l *Loc) Size(bytes int64) string {
	if bytes < 1<<20 {
		return l.Number(int(max((bytes+512)>>10, 1))) + nbsp + l.cal.units[1]
	}
	return l.Number(int((bytes+1<<19)>>20)) + nbsp + l.cal.units[2]
}

// When is the short form for lists and replies: relative below one day, then
// weekday and date. Clocks of other servers run ahead; a time to come is now.
func (l *Loc) When(t time.Time) string {
	switch d := l.Now.Sub(t); {
	case d < time.Minute:
		return l.Text("now")
	case d < time.Hour:
		return l.Count("%d min", "%d min", int(d/time.Minute))
	case d < 24*time.Hour:
		return l.Count("%d h", "%d h", int(d/time.Hour))
	}
	return l.Date(t)
}

// Date is weekday, day and month; the year replaces the weekday when it isn't
// this one.
func (l *Loc) Date(t time.Time) string {
	t = t.In(l.Zone)
	if t.Year() == l.Now.In(l.Zone).Year() {
		return l.cal.date(l.cal.dayMonth, t)
	}
	return l.cal.date(l.cal.dayYear, t)
}

// LongDate is for the head of a page: Friday 20 November 2026.
func (l *Loc) LongDate(t time.Time) string {
	return l.cal.date(l.cal.long, t.In(l.Zone))
}

// Clock is the time of day, 24 hours in every language.
func (l *Loc) Clock(t time.Time) string { return t.In(l.Zone).Format("15:04") }

// Stamp is date and time of day.
func (l *Loc) Stamp(t time.Time) string {
	return l.Text("%s, %s", l.Date(t), l.Clock(t))
}

// Exact is for the title of a time element: everything, with the zone.
func (l *Loc) Exact(t time.Time) string {
	return l.Text("%s, %s", l.LongDate(t), l.Clock(t)) + " " + zoneName(t.In(l.Zone))
}

// Greeting depends on the reader's hour, not the server's.
func (l *Loc) Greeting(name string) string {
	switch h := l.Now.In(l.Zone).Hour(); {
	case h >= 5 && h < 12:
		return l.Text("Good morning, %s", name)
	case h >= 12 && h < 18:
		return l.Text("Good afternoon, %s", name)
	}
	return l.Text("Good evening, %s", name)
}

// zoneName is UTC, UTC+3 or UTC+5:30: names like CST mean three places.
func zoneName(t time.Time) string {
	_, seconds := t.Zone()
	if seconds == 0 {
		return "UTC"
	}
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	name := "UTC" + sign + strconv.Itoa(seconds/3600)
	if m := seconds % 3600 / 60; m != 0 {
		name += ":" + strconv.Itoa(100 + m)[1:]
	}
	return name
}

func appendInt(b []byte, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }
