package actors_test

import (
	"context"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
)

// with lays members over a copy of a document.
func with(d fedtest.Doc, over ...fedtest.Doc) fedtest.Doc {
	out := fedtest.Doc{}
	for _, m := range append([]fedtest.Doc{d}, over...) {
		maps.Copy(out, m)
	}
	return out
}

func TestT17_authorsThatAreNone(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	for name, author := range map[string]any{
		"1": 1, "a word": "1", "a relative address": "/users/v", "a list of both": []any{g.e.ID, g.v.ID},
		"the victim": g.v.ID, "the victim, embedded": fedtest.Doc{"id": g.v.ID, "type": "Person"},
		"the victim first": []any{fedtest.Doc{"id": g.v.ID, "type": "Person"}, fedtest.Doc{"id": g.e.ID, "type": "Group"}},
		"one of ours":      g.ana.Actor.URI, "a group of ours": g.water.Actor.URI, "nobody": "", "null": nil, "true": true,
		"an empty list": []any{}, "a list in a list": []any{[]any{g.e.ID}}, "a local id": "acct:ana@copse.test",
		"a neighbour": g.evil.Person("n").ID, "a link": fedtest.Doc{"type": "Link", "href": g.v.ID},
	} {
		note := g.e.Thread(g.toWater(), "Pumps", "forged")
		id := note["id"].(string)
		note["attributedTo"] = author
		g.evil.Put(note)
		if r := g.evil.Post(g.e, sharedInbox, g.e.Create(note)); r.Status != http.StatusAccepted && r.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, r.Status)
		}
		g.settle()
		g.missing(name, id)
	}
}

func TestT17_embeddedObjectsOfOthers(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	theirs := g.v.Thread(g.toWater(), "Pumps", "true words")
	id := theirs["id"].(string)
	for name, object := range map[string]fedtest.Doc{
		"in the victim's name":   with(theirs, fedtest.Doc{"content": "<p>forged</p>"}),
		"the victim's id":        with(theirs, fedtest.Doc{"content": "<p>forged</p>", "attributedTo": g.e.ID}),
		"not there":              with(theirs, fedtest.Doc{"id": "https://victim.test/users/v/statuses/9", "content": "<p>forged</p>", "attributedTo": g.e.ID}),
		"another port":           with(theirs, fedtest.Doc{"id": "https://evil.test:8443/n/1", "attributedTo": g.e.ID}),
		"a sub-domain":           with(theirs, fedtest.Doc{"id": "https://sub.evil.test/n/1", "attributedTo": g.e.ID}),
		"http":                   with(theirs, fedtest.Doc{"id": "http://evil.test/n/1", "attributedTo": g.e.ID}),
		"userinfo":               with(theirs, fedtest.Doc{"id": "https://evil.test@victim.test/n/1", "attributedTo": g.e.ID}),
		"ours":                   with(theirs, fedtest.Doc{"id": home + "/ap/objects/1", "attributedTo": g.e.ID}),
		"ours, by ana":           with(theirs, fedtest.Doc{"id": home + "/ap/objects/1", "attributedTo": g.ana.Actor.URI}),
		"no id":                  with(theirs, fedtest.Doc{"id": nil, "attributedTo": g.e.ID}),
		"a line break in its id": with(theirs, fedtest.Doc{"id": "https://evil.test/n/1\r\nX: y", "attributedTo": g.e.ID}),
	} {
		g.none(name, g.evil, g.e, g.e.Create(object))
	}
	g.missing("the true one was not sent", id)
	two := g.e.Thread(g.toWater(), "Pumps", "mine")
	g.none("two objects", g.evil, g.e, g.e.Activity("Create", []any{two, with(theirs, fedtest.Doc{"content": "forged"})}))
	g.taken(g.victim, g.v, g.v.Create(theirs))
	if p := g.post(id); !strings.Contains(p.Content, "true words") {
		t.Errorf("stored %q", p.Content)
	}
}

