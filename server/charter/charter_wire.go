package charter

import (
	"context"
	"fmt"
	"html"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
)

// Kind is what a charter calls itself on the wire (wire.md 7).
const Kind = "charter"

// signatory is the role of a contributor whose name stands under a charter.
const signatory = "signatory"

// stages are the states of a version in the words that all artifacts use (wire.md 7).
func stages(state string) string {
	switch state {
	case db.CharterProposed:
		return "in-review"
	case db.CharterAdopted:
		return "published"
	case db.CharterSuperseded:
		return "superseded"
	}
	return "draft"
}

// Page is where people read the charter of a group.
func (r *Rules) Page(g *db.Group) string {
	return r.iris.GroupPage(g.Actor.Handle) + federation.CharterPart
}

// VersionPage is where people read one version.
func (r *Rules) VersionPage(g *db.Group, version int64) string {
	return fmt.Sprintf("%s/%d", r.Page(g), version)
}

// Doc is one version as it is served and sent: an Article of the group with an address of its own
// for ever, which says what it is a version of. Asked for as the charter itself it carries the
// group's one address for whatever is in force.
func (r *Rules) Doc(ctx context.Context, s *db.Store, g *db.Group, c *db.Charter, whole bool) (vocab.PostDoc, error) {
	stable := g.Actor.URI + federation.CharterPart
	name := r.words(c.Language, "charter-name", map[string]string{"group": g.Actor.Label()})
	body := content.Reduce(c.Text) + content.Sanitise(fmt.Sprintf(`<p><a href="%s">%s</a></p>`, html.EscapeString(r.VersionPage(g, c.Version)), html.EscapeString(name)))
	doc := vocab.PostDoc{
		AtContext: vocab.ObjectContext, ID: c.URI, Type: "Article", AttributedTo: g.Actor.URI, Audience: g.Actor.URI,
		To: []string{g.Actor.URI, vocab.Public}, Cc: []string{g.Actor.FollowersURI}, Name: name,
		Summary: content.Abstract(content.Markdown(c.Fields.Purpose), 500),
		Content: content.WithVia(body, g.Actor.URL, g.Actor.Acct()), Source: vocab.Markdown(c.Source),
		URL: r.VersionPage(g, c.Version), Context: c.URI + "/context", Published: c.ProposedAt.Time, Updated: latest(c).Time,
		Tag: []vocab.TagDoc{{Type: "Mention", Href: g.Actor.URI, Name: "@" + g.Actor.Acct()}},
		TermsDoc: vocab.TermsDoc{
			ArtifactKind: Kind, Stage: stages(c.State), Version: int(c.Version), VersionOf: stable,
			Versions: stable + federation.Versions, ChangeNote: c.ChangeNote,
		},
	}
	doc.Conversation = doc.Context
	doc.ContentMap = map[string]string{c.Language: doc.Content}
	if g.Openness != db.OpennessOpen && g.Openness != db.OpennessRestricted {
		doc.To, doc.Cc = []string{g.Actor.URI, g.Actor.FollowersURI}, nil
	}
	if whole {
		doc.ID, doc.VersionOf, doc.URL = stable, "", r.Page(g)
	}
	if c.State == db.CharterAdopted && c.Fields.ReviewIn > 0 {
		doc.ReviewBy = c.AdoptedAt.AddDate(0, c.Fields.ReviewIn, 0).Format("2006-01-02")
	}
	signed, err := s.SignaturesOf(ctx, c.ID)
	if err != nil {
		return doc, fmt.Errorf("load signatures of charter %d: %w", c.ID, err)
	}
	for _, one := range signed {
		doc.Contributors = append(doc.Contributors, vocab.Contributor{Actor: one.Actor.URI, Role: signatory})
	}
	return doc, nil
}

// latest is when a version last changed its state.
func latest(c *db.Charter) db.Time {
	at := c.ProposedAt
	for _, t := range []db.Time{c.AdoptedAt, c.SupersededAt} {
		if t.After(at.Time) {
			at = t
		}
	}
	return at
}

// VersionsDoc is the collection of all versions of a group that others may read, oldest first.
func (r *Rules) VersionsDoc(g *db.Group, list []*db.Charter) *vocab.CollectionDoc {
	ids := []string{}
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].State != db.CharterDraft {
			ids = append(ids, list[i].URI)
		}
	}
	doc := vocab.Ordered(g.Actor.URI+federation.CharterPart+federation.Versions, ids)
	doc.AttributedTo = g.Actor.URI
	return doc
}

