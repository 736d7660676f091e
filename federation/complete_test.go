package federation_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
)

func TestCreate_everyKindOfPeer(t *testing.T) {
	t.Parallel()
	for name, kind := range peers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			water := h.local(db.ActorGroup, "water")
			p := fedtest.New(t, h.net, "peer.test", kind)
			ana := p.Person("ana")
			post := ana.Thread(h.target(water), "Pumps", "Which one?")
			h.meet(ana)
			p.Forget()
			in := h.one(p, ana, ana.Create(post))
			if in.Object == nil || in.Object.Doc.ID != post["id"] || in.Object.Author.URI != ana.ID || len(in.Thread) != 0 {
				t.Errorf("applied %+v", in.Object)
			}
			if n := len(p.Requests()); n != 0 {
				t.Errorf("%d reads for a post that came whole", n)
			}
		})
	}
}

func TestT17_embeddedObjectOfAnotherHost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	evil := fedtest.New(t, h.net, "evil.test", fedtest.Mastodon())
	victim := fedtest.New(t, h.net, "victim.test", fedtest.Mastodon())
	e, v := evil.Person("e"), victim.Person("v")
	real1 := v.Note("what I said")
	mine := e.Note("mine")
	with := func(d fedtest.Doc, change fedtest.Doc) fedtest.Doc {
		out := fedtest.Doc{}
		maps.Copy(out, d)
		maps.Copy(out, change)
		return out
	}
	for name, c := range map[string]struct {
		object any
		reason string
	}{
		"victim's post, other text":   {with(real1, fedtest.Doc{"content": "forged"}), "not-author"},
		"victim's post, evil author":  {with(real1, fedtest.Doc{"attributedTo": e.ID}), "not-author"},
		"unknown post of the victim":  {with(real1, fedtest.Doc{"id": "https://victim.test/n/1", "attributedTo": e.ID}), "not-found"},
		"own id, victim as author":    {evil.Put(with(mine, fedtest.Doc{"id": "https://evil.test/n/1", "attributedTo": v.ID})), "author-elsewhere"},
		"own id, two authors":         {evil.Put(with(mine, fedtest.Doc{"id": "https://evil.test/n/2", "attributedTo": []any{e.ID, v.ID}})), "no-author"},
		"own id, nobody":              {evil.Put(with(mine, fedtest.Doc{"id": "https://evil.test/n/3", "attributedTo": nil})), "no-author"},
		"own id, neighbour as author": {evil.Put(with(mine, fedtest.Doc{"id": "https://evil.test/n/4", "attributedTo": evil.Person("n").ID})), "not-author"},
		"no id":                       {with(mine, fedtest.Doc{"id": nil}), "no-id"},
		"our id":                      {with(mine, fedtest.Doc{"id": home + "/ap/objects/1"}), "ours"},
		"not a post":                  {fedtest.Doc{"id": "https://evil.test/c/1", "type": "ChatMessage", "attributedTo": e.ID}, "unknown-object"},
	} {
		act := fedtest.Doc{"id": "https://evil.test/a/" + strings.ReplaceAll(name, " ", "-"), "type": "Create", "actor": e.ID, "object": c.object}
		h.post(evil, e, act)
		if list := h.settle(); len(list) != 0 {
			t.Errorf("%s: applied %+v", name, list[0].Object)
		} else if got := h.reason(act); got != c.reason {
			t.Errorf("%s: %q, want %q", name, got, c.reason)
		}
	}
	for i, author := range []any{1, "1", true} {
		act := fedtest.Doc{"id": fmt.Sprintf("https://evil.test/b/%d", i), "type": "Create", "actor": e.ID, "object": with(mine, fedtest.Doc{"attributedTo": author})}
		if r := evil.Post(e, sharedInbox, act); r.Status != 202 && r.Status != 400 {
			t.Errorf("author %v: %d", author, r.Status)
		}
		if list := h.settle(); len(list) != 0 && list[0].Object.Author.URI != e.ID {
			t.Errorf("author %v: applied %+v", author, list[0].Object)
		}
	}
}