func TestT18_documentsThatNameOthers(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	theirs := g.v.Thread(g.toWater(), "Pumps", "true words")
	lie := with(theirs, fedtest.Doc{"content": "<p>forged</p>"})
	g.evil.Serve("https://evil.test/x", 200, "application/activity+json", asJSON(t, lie))
	g.evil.Serve("https://evil.test/y", 200, "text/html", asJSON(t, with(lie, fedtest.Doc{"id": "https://evil.test/y", "attributedTo": g.e.ID})))
	g.evil.Serve("https://evil.test/z", 200, "application/json", asJSON(t, with(lie, fedtest.Doc{"id": "https://evil.test/z", "attributedTo": g.e.ID})))
	g.evil.Serve("https://evil.test/p", 200, "application/activity+json", asJSON(t, with(lie, fedtest.Doc{"id": "https://evil.test/p"})))
	for _, at := range []string{"https://evil.test/x", "https://evil.test/y", "https://evil.test/z", "https://evil.test/p"} {
		g.none(at, g.evil, g.e, g.e.Activity("Create", at))
		g.none(at+", as a hint", g.evil, g.evil.Instance(), g.v.Activity("Create", at, fedtest.Doc{"id": g.v.ID + "#" + at[18:]}))
		g.missing(at, at)
	}
	g.missing("forged", theirs["id"].(string))
}

func TestT19_pagesElsewhere(t *testing.T) {
	t.Parallel()
	g := newRing(t)
	d := g.e.Document()
	d["url"] = "https://victim.test/@v"
	g.evil.Put(d)
	g.met()
	note := g.e.Thread(g.toWater(), "Pumps", "Look.", fedtest.Doc{"url": "https://victim.test/@v/1"})
	g.taken(g.evil, g.e, g.e.Create(note))
	for what, url := range map[string]string{"actor": g.know(g.evil, g.e).URL, "post": g.post(note["id"].(string)).URL} {
		if strings.Contains(url, "victim") {
			t.Errorf("%s is shown at %s", what, url)
		}
	}
	for _, url := range []string{"javascript:alert(1)", "//victim.test/x", "https://evil.test@victim.test/", "https://victim.test\\@evil.test/"} {
		note := g.e.Thread(g.toWater(), "Pumps", "Look.", fedtest.Doc{"url": url})
		g.taken(g.evil, g.e, g.e.Create(note))
		if got := g.post(note["id"].(string)).URL; got != note["id"] && got != "" {
			t.Errorf("page %q", got)
		}
	}
}

func TestT20_namesOfOthers(t *testing.T) {
	t.Parallel()
	g := newRing(t)
	for i, claim := range []fedtest.Doc{
		{"preferredUsername": "v", "webfinger": "v@victim.test"},
		{"preferredUsername": "v@victim.test"},
		{"preferredUsername": "ana", "webfinger": "ana@copse.test"},
		{"preferredUsername": "water", "webfinger": "acct:water@copse.test"},
		{"preferredUsername": "v", "webfinger": "v@VICTIM.test."},
		{"preferredUsername": "v\u202ev"},
		{"preferredUsername": "v\nX: y"},
		{"preferredUsername": ""},
	} {
		a := g.evil.Person("x" + string(rune('a'+i)))
		g.evil.Put(with(a.Document(), claim))
		row, err := g.resolver.Actor(g.ctx, a.ID)
		if err != nil {
			continue // refused whole
		}
		if row.Host != "evil.test" || strings.ContainsAny(row.Handle, "@\u202e\n ") || row.Handle == "" {
			t.Errorf("%v is shown as @%s@%s", claim, row.Handle, row.Host)
		}
	}
}

