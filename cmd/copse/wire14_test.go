package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/community"
)

// What running GoToSocial 0.20 and NodeBB 4.15.1 surprised us with, here and in
// wire14_more_test.go; the numbers are those of the list in which it was written down.

// 1. Every edit of a post by GoToSocial carries the same activity id: the second is applied too.
func TestWire14_sameIDOtherContent(t *testing.T) {
	t.Parallel()
	l, _ := newCommons(t)
	gts := l.guest("gts.example", fedtest.GoToSocial())
	alice := gts.Person("alice")
	post := alice.Thread(l.target("water"), "How deep should a borehole be?", "Clay from 12 m.")
	l.applies(gts, alice, alice.Create(post))
	same := fedtest.Doc{"id": idOf(post) + "/activity#Update"}
	for _, text := range []string{"Clay from 14 m.", "Clay from 16 m."} {
		edit := alice.Update(post, fedtest.Doc{"content": "<p>How deep should a borehole be?</p><p>" + text + "</p>"}, same)
		l.applies(gts, alice, edit)
		if p := l.post(idOf(post)); !strings.Contains(p.Content, text) {
			t.Errorf("after the edit the post reads %q, want %q", p.Content, text)
		}
		l.takes(gts, alice, edit) // sent twice it is no further edit
	}
	revisions, err := l.store.RevisionsOf(l.ctx, l.post(idOf(post)).ID)
	l.ok(err)
	if len(revisions) != 2 {
		t.Errorf("%d earlier texts are kept, want 2", len(revisions))
	}
}

// 1. Every like of a post by NodeBB carries the same activity id, and nothing else that differs:
// like, unlike and like count one.
func TestWire14_sameIDNewAct(t *testing.T) {
	t.Parallel()
	l, c := newCommons(t)
	bb := l.guest("bb.example", fedtest.NodeBB())
	uid := bb.Person("admin")
	uri := l.starts("ana", "water", "Siting a borehole", "Where to begin?")
	like := uid.Activity("Like", uri, fedtest.Doc{"id": uid.ID + "#activity/like/" + uri, "to": []any{fedtest.Public}})
	for n, act := range []fedtest.Doc{like, uid.Undo(like), like, uid.Undo(like), like} {
		c.pass(time.Minute) // the very same signature once more would be a replay
		l.applies(bb, uid, act)
		if want := int64(1 - n%2); l.post(uri).LikesCount != want {
			t.Errorf("after act %d, %s, it has %d likes, want %d", n+1, act["type"], l.post(uri).LikesCount, want)
		}
	}
}

// 2. None of GoToSocial's activities can be fetched: nothing here may depend on it, and NodeBB,
// which fetches what is wrapped, gets the address of the post.
func TestWire14_activitiesThatCannotBeFetched(t *testing.T) {
	t.Parallel()
	l, _ := newCommons(t)
	gts, bb := l.guest("gts.example", fedtest.GoToSocial()), l.guest("bb.example", fedtest.NodeBB())
	alice, uid := gts.Person("alice"), bb.Person("admin")
	l.welcomes(gts, alice, "water")
	l.welcomes(bb, uid, "water")
	post := alice.Thread(l.target("water"), "How deep should a borehole be?", "Clay from 12 m.")
	create := l.applies(gts, alice, alice.Create(post))
	answer := alice.Answer(l.document(l.answers("ana", idOf(post), "Deeper.")), "How much?")
	l.applies(gts, alice, alice.Create(answer))
	for _, r := range gts.Requests() {
		if r.Method == http.MethodGet && r.Path == strings.TrimPrefix(idOf(create), "https://gts.example") {
			t.Errorf("the activity was asked for, answered %d", r.Status)
		}
	}
	for _, uri := range []string{idOf(post), idOf(answer)} {
		if whole, plain := announces(bb, uri); whole != 0 || plain != 1 {
			t.Errorf("NodeBB got %s %d times wrapped and %d times by its address, want 0 and 1", uri, whole, plain)
		}
	}
}

// announces counts how often a peer was told of an object: within a whole Create, and by its id.
func announces(p *fedtest.Peer, object string) (whole, plain int) {
	for _, a := range p.Received("Announce") {
		if inner, ok := a["object"].(fedtest.Doc); ok && inner["type"] == "Create" && objectOf(inner) == object {
			whole++
		}
		if a["object"] == object {
			plain++
		}
	}
	return whole, plain
}

// 4. GoToSocial's 500 may mean that it does not know a type: what it chokes on must not hold up
// what comes after.
func TestWire14_status500ForWhatIsUnknown(t *testing.T) {
	t.Parallel()
	l, c := newCommons(t)
	kind := fedtest.GoToSocial()
	kind.Refuses = func(activity fedtest.Doc) (int, string) {
		if activity["type"] == "Announce" {
			return http.StatusInternalServerError, "as if it knew no Announce"
		}
		return 0, ""
	}
	gts := l.guest("gts.example", kind)
	alice := gts.Person("alice")
	l.welcomes(gts, alice, "water")
	l.starts("ana", "water", "Siting a borehole", "Where to begin?")
	post := alice.Note("Who knows boreholes?", fedtest.Doc{"cc": []any{l.actor("ana").URI}})
	l.takes(gts, alice, alice.Create(post))
	answer := l.answers("ana", idOf(post), "We do.")
	for range 6 {
		rest(t, l)
		c.pass(20 * time.Minute)
	}
	if got := gts.Received("Create"); len(got) != 1 || objectOf(got[0]) != answer {
		t.Errorf("behind the announce that it cannot take, %v arrived; want the answer", got)
	}
}

