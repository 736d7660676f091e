package duty

import (
	"cmp"
	"slices"
	"time"

	"github.com/copse-social/copse/db"
)

// Spoils is how fast a kind of duty decays: the time after its due date in which leaving it does as
// much harm as a wait of three days does to an answer, or to a newcomer. A consolidated reply is read
// a week later as well; an old page misleads few in a month.
func Spoils(kind string) time.Duration {
	const day = 24 * time.Hour
	switch kind {
	case db.DutyAnswer, db.DutyWelcome:
		return 3 * day
	case db.DutyClose:
		return 5 * day
	}
	return 30 * day
}

// Urgency orders duties of all kinds: 1 is due now, 2 has waited for as long again as its kind bears,
// 0 is as far from being due. It is 1 + (now − due) / Spoils: of two that are due at the same moment
// the one whose kind decays faster grows faster, and before that moment it is the calmer one.
func Urgency(d *db.Duty, now time.Time) float64 {
	return 1 + float64(now.Sub(d.Due.Time))/float64(Spoils(d.Kind))
}

// Words of an age.
const (
	Calm = ""
	Soon = "soon" // two thirds of its time are gone
	Late = "late" // it is due, or past it
)

// Age says how a duty stands: welcome turns at two days of three (domain.md 4.2). What was closed
// without an answer is late from the start.
func Age(d *db.Duty, now time.Time) string {
	whole := d.Due.Sub(d.Since.Time)
	switch {
	case !now.Before(d.Due.Time):
		return Late
	case whole > 0 && now.Sub(d.Since.Time) >= whole*2/3:
		return Soon
	}
	return Calm
}

// Order sorts duties of all kinds by what spoils first; alike, in the order of their kinds, then the
// older first.
func Order(list []*db.Duty, now time.Time) {
	kinds := db.DutyKinds()
	slices.SortStableFunc(list, func(a, b *db.Duty) int {
		return cmp.Or(cmp.Compare(Urgency(b, now), Urgency(a, now)), cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)),
			a.Since.Compare(b.Since.Time), cmp.Compare(a.ObjectID, b.ObjectID))
	})
}
