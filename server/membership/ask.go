package membership

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/person"
	"github.com/copse-social/copse/server/rights"
)

// Bounds of what somebody writes about joining, in letters.
const (
	MinLink = 20 // domain.md 4.2
	MaxText = 2000
)

// Wish is somebody asking to belong, as any door brings it.
type Wish struct {
	// Link is how the person's own work touches the domain; Introduction the first words.
	Link, Introduction string
	// Words is the whole message, where it came as one.
	Words string
	// Quiet asks that the introduction isn't posted.
	Quiet bool
	// Commits is the commitment itself, to the charter version that was read; 0 where none was.
	Commits bool
	Version int64
	// Charter is the address of the charter that was read, as a Join tells it.
	Charter string
	Door    string
	// URI is the id of the Join of somebody elsewhere.
	URI string
}

// Ask makes who a member of g, or one who waits to be, with what they commit to. Who was invited
// need not wait. A group elsewhere gets it all with the Join and decides.
func (r *Rules) Ask(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group, w Wish) error {
	if err := person.Recognise(ctx, tx, who); err != nil {
		return err
	}
	if err := r.com.Permit(ctx, tx, g, who, rights.Join); err != nil {
		return err
	}
	charter, err := charterOf(ctx, tx, g)
	if err != nil {
		return err
	}
	w.Link, w.Introduction, w.Words = plain(w.Link), plain(w.Introduction), plain(w.Words)
	if err := w.check(charter); err != nil {
		return err
	}
	e := community.Entry{URI: w.URI, Door: w.Door, Join: joinDoc(w, charter)}
	if e.Status, err = r.status(ctx, tx, who, g); err != nil {
		return err
	}
	if err := r.com.Join(ctx, tx, who, g, e); err != nil {
		return err
	}
	c := &db.Commitment{
		GroupID: g.ActorID, ActorID: who.ID, Words: w.Words, Link: w.Link, Introduction: w.Introduction, Quiet: w.Quiet, Door: w.Door,
	}
	if w.Charter != "" { // from elsewhere: the one that was read there
		if read, err := tx.CharterByURI(ctx, w.Charter); err == nil && read.GroupID == g.ActorID {
			charter = read
		} else if err != nil && !errors.Is(err, db.ErrNotFound) {
			return fmt.Errorf("load charter %s: %w", w.Charter, err)
		}
	}
	if charter != nil {
		c.CharterVersion, c.CharterURI = charter.Version, charter.URI
	}
	if err := tx.PutCommitment(ctx, c); err != nil {
		return err
	}
	return r.introduce(ctx, tx, g, who)
}

// check refuses a wish that says too little, or that was written under a charter of before.
func (w Wish) check(charter *db.Charter) error {
	bare := w.Door == "peer" && w.Link == "" && charter == nil // a Join from before commitments
	switch {
	case utf8.RuneCountInString(w.Link) < MinLink && !bare:
		return community.RefuseField("link", "link-short")
	case utf8.RuneCountInString(w.Link) > MaxText:
		return community.RefuseField("link", "text-long")
	case utf8.RuneCountInString(w.Introduction) > MaxText:
		return community.RefuseField("introduction", "text-long")
	case !w.Commits:
		return community.RefuseField("commit", "commit-missing")
	case charter != nil && w.Version != 0 && w.Version != charter.Version:
		return community.RefuseField("commit", "charter-changed")
	}
	return nil
}

// status is what somebody becomes on asking: "" lets the openness decide. Invitation overrides it;
// confidential groups take nobody else; who was refused or sent away waits everywhere.
func (r *Rules) status(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) (string, error) {
	if !g.Actor.Local {
		return "", nil
	}
	invited, err := r.invited(ctx, tx, g, who)
	if err != nil {
		return "", err
	}
	if invited {
		if _, err := tx.EndInvitation(ctx, g.ActorID, who.ID, db.InviteTaken); err != nil {
			return "", fmt.Errorf("take invitation: %w", err)
		}
		return db.MemberNewcomer, nil
	}
	if g.Openness == db.OpennessConfidential {
		return "", community.Refuse(community.Gone, "group-gone") // as if there were none
	}
	old, err := membershipOf(ctx, tx, g, who)
	if err != nil || old == nil || old.Status != db.MemberRemoved {
		return "", err
	}
	return db.MemberPending, nil
}

// charterOf is the charter in force, nil where none was adopted.
func charterOf(ctx context.Context, s *db.Store, g *db.Group) (*db.Charter, error) {
	c, err := s.AdoptedCharter(ctx, g.ActorID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	if err != nil {
		return nil, fmt.Errorf("load charter of %s: %w", g.Actor.URI, err)
	}
	return c, nil
}

// membershipOf is the membership, past ones included; nil where there never was one.
func membershipOf(ctx context.Context, s *db.Store, g *db.Group, who *db.Actor) (*db.Membership, error) {
	m, err := s.MembershipOf(ctx, g.ActorID, who.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	if err != nil {
		return nil, fmt.Errorf("load membership of %s: %w", who.URI, err)
	}
	return m, nil
}

// joinDoc is what a Join says: the link to one's own work as summary, the introduction as content,
// the charter that was read as instrument. Others read a plain Join (wire.md 6).
func joinDoc(w Wish, charter *db.Charter) vocab.ActivityDoc {
	doc := vocab.ActivityDoc{Summary: w.Link}
	doc.Content = paragraph(w.Introduction)
	if charter != nil {
		doc.Instrument = charter.URI
	}
	return doc
}

// plain is text of a form or message without markup, empty lines kept as one.
func plain(s string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r", ""), "\n") {
		if line = content.PlainName(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// Renew commits a member to the charter in force now; what they said of themselves stays.
func (r *Rules) Renew(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error {
	st, err := r.com.Standing(ctx, tx, g, who)
	if err != nil {
		return err
	}
	if !st.Belongs {
		return community.Refuse(community.Forbidden, "members-only")
	}
	charter, err := charterOf(ctx, tx, g)
	if err != nil {
		return err
	}
	if charter == nil {
		return community.Refuse(community.Conflict, "charter-changed")
	}
	c, err := tx.CommitmentOf(ctx, g.ActorID, who.ID)
	if errors.Is(err, db.ErrNotFound) {
		c = &db.Commitment{GroupID: g.ActorID, ActorID: who.ID}
	} else if err != nil {
		return fmt.Errorf("load commitment of %s: %w", who.URI, err)
	}
	c.CharterVersion, c.CharterURI, c.Door = charter.Version, charter.URI, "web"
	return tx.PutCommitment(ctx, c)
}
