package charter

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
)

// maxRemark bounds what is kept of a remark, in runes.
const maxRemark = 5_000

// Word is what somebody says to a proposal: a signature, a comment or a concern.
type Word struct {
	By   *db.Actor
	Text string // plain
	Door string
	// URI is the id of the Note it came by, from another server; what is said here has none.
	URI string
}

// Sign puts somebody's name to a proposal, once; and adopts it where that was the last name needed.
func (r *Rules) Sign(ctx context.Context, tx *db.Store, c *db.Charter, w Word) error {
	g, err := r.open(ctx, tx, c)
	if err != nil {
		return err
	}
	if err := r.permitVoice(ctx, tx, g, c, w.By); err != nil {
		return err
	}
	sig := &db.CharterSignature{CharterID: c.ID, ActorID: w.By.ID, Text: clip(w.Text), Door: w.Door, ActivityURI: w.URI}
	if fresh, err := tx.SignCharter(ctx, sig); err != nil || !fresh {
		return err
	}
	if err := r.welcome(ctx, tx, g, c, w); err != nil {
		return err
	}
	if err := community.Notify(ctx, tx, c.AuthorID, db.Notification{Kind: db.NotifyCharter, ActorID: w.By.ID, GroupID: g.ActorID, Note: "signed"}); err != nil {
		return err
	}
	return r.decide(ctx, tx, g, c)
}

// welcome makes a founder who signs a member: to sign is to commit.
func (r *Rules) welcome(ctx context.Context, tx *db.Store, g *db.Group, c *db.Charter, w Word) error {
	st, err := r.com.Standing(ctx, tx, g, w.By)
	if err != nil || st.Belongs || c.Version != 1 {
		return err
	}
	m := &db.Membership{GroupID: g.ActorID, ActorID: w.By.ID, Status: db.MemberFull, Door: w.Door, JoinedAt: tx.Now()}
	if err := tx.PutMembership(ctx, m); err != nil {
		return fmt.Errorf("make founder %s a member: %w", w.By.URI, err)
	}
	return nil
}

func (r *Rules) permitVoice(ctx context.Context, tx *db.Store, g *db.Group, c *db.Charter, by *db.Actor) error {
	if by == nil {
		return community.Refuse(community.Forbidden, "signed-out")
	}
	has, err := r.voice(ctx, tx, g, c, by)
	if err != nil {
		return err
	}
	if !has {
		return community.Refuse(community.Forbidden, "charter-voice")
	}
	return nil
}

// Remark keeps what somebody with a voice says about a proposal. A concern stops the clock.
func (r *Rules) Remark(ctx context.Context, tx *db.Store, c *db.Charter, kind string, w Word) error {
	g, err := r.open(ctx, tx, c)
	if err != nil {
		return err
	}
	if err := r.permitVoice(ctx, tx, g, c, w.By); err != nil {
		return err
	}
	if strings.TrimSpace(w.Text) == "" {
		return community.RefuseField("text", "text-empty")
	}
	if !slices.Contains([]string{db.RemarkComment, db.RemarkConcern}, kind) {
		return community.RefuseField("kind", "choice-unknown")
	}
	one := &db.CharterRemark{ID: tx.NewID(), CharterID: c.ID, ActorID: w.By.ID, Kind: kind, Text: clip(w.Text), Door: w.Door, URI: w.URI}
	if one.URI == "" {
		one.URI = fmt.Sprintf("%s#%d", c.URI, one.ID)
	}
	if fresh, err := tx.PutRemark(ctx, one); err != nil || !fresh {
		return err
	}
	return community.Notify(ctx, tx, c.AuthorID, db.Notification{Kind: db.NotifyCharter, ActorID: w.By.ID, GroupID: g.ActorID, Note: kind})
}

// Settle notes that a concern has been answered, by its author or by a facilitator.
func (r *Rules) Settle(ctx context.Context, tx *db.Store, by *db.Actor, c *db.Charter, remarkID int64) error {
	g, err := r.open(ctx, tx, c)
	if err != nil {
		return err
	}
	st, err := r.com.Standing(ctx, tx, g, by)
	if err != nil {
		return err
	}
	remarks, err := tx.RemarksOn(ctx, c.ID)
	if err != nil {
		return fmt.Errorf("load remarks on charter %d: %w", c.ID, err)
	}
	i := slices.IndexFunc(remarks, func(one *db.CharterRemark) bool { return one.ID == remarkID })
	if i < 0 {
		return community.Refuse(community.Gone, "remark-gone")
	}
	if by == nil || (by.ID != remarks[i].ActorID && st.Role != db.RoleFacilitator) {
		return community.Refuse(community.Forbidden, "not-facilitator")
	}
	_, err = tx.SettleRemark(ctx, c.ID, remarkID)
	return err
}

// clip is plain text as it is kept: clean, in lines, bounded.
func clip(s string) string {
	s = strings.TrimSpace(content.Text(content.Markdown(s)))
	if utf8.RuneCountInString(s) > maxRemark {
		s = string([]rune(s)[:maxRemark])
	}
	return s
}

// reading is what the words of a reply mean.
type reading struct {
	signs   bool
	concern bool
}

// understand reads a reply: "I sign" as its first sentence signs, in any of our languages; a word
// for concern in front makes it one; everything else is a comment. A sentence that goes on ("I sign,
// but") does not sign: nobody's name is taken by half.
func understand(text string) reading {
	text = withoutHandles(text)
	first, _, _ := strings.Cut(text, "\n")
	if i := strings.IndexFunc(first, endsSentence); i >= 0 {
		if strings.ContainsRune(":：", rune(first[i])) || strings.HasPrefix(first[i:], "：") {
			return reading{concern: slices.Contains(concernWords(), plainWords(first[:i]))}
		}
		first = first[:i]
	}
	words := plainWords(first)
	return reading{signs: slices.Contains(signWords(), words), concern: slices.Contains(concernWords(), words)}
}

func endsSentence(r rune) bool { return strings.ContainsRune(".!。！:：", r) }

// withoutHandles drops the people that a client puts before every reply.
func withoutHandles(text string) string {
	text = strings.TrimSpace(text)
	for strings.HasPrefix(text, "@") {
		i := strings.IndexFunc(text, unicode.IsSpace)
		if i < 0 {
			return ""
		}
		text = strings.TrimSpace(text[i:])
	}
	return text
}

// plainWords are the words alone: lower case, one space between, no marks, quotes or Arabic vowels.
func plainWords(s string) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case unicode.Is(unicode.Mn, c), strings.ContainsRune("\"'“”‘’«»„*_`", c), unicode.Is(unicode.Cf, c):
			return -1
		case unicode.IsSpace(c):
			return ' '
		}
		return unicode.ToLower(c)
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// signWords are what signs, in the languages of the interface, as plainWords leaves them.
func signWords() []string {
	return []string{
		"i sign", "je signe", "firmo", "yo firmo", "أوقع", "أنا أوقع", "اوقع", "подписываю", "я подписываю",
		"我签署", "我签名", "assino", "eu assino",
	}
}

// concernWords begin a concern.
func concernWords() []string {
	return []string{
		"concern", "i object", "objection", "réserve", "j’objecte", "jobjecte", "objeción", "me opongo", "تحفظ", "اعتراض", "أعترض",
		"возражаю", "возражение", "反对", "异议", "objeção",
	}
}