func TestT22_updatesByOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	v, e := p.Person("v"), p.Person("e")
	note := v.Note("what I said")
	h.stored(note["id"].(string), h.meet(v), nil)
	forged := fedtest.Doc{"id": note["id"], "type": "Note", "attributedTo": e.ID, "content": "forged"}
	h.none(p, e, e.Activity("Update", forged), "not-author")
	forged["attributedTo"] = v.ID
	h.none(p, e, e.Activity("Update", forged), "not-author")
	forged["type"] = "Person"
	h.none(p, e, e.Activity("Update", forged), "not-an-actor")
	other := fedtest.New(t, h.net, "evil.test", fedtest.Mastodon())
	x := other.Person("x")
	h.none(other, x, x.Activity("Update", v.Document()), "actor-elsewhere")
	if a := h.meet(v); a.Type != "Person" || a.Handle != "v" {
		t.Errorf("victim is now %+v", a)
	}
	in := h.one(p, v, v.Update(note, fedtest.Doc{"content": "what I meant"}))
	if in.Object.Doc.Content != "what I meant" {
		t.Errorf("own update: %+v", in.Object.Doc)
	}
}

func TestUpdate_ofAnActorIsReadAtItsOrigin(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	h.meet(ana)
	doc := ana.Document()
	doc["name"] = "Ana Maria"
	p.Put(doc)
	embedded := ana.Document()
	embedded["name"] = "something else"
	for _, object := range []any{embedded, ana.ID} {
		in := h.one(p, ana, ana.Activity("Update", object))
		if in.Object == nil || in.Object.Author.Name != "Ana Maria" || in.Object.Doc.Name != "Ana Maria" {
			t.Errorf("applied %+v", in.Object)
		}
	}
}

func TestDelete_byItsAuthor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	h.meet(ana)
	note := ana.Note("bye")
	for _, object := range []any{note["id"], fedtest.Doc{"id": note["id"], "type": "Tombstone"}} {
		p.Forget()
		in := h.one(p, ana, ana.Activity("Delete", object))
		if !in.Vouched || in.Activity.Inner().IRI != note["id"] || len(p.Requests()) != 0 {
			t.Errorf("applied %+v after %d reads", in, len(p.Requests()))
		}
	}
}

func TestT24_moves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "old.test", fedtest.Mastodon())
	q := fedtest.New(t, h.net, "new.test", fedtest.Mastodon())
	ana, neu := p.Person("ana"), q.Person("ana")
	h.meet(neu)
	move := func() fedtest.Doc { return ana.Activity("Move", ana.ID, fedtest.Doc{"target": neu.ID}) }
	h.none(p, ana, move(), "move-unconfirmed")
	doc := neu.Document()
	doc["alsoKnownAs"] = []any{ana.ID}
	q.Put(doc)
	q.Forget()
	in := h.one(p, ana, move())
	if !in.Vouched || len(q.Requests()) == 0 {
		t.Errorf("applied %+v after %d reads", in, len(q.Requests()))
	}
	h.none(p, ana, ana.Activity("Move", ana.ID, fedtest.Doc{"target": ana.ID}), "no-target")
	h.none(p, ana, ana.Activity("Move", ana.ID), "no-target")
}

func TestAncestors(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	q := fedtest.New(t, h.net, "other.test", fedtest.Lemmy())
	ana, bo := p.Person("ana"), q.Person("bo")
	group := h.followed(q.Group("soil"))
	top := bo.Thread(fedtest.Target{ID: group.URI, Handle: "soil@other.test"}, "Soil", "text")
	second := bo.Answer(top, "second")
	third := ana.Answer(second, "third")
	fourth := ana.Answer(third, "fourth")
	in := h.one(p, ana, ana.Create(fourth))
	if got := ids(in.Thread); got != fmt.Sprint([]any{top["id"], second["id"], third["id"]}) {
		t.Errorf("thread %s", got)
	}
	if in.Thread[0].Author.URI != bo.ID {
		t.Errorf("author of the topmost %s", in.Thread[0].Author.URI)
	}
	h.stored(second["id"].(string), in.Thread[0].Author, group)
	fifth := ana.Answer(fourth, "fifth")
	in = h.one(p, ana, ana.Create(fifth))
	if got := ids(in.Thread); got != fmt.Sprint([]any{third["id"], fourth["id"]}) {
		t.Errorf("thread above what we have: %s", got)
	}
}

