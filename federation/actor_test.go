package federation_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
)

func TestActor_isReadOnceADay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	for _, step := range []struct {
		pass time.Duration
		want int
	}{{0, 1}, {time.Hour, 1}, {24 * time.Hour, 2}} {
		h.clock.pass(step.pass)
		h.meet(ana)
		if n := len(p.Requests()); n != step.want {
			t.Errorf("after %s: %d reads, want %d", step.pass, n, step.want)
		}
	}
}

func TestActor_storedCopyServesWhileUnreachable(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana := p.Person("ana")
	h.meet(ana)
	h.clock.pass(48 * time.Hour)
	for _, broken := range []int{500, 404, 403} {
		p.RefuseReads(broken)
		h.clock.pass(2 * time.Hour)
		p.Forget()
		h.meet(ana)
		first := len(p.Requests())
		h.meet(ana)
		if first == 0 || len(p.Requests()) != first {
			t.Errorf("status %d: %d reads, then %d", broken, first, len(p.Requests()))
		}
	}
	p.Recover()
	h.clock.pass(2 * time.Hour)
	doc := ana.Document()
	doc["name"] = "Ana Maria"
	p.Put(doc)
	if a := h.meet(ana); a.Name != "Ana Maria" {
		t.Errorf("name %q after the server came back", a.Name)
	}
}

func TestActor_goneBecomesATombstone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	p := fedtest.New(t, h.net, "lemmy.test", fedtest.Lemmy())
	for name, leave := range map[string]func(string){
		"410": p.Gone,
		"200": func(iri string) {
			p.Serve(iri, 200, "application/activity+json", []byte(`{"id":"`+iri+`","type":"Tombstone"}`))
		},
	} {
		who := p.Person("who" + name)
		h.meet(who)
		leave(who.ID)
		if _, err := h.resolver.Refresh(ctx, who.ID); !errors.Is(err, federation.ErrGone) {
			t.Errorf("%s: %v, want gone", name, err)
		}
		row, err := h.store.ActorByURI(ctx, who.ID)
		if err != nil || row.DeletedAt.IsZero() || row.Active() {
			t.Errorf("%s: row %+v, %v", name, row, err)
		}
		if _, err := h.resolver.Actor(ctx, who.ID); !errors.Is(err, federation.ErrGone) {
			t.Errorf("%s, again: %v, want gone", name, err)
		}
	}
}

func TestActor_ours(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	bo := h.local(db.ActorPerson, "bo")
	a, err := h.resolver.Actor(ctx, bo.URI)
	if err != nil || a.ID != bo.ID {
		t.Errorf("one of ours: %v, %v", a, err)
	}
	if _, err := h.resolver.Actor(ctx, home+"/ap/people/7"); !errors.Is(err, federation.ErrNotFound) {
		t.Errorf("nobody of ours: %v", err)
	}
	if n := h.net.Asked("copse.test"); n != 0 {
		t.Errorf("asked ourselves %d times", n)
	}
}

func TestActor_whatIsKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	kind := fedtest.Mastodon()
	kind.Proofs = true
	p := fedtest.New(t, h.net, "masto.test", kind)
	ana := p.Person("ana")
	doc := ana.Document()
	doc["name"] = "  Ana\u202e \n Maria "
	doc["summary"] = `<p onclick="x()">Wells<script>x()</script></p>`
	doc["icon"] = fedtest.Doc{"type": "Image", "url": "https://cdn.test/a.png"}
	doc["attachment"] = []any{fedtest.Doc{"type": "PropertyValue", "name": "Organisation", "value": "<a href='https://ngo.test'>Water Aid</a>"}}
	doc["alsoKnownAs"] = []any{"https://old.test/ana", "no address"}
	doc["manuallyApprovesFollowers"] = true
	p.Put(doc)
	got := h.meet(ana)
	want := &db.Actor{
		URI: ana.ID, Type: "Person", Handle: "ana", Host: "masto.test", Name: "Ana Maria", Summary: "<p>Wells</p>",
		Organisation: "Water Aid", URL: ana.URL, IconURI: "https://cdn.test/a.png",
		Inbox: ana.Inbox, SharedInbox: p.SharedInbox(), Outbox: ana.Outbox, FollowersURI: ana.Followers,
		FollowingURI: ana.Following, FeaturedURI: ana.Featured, PublicKeyID: ana.KeyID,
		Locked: true, Discoverable: true, Indexable: true, AlsoKnownAs: "https://old.test/ana",
	}
	ignore := cmpopts.IgnoreFields(db.Actor{}, "ID", "PublicKey", "ProofKey", "ProofKeyID", "FetchedAt", "CreatedAt", "UpdatedAt")
	if diff := cmp.Diff(want, got, ignore); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	if !strings.Contains(got.PublicKey, "BEGIN PUBLIC KEY") {
		t.Errorf("key %q", got.PublicKey)
	}
}