// A group elsewhere may pass on what it likes: of others it proves nothing.
func TestT21_announcesThatLie(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	gang := g.evil.Group("gang")
	g.know(g.evil, gang)
	g.follows(g.ana.Actor, gang)
	note := g.v.Thread(g.toWater(), "Pumps", "true words")
	id := note["id"].(string)
	g.taken(g.victim, g.v, g.v.Create(note))
	forged := with(note, fedtest.Doc{"content": "<p>forged</p>", "updated": "2030-01-01T00:00:00Z"})
	other := with(note, fedtest.Doc{"id": "https://victim.test/users/v/statuses/9", "content": "<p>forged</p>"})
	theirAct := func(kind string, object any, over ...fedtest.Doc) fedtest.Doc {
		d := fedtest.Doc{"id": g.v.ID + "#" + kind, "type": kind, "actor": g.v.ID, "object": object, "to": []any{fedtest.Public}}
		return with(d, over...)
	}
	for name, inner := range map[string]any{
		"Update":                  theirAct("Update", forged),
		"Update by evil":          theirAct("Update", forged, fedtest.Doc{"actor": g.e.ID, "id": g.e.ID + "#u"}),
		"Update, their id":        theirAct("Update", forged, fedtest.Doc{"actor": g.e.ID}),
		"Create not there":        theirAct("Create", other),
		"Delete":                  theirAct("Delete", id),
		"Delete with a reason":    theirAct("Delete", id, fedtest.Doc{"summary": "spam"}),
		"Delete by a moderator":   theirAct("Delete", id, fedtest.Doc{"actor": g.e.ID, "id": g.e.ID + "#d", "summary": "spam"}),
		"Delete of the person":    theirAct("Delete", g.v.ID),
		"Like":                    theirAct("Like", id),
		"Lock":                    theirAct("Lock", id),
		"Follow":                  theirAct("Follow", g.water.Actor.URI),
		"Join":                    theirAct("Join", g.water.Actor.URI),
		"Leave":                   theirAct("Leave", g.water.Actor.URI),
		"Block":                   theirAct("Block", g.bob.ID, fedtest.Doc{"target": g.water.Actor.URI}),
		"Add a moderator":         theirAct("Add", g.e.ID, fedtest.Doc{"target": g.water.Actor.URI + "/moderators"}),
		"Move":                    theirAct("Move", g.v.ID, fedtest.Doc{"target": g.e.ID}),
		"Undo of a Follow":        theirAct("Undo", fedtest.Doc{"type": "Follow", "actor": g.v.ID, "object": g.water.Actor.URI}),
		"Announce in Announce":    theirAct("Announce", forged),
		"ours":                    theirAct("Update", forged, fedtest.Doc{"actor": g.ana.Actor.URI, "id": home + "/ap/activities/1"}),
		"ours by id":              home + "/ap/activities/1",
		"object whole":            forged,
		"object whole, not there": other,
	} {
		before := g.rows()
		g.taken(g.evil, gang, gang.Announce(inner))
		if p := g.post(id); !strings.Contains(p.Content, "true words") || p.State != db.PostPublished || p.LikesCount != 0 || !p.LockedAt.IsZero() {
			t.Fatalf("%s: now %q, %s, %d likes", name, p.Content, p.State, p.LikesCount)
		}
		if v := g.know(g.victim, g.v); !v.DeletedAt.IsZero() || v.MovedTo != "" {
			t.Fatalf("%s: the victim is gone", name)
		}
		now := g.rows()
		for _, table := range []string{"follows", "memberships", "bans", "role_grants", "likes", "posts", "actor_blocks"} {
			if now[table] != before[table] {
				t.Errorf("%s: %s has %d rows, had %d", name, table, now[table], before[table])
			}
		}
	}
}

// A group may not have what somebody did long ago done again, though its origin still serves it.
func TestT21_oldActsFoundAtTheirOrigin(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	gang := g.evil.Group("gang")
	g.know(g.evil, gang)
	g.follows(g.ana.Actor, gang)
	post := g.start(g.water, "Filters", "Which filters last?")
	follow, like := g.v.Activity("Follow", g.water.Actor.URI), g.v.Activity("Like", post.URI)
	for _, act := range []fedtest.Doc{follow, like} {
		g.taken(g.victim, g.v, act)
		g.taken(g.victim, g.v, g.v.Undo(act))
	}
	before := g.rows()
	for _, act := range []fedtest.Doc{follow, like} {
		for _, form := range []any{act["id"], act} {
			g.taken(g.evil, gang, gang.Announce(form, fedtest.Doc{"to": []any{g.water.Actor.URI}}))
		}
		g.taken(g.evil, gang, gang.Announce(rawDoc(g.proved(act, g.v.Signer()))))
	}
	now := g.rows()
	for _, table := range []string{"follows", "likes"} {
		if now[table] != before[table] {
			t.Errorf("%s has %d rows, had %d", table, now[table], before[table])
		}
	}
}

