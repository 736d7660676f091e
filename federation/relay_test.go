package federation_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
)

// lemmys is a group on one Lemmy that somebody here follows, and a person on it and on another.
func lemmys(t *testing.T, h *house, other fedtest.Kind) (p, q *fedtest.Peer, group, near, far *fedtest.Actor) {
	t.Helper()
	p, q = fedtest.New(t, h.net, "lemmy.test", fedtest.Lemmy()), fedtest.New(t, h.net, "other.test", other)
	group = p.Group("soil")
	h.followed(group)
	return p, q, group, p.Person("near"), q.Person("far")
}

func soil(group *fedtest.Actor) fedtest.Target {
	return fedtest.Target{ID: group.ID, Handle: group.Handle()}
}

func TestAnnounce_activityOfTheGroupsHost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, _, group, near, _ := lemmys(t, h, fedtest.Mastodon())
	post := near.Thread(soil(group), "Soil", "text")
	create := near.Create(post)
	in := h.one(p, group, group.Announce(create))
	if in.Via == nil || in.Via.URI != group.ID || in.Actor.URI != near.ID || !in.Vouched || in.Activity.Type != "Create" {
		t.Errorf("applied %+v", in)
	}
	if in.Object == nil || in.Object.Doc.ID != post["id"] || in.Object.Author.URI != near.ID {
		t.Errorf("object %+v", in.Object)
	}
	if string(in.Body) != string(encode(t, create)) {
		t.Errorf("body %s", in.Body)
	}
}

func TestAnnounce_activityOfAnotherHost(t *testing.T) {
	t.Parallel()
	for name, kind := range peers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			p, _, group, _, far := lemmys(t, h, kind)
			post := far.Thread(soil(group), "Soil", "text")
			create := far.Create(post)
			changed := fedtest.Doc{"content": "forged by the group"}
			for k, v := range post {
				if k != "content" {
					changed[k] = v
				}
			}
			forged := fedtest.Doc{"id": create["id"], "type": "Create", "actor": far.ID, "object": changed, "to": create["to"]}
			in := h.one(p, group, group.Announce(forged))
			if !in.Vouched || in.Object == nil || in.Object.Doc.Content != post["content"] {
				t.Errorf("applied %+v", in.Object)
			}
		})
	}
}

func TestAnnounce_activityWithAProof(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	kind := fedtest.GoToSocial()
	kind.Proofs = true
	p, q, group, _, far := lemmys(t, h, kind)
	post := far.Thread(soil(group), "Soil", "text")
	proved := prove(t, far.Create(post), far.Signer(), h.clock.now())
	h.meet(far)
	q.Forget()
	announce := fedtest.Doc{
		"id": "https://lemmy.test/activities/announce/1", "type": "Announce", "actor": group.ID, "to": []any{fedtest.Public},
		"object": rawJSON(proved),
	}
	in := h.one(p, group, announce)
	if !in.Vouched || in.Object == nil || len(q.Requests()) != 0 {
		t.Errorf("applied %+v after %d reads", in, len(q.Requests()))
	}
}

func TestT21_announcesByAnEvilGroup(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, q, group, _, v := lemmys(t, h, fedtest.Mastodon())
	victim := h.meet(v)
	note := v.Note("what I said")
	id := note["id"].(string)
	h.stored(id, victim, nil)
	act := func(kind string, object any) fedtest.Doc {
		return fedtest.Doc{"id": "https://other.test/x/" + kind, "type": kind, "actor": v.ID, "object": object, "to": []any{fedtest.Public}}
	}
	in := h.one(p, group, group.Announce(act("Update", fedtest.Doc{"id": id, "type": "Note", "attributedTo": v.ID, "content": "forged"})))
	if in.Object.Doc.Content != note["content"] {
		t.Errorf("update: took %q", in.Object.Doc.Content)
	}
	h.none(p, group, group.Announce(act("Delete", id)), "not-gone")
	h.none(p, group, group.Announce(act("Delete", v.ID)), "not-gone")
	h.none(p, group, group.Announce(act("Lock", id)), "unproved")
	h.none(p, group, group.Announce(act("Like", id)), "unproved")
	h.none(p, group, group.Announce(act("Follow", group.ID)), "unproved")
	h.none(p, group, group.Announce(act("Undo", act("Follow", group.ID))), "unproved")
	h.none(p, group, group.Announce(act("Announce", act("Like", id))), "unproved")
	h.none(p, group, group.Announce(fedtest.Doc{"id": "https://lemmy.test/x/1", "type": "Like", "actor": v.ID, "object": id}), "wrong-origin")
	q.Delete(id)
	if in := h.one(p, group, group.Announce(act("Delete", fedtest.Doc{"id": id, "type": "Tombstone"}))); !in.Gone || in.Vouched {
		t.Errorf("confirmed delete: %+v", in)
	}
}