func TestActor_groups(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "lemmy.test", fedtest.Lemmy())
	for _, c := range []struct {
		name             string
		with             fedtest.Doc
		openness, policy string
	}{
		{"plain", fedtest.Doc{}, db.OpennessOpen, db.PostAnyone},
		{"closed", fedtest.Doc{"manuallyApprovesFollowers": true}, db.OpennessPrivate, db.PostAnyone},
		{"ours", fedtest.Doc{"accessType": "restricted", "manuallyApprovesFollowers": true}, db.OpennessRestricted, db.PostAnyone},
		{"news", fedtest.Doc{"postingRestrictedToMods": true, "accessType": "odd"}, db.OpennessOpen, db.PostModerators},
	} {
		a := p.Group(c.name)
		doc := a.Document()
		maps.Copy(doc, c.with)
		p.Put(doc)
		h.meet(a)
		g, err := h.store.GroupByURI(context.Background(), a.ID)
		if err != nil || g.Openness != c.openness || g.PostPolicy != c.policy {
			t.Errorf("%s: %+v, %v", c.name, g, err)
			continue
		}
		if g.Actor.ModeratorsURI != a.Moderators {
			t.Errorf("%s: moderators at %q", c.name, g.Actor.ModeratorsURI)
		}
	}
}

func TestActor_followersAreReachedAtTheNewInbox(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	p := fedtest.New(t, h.net, "masto.test", fedtest.Mastodon())
	ana, water := p.Person("ana"), h.local(db.ActorGroup, "water")
	row := h.meet(ana)
	if err := h.store.PutFollow(ctx, &db.Follow{FollowerID: row.ID, FolloweeID: water.ID, State: db.FollowAccepted}, row); err != nil {
		t.Fatal(err)
	}
	doc := ana.Document()
	doc["endpoints"] = fedtest.Doc{"sharedInbox": "https://masto.test/new-inbox"}
	p.Put(doc)
	for range 2 {
		if _, err := h.resolver.Refresh(ctx, ana.ID); err != nil {
			t.Fatal(err)
		}
	}
	boxes, err := h.store.FollowerInboxes(ctx, water.ID, "", 10)
	if err != nil || len(boxes) != 1 || boxes[0].Inbox != "https://masto.test/new-inbox" {
		t.Fatalf("inboxes %v, %v", boxes, err)
	}
	if err := h.store.DeleteFollow(ctx, row.ID, water.ID); err != nil {
		t.Fatal(err)
	}
	if boxes, _ := h.store.FollowerInboxes(ctx, water.ID, "", 10); len(boxes) != 0 {
		t.Errorf("inboxes %v after nobody follows", boxes)
	}
}

func TestT19_pageOnAnotherHost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "evil.test", fedtest.Mastodon())
	for name, c := range map[string]struct{ url, want string }{
		"victim":    {"https://victim.test/@v", "ID"},
		"subdomain": {"https://www.evil.test/@e", "https://www.evil.test/@e"},
		"script":    {"javascript:alert(1)", "ID"},
	} {
		e := p.Person(name)
		doc := e.Document()
		doc["url"] = c.url
		p.Put(doc)
		want := strings.Replace(c.want, "ID", e.ID, 1)
		if a := h.meet(e); a.URL != want {
			t.Errorf("%s: page %q, want %q", name, a.URL, want)
		}
	}
}

