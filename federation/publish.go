package federation

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/federation/vocab"
)

// Publisher writes what our actors do into the outbox; delivery takes it from there.
type Publisher struct {
	iris  IRIs
	keys  *Keys
	nudge func()
	now   func() time.Time
}

// NewPublisher takes the function that wakes delivery; it is called after each commit.
func NewPublisher(iris IRIs, keys *Keys, now func() time.Time, nudge func()) *Publisher {
	return &Publisher{iris: iris, keys: keys, now: now, nudge: nudge}
}

// IRIs builds addresses for the rules that publish.
func (p *Publisher) IRIs() IRIs { return p.iris }

// Keys makes keys for new actors.
func (p *Publisher) Keys() *Keys { return p.keys }

// Now is the clock of everything that is published.
func (p *Publisher) Now() time.Time { return p.now() }

// Outgoing is one act of one of our actors and who gets it.
type Outgoing struct {
	Actor *db.Actor
	// Doc is the activity; its id, actor, context and proof are filled in. Published is set for
	// Create and Announce where it is zero: Mastodon shows a boost in home feeds only while fresh.
	Doc vocab.ActivityDoc
	// ObjectURI names what it is about, for later look-up and for order: activities about one
	// object reach a host in the order they were published. Empty means about the actor itself.
	ObjectURI string
	GroupID   int64
	PostID    int64
	// Public lets anybody fetch the activity by its id.
	Public bool
	Class  int16
	To     []db.Audience
	// Within is the stored activity that stands in Doc byte for byte, nil where none does.
	Within *db.Activity
}

// Publish stores the exact bytes of an activity and a row for each audience, in the transaction
// of what it tells about. With no audience it is only kept, to be fetched.
func (p *Publisher) Publish(ctx context.Context, tx *db.Store, o Outgoing) (*db.Activity, error) {
	row := &db.Activity{
		ID: tx.NewID(), ActorID: o.Actor.ID, Type: o.Doc.Type, ObjectURI: o.ObjectURI,
		GroupID: o.GroupID, PostID: o.PostID, Local: true, Public: o.Public, Within: o.Within,
	}
	if o.Doc.ID == "" {
		o.Doc.ID = p.iris.Activity(row.ID)
	}
	o.Doc.Actor, row.URI = o.Actor.URI, o.Doc.ID
	if o.Doc.AtContext == "" {
		o.Doc.AtContext = contextFor(o.Doc)
	}
	if o.Doc.Published.IsZero() && (o.Doc.Type == "Create" || o.Doc.Type == "Announce") {
		o.Doc.Published = p.now()
	}
	if o.Doc.Type == "Update" && o.Doc.AtContext == vocab.ActorContext {
		tx.Renewed() // before it is sent: those who get it read the actor at once
	}
	body, err := p.prove(ctx, tx, o)
	if err != nil {
		return nil, err
	}
	row.Body = body
	if err := tx.CreateActivity(ctx, row); err != nil {
		return nil, err
	}
	return row, p.Send(ctx, tx, row, o)
}

// contextFor is the shortest context that explains an act of ours: what is wrapped brings its own,
// and the stored bytes of an activity are mostly context otherwise.
func contextFor(doc vocab.ActivityDoc) vocab.InlineContext {
	switch doc.Type {
	case "Create", "Update", "Lock", "Block", "Resolve", "Undo":
		return vocab.ActivityContext
	}
	return vocab.WrapContext
}

// Send puts an activity that is already stored on its way to more audiences; of o only ObjectURI,
// Actor, Class and To count. A group passes on others' activities with it, byte for byte.
func (p *Publisher) Send(ctx context.Context, tx *db.Store, a *db.Activity, o Outgoing) error {
	about := o.ObjectURI
	if about == "" {
		about = o.Actor.URI
	}
	var far []db.Audience
	for _, to := range o.To {
		if to.FollowersOf != 0 || len(to.Inboxes) > 0 { // else all of them live here
			far = append(far, to)
		}
	}
	row := &db.OutboxRow{ActivityID: a.ID, Class: o.Class, OKey: OrderKey(about)}
	if err := tx.CreateOutboxes(ctx, row, far); err != nil {
		return fmt.Errorf("send activity %s: %w", a.URI, err)
	}
	if len(o.To) > 0 {
		tx.AfterCommit(p.nudge)
	}
	return nil
}

// OrderKey is the number under which deliveries about one thing keep their order.
func OrderKey(about string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(about))
	return int64(h.Sum64())
}

// prove encodes the activity and adds an integrity proof (FEP-8b32), so that others can believe
// it when it is passed on.
func (p *Publisher) prove(ctx context.Context, tx *db.Store, o Outgoing) ([]byte, error) {
	body, err := vocab.Encode(o.Doc)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", o.Doc.ID, err)
	}
	signer, err := p.keys.signerFor(ctx, tx, o.Actor)
	if err != nil {
		return nil, err
	}
	proved, err := sign.Prove(body, signer, p.now())
	if err != nil {
		return nil, fmt.Errorf("prove %s: %w", o.Doc.ID, err)
	}
	return proved, nil
}

// ToActors is an audience of single people, each reached at its shared inbox, our own left out.
func ToActors(actors ...*db.Actor) db.Audience {
	var to db.Audience
	seen := make(map[string]bool)
	for _, a := range actors {
		inbox := a.DeliveryInbox()
		if a.Local || inbox == "" || !a.Active() || seen[inbox] {
			continue
		}
		seen[inbox] = true
		to.Inboxes = append(to.Inboxes, db.FollowerInbox{Inbox: inbox, Host: a.Host})
	}
	return to
}