func TestAnnounce_removalByAModeratorElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, _, group, near, far := lemmys(t, h, fedtest.Lemmy())
	post := near.Thread(soil(group), "Soil", "text")
	h.stored(post["id"].(string), h.meet(near), h.meet(group))
	own := far.Answer(post, "mine")
	h.stored(own["id"].(string), h.meet(far), h.meet(group))
	for _, id := range []any{post["id"], own["id"]} {
		in := h.one(p, group, group.Announce(far.Activity("Delete", id, fedtest.Doc{"summary": "spam"})))
		if !in.Vouched || in.Gone || in.Via == nil || in.Activity.Summary != "spam" {
			t.Errorf("removal of %s: %+v", id, in)
		}
	}
	h.none(p, group, group.Announce(far.Activity("Delete", own["id"])), "not-gone")
}

func TestAnnounce_groupChangedByAModeratorElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, _, group, near, far := lemmys(t, h, fedtest.Lemmy())
	doc := group.Document()
	doc["name"] = "Soil and water"
	p.Put(doc)
	in := h.one(p, group, group.Announce(far.Activity("Update", group.Document())))
	if in.Object == nil || in.Object.Author.Name != "Soil and water" || in.Actor.URI != far.ID {
		t.Errorf("applied %+v", in.Object)
	}
	h.none(p, group, group.Announce(far.Activity("Update", near.Document())), "actor-elsewhere")
}

func TestAnnounce_proofWithANewKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	kind := fedtest.GoToSocial()
	kind.Proofs = true
	p, q, group, _, far := lemmys(t, h, kind)
	h.meet(far)
	h.clock.pass(time.Hour)
	q.Rotate(far)
	like := func(s *sign.Signer) fedtest.Doc {
		act := far.Activity("Lock", group.ID+"/post/1")
		return group.Announce(rawJSON(prove(t, act, s, h.clock.now())))
	}
	q.Forget()
	if in := h.one(p, group, like(far.Signer())); !in.Vouched || len(q.Requests()) != 1 {
		t.Errorf("applied %+v after %d reads", in, len(q.Requests()))
	}
	forged := far.Signer()
	forged.Ed25519 = p.Person("other").Ed25519
	h.clock.pass(time.Hour)
	q.Forget()
	for range 5 {
		h.none(p, group, like(forged), "unproved")
	}
	if n := len(q.Requests()); n > 6 { // one for the key, one for each activity
		t.Errorf("%d reads for forged proofs", n)
	}
}

func TestAnnounce_blockedHostBehindAGroup(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	kind := fedtest.Mastodon()
	kind.Proofs = true
	p, _, group, near, far := lemmys(t, h, kind)
	post := far.Thread(soil(group), "Soil", "text")
	h.meet(far)
	if err := h.store.SetHostPolicy(context.Background(), "other.test", db.HostBlocked, "spam"); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(time.Minute)
	h.none(p, group, group.Announce(rawJSON(prove(t, far.Create(post), far.Signer(), h.clock.now()))), "refused-host")
	answer := near.Answer(post, "answer")
	if in := h.one(p, group, group.Announce(near.Create(answer))); len(in.Thread) != 0 {
		t.Errorf("thread from a blocked host: %s", ids(in.Thread))
	}
}

func TestAnnounce_marksOfOthersAreHints(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, _, group, near, far := lemmys(t, h, fedtest.GoToSocial())
	row := h.meet(group)
	post := near.Thread(soil(group), "Soil", "text")
	for _, object := range []string{post["id"].(string), h.stored("", h.local(db.ActorPerson, "bo"), row).URI} {
		like := far.Activity("Like", object)
		in := h.one(p, group, group.Announce(like))
		if in.Vouched || in.Via == nil || in.Actor.URI != far.ID {
			t.Errorf("like: %+v", in)
		}
		if in := h.one(p, group, group.Announce(far.Undo(like))); in.Vouched || in.Activity.Inner().Object.Type != "Like" {
			t.Errorf("undo: %+v", in)
		}
	}
	// Our own group's posts are not for another group to count.
	water := h.local(db.ActorGroup, "water")
	ours := h.stored("", water, water)
	h.none(p, group, group.Announce(far.Activity("Like", ours.URI)), "unproved")
}