func TestT57_inboxOfSomebodyElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "evil.test", fedtest.Mastodon())
	for name, c := range map[string]struct {
		with fedtest.Doc
		ok   bool
	}{
		"inbox":     {fedtest.Doc{"inbox": "https://victim.test/inbox"}, false},
		"shared":    {fedtest.Doc{"endpoints": fedtest.Doc{"sharedInbox": "https://victim.test/inbox"}}, false},
		"plain":     {fedtest.Doc{"inbox": "http://evil.test/inbox"}, false},
		"none":      {fedtest.Doc{"inbox": nil}, false},
		"odd":       {fedtest.Doc{"inbox": "https://evil.test@victim.test/inbox"}, false},
		"subdomain": {fedtest.Doc{"inbox": "https://in.evil.test/inbox"}, true},
	} {
		e := p.Person(name)
		doc := e.Document()
		maps.Copy(doc, c.with)
		p.Put(doc)
		if _, err := h.resolver.Actor(context.Background(), e.ID); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if r := p.Post(e, sharedInbox, e.Activity("Like", home+"/ap/objects/1")); (r.Status == 202) != c.ok {
			t.Errorf("%s: inbox answered %d", name, r.Status)
		}
	}
	if n := h.net.Asked("victim.test"); n != 0 {
		t.Errorf("victim asked %d times", n)
	}
}

func TestT18_idOnAnotherHost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	evil := fedtest.New(t, h.net, "evil.test", fedtest.Mastodon())
	victim := fedtest.New(t, h.net, "victim.test", fedtest.Mastodon())
	v, e := victim.Person("v"), evil.Person("e")
	lie := e.Document()
	lie["id"] = v.ID
	evil.Serve("https://evil.test/x", 200, "application/activity+json", encode(t, lie))
	if _, err := h.resolver.Actor(ctx, "https://evil.test/x"); err == nil {
		t.Error("an actor with another host's id was taken")
	}
	if _, err := h.store.ActorByURI(ctx, v.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("victim stored: %v", err)
	}
	alias := e.Document()
	evil.Serve("https://evil.test/alias", 200, "application/activity+json", encode(t, alias))
	evil.Forget()
	a, err := h.resolver.Actor(ctx, "https://evil.test/alias")
	if err != nil || a.URI != e.ID || len(evil.Requests()) != 2 {
		t.Errorf("alias on the same host: %v, %v, %d reads", a, err, len(evil.Requests()))
	}
}

func TestActor_hostileDocuments(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := fedtest.New(t, h.net, "evil.test", fedtest.Mastodon())
	long := strings.Repeat("x", 5000)
	for name, with := range map[string]fedtest.Doc{
		"not an actor":   {"type": "Note"},
		"no name":        {"preferredUsername": nil},
		"name with host": {"preferredUsername": "v@victim.test"},
		"line break":     {"preferredUsername": "a\r\nX: y"},
		"long name":      {"preferredUsername": long},
		"key of another": {"publicKey": fedtest.Doc{"id": "https://evil.test/k", "owner": "https://victim.test/v", "publicKeyPem": "x"}},
		"no key":         {"publicKey": nil},
		"broken key":     {"publicKey": fedtest.Doc{"id": "https://evil.test/k", "owner": "ID", "publicKeyPem": "x"}},
		"odd members":    {"icon": 7, "attachment": "x", "alsoKnownAs": fedtest.Doc{}, "endpoints": []any{}, "url": []any{}},
	} {
		e := p.Person("e" + strings.ReplaceAll(name, " ", ""))
		doc := e.Document()
		maps.Copy(doc, with)
		p.Put(doc)
		a, err := h.resolver.Actor(context.Background(), e.ID)
		if err == nil && (a.PublicKey != "" != (name == "odd members") || strings.ContainsAny(a.Handle, "@\r\n")) {
			t.Errorf("%s: stored %+v", name, a)
		}
	}
}
