package membership

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
)

// SilentFor is after how long without a word or a visit a member is asked whether to stay, AnswerIn
// how long they have before the membership sleeps (domain.md 3d). A sleeping membership is one.
const (
	SilentFor = 180 * 24 * time.Hour
	AnswerIn  = 30 * 24 * time.Hour
)

// Leave ends somebody's own membership, with the reason where one is given. Commitment,
// introduction and profile are kept for the day they return.
func (r *Rules) Leave(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group, why string) error {
	if err := r.com.Leave(ctx, tx, who, g); err != nil {
		return err
	}
	c, err := tx.MemberChoiceOf(ctx, g.ActorID, who.ID)
	if err != nil {
		return fmt.Errorf("load choice of %s: %w", who.URI, err)
	}
	c.LeftWhy = plain(why)
	return tx.SaveMemberChoice(ctx, c)
}

// Show says who may see that a person belongs.
func (r *Rules) Show(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group, shown string) error {
	if !slices.Contains([]string{db.ShownNobody, db.ShownMembers, db.ShownPublic}, shown) {
		return community.RefuseField("shown", "choice-unknown")
	}
	m, err := membershipOf(ctx, tx, g, who)
	if err != nil {
		return err
	}
	if m == nil || !m.Belongs() {
		return community.Refuse(community.Forbidden, "members-only")
	}
	c, err := tx.MemberChoiceOf(ctx, g.ActorID, who.ID)
	if err != nil {
		return fmt.Errorf("load choice of %s: %w", who.URI, err)
	}
	c.Shown = shown
	return tx.SaveMemberChoice(ctx, c)
}

// Stay wakes a sleeping membership, and answers whoever asked: a group elsewhere hears of it.
func (r *Rules) Stay(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error {
	m, err := membershipOf(ctx, tx, g, who)
	if err != nil {
		return err
	}
	if m == nil || !m.Belongs() {
		return community.Refuse(community.Forbidden, "members-only")
	}
	if err := tx.StayMember(ctx, g.ActorID, who.ID); err != nil || g.Actor.Local {
		return err
	}
	return r.sendWord(ctx, tx, who, g, message{kind: kindStays, text: "I stay."})
}

// Wake is Stay for a member who has come back by doing something.
func (r *Rules) Wake(ctx context.Context, tx *db.Store, m *db.Membership) error {
	return tx.WakeMembership(ctx, m.GroupID, m.ActorID)
}

// Rest asks a silent member once, and lets the membership sleep where no answer comes.
func (r *Rules) Rest(ctx context.Context, tx *db.Store, m *db.Membership) error {
	c, err := tx.MemberChoiceOf(ctx, m.GroupID, m.ActorID)
	if err != nil {
		return fmt.Errorf("load choice of member %d: %w", m.ActorID, err)
	}
	g, err := tx.GroupByID(ctx, m.GroupID)
	if err != nil {
		return fmt.Errorf("load group %d: %w", m.GroupID, err)
	}
	who, err := tx.ActorByID(ctx, m.ActorID)
	if err != nil {
		return fmt.Errorf("load member %d: %w", m.ActorID, err)
	}
	stayed, err := tx.StayedSince(ctx, m.GroupID, m.ActorID, c.AskedAt)
	if err != nil {
		return err
	}
	asked := tx.Now().Sub(c.AskedAt.Time)
	switch {
	case c.AskedAt.IsZero() || asked >= SilentFor || stayed:
		c.AskedAt = tx.Now()
		if err := tx.SaveMemberChoice(ctx, c); err != nil {
			return err
		}
		_, err = r.com.Tell(ctx, tx, g, community.Notice{To: who, Code: "join-silent"})
		return err
	case asked < AnswerIn:
		return nil
	}
	return tx.SleepMembership(ctx, m.GroupID, m.ActorID)
}

// Bounds of a profile.
const (
	maxTopics = 12
	maxLine   = 80
	maxShort  = 200
)

// SaveProfile keeps what a person of ours tells about what they know.
func (r *Rules) SaveProfile(ctx context.Context, tx *db.Store, p *db.Profile) error {
	if !slices.Contains([]string{"", db.ShownNobody, db.ShownMembers, db.ShownPublic}, p.Shown) {
		return community.RefuseField("shown", "choice-unknown")
	}
	p.Team, p.Job = content.PlainName(p.Team), content.PlainName(p.Job)
	for _, f := range []struct{ name, text string }{{"team", p.Team}, {"job", p.Job}} {
		if utf8.RuneCountInString(f.text) > maxShort {
			return community.RefuseField(f.name, "text-long")
		}
	}
	var err error
	if p.Topics, err = list("topics", p.Topics); err != nil {
		return err
	}
	if p.Places, err = list("places", p.Places); err != nil {
		return err
	}
	langs := strings.FieldsFunc(strings.ToLower(p.Languages), func(c rune) bool { return c == ' ' || c == ',' })
	for _, l := range langs {
		if len(l) < 2 || len(l) > 12 || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz-") != "" {
			return community.RefuseField("speaks", "choice-unknown")
		}
	}
	p.Languages = strings.Join(langs[:min(len(langs), maxTopics)], " ")
	return tx.SaveProfile(ctx, p)
}

// list reads lines, or words parted by commas, each once.
func list(field, text string) (string, error) {
	var lines []string
	for line := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == '\n' || c == '\r' || c == ',' || c == '،' }) {
		line = content.PlainName(line)
		switch {
		case line == "" || slices.Contains(lines, line):
		case utf8.RuneCountInString(line) > maxLine:
			return "", community.RefuseField(field, "text-long")
		default:
			lines = append(lines, line)
		}
	}
	if len(lines) > maxTopics {
		return "", community.RefuseField(field, "topics-many")
	}
	return strings.Join(lines, "\n"), nil
}
