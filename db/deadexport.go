package db

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// deadLine is a dead letter in an export.
type deadLine struct {
	ID        int64           `json:"id"`
	Host      string          `json:"host"`
	Inbox     string          `json:"inbox"`
	State     string          `json:"state"` // refused, expired
	Attempts  int64           `json:"attempts"`
	LastCode  int64           `json:"last_code"`
	LastError string          `json:"last_error"`
	CreatedAt time.Time       `json:"created_at"`
	GivenUpAt time.Time       `json:"given_up_at"`
	Type      string          `json:"type"`
	Activity  string          `json:"activity"`
	Object    string          `json:"object"`
	Private   bool            `json:"private"` // its words are left out
	Body      json.RawMessage `json:"body,omitempty"`
}

// exportPage is how many bodies are in memory at once.
const exportPage = 50

// WriteDead writes the dead letters of a host as JSON lines, oldest first, and says how many there
// were. What not everybody may read is without its words: to run a server isn't to read them (T47).
func (s *Store) WriteDead(ctx context.Context, w io.Writer, host string) (int, error) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	count := 0
	for after := int64(0); ; {
		page, err := s.ExportDead(ctx, host, after, exportPage)
		if err != nil || len(page) == 0 {
			return count, err
		}
		var posts []int64
		for _, d := range page {
			posts = append(posts, d.PostID)
		}
		public, err := s.ReadableAmong(ctx, 0, posts)
		if err != nil {
			return count, fmt.Errorf("see what is public: %w", err)
		}
		for _, d := range page {
			if err := enc.Encode(lineOf(d, d.PostID != 0 && !public[d.PostID])); err != nil {
				return count, fmt.Errorf("write dead letter %d: %w", d.ID, err)
			}
			count++
		}
		after = page[len(page)-1].ID
	}
}

func lineOf(d *DeadLetter, private bool) deadLine {
	line := deadLine{
		ID: d.ID, Host: d.Host, Inbox: d.Inbox, State: DeliveryState(d.State).String(), Attempts: d.Attempts, LastCode: d.LastCode,
		LastError: d.LastError, CreatedAt: d.CreatedAt.Time, GivenUpAt: d.DoneAt.Time, Type: d.Type, Activity: d.URI, Object: d.ObjectURI,
		Private: private,
	}
	if !private && json.Valid(d.Body) {
		line.Body = d.Body
	}
	return line
}

// DeliveryState is a state of a delivery that has a word, the one that exports and commands use.
type DeliveryState int16

func (d DeliveryState) String() string {
	switch int16(d) {
	case DeliveryPending:
		return "waits"
	case DeliveryDone:
		return "has it"
	case DeliveryRefused:
		return "refused"
	case DeliverySuperseded:
		return "superseded"
	case DeliveryCancelled:
		return "cancelled"
	case DeliveryExpired:
		return "expired"
	}
	return "unknown"
}