// publishVersion sends a proposal: the first one to each founder by name, a later one to the servers
// of followers that can show it and decide on it.
func (r *Rules) publishVersion(ctx context.Context, tx *db.Store, g *db.Group, c *db.Charter) error {
	if c.Version == 1 {
		return r.askAll(ctx, tx, g, c)
	}
	return r.publish(ctx, tx, g, sending{c, "Create", followersOnCopse(g)})
}

// publishState sends what became of a version to everybody who has it.
func (r *Rules) publishState(ctx context.Context, tx *db.Store, g *db.Group, c *db.Charter) error {
	to := followersOnCopse(g)
	list, err := tx.FoundersOf(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load founders of group %d: %w", g.ActorID, err)
	}
	for _, f := range list {
		if f.ActorID == 0 {
			continue
		}
		who, err := tx.ActorByID(ctx, f.ActorID)
		if err != nil {
			return fmt.Errorf("load founder %s: %w", f.Address, err)
		}
		if on, err := onCopse(ctx, tx, who); err != nil {
			return err
		} else if on {
			to = append(to, toInbox(who)...)
		}
	}
	return r.publish(ctx, tx, g, sending{c, "Update", to})
}

// showTo sends a version to one founder whose server is a Copse.
func (r *Rules) showTo(ctx context.Context, tx *db.Store, g *db.Group, c *db.Charter, who *db.Actor) error {
	on, err := onCopse(ctx, tx, who)
	if err != nil || !on {
		return err
	}
	return r.publish(ctx, tx, g, sending{c, "Create", toInbox(who)})
}

// sending is a version on its way: by which activity, and to whom.
type sending struct {
	*db.Charter
	kind string
	to   []db.Audience
}

func (r *Rules) publish(ctx context.Context, tx *db.Store, g *db.Group, s sending) error {
	doc, err := r.Doc(ctx, tx, g, s.Charter, false)
	if err != nil {
		return err
	}
	doc.AtContext = ""
	_, err = r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: s.URI, GroupID: g.ActorID, To: s.to,
		Public: g.Openness == db.OpennessOpen || g.Openness == db.OpennessRestricted,
		Doc:    vocab.ActivityDoc{Type: s.kind, To: doc.To, Cc: doc.Cc, Audience: g.Actor.URI, Object: &doc},
	})
	if err != nil {
		return fmt.Errorf("publish charter %s: %w", s.URI, err)
	}
	return nil
}

// followersOnCopse are the servers that know what a charter is; others are told in words.
func followersOnCopse(g *db.Group) []db.Audience {
	return []db.Audience{{FollowersOf: g.ActorID, Software: []string{"copse"}}}
}

func onCopse(ctx context.Context, s *db.Store, a *db.Actor) (bool, error) {
	if a.Local {
		return false, nil
	}
	h, err := s.DialectOf(ctx, a.Host)
	if err != nil {
		return false, fmt.Errorf("load host %s: %w", a.Host, err)
	}
	return h.Software == "copse", nil
}

// publishGroup tells the followers, and whom else it concerns, that what a group says of itself has
// changed.
func (r *Rules) publishGroup(ctx context.Context, tx *db.Store, g *db.Group, more ...db.Audience) error {
	doc, err := r.com.ActorDoc(ctx, tx, g.Actor)
	if err != nil {
		return err
	}
	doc.AtContext = ""
	act := vocab.ActivityDoc{
		AtContext: vocab.ActorContext, Type: "Update", Object: &doc, Updated: r.pub.Now(),
		To: []string{vocab.Public}, Cc: []string{g.Actor.FollowersURI},
	}
	open := g.Openness == db.OpennessOpen
	if !open {
		act.To, act.Cc = []string{g.Actor.FollowersURI}, nil
	}
	_, err = r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, Doc: act, ObjectURI: g.Actor.URI, Public: open, To: append([]db.Audience{{FollowersOf: g.ActorID}}, more...),
	})
	if err != nil {
		return fmt.Errorf("tell followers of %s: %w", g.Actor.URI, err)
	}
	return nil
}