// 5. NodeBB's ids hold spaces and whole addresses.
func TestWire14_idsWithSpacesAndAddresses(t *testing.T) {
	t.Parallel()
	l, _ := newCommons(t)
	bb := l.guest("bb.example", fedtest.NodeBB())
	category, uid := bb.Group("wells"), bb.Person("admin")
	l.follows("ana", category.Handle())
	rest(t, l)
	follow := bb.Received("Follow")[0]
	l.applies(bb, category, category.Activity("Accept", follow, fedtest.Doc{
		"id": category.ID + "#activity/accept:follow/Water safety practice (renamed)/1795301127217",
	}))
	if f, err := l.store.FollowBetween(l.ctx, l.actor("ana").ID, l.actor(category.Handle()).ID); err != nil || f.State != db.FollowAccepted {
		t.Errorf("ana's follow stands at %+v, %v", f, err)
	}
	uri := l.starts("ana", "water", "Siting a borehole", "Where to begin?")
	for _, id := range []string{
		uid.ID + "#activity/like/https%3A%2F%2Fhome.example%2Fap%2Fobjects%2F1",
		"https://bb.example/post/" + uri + "#activity/flag/1",
	} {
		l.applies(bb, uid, uid.Activity(map[bool]string{true: "Like", false: "Flag"}[strings.Contains(id, "like")], uri, fedtest.Doc{"id": id}))
	}
}

// 6. GoToSocial writes to, cc and tag as single values where there is one.
func TestWire14_singleOrList(t *testing.T) {
	t.Parallel()
	l, _ := newCommons(t)
	gts := l.guest("gts.example", fedtest.GoToSocial())
	alice := gts.Person("alice")
	water := l.target("water")
	mention := fedtest.Doc{"type": "Mention", "href": water.ID, "name": "@" + water.Handle}
	for _, shape := range []fedtest.Doc{
		{"to": fedtest.Public, "cc": water.ID, "tag": mention},
		{"to": []any{fedtest.Public}, "cc": []any{alice.Followers, water.ID}, "tag": []any{mention}},
		{"to": water.ID, "cc": fedtest.Public, "tag": mention},
	} {
		post := alice.Thread(water, "How deep should a borehole be?", "Clay from 12 m.", shape)
		l.applies(gts, alice, alice.Create(post))
		if p := l.post(idOf(post)); !p.Starts() || p.GroupID != l.actor("water").ID {
			t.Errorf("of %v came %+v", shape, p)
		}
	}
}

// 7. NodeBB's replies carry the title of their topic as name, and a topic of its own as context.
func TestWire14_repliesWithAName(t *testing.T) {
	t.Parallel()
	l, _ := newCommons(t)
	bb := l.guest("bb.example", fedtest.NodeBB())
	uid := bb.Person("admin")
	uri := l.starts("ana", "water", "Siting a borehole", "Where to begin?")
	reply := uid.Answer(l.document(uri), "With a map.", fedtest.Doc{"name": "Siting a borehole"})
	l.applies(bb, uid, uid.Create(reply))
	if p := l.post(idOf(reply)); p.Starts() || p.Title != "" || p.ReplyToID != l.post(uri).ID {
		t.Errorf("the reply starts: %t, title %q, answers %d", p.Starts(), p.Title, p.ReplyToID)
	}
	if diff := cmp.Diff([]string{uri, idOf(reply)}, l.thread(uri)); diff != "" {
		t.Errorf("thread (-want +got):\n%s", diff)
	}
}

// 8. A client's default answer to what it takes for a private post goes to the answerer's own
// followers. It is for the members' eyes at the most, and never published or passed on.
func TestWire14_replyToMembersGoesToOtherFollowers(t *testing.T) {
	t.Parallel()
	l, _ := newCommons(t)
	l.opens("ana", "inner", community.NewGroup{Openness: db.OpennessRestricted})
	gts, bb := l.guest("gts.example", fedtest.GoToSocial()), l.guest("bb.example", fedtest.NodeBB())
	alice, uid := gts.Person("alice"), bb.Person("admin")
	l.welcomes(bb, uid, "water")
	inner := l.actor("inner").URI
	for _, group := range []string{"inner", "water"} {
		uri := l.starts("ana", group, "What the audit found", "For members.")
		rest(t, l)
		bb.Forget()
		parent := fedtest.Doc{"id": uri, "attributedTo": l.actor("ana").URI}
		reply := alice.Answer(parent, "my answer", fedtest.Doc{"to": alice.Followers, "cc": []any{inner, l.actor("ana").URI}, "tag": []any{}})
		l.takes(gts, alice, alice.Create(reply))
		if got := l.thread(uri); len(got) != 1 {
			t.Errorf("in %s the answer to followers is shown: %v", group, got)
		}
		if status, _ := l.reads(l.iris.Context(l.post(uri).ID)); group == "inner" && status == http.StatusOK {
			t.Error("the members' conversation can be read by anybody")
		}
		if got := bb.Received(); len(got) != 0 {
			t.Errorf("in %s the answer to followers was passed on: %v", group, got)
		}
	}
}
