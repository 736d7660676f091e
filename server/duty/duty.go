// Package duty holds the rules of the facilitator's cockpit: what waits for those who look after a
// community, in which order it spoils, who takes it on and what is put off (domain.md 4.9, 1 to 4).
//
// A duty is no row of its own: it is there as long as its query, newcomer, review or artifact needs
// somebody. What is done about it is for the rooms of those; here it is only listed, put off and
// given to somebody, and a newcomer is welcomed. Start with spoil.go for the order and list.go.
package duty

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/rights"
)

// Rules decides about duties.
type Rules struct {
	iris  federation.IRIs
	com   *community.Rules
	ex    *exchange.Rules
	words func(lang, code string, args map[string]string) string
}

// Options is what the rules need.
type Options struct {
	IRIs      federation.IRIs
	Community *community.Rules
	Exchange  *exchange.Rules
	// Words puts a code into a sentence of plain text, as in community.Options.
	Words func(lang, code string, args map[string]string) string
}

// New makes the rules.
func New(o Options) *Rules {
	return &Rules{iris: o.IRIs, com: o.Community, ex: o.Exchange, words: o.Words}
}

// MaxSnooze is how long a duty can be put off at once.
const MaxSnooze = 30 * 24 * time.Hour

// Kinds lists the kinds of duty that somebody may see in a community: all as facilitator, who is new as
// one of the core group, none else (domain.md 3c).
func (r *Rules) Kinds(ctx context.Context, s *db.Store, g *db.Group, who *db.Actor) ([]string, error) {
	if !g.Actor.Local {
		return nil, nil
	}
	for _, row := range []struct {
		act   rights.Act
		kinds []string
	}{{rights.SeeCockpit, db.DutyKinds()}, {rights.SeeNewcomers, []string{db.DutyWelcome}}} {
		err := r.com.Permit(ctx, s, g, who, row.act)
		if err == nil {
			return row.kinds, nil
		}
		if _, no := errors.AsType[*community.Refusal](err); !no {
			return nil, err
		}
	}
	return nil, nil
}

// Chosen is a duty of a community that somebody does something about.
type Chosen struct {
	Group    *db.Group
	Kind     string
	ObjectID int64
}

// at is the duty with its mark, for who may see it; what is done already is gone.
func (r *Rules) at(ctx context.Context, tx *db.Store, by *db.Actor, c Chosen) (*db.Duty, error) {
	kinds, err := r.Kinds(ctx, tx, c.Group, by)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(kinds, c.Kind) {
		return nil, community.Refuse(community.Forbidden, "not-facilitator")
	}
	list, err := tx.Duties(ctx, db.DutySearch{GroupIDs: []int64{c.Group.ActorID}, Kind: c.Kind, ObjectID: c.ObjectID, Limit: 1})
	if err != nil {
		return nil, fmt.Errorf("load duty %d: %w", c.ObjectID, err)
	}
	if len(list) == 0 || c.ObjectID == 0 {
		return nil, community.Refuse(community.Gone, "duty-gone")
	}
	return list[0], nil
}

// Snooze puts a duty off until a moment; the zero one, or one that is past, takes it up again.
func (r *Rules) Snooze(ctx context.Context, tx *db.Store, by *db.Actor, c Chosen, until time.Time) error {
	d, err := r.at(ctx, tx, by, c)
	if err != nil {
		return err
	}
	act := "duty-snooze"
	if !until.After(tx.Now().Time) {
		act, until = "duty-resume", time.Time{}
	} else if until.Sub(tx.Now().Time) > MaxSnooze {
		return community.RefuseField("until", "snooze-long")
	}
	if err := tx.PutDutyMark(ctx, &db.DutyMark{
		GroupID: d.GroupID, Duty: d.Kind, ObjectID: d.ObjectID, Until: db.At(until), AssigneeID: d.AssigneeID, ByID: by.ID,
	}); err != nil {
		return fmt.Errorf("put off duty %d: %w", d.ObjectID, err)
	}
	return audit(ctx, tx, by, c, db.AuditEntry{Act: act})
}

// Assign gives a duty to a facilitator of the community, wherever they are, or with nil to nobody. They
// are told, at most once a day of each duty; who is elsewhere by a direct Note with the way to the
// cockpit, which names nobody the duty is about.
func (r *Rules) Assign(ctx context.Context, tx *db.Store, by *db.Actor, c Chosen, to *db.Actor) error {
	d, err := r.at(ctx, tx, by, c)
	if err != nil {
		return err
	}
	m := &db.DutyMark{GroupID: d.GroupID, Duty: d.Kind, ObjectID: d.ObjectID, Until: d.Until, ByID: by.ID}
	entry := db.AuditEntry{Act: "duty-free"}
	if to != nil {
		kinds, err := r.Kinds(ctx, tx, c.Group, to)
		if err != nil {
			return err
		}
		if !slices.Contains(kinds, c.Kind) {
			return community.RefuseField("to", "not-facilitator")
		}
		m.AssigneeID, entry = to.ID, db.AuditEntry{Act: "duty-assign", Reason: "@" + to.Acct()}
	}
	if err := tx.PutDutyMark(ctx, m); err != nil {
		return fmt.Errorf("assign duty %d: %w", d.ObjectID, err)
	}
	if to != nil && to.ID != by.ID {
		if err := r.tell(ctx, tx, c, by, to); err != nil {
			return err
		}
	}
	return audit(ctx, tx, by, c, entry)
}

// tell says once a day that a duty is somebody's now.
func (r *Rules) tell(ctx context.Context, tx *db.Store, c Chosen, by, to *db.Actor) error {
	code := "duty-" + c.Kind + ":" + strconv.FormatInt(c.ObjectID, 10)
	told, err := tx.ToldSince(ctx, c.Group.ActorID, to.ID, code, db.At(tx.Now().Add(-24*time.Hour)))
	if err != nil {
		return fmt.Errorf("see what %s was told: %w", to.URI, err)
	}
	if told {
		return nil
	}
	if to.Local {
		return community.Notify(ctx, tx, to.ID, db.Notification{Kind: db.NotifyDuty, ActorID: by.ID, GroupID: c.Group.ActorID, Note: code})
	}
	lang := language(c.Group)
	_, err = r.com.Tell(ctx, tx, c.Group, community.Notice{
		To: to, Code: code, Link: r.iris.GroupPage(c.Group.Actor.Handle) + "/cockpit",
		Words: r.words(lang, "duty-"+c.Kind, map[string]string{"group": c.Group.Actor.Label(), "person": by.Label()}),
	})
	return err
}

// audit writes down who did what; it is the last word of a transaction.
func audit(ctx context.Context, tx *db.Store, by *db.Actor, c Chosen, e db.AuditEntry) error {
	e.Who, e.Object = by.Handle, c.Group.Actor.Handle+" "+c.Kind+" "+strconv.FormatInt(c.ObjectID, 10)
	if !by.Local {
		e.Who = "@" + by.Acct()
	}
	return tx.Audit(ctx, e)
}