func TestT22_changesByOthers(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	note := g.v.Thread(g.toWater(), "Pumps", "true words")
	id := note["id"].(string)
	g.taken(g.victim, g.v, g.v.Create(note))
	mallory := g.victim.Person("mallory") // on the victim's own server
	newer := fedtest.Doc{"updated": "2030-01-01T00:00:00Z", "content": "<p>forged</p>"}
	for name, c := range map[string]struct {
		p  *fedtest.Peer
		by *fedtest.Actor
		do fedtest.Doc
	}{
		"Update by evil":             {g.evil, g.e, g.e.Activity("Update", with(note, newer))},
		"Update, evil as author":     {g.evil, g.e, g.e.Activity("Update", with(note, newer, fedtest.Doc{"attributedTo": g.e.ID}))},
		"Update by a neighbour":      {g.victim, mallory, mallory.Activity("Update", with(note, newer))},
		"Update, neighbour's own":    {g.victim, mallory, mallory.Activity("Update", with(note, newer, fedtest.Doc{"attributedTo": mallory.ID}))},
		"Create over it":             {g.victim, mallory, mallory.Activity("Create", with(note, newer, fedtest.Doc{"attributedTo": mallory.ID}))},
		"Delete by evil":             {g.evil, g.e, g.e.Activity("Delete", id)},
		"Delete by a neighbour":      {g.victim, mallory, mallory.Activity("Delete", id)},
		"Tombstone by a neighbour":   {g.victim, mallory, mallory.Activity("Delete", fedtest.Doc{"id": id, "type": "Tombstone"})},
		"Remove by a neighbour":      {g.victim, mallory, mallory.Activity("Remove", id, fedtest.Doc{"target": g.water.Actor.URI})},
		"Lock by a neighbour":        {g.victim, mallory, mallory.Activity("Lock", id)},
		"Undo of the Create":         {g.victim, mallory, mallory.Activity("Undo", fedtest.Doc{"type": "Create", "actor": g.v.ID, "object": id})},
		"Undo of a Delete":           {g.victim, mallory, mallory.Activity("Undo", fedtest.Doc{"type": "Delete", "actor": mallory.ID, "object": id})},
		"Delete of the person":       {g.victim, mallory, mallory.Activity("Delete", g.v.ID)},
		"Update of the person":       {g.evil, g.e, g.e.Activity("Update", with(g.v.Document(), fedtest.Doc{"name": "forged"}))},
		"Update by a neighbour of v": {g.victim, mallory, mallory.Activity("Update", with(g.v.Document(), fedtest.Doc{"name": "forged"}))},
		"Move of the person":         {g.evil, g.e, g.e.Activity("Move", g.v.ID, fedtest.Doc{"target": g.e.ID})},
		"Update of a group of ours":  {g.evil, g.e, g.e.Activity("Update", fedtest.Doc{"id": g.water.Actor.URI, "type": "Group", "name": "forged"})},
		"Delete of a group of ours":  {g.evil, g.e, g.e.Activity("Delete", g.water.Actor.URI)},
		"Delete of one of ours":      {g.evil, g.e, g.e.Activity("Delete", g.ana.Actor.URI)},
		"to a Person":                {g.victim, g.v, g.v.Activity("Update", with(note, newer, fedtest.Doc{"type": "Person"}))},
	} {
		if r := c.p.Post(c.by, sharedInbox, c.do); r.Status != http.StatusAccepted && r.Status != http.StatusForbidden {
			t.Errorf("%s: %d", name, r.Status)
		}
		g.settle()
		p := g.post(id)
		if !strings.Contains(p.Content, "true words") || p.State != db.PostPublished || p.AuthorID != g.know(g.victim, g.v).ID || !p.LockedAt.IsZero() {
			t.Fatalf("%s: now %q by %d, %s", name, p.Content, p.AuthorID, p.State)
		}
		if v := g.know(g.victim, g.v); v.Name == "forged" || !v.DeletedAt.IsZero() || v.Type != db.ActorPerson {
			t.Fatalf("%s: the victim is now %+v", name, v)
		}
		if w, err := g.store.GroupByID(g.ctx, g.water.ActorID); err != nil || w.Actor.Name == "forged" || !w.Actor.DeletedAt.IsZero() {
			t.Fatalf("%s: the group is now %+v, %v", name, w, err)
		}
	}
	// Into another group, or to another author, at the word of the author: it stays where it was.
	other := g.group("other", db.OpennessOpen)
	moved := with(note, fedtest.Doc{
		"updated": "2030-01-01T00:00:00Z", "cc": []any{other.Actor.URI}, "audience": other.Actor.URI,
		"tag": []any{fedtest.Doc{"type": "Mention", "href": other.Actor.URI, "name": "@other@copse.test"}},
	})
	g.victim.Put(moved)
	g.taken(g.victim, g.v, g.v.Activity("Update", moved))
	if p := g.post(id); p.GroupID != g.water.ActorID {
		t.Errorf("the post moved to group %d", p.GroupID)
	}
}

