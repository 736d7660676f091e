// Package outgoing answers the commands about what waits to be sent: how much and why, where a post
// has got to, and what was given up.
//
// It reads and changes the database alone; a running server takes up what is changed here within a
// second (db.CallHost). It knows no command line: cmd/copse/queue.go turns arguments into calls and
// prints the Listings. Start with show.go.
package outgoing

import (
	"strconv"
	"time"

	"github.com/copse-social/copse/db"
)

// page bounds how many rows are read at once.
const page = 1000

// Desk looks at what one instance sends.
type Desk struct {
	Store *db.Store
	// Base is scheme and host of the instance without a slash at the end.
	Base string
}

// Listing is an answer for people: rows below a head, then text; None where there are no rows.
type Listing struct {
	Head []string
	Rows [][]string
	Text string
	None string
}

// moment writes a time for people, to the second and in UTC; "-" where there is none.
func moment(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// stamp writes a time for machines; null where there is none.
func stamp(t db.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t.Time
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// answer is the last one in words, or its status.
func answer(words string, code int64) string {
	switch {
	case words != "":
		return words
	case code != 0:
		return number(code)
	}
	return "-"
}