func TestAnnounce_activityFoundAtItsOrigin(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, _, group, _, far := lemmys(t, h, fedtest.Lemmy())
	lock := far.Activity("Lock", group.ID+"/post/1")
	in := h.one(p, group, group.Announce(lock))
	if !in.Vouched || in.Activity.Type != "Lock" || in.Via == nil {
		t.Errorf("applied %+v", in)
	}
	byID := far.Create(far.Thread(soil(group), "Soil", "text"))
	in = h.one(p, group, group.Announce(byID["id"]))
	if !in.Vouched || in.Activity.Type != "Create" || in.Object == nil || in.Via == nil {
		t.Errorf("announced by its id: %+v", in)
	}
}

func TestAnnounce_boostOfAGroup(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, q, group, near, far := lemmys(t, h, fedtest.Mastodon())
	post := far.Note("hello")
	in := h.one(p, group, group.Announce(post["id"]))
	if in.Actor.URI != group.ID || in.Via != nil || in.Object == nil || in.Object.Author.URI != far.ID {
		t.Errorf("applied %+v", in)
	}
	h.stored(post["id"].(string), in.Object.Author, nil)
	q.Forget()
	if in := h.one(p, group, group.Announce(post["id"])); in.Object != nil || len(q.Requests()) != 0 {
		t.Errorf("a known post: %+v after %d reads", in.Object, len(q.Requests()))
	}
	whole := near.Thread(soil(group), "Soil", "text")
	h.meet(near)
	p.Forget()
	if in := h.one(p, group, group.Announce(whole)); in.Object == nil || len(p.Requests()) != 0 {
		t.Errorf("embedded: %+v after %d reads", in.Object, len(p.Requests()))
	}
}

func TestAnnounce_boostsOfStrangersCauseNoReads(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	q := fedtest.New(t, h.net, "other.test", fedtest.Mastodon())
	ana, far := p.Person("ana"), q.Person("far")
	club := p.Group("club")
	post := far.Note("hello")
	h.none(p, ana, ana.Announce(post["id"]), "unknown-object")
	h.none(p, club, club.Announce(post["id"]), "not-followed")
	h.none(p, club, club.Announce(far.Create(post)), "not-followed")
	h.none(p, ana, ana.Announce(far.Create(post)), "not-a-group")
	if n := h.net.Asked("other.test"); n != 0 {
		t.Errorf("%d reads", n)
	}
	bo := h.local(db.ActorPerson, "bo")
	ours := h.stored("", bo, nil)
	if in := h.one(p, ana, ana.Announce(ours.URI)); in.Actor.URI != ana.ID || in.Object != nil {
		t.Errorf("boost of ours: %+v", in)
	}
	if in := h.one(p, club, club.Announce(far.Create(post), fedtest.Doc{"cc": []any{bo.URI}})); in.Object == nil {
		t.Errorf("addressed to one of ours: %+v", in)
	}
}

func TestAnnounce_echoOfOurs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	p, _, group, _, _ := lemmys(t, h, fedtest.Mastodon())
	bo := h.local(db.ActorPerson, "bo")
	mine := fedtest.Doc{"type": "Create", "actor": bo.URI, "object": home + "/ap/objects/5"}
	row := &db.Activity{
		ActorID: bo.ID, Type: "Create", ObjectURI: home + "/ap/objects/5", GroupID: h.meet(group).ID, Local: true, Public: true,
	}
	row.ID = h.store.NewID()
	row.URI = h.iris.Activity(row.ID)
	mine["id"] = row.URI
	row.Body = encode(t, mine)
	if err := h.store.CreateActivity(ctx, row); err != nil {
		t.Fatal(err)
	}
	forged := fedtest.Doc{"id": row.URI, "type": "Delete", "actor": bo.URI, "object": home + "/ap/objects/5"}
	for _, object := range []any{mine, row.URI, forged} {
		in := h.one(p, group, group.Announce(object))
		if in.Actor.ID != bo.ID || in.Activity.Type != "Create" || in.Via == nil || !in.Vouched || in.Object != nil {
			t.Errorf("echo of %v: %+v", object, in)
		}
	}
	other := p.Group("other")
	h.none(p, other, other.Announce(row.URI), "not-the-groups-own")
	h.none(p, group, group.Announce(fedtest.Doc{"id": home + "/ap/activities/9", "type": "Delete", "actor": bo.URI, "object": home + "/ap/objects/5"}), "not-ours")
	h.none(p, group, group.Announce(fedtest.Doc{"id": "https://lemmy.test/x", "type": "Delete", "actor": bo.URI, "object": home + "/ap/objects/5"}), "not-ours")
}

