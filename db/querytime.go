package db

import "time"

// Times of a query that lists of what is due are made by (domain.md 4.3).
const (
	// QueryNotice is how long before the end everybody is told.
	QueryNotice = 72 * time.Hour
	// QueryPrompt is when people are asked to help again where nobody has.
	QueryPrompt = 72 * time.Hour
	// SayAgain is how long a group says nothing more of one object (domain.md 3a.3).
	SayAgain = 24 * time.Hour
)