// Nobody can keep away what another is going to write or do, by deleting it first.
func TestT22_deletedBeforeItCame(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	mallory := g.victim.Person("mallory")
	g.know(g.victim, mallory)
	note := g.v.Thread(g.toWater(), "Pumps", "true words")
	post := g.start(g.water, "Filters", "Which filters last?")
	like, follow := g.v.Activity("Like", post.URI), g.v.Activity("Follow", g.water.Actor.URI)
	for _, by := range []*fedtest.Actor{mallory, g.e} {
		p := g.victim
		if by == g.e {
			p = g.evil
		}
		for _, act := range []fedtest.Doc{
			by.Activity("Delete", note["id"]),
			by.Activity("Undo", with(like, fedtest.Doc{"actor": by.ID})),
			by.Activity("Undo", with(follow, fedtest.Doc{"actor": by.ID})),
		} {
			if r := p.Post(by, sharedInbox, act); r.Status != http.StatusAccepted {
				t.Errorf("%s: %d", act["type"], r.Status)
			}
		}
	}
	g.settle()
	for _, act := range []fedtest.Doc{g.v.Create(note), like, follow} {
		g.taken(g.victim, g.v, act)
	}
	if _, err := g.store.PostByURI(g.ctx, note["id"].(string)); err != nil {
		t.Errorf("the post was kept away: %v", err)
	}
	if n := g.likes(post); n != 1 {
		t.Errorf("the like was kept away: %d likes", n)
	}
	if _, err := g.store.FollowByURI(g.ctx, follow["id"].(string)); err != nil {
		t.Errorf("the follow was kept away: %v", err)
	}
}

