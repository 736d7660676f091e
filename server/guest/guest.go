// Package guest lets somebody with an account elsewhere sign in here, without a password: the
// community that they look after writes them a direct Note with a link. Whoever opens it reads that
// account's messages, on any software (domain.md 4.9).
//
// A link works once, for a quarter of an hour, in the browser that asked for it alone: one that was
// asked for by somebody else signs in neither them nor the person who is made to open it (T40, T50).
// What a guest may do is for the table of rights; a guest writes nothing as themselves here, since only
// their own server can.
package guest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/community"
)

// Bounds of links and of what they open.
const (
	LinkFor    = 15 * time.Minute
	PassFor    = 12 * time.Hour
	linksADay  = 5
	countedFor = 24 * time.Hour
)

// Rules decides who comes in from elsewhere.
type Rules struct {
	iris federation.IRIs
	com  *community.Rules
}

// New makes the rules.
func New(iris federation.IRIs, com *community.Rules) *Rules { return &Rules{iris: iris, com: com} }

// Secret is a new word that cannot be guessed.
func Secret() string { return rand.Text() }

func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Ask sends a link to somebody who looks after a community here with an account elsewhere; browser is
// the secret of the browser that asks. To anybody else nothing is sent, and the caller is not told: who
// has which office is not to be learned here (T48).
func (r *Rules) Ask(ctx context.Context, tx *db.Store, who *db.Actor, browser string) error {
	if who == nil || who.Local || !who.Active() || who.Type == db.ActorGroup || browser == "" {
		return nil
	}
	groups, err := tx.LookedAfter(ctx, who.ID, db.RoleFacilitator, db.RoleCore)
	if err != nil {
		return fmt.Errorf("list what %s looks after: %w", who.URI, err)
	}
	if len(groups) == 0 {
		return nil
	}
	n, err := tx.GuestLinksSince(ctx, who.ID, db.At(tx.Now().Add(-countedFor)))
	if err != nil || n >= linksADay {
		return err
	}
	token := Secret()
	until := tx.Now().Add(LinkFor)
	sent, err := r.com.Tell(ctx, tx, groups[0], community.Notice{To: who, Code: "guest-link", Link: r.iris.Page("/guest/" + token), Until: until})
	if err != nil || !sent {
		return err
	}
	return tx.PutGuestLink(ctx, &db.GuestLink{TokenHash: hash(token), ActorID: who.ID, Browser: hash(browser), ExpiresAt: db.At(until)})
}

// Holder is whose link a token is, where it works in this browser; a refusal says why it does not.
func (r *Rules) Holder(ctx context.Context, s *db.Store, token, browser string) (*db.Actor, error) {
	l, err := s.GuestLinkOf(ctx, hash(token))
	if errors.Is(err, db.ErrNotFound) {
		return nil, community.Refuse(community.Gone, "guest-link-gone")
	}
	if err != nil {
		return nil, fmt.Errorf("load link of guest: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(l.Browser), []byte(hash(browser))) != 1 {
		return nil, community.Refuse(community.Forbidden, "guest-other-browser")
	}
	if !l.Actor.Active() {
		return nil, community.Refuse(community.Gone, "guest-link-gone")
	}
	return l.Actor, nil
}

// Enter uses a link up and answers the secret by which this browser is known from now on.
func (r *Rules) Enter(ctx context.Context, tx *db.Store, token, browser, agent string) (pass string, who *db.Actor, err error) {
	if who, err = r.Holder(ctx, tx, token, browser); err != nil {
		return "", nil, err
	}
	if fresh, err := tx.UseGuestLink(ctx, hash(token)); err != nil || !fresh {
		return "", nil, errors.Join(err, community.Refuse(community.Gone, "guest-link-gone"))
	}
	pass = Secret()
	p := &db.GuestPass{PassHash: hash(pass), ActorID: who.ID, UserAgent: agent, ExpiresAt: db.At(tx.Now().Add(PassFor))}
	if err := tx.PutGuestPass(ctx, p); err != nil {
		return "", nil, err
	}
	return pass, who, tx.Audit(ctx, db.AuditEntry{Who: "@" + who.Acct(), Act: "guest-sign-in"})
}

// Known is who comes with a pass, nil where it has ended or they have.
func Known(ctx context.Context, s *db.Store, pass string) (*db.GuestPass, error) {
	if pass == "" {
		return nil, nil //nolint:nilnil // nobody is an answer
	}
	p, err := s.GuestPassOf(ctx, hash(pass))
	if errors.Is(err, db.ErrNotFound) || err == nil && (!p.Actor.Active() || p.Actor.Local) {
		return nil, nil //nolint:nilnil // nobody is an answer
	}
	if err != nil {
		return nil, fmt.Errorf("load pass of guest: %w", err)
	}
	h, err := s.HostByName(ctx, p.Actor.Host)
	if err == nil && h.Policy == db.HostBlocked {
		return nil, nil //nolint:nilnil // nobody is an answer
	}
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, fmt.Errorf("load host %s: %w", p.Actor.Host, err)
	}
	return p, nil
}
