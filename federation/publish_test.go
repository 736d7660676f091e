package federation_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/federation/vocab"
)

// press is a publisher with one actor and a count of its nudges.
type press struct {
	store  *db.Store
	pub    *federation.Publisher
	actor  *db.Actor
	nudged int
}

func newPress(t *testing.T) *press {
	t.Helper()
	p := &press{store: dbtest.New(t)}
	keys := federation.NewKeys([32]byte{1})
	now := func() time.Time { return time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC) }
	p.pub = federation.NewPublisher(iris(t, home), keys, now, func() { p.nudged++ })
	p.actor = equipped(t, keys, 7)
	if err := p.store.CreateActor(context.Background(), p.actor); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *press) publish(t *testing.T, o federation.Outgoing) *db.Activity {
	t.Helper()
	var row *db.Activity
	err := p.store.InTx(context.Background(), func(ctx context.Context, tx *db.Store) error {
		var err error
		row, err = p.pub.Publish(ctx, tx, o)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return row
}

func TestPublish_bytesAndProof(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	row := p.publish(t, federation.Outgoing{
		Actor: p.actor, ObjectURI: "https://copse.test/ap/objects/1", Public: true,
		Doc: vocab.ActivityDoc{Type: "Create", To: []string{vocab.Public}, Object: "https://copse.test/ap/objects/1"},
	})
	doc, err := vocab.DecodeActivity(row.Body)
	if err != nil {
		t.Fatal(err)
	}
	if doc.ID != home+"/ap/activities/"+row.URI[strings.LastIndexByte(row.URI, '/')+1:] || doc.ID != row.URI ||
		doc.Actor.IRI != p.actor.URI || doc.Published == nil {
		t.Errorf("published %s", row.Body)
	}
	key, err := sign.ParseMultikey(p.actor.ProofKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := sign.VerifyProof(row.Body, key.Ed25519); err != nil {
		t.Errorf("proof: %v", err)
	}
	kept, err := p.store.ActivityByURI(context.Background(), row.URI)
	if err != nil || string(kept.Body) != string(row.Body) || !kept.Local || !kept.Public {
		t.Errorf("kept %+v, %v", kept, err)
	}
	if p.nudged != 0 {
		t.Error("nudged although it goes nowhere")
	}
}

func TestPublish_audiences(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	ctx := context.Background()
	to := []db.Audience{{FollowersOf: 7}, {Inboxes: []db.FollowerInbox{{Inbox: "https://a.test/inbox", Host: "a.test"}}}}
	row := p.publish(t, federation.Outgoing{Actor: p.actor, Class: db.ClassBulk, To: to, Doc: vocab.ActivityDoc{Type: "Like", Object: "https://a.test/1"}})
	pending, err := p.store.PendingOutbox(ctx, 10)
	if err != nil || len(pending) != 2 {
		t.Fatalf("outbox %v, %v", pending, err)
	}
	for i, o := range pending {
		var got db.Audience
		if err := json.Unmarshal([]byte(o.Audience), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(to[i], got); diff != "" || o.ActivityID != row.ID || o.Class != db.ClassBulk || o.OKey != federation.OrderKey(p.actor.URI) {
			t.Errorf("row %+v, audience %s", o, diff)
		}
	}
	if p.nudged == 0 {
		t.Error("delivery was not nudged")
	}
}

func TestPublish_nothingWithoutItsTransaction(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	ctx := context.Background()
	boom := errors.New("boom")
	err := p.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		if _, err := p.pub.Publish(ctx, tx, federation.Outgoing{
			Actor: p.actor, To: []db.Audience{{FollowersOf: 7}}, Doc: vocab.ActivityDoc{Type: "Like", Object: "https://a.test/1"},
		}); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) || p.nudged != 0 {
		t.Errorf("%v, nudged %d times", err, p.nudged)
	}
	if pending, _ := p.store.PendingOutbox(ctx, 10); len(pending) != 0 {
		t.Errorf("outbox %v", pending)
	}
}

func TestPublish_givenIDIsKept(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	row := p.publish(t, federation.Outgoing{Actor: p.actor, Doc: vocab.ActivityDoc{ID: home + "/ap/objects/1#announce", Type: "Announce", Object: "https://a.test/1"}})
	if row.URI != home+"/ap/objects/1#announce" {
		t.Errorf("id %s", row.URI)
	}
}

func TestToActors(t *testing.T) {
	t.Parallel()
	shared := "https://a.test/inbox"
	got := federation.ToActors(
		&db.Actor{Host: "a.test", Inbox: "https://a.test/1", SharedInbox: shared},
		&db.Actor{Host: "a.test", Inbox: "https://a.test/2", SharedInbox: shared},
		&db.Actor{Host: "b.test", Inbox: "https://b.test/1"},
		&db.Actor{Host: "c.test"},
		&db.Actor{Host: "copse.test", Inbox: home + "/ap/people/1/inbox", Local: true},
		&db.Actor{Host: "d.test", Inbox: "https://d.test/1", DeletedAt: db.At(time.Now())},
		&db.Actor{Host: "e.test", Inbox: "https://e.test/1", SuspendedAt: db.At(time.Now())},
	)
	want := db.Audience{Inboxes: []db.FollowerInbox{{Inbox: shared, Host: "a.test"}, {Inbox: "https://b.test/1", Host: "b.test"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What we publish is believed by our own receiving half when somebody else passes it on.
func TestPublish_isBelievedWhenForwarded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	kind := fedtest.Mastodon()
	kind.Proofs = true
	p := fedtest.New(t, h.net, "sister.test", kind)
	ana, carrier := p.Person("ana"), fedtest.New(t, h.net, "carrier.test", fedtest.Mastodon()).Person("carrier")
	body, err := vocab.Encode(vocab.ActivityDoc{
		AtContext: vocab.ActivityContext, ID: "https://sister.test/a/1", Type: "Like", Actor: ana.ID, Object: home + "/ap/objects/1",
	})
	if err != nil {
		t.Fatal(err)
	}
	proved, err := sign.Prove(body, ana.Signer(), h.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	if r := p.Post(carrier, sharedInbox, proved); r.Status != 202 {
		t.Fatalf("status %d", r.Status)
	}
	if list := h.settle(); len(list) != 1 || !list[0].Vouched || list[0].Actor.URI != ana.ID {
		t.Errorf("applied %+v", list)
	}
}
