package membership

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/exchange"
)

// introduce posts what a member said of themselves on joining, once: who comes back is known. It is
// asked wherever somebody may have become a member. Another Copse posts the words of its own people
// when it hears that they belong; for people on other software the group speaks (domain.md 4.2).
func (r *Rules) introduce(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) error {
	m, err := membershipOf(ctx, tx, g, who)
	if err != nil || m == nil || !m.Belongs() {
		return err
	}
	c, err := tx.CommitmentOf(ctx, g.ActorID, who.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load commitment of %s: %w", who.URI, err)
	}
	if c.Quiet || c.Introduction == "" || !who.Local && (!g.Actor.Local || c.Door == "peer") {
		return nil
	}
	if before, err := tx.IntroducedIn(ctx, g.ActorID, who.ID); err != nil || before {
		return err
	}
	i := exchange.Introduction{Group: g, Who: who, Text: c.Introduction}
	if !who.Local {
		lang, _, _ := strings.Cut(g.Languages, " ")
		args := map[string]string{"group": g.Actor.Label(), "person": who.Label(), "other": "@" + who.Acct()}
		i.Title, i.Lead = r.words(lang, "introduced-title", args), r.words(lang, "introduced", args)
	}
	p, err := r.exchange.Introduce(ctx, tx, i)
	if err != nil || p == nil {
		return err
	}
	return tx.Introduced(ctx, c.ID, p.ID)
}

// TakeAdmitted introduces a person of ours whom a group elsewhere has let in, after community has
// taken its Accept. It finds nothing to do in an Accept of anything else.
func (r *Rules) TakeAdmitted(ctx context.Context, tx *db.Store, in *federation.Incoming) error {
	ref := in.Activity.Inner()
	iri := ref.IRI
	if iri == "" && ref.Object != nil {
		iri = ref.Object.ID
	}
	m, err := tx.MembershipByURI(ctx, in.Actor.ID, iri)
	if errors.Is(err, db.ErrNotFound) || iri == "" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load membership by %s: %w", iri, err)
	}
	who, err := tx.ActorByID(ctx, m.ActorID)
	if err != nil {
		return fmt.Errorf("load member %d: %w", m.ActorID, err)
	}
	g, err := tx.GroupByID(ctx, in.Actor.ID)
	if err != nil {
		return fmt.Errorf("load group %s: %w", in.Actor.URI, err)
	}
	if !who.Local {
		return nil
	}
	return r.introduce(ctx, tx, g, who)
}
