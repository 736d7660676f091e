// Package moving holds the rules by which a community goes to another organisation's instance, or
// into another community, with all that belongs to it (domain.md 4.13).
//
// The old home proposes (propose.go), an admin of the new home agrees (agree.go), the new home
// fetches the archive page by page (page.go builds a page, unpack.go takes one in), the old home
// switches (switch.go), and both settle what hangs on it (settle.go). Each step is stored before the
// next begins, so a killed process goes on where it was; what needs the network is done by the room
// porter, outside of transactions. Nothing here opens a connection. Merging is in merge.go, what
// others' moves mean for us in seen.go, and what still comes to an old address in passon.go.
package moving

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

const (
	// notice is how long followers are told before a switch, unless the facilitators cut it short
	// (wire.md 7).
	notice = 7 * 24 * time.Hour
	// maxAsked is how many communities one instance may wish to bring here at a time.
	maxAsked = 5
	// maxWhy bounds the words about how it was decided.
	maxWhy = 2000
	// keepMoved is how long the list of what has moved serves: another process may add to it.
	keepMoved = 30 * time.Second
	// agreedFirst is how long the new home waits after its yes, so that the yes is there before it.
	agreedFirst = 5 * time.Second
	// again is how long a step that failed waits at first, and it doubles up to longest.
	again   = time.Minute
	longest = 6 * time.Hour
	// atOnce bounds the rows that one step settles.
	atOnce = 200
)

// Rules decides about moves.
type Rules struct {
	pub   *federation.Publisher
	iris  federation.IRIs
	com   *community.Rules
	ex    *exchange.Rules
	log   *slog.Logger
	words func(lang, code string, args map[string]string) string

	mu      sync.Mutex
	moved   []*db.Moved
	movedAt time.Time
}

// Options is what the rules need.
type Options struct {
	Pub       *federation.Publisher
	Community *community.Rules
	Exchange  *exchange.Rules
	Log       *slog.Logger
	// Words puts a code into plain text in a language: the title and the text of the notice to
	// followers. Arguments: group, to, date, link.
	Words func(lang, code string, args map[string]string) string
}

// New makes the rules.
func New(o Options) *Rules {
	return &Rules{pub: o.Pub, iris: o.Pub.IRIs(), com: o.Community, ex: o.Exchange, words: o.Words, log: o.Log}
}

// Moved lists the groups that carry on elsewhere and say so both. It is read anew every half minute,
// and after each switch of this process.
func (r *Rules) Moved(ctx context.Context, s *db.Store) ([]*db.Moved, error) {
	now := r.pub.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if age := now.Sub(r.movedAt); !r.movedAt.IsZero() && age >= 0 && age < keepMoved {
		return r.moved, nil
	}
	list, err := s.MovedGroups(ctx)
	if err != nil {
		return nil, fmt.Errorf("list groups that moved: %w", err)
	}
	r.moved, r.movedAt = list, now
	return list, nil
}

// changed lets Moved be read anew once the transaction is durable.
func (r *Rules) changed(tx *db.Store) {
	tx.AfterCommit(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.movedAt = time.Time{}
	})
}

// instance is the actor in whose name the two homes speak.
func (r *Rules) instance(ctx context.Context, tx *db.Store) (*db.Actor, error) {
	a, err := tx.ActorByURI(ctx, r.iris.Instance())
	if err != nil {
		return nil, fmt.Errorf("load the actor of this instance: %w", err)
	}
	return a, nil
}

// say sends a word from this instance to the other home.
func (r *Rules) say(ctx context.Context, tx *db.Store, peerID int64, doc vocab.ActivityDoc) (*db.Activity, error) {
	me, err := r.instance(ctx, tx)
	if err != nil {
		return nil, err
	}
	peer, err := tx.ActorByID(ctx, peerID)
	if err != nil {
		return nil, fmt.Errorf("load the other home: %w", err)
	}
	doc.To = []string{peer.URI}
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{Actor: me, ObjectURI: peer.URI, Doc: doc, To: []db.Audience{federation.ToActors(peer)}})
	if err != nil {
		return nil, fmt.Errorf("tell %s: %w", peer.URI, err)
	}
	return act, nil
}

// why is the given reason as it is kept, or why it can't be one.
func why(given string) (string, error) {
	text := plain(given)
	switch {
	case text == "":
		return "", community.RefuseField("why", "move-why-missing")
	case utf8.RuneCountInString(text) > maxWhy:
		return "", community.RefuseField("why", "text-long")
	}
	return text, nil
}

// plain cleans a text of several lines.
func plain(s string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r", ""), "\n") {
		if line = content.PlainName(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// end closes a move in a state.
func end(ctx context.Context, tx *db.Store, m *db.Move, state string) error {
	m.State, m.EndedAt = state, tx.Now()
	if err := tx.SaveMove(ctx, m); err != nil {
		return fmt.Errorf("end move %d: %w", m.ID, err)
	}
	return nil
}

// found turns a missing row into nil.
func found[T any](row *T, err error) (*T, error) {
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	return row, err
}

// Wait puts the next step of a move off, each time for longer, and says why: a code.
func (r *Rules) Wait(ctx context.Context, tx *db.Store, m *db.Move, code string) error {
	was := *m
	m.Tally.Failures++
	m.Problem, m.NextAt = code, db.At(tx.Now().Add(min(longest, again<<min(m.Tally.Failures-1, 10))))
	return tx.StepMove(ctx, m, was)
}

// Prepare makes the actor of a community that is to come; keys take a while, so before the
// transaction.
func (r *Rules) Prepare(s *db.Store) (*db.Actor, error) {
	a, err := r.com.PrepareActor(s, db.ActorGroup)
	if err != nil {
		return nil, fmt.Errorf("make keys: %w", err)
	}
	return a, nil
}