// Nobody but its author says for whom a post is.
func TestT23_audiences(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	closed := g.group("inner", db.OpennessPrivate)
	ours := g.start(closed, "Only among us", secret)
	gang := g.evil.Group("gang")
	g.know(g.evil, gang)
	g.follows(g.ana.Actor, gang)
	for _, act := range []fedtest.Doc{
		g.e.Announce(ours.URI), gang.Announce(ours.URI), gang.Announce(with(fedtest.Doc{"id": ours.URI, "type": "Note", "content": "x", "to": []any{fedtest.Public}})),
		g.e.Activity("Update", fedtest.Doc{"id": ours.URI, "type": "Note", "to": []any{fedtest.Public}, "attributedTo": g.e.ID}),
		g.e.Activity("Add", ours.URI, fedtest.Doc{"target": g.water.Actor.URI + "/featured"}),
		g.e.Activity("Move", ours.URI, fedtest.Doc{"origin": closed.Actor.URI, "target": g.water.Actor.URI}),
		g.e.Activity("Like", ours.URI), g.e.Activity("Flag", ours.URI),
	} {
		if by := act["actor"]; by == gang.ID {
			g.taken(g.evil, gang, act)
		} else {
			g.taken(g.evil, g.e, act)
		}
		g.wantHidden(ours.URI)
		g.wantHidden(g.iris.Context(ours.ID))
		if p := g.post(ours.URI); p.GroupID != closed.ActorID || p.Visibility != ours.Visibility || p.LikesCount+p.SharesCount != 0 {
			t.Errorf("after %s: %+v", act["type"], p)
		}
	}
	// A word to one person stays that, whatever an Announce or its envelope says of it.
	private := g.v.Note(secret, fedtest.Doc{"to": []any{g.ana.Actor.URI}, "cc": []any{}})
	g.taken(g.victim, g.v, g.v.Create(private, fedtest.Doc{"to": []any{fedtest.Public}}))
	g.taken(g.evil, g.e, g.e.Announce(private["id"]))
	g.taken(g.evil, gang, gang.Announce(private["id"]))
	p := g.post(private["id"].(string))
	if p.Public() || p.GroupID != 0 || p.SharesCount != 0 {
		t.Errorf("a private word became %+v", p)
	}
}

func TestT24_movesInCircles(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	g.follows(g.ana.Actor, g.e)
	a, b := g.e, g.evil.Person("b")
	known := func(who *fedtest.Actor, aliases ...any) {
		g.evil.Put(with(who.Document(), fedtest.Doc{"alsoKnownAs": aliases}))
	}
	following := func() int {
		t.Helper()
		return g.rows()["follows"]
	}
	before := following()
	g.none("no link back", g.evil, a, a.Activity("Move", a.ID, fedtest.Doc{"target": b.ID}))
	g.none("to the victim", g.evil, a, a.Activity("Move", a.ID, fedtest.Doc{"target": g.v.ID}))
	g.none("to one of ours", g.evil, a, a.Activity("Move", a.ID, fedtest.Doc{"target": g.ana.Actor.URI}))
	g.none("to itself", g.evil, a, a.Activity("Move", a.ID, fedtest.Doc{"target": a.ID}))
	g.none("of another", g.evil, a, a.Activity("Move", b.ID, fedtest.Doc{"target": a.ID}))
	known(b, a.ID)
	known(a, b.ID)
	g.taken(g.evil, a, a.Activity("Move", a.ID, fedtest.Doc{"target": b.ID}))
	for range 5 { // and back, and again
		g.taken(g.evil, b, b.Activity("Move", b.ID, fedtest.Doc{"target": a.ID}))
		g.taken(g.evil, a, a.Activity("Move", a.ID, fedtest.Doc{"target": b.ID}))
	}
	if n := following(); n > before+1 {
		t.Errorf("%d follows, had %d", n, before)
	}
	if err := g.store.SetHostPolicy(g.ctx, "victim.test", db.HostBlocked, "spam"); err != nil {
		t.Fatal(err)
	}
	g.pass(40 * 24 * time.Hour)
	g.victim.Put(with(g.v.Document(), fedtest.Doc{"alsoKnownAs": []any{a.ID}}))
	asked := g.net.Asked("victim.test")
	g.none("to a blocked host", g.evil, a, a.Activity("Move", a.ID, fedtest.Doc{"target": g.v.ID}))
	if n := g.net.Asked("victim.test") - asked; n != 0 {
		t.Errorf("asked a blocked host %d times", n)
	}
}

