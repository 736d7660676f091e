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
	"github.com/copse-social/copse/server/person"
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

// Sign puts somebody's name to a version, once; and adopts a proposal where that was the last name
// needed. A founder whose answer comes after the others have decided founds it all the same.
func (r *Rules) Sign(ctx context.Context, tx *db.Store, c *db.Charter, w Word) error {
	g, err := r.heard(ctx, tx, c)
	if err != nil {
		return err
	}
	if w.By != nil {
		if err := person.Recognise(ctx, tx, w.By); err != nil {
			return err
		}
	}
	if err := r.permitVoice(ctx, tx, g, c, w.By); err != nil {
		return err
	}
	sig := &db.CharterSignature{CharterID: c.ID, ActorID: w.By.ID, Text: clip(w.Text), Door: w.Door, ActivityURI: w.URI}
	if fresh, err := tx.SignCharter(ctx, sig); err != nil || !fresh {
		return err
	}
	if c.Version == 1 {
		if err := r.welcome(ctx, tx, g, w); err != nil {
			return err
		}
	}
	if err := commit(ctx, tx, c, w); err != nil {
		return err
	}
	if err := community.Notify(ctx, tx, c.AuthorID, db.Notification{Kind: db.NotifyCharter, ActorID: w.By.ID, GroupID: g.ActorID, Note: "signed"}); err != nil {
		return err
	}
	if c.State == db.CharterAdopted {
		return nil
	}
	return r.decide(ctx, tx, g, c)
}

// welcome makes a founder who signs a member: to sign is to commit. Ours follow the group from then
// on; another Copse is told that its person belongs.
func (r *Rules) welcome(ctx context.Context, tx *db.Store, g *db.Group, w Word) error {
	st, err := r.com.Standing(ctx, tx, g, w.By)
	if err != nil {
		return err
	}
	if !st.Belongs {
		m := &db.Membership{GroupID: g.ActorID, ActorID: w.By.ID, Status: db.MemberFull, Door: w.Door, JoinedAt: tx.Now()}
		if err := tx.PutMembership(ctx, m); err != nil {
			return fmt.Errorf("make founder %s a member: %w", w.By.URI, err)
		}
	}
	switch {
	case w.By.Local:
		_, err = r.com.Follow(ctx, tx, w.By, g.Actor)
	case w.Door == DoorPeer && w.URI != "":
		err = r.com.AnswerJoin(ctx, tx, g, community.JoinAnswer{To: w.By, Join: w.URI, Type: "Accept"})
	}
	if err != nil {
		return err
	}
	return r.seatSecond(ctx, tx, g, w.By)
}

// commit notes that who signs a version is committed to it; what they said of themselves before stays.
func commit(ctx context.Context, tx *db.Store, c *db.Charter, w Word) error {
	old, err := none(tx.CommitmentOf(ctx, c.GroupID, w.By.ID))
	if err != nil {
		return fmt.Errorf("load commitment of %s: %w", w.By.URI, err)
	}
	if old == nil {
		old = &db.Commitment{GroupID: c.GroupID, ActorID: w.By.ID}
	}
	if old.CharterVersion > c.Version {
		return nil
	}
	old.CharterVersion, old.CharterURI, old.Words, old.Door = c.Version, c.URI, clip(w.Text), w.Door
	return tx.PutCommitment(ctx, old)
}

// seatSecond makes a founder who was named to look after the group do so from the signature on.
func (r *Rules) seatSecond(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) error {
	role, err := tx.DutyOf(ctx, g.ActorID, who.ID)
	if err != nil || role == "" {
		return err
	}
	return r.com.Appoint(ctx, tx, g, community.RoleOf{Who: who, Role: role})
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

// Remark keeps what somebody with a voice says about a version. A concern stops the clock of a
// proposal; about what is in force it is a comment like others.
func (r *Rules) Remark(ctx context.Context, tx *db.Store, c *db.Charter, kind string, w Word) error {
	g, err := r.heard(ctx, tx, c)
	if err != nil {
		return err
	}
	if c.State == db.CharterAdopted && kind == db.RemarkConcern {
		kind = db.RemarkComment
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
	return reading{signs: signs(words), concern: slices.Contains(concernWords(), words)}
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

// signWords are what signs, in the languages of the interface and in others that founders speak, of
// each the one first that they are told to write. A community has one language; whoever reads
// another signs in theirs.
func signWords() [][]string {
	return [][]string{
		{"I sign"},
		{"Je signe"},
		{"Firmo", "Yo firmo"},
		{"أوقّع", "أنا أوقع"},
		{"Подписываю", "Я подписываю"},
		{"我签署", "我签名"},
		{"Assino", "Eu assino"},
		{"Ich unterschreibe", "Ich unterzeichne"},
		{"Natia sahihi", "Ninatia sahihi"},
		{"Ik teken", "Ik onderteken"},
		{"İmzalıyorum"},
		{"Підписую", "Я підписую"},
		{"امضا می\u200cکنم"},
		{"Saya menandatangani"},
	}
}

// SignHint are the words that sign, one for each language, for those who are asked.
func SignHint() string {
	var first []string
	for _, one := range signWords() {
		first = append(first, one[0])
	}
	return strings.Join(first, " · ")
}

// signs tells whether plain words are a signature in any language.
func signs(words string) bool {
	for _, one := range signWords() {
		if slices.ContainsFunc(one, func(w string) bool { return plainWords(w) == words }) {
			return true
		}
	}
	return false
}

// concernWords begin a concern.
func concernWords() []string {
	return []string{
		"concern", "i object", "objection", "réserve", "j’objecte", "jobjecte", "objeción", "me opongo", "تحفظ", "اعتراض", "أعترض",
		"возражаю", "возражение", "反对", "异议", "objeção",
	}
}