func TestHint_fromTheServerOfThePost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "sister.test", fedtest.Lemmy())
	q := fedtest.New(t, h.net, "gts.test", fedtest.GoToSocial())
	member, fan := p.Person("member"), q.Person("fan")
	water := h.local(db.ActorGroup, "water")
	post := member.Thread(h.target(water), "Pumps", "text")
	in := h.one(p, p.Instance(), fan.Activity("Like", post["id"].(string)))
	if in.Vouched || in.Via != nil || in.Actor.URI != fan.ID {
		t.Errorf("like: %+v", in)
	}
	answer := fan.Answer(post, "This one")
	in = h.one(p, p.Instance(), fan.Create(answer))
	if !in.Vouched || in.Via != nil || in.Object == nil || in.Object.Author.URI != fan.ID || len(in.Thread) != 1 {
		t.Errorf("answer: %+v", in)
	}
	strange := fan.Activity("Like", h.stored("", water, water).URI)
	h.none(p, p.Instance(), strange, "")
	rc, err := h.store.ReceiptByURI(context.Background(), strange["id"].(string), p.Instance().ID)
	if err != nil || rc.Reason != "unproved" {
		t.Errorf("a like of a post elsewhere: %+v, %v", rc, err)
	}
	if r := p.Post(p.Instance(), sharedInbox, fan.Activity("Announce", post["id"])); r.Status != http.StatusForbidden {
		t.Errorf("somebody's boost: %d, want 403", r.Status)
	}
}

func TestAnnounce_personLeaves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, q, group, near, far := lemmys(t, h, fedtest.Mastodon())
	h.none(p, group, group.Announce(far.Activity("Delete", far.ID)), "unknown-actor")
	h.meet(near)
	h.meet(far)
	if in := h.one(p, group, group.Announce(near.Activity("Delete", near.ID))); !in.Vouched || in.Actor.URI != near.ID {
		t.Errorf("of the group's host: %+v", in)
	}
	leave := far.Activity("Delete", far.ID, fedtest.Doc{"id": "https://other.test/leave/2"})
	q.Gone(far.ID)
	if in := h.one(p, group, group.Announce(leave)); in.Vouched || !in.Gone || in.Actor.URI != far.ID {
		t.Errorf("of another host: %+v", in)
	}
}

func TestUndo_byID(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana, eve := p.Person("ana"), p.Person("eve")
	water := h.local(db.ActorGroup, "water")
	post := h.stored("", water, water)
	h.apply = func(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
		var err error
		switch in.Activity.Type {
		case "Like":
			_, err = tx.AddLike(ctx, &db.Like{PostID: post.ID, ActorID: in.Actor.ID, URI: in.Activity.ID})
		case "Announce":
			_, err = tx.AddShare(ctx, &db.Share{PostID: post.ID, ActorID: in.Actor.ID, URI: in.Activity.ID})
		case "Follow":
			err = tx.PutFollow(ctx, &db.Follow{URI: in.Activity.ID, FollowerID: in.Actor.ID, FolloweeID: water.ID, State: db.FollowAccepted}, in.Actor)
		}
		return federation.Done(), err
	}
	for kind, object := range map[string]string{"Like": post.URI, "Announce": post.URI, "Follow": water.URI} {
		act := ana.Activity(kind, object)
		h.one(p, ana, act)
		in := h.one(p, ana, ana.Activity("Undo", act["id"]))
		undone := in.Activity.Inner().Object
		if undone == nil || undone.Type != kind || undone.Inner().IRI != object || undone.Actor.IRI != ana.ID {
			t.Errorf("undo of %s: %+v", kind, undone)
		}
		h.post(p, eve, eve.Activity("Undo", act["id"]))
		if list := h.settle(); len(list) != 0 {
			t.Errorf("eve took back the %s of ana", kind)
		}
	}
	h.none(p, ana, ana.Activity("Undo", "https://masto.test/never"), "unknown-activity")
	h.none(p, eve, eve.Activity("Undo", fedtest.Doc{"id": "https://masto.test/l", "type": "Like", "actor": ana.ID, "object": post.URI}), "not-yours")
}

func TestUndo_ofADeleteReadsThePostAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "lemmy.test", fedtest.Lemmy())
	ana := p.Person("ana")
	note := ana.Note("back again")
	in := h.one(p, ana, ana.Undo(ana.Activity("Delete", note["id"])))
	if in.Object == nil || in.Object.Doc.Content != note["content"] {
		t.Errorf("applied %+v", in.Object)
	}
}