func ids(list []*federation.Fetched) string {
	out := make([]any, len(list))
	for i, f := range list {
		out[i] = f.Doc.ID
	}
	return fmt.Sprint(out)
}

func TestAncestors_partOfAThread(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	lost := ana.Note("lost")
	middle := ana.Answer(lost, "middle")
	p.Delete(lost["id"].(string))
	in := h.one(p, ana, ana.Create(ana.Answer(middle, "last")))
	if got := ids(in.Thread); got != fmt.Sprint([]any{middle["id"]}) {
		t.Errorf("thread below a lost post: %s", got)
	}
	loop := ana.Note("loop")
	loop["inReplyTo"] = loop["id"]
	p.Put(loop)
	if in := h.one(p, ana, ana.Create(loop)); len(in.Thread) != 0 {
		t.Errorf("loop: %s", ids(in.Thread))
	}
}

// A host further up that is gone for good must not take the posts below with it.
func TestAncestors_unreachableHost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	water := h.local(db.ActorGroup, "water")
	p := fedtest.New(t, h.net, "peer.test", fedtest.Mastodon())
	ana := p.Person("ana")
	post := ana.Thread(h.target(water), "Pumps", "Which one?", fedtest.Doc{"inReplyTo": "https://gone.test/n/1"})
	h.post(p, ana, ana.Create(post))
	if got := h.settle(); len(got) != 0 {
		t.Fatal("taken at once, without another try")
	}
	for range 12 {
		h.clock.pass(6 * time.Hour)
		if got := h.settle(); len(got) == 1 {
			if got[0].Object.Doc.ID != post["id"] || len(got[0].Thread) != 0 {
				t.Errorf("applied %+v", got[0].Object.Doc)
			}
			return
		}
	}
	t.Error("the post was lost")
}

func TestT32_endlessThread(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "evil.test", fedtest.Mastodon())
	e := p.Person("e")
	h.meet(e)
	var last fedtest.Doc
	for i := range 100 {
		with := fedtest.Doc{"inReplyTo": nil}
		if i > 0 {
			with["inReplyTo"] = last["id"]
		}
		last = e.Note("again", with)
	}
	p.Forget()
	in := h.one(p, e, e.Create(last))
	if n := len(p.Requests()); n > 20 || len(in.Thread) > 20 {
		t.Errorf("%d reads, %d above", n, len(in.Thread))
	}
}

func TestUnknownTypes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	for _, kind := range []string{"View", "Travel", "Dance", "Note", "Person"} {
		h.none(p, ana, ana.Activity(kind, home+"/ap/objects/1"), "unknown-type")
	}
	for _, kind := range []string{"Like", "Follow", "Undo", "Announce", "Create", "Accept"} {
		h.none(p, ana, ana.Activity(kind, nil), "no-object")
	}
}

func TestModerators(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "lemmy.test", fedtest.Lemmy())
	ana, bo, cy := p.Person("ana"), p.Person("bo"), p.Person("cy")
	water := h.local(db.ActorGroup, "water")
	add := ana.Activity("Add", bo.ID, fedtest.Doc{"target": water.URI + federation.Moderators})
	h.one(p, ana, add)
	h.one(p, ana, ana.Activity("Block", cy.ID, fedtest.Doc{"target": water.URI}))
	for _, who := range []*fedtest.Actor{bo, cy} {
		if _, err := h.store.ActorByURI(context.Background(), who.ID); err != nil {
			t.Errorf("%s is not known: %v", who.Name, err)
		}
	}
	gone := fedtest.Doc{"target": water.URI}
	h.one(p, ana, ana.Activity("Block", "https://lemmy.test/u/nobody", gone))
	h.none(p, ana, ana.Activity("Add", bo.ID), "no-id")
}