func TestT25_answersByOthers(t *testing.T) {
	t.Parallel()
	g := newRing(t).met()
	gate := g.victim.Group("gate")
	g.victim.Put(with(gate.Document(), fedtest.Doc{"manuallyApprovesFollowers": true}))
	row := g.know(g.victim, gate)
	var follow *db.Follow
	g.tx(func(ctx context.Context, tx *db.Store) (err error) {
		follow, err = g.com.Follow(ctx, tx, g.ana.Actor, row)
		return err
	})
	asked := fedtest.Doc{"id": follow.URI, "type": "Follow", "actor": g.ana.Actor.URI, "object": gate.ID}
	mallory := g.victim.Person("mallory")
	state := func() string {
		t.Helper()
		f, err := g.store.FollowByURI(g.ctx, follow.URI)
		if err != nil {
			t.Fatal(err)
		}
		return f.State
	}
	for name, c := range map[string]struct {
		p  *fedtest.Peer
		by *fedtest.Actor
		do fedtest.Doc
	}{
		"Accept by evil":             {g.evil, g.e, g.e.Activity("Accept", asked)},
		"by id":                      {g.evil, g.e, g.e.Activity("Accept", follow.URI)},
		"by evil's server":           {g.evil, g.evil.Instance(), g.evil.Instance().Activity("Accept", asked)},
		"by a neighbour":             {g.victim, mallory, mallory.Activity("Accept", asked)},
		"by the group's server":      {g.victim, g.victim.Instance(), g.victim.Instance().Activity("Accept", asked)},
		"of another":                 {g.evil, g.e, g.e.Activity("Accept", with(asked, fedtest.Doc{"object": g.e.ID}))},
		"of a Follow that never was": {g.victim, gate, gate.Activity("Accept", fedtest.Doc{"id": home + "/ap/activities/7", "type": "Follow", "actor": g.ana.Actor.URI, "object": g.bob.ID})},
		"Reject by evil":             {g.evil, g.e, g.e.Activity("Reject", asked)},
		"in the group's name":        {g.evil, g.e, gate.Activity("Accept", asked)},
	} {
		if r := c.p.Post(c.by, sharedInbox, c.do); r.Status != http.StatusAccepted && r.Status != http.StatusForbidden {
			t.Errorf("%s: %d", name, r.Status)
		}
		g.settle()
		if got := state(); got != db.FollowPending {
			t.Fatalf("%s: the follow is %s", name, got)
		}
	}
	g.taken(g.victim, gate, gate.Activity("Accept", asked))
	if got := state(); got != db.FollowAccepted {
		t.Errorf("accepted by the group: %s", got)
	}
}

func TestT26_invisibleNames(t *testing.T) {
	t.Parallel()
	g := newRing(t)
	g.evil.Put(with(g.e.Document(), fedtest.Doc{"name": "ad\u202enim\u200b\u2066x\u0000"[:len("ad\u202enim\u200b\u2066x")] + "\u00ad\ufeff", "summary": `<a href="https://good.test%20%20@evil.test/">good</a>`}))
	g.met()
	row := g.know(g.evil, g.e)
	if strings.ContainsAny(row.Name, "\u202e\u200b\u2066\u00ad\ufeff") {
		t.Errorf("name %q", row.Name)
	}
	note := g.e.Thread(g.toWater(), "Pumps", "x", fedtest.Doc{"content": "<p>Pumps</p><p>" +
		`<a href="https://good.test%20%20@evil.test/">good.test</a> <a href="https://p` + "\u0430" + `ypal.test/login">paypal.test</a> ` +
		`<a href="https://evil.test/">https://good.test/</a></p>`})
	g.taken(g.evil, g.e, g.e.Create(note))
	text := g.post(note["id"].(string)).Content
	for _, bad := range []string{"good.test%20", "\u0430"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q is in %s", bad, text)
		}
	}
	if !strings.Contains(text, "xn--pypal") {
		t.Errorf("the true host is not shown in %s", text)
	}
}

// follows makes somebody here follow somebody elsewhere.
func (g *ring) follows(who *db.Actor, whom *fedtest.Actor) {
	g.t.Helper()
	row, err := g.resolver.Actor(g.ctx, whom.ID)
	if err != nil {
		g.t.Fatal(err)
	}
	g.tx(func(ctx context.Context, tx *db.Store) error {
		return tx.PutFollow(ctx, &db.Follow{URI: who.URI + "#follows-" + whom.Name, FollowerID: who.ID, FolloweeID: row.ID, State: db.FollowAccepted}, who)
	})
}

// rawDoc is embedded byte for byte.
type rawDoc []byte

func (r rawDoc) MarshalJSON() ([]byte, error) { return r, nil }
