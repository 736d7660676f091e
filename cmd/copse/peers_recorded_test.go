package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// recording is one request that a running GoToSocial or NodeBB made to a stand-in for Copse.
type recording struct {
	Method   string          `json:"method"`
	URI      string          `json:"uri"`
	Header   http.Header     `json:"header"`
	Body     json.RawMessage `json:"body"`
	Answered int             `json:"answered"`
}

// replayRecorded makes the recorded requests again, in their order, at an instance that has what
// the stand-in had: two people, three groups and a few posts, under the same numbers. Bodies were
// printed anew when they were recorded, so all is signed again, with keys of the test under the
// recorded key ids.
func replayRecorded(t *testing.T, folder string, table *outcomes) {
	t.Helper()
	names, raw := filesOf(t, folder)
	w := newPeersWorld(t, "copse-probe.test")
	w.furnish()
	list := make([]recording, len(names))
	for n, name := range names {
		w.ok(json.Unmarshal(raw[name], &list[n]))
		w.gather(list[n].Body)
		w.introduce(list[n])
	}
	for n, name := range names {
		if prepare := w.preparations()[name]; prepare != nil {
			prepare(list[n])
		}
		table.add("recorded/"+name, byReplay, w.replay(list[n]))
	}
}

// keyIn finds the key id in a recorded signature.
var keyIn = regexp.MustCompile(`keyId="([^"]+)"`)

// introduce makes the signer of a request known under the recorded key id. GoToSocial's are
// documents of their own.
func (w *peersWorld) introduce(r recording) {
	w.t.Helper()
	keyID := recordedKeyID(r)
	actor, _, _ := strings.Cut(strings.TrimSuffix(keyID, "/main-key"), "#")
	switch {
	case keyID == "" || w.keyIDs[actor] != "":
		return
	case strings.Contains(actor, "/category/"):
		w.kinds[actor] = db.ActorGroup
	case actor == "https://nodebbx.test/actor":
		w.kinds[actor] = db.ActorApplication
	case actor == "https://gtsa.test/users/gtsa.test":
		w.kinds[actor] = db.ActorService
	}
	w.keyIDs[actor] = keyID
	w.keyOf(actor)
	if !strings.Contains(keyID, "#") {
		w.pages[pageName(keyID)] = w.pages[pageName(actor)]
	}
}

func recordedKeyID(r recording) string {
	if m := keyIn.FindStringSubmatch(r.Header.Get("Signature")); m != nil {
		return m[1]
	}
	return ""
}

// replay makes one request again and words what came of it.
func (w *peersWorld) replay(r recording) string {
	w.t.Helper()
	if r.Method == http.MethodPost {
		doc, err := vocab.Decode(r.Body)
		w.ok(err)
		return w.post(doc.Actor.IRI, r.Body)
	}
	req, err := http.NewRequestWithContext(w.ctx, r.Method, w.iris.Base()+r.URI, http.NoBody)
	w.ok(err)
	for name, values := range r.Header {
		if name != "Signature" && name != "Date" && name != "Host" {
			req.Header[name] = values
		}
	}
	if keyID := recordedKeyID(r); keyID != "" {
		w.ok((&sign.Signer{KeyID: keyID, RSA: w.key}).Sign(req, nil, sign.Cavage, w.clock.now()))
	}
	resp, err := w.net.RoundTrip(req)
	w.ok(err)
	_ = resp.Body.Close()
	return fmt.Sprintf("answered (%d, recorded %d)", resp.StatusCode, r.Answered)
}

// furnish makes what the recorded requests speak of.
func (w *peersWorld) furnish() {
	w.t.Helper()
	binh, carla := w.numberedPerson(1001, "binh"), w.numberedPerson(1002, "carla")
	water := w.numberedGroup(2001, binh, community.NewGroup{Handle: "watersafety", HoldPolicy: db.HoldNone})
	members := w.numberedGroup(2002, binh, community.NewGroup{Handle: "members", Openness: db.OpennessRestricted})
	w.numberedGroup(2003, binh, community.NewGroup{Handle: "third", HoldPolicy: db.HoldNone})
	for _, p := range []struct {
		id     int64
		author *db.Actor
		group  *db.Group
	}{
		{459596783816960, binh, water},
		{459596833353987, binh, members},
		{459596985553417, binh, water},
		{459597027384323, carla, water},
	} {
		w.numberedPost(&db.Post{ID: p.id, AuthorID: p.author.ID, GroupID: p.group.ActorID, State: db.PostPublished}, nil)
	}
}

// preparations are what must have happened before some of the requests.
func (w *peersWorld) preparations() map[string]func(recording) {
	return map[string]func(recording){
		// the Follow that is taken back, of another group than the recorded one
		"06-gts-undo-follow.json": func(r recording) {
			var undo struct {
				Actor  string          `json:"actor"`
				Object json.RawMessage `json:"object"`
			}
			w.ok(json.Unmarshal(r.Body, &undo))
			if got := w.post(undo.Actor, undo.Object); got != "applied" {
				w.t.Errorf("the Follow to be undone is %s", got)
			}
		},
		// somebody here follows the category that passes its topics on
		"39-nodebb-announce-object.json": func(recording) { w.joinAll() },
		// an answer of ours in that category and a like, which it then echoes
		"41-nodebb-announce-echo.json": func(recording) {
			topic, err := w.store.PostByURI(w.ctx, "https://nodebbx.test/post/5")
			w.ok(err)
			answer := &db.Post{ID: 459597087459074, AuthorID: 1001, GroupID: topic.GroupID, State: db.PostWaiting}
			w.numberedPost(answer, topic)
			w.numberedAct(&db.Activity{ID: 459597087459075, Type: "Create", ObjectURI: answer.URI, PostID: answer.ID, GroupID: topic.GroupID})
			w.numberedAct(&db.Activity{ID: 459597087459076, Type: "Like", ObjectURI: topic.URI, PostID: topic.ID, GroupID: topic.GroupID})
		},
		// an announce of ours on its way to NodeBB
		"43-nodebb-reject-announce.json": func(recording) {
			create := &db.Activity{ID: 459597087459080, Type: "Create", ObjectURI: w.iris.Object(459597087459079)}
			w.numberedAct(create)
			announce := &db.Activity{ID: 459597087459081, ActorID: 2001, Type: "Announce", ObjectURI: create.URI}
			w.numberedAct(announce)
			w.ok(w.store.CreateDeliveries(w.ctx, []*db.Delivery{
				{ActivityID: announce.ID, Host: "nodebbx.test", Inbox: "https://nodebbx.test/inbox"},
			}))
		},
	}
}

func (w *peersWorld) numberedPerson(id int64, handle string) *db.Actor {
	w.t.Helper()
	a := w.numbered(w.iris, &db.Actor{ID: id, Type: db.ActorPerson, URI: w.iris.Person(id)})
	w.tx(func(ctx context.Context, tx *db.Store) error {
		_, err := w.community.CreatePerson(ctx, tx, community.NewPerson{Handle: handle, Email: handle + "@mail.example", Actor: a})
		return err
	})
	return a
}

func (w *peersWorld) numberedGroup(id int64, by *db.Actor, n community.NewGroup) *db.Group {
	w.t.Helper()
	n.Actor = w.numbered(w.iris, &db.Actor{ID: id, Type: db.ActorGroup, URI: w.iris.Group(id)})
	n.Actor.ModeratorsURI = n.Actor.URI + federation.Moderators
	n.Name, n.Facilitator = n.Handle, by
	var g *db.Group
	w.tx(func(ctx context.Context, tx *db.Store) (err error) {
		g, err = w.community.CreateGroup(ctx, tx, n)
		return err
	})
	return g
}

func (w *peersWorld) numberedPost(p, parent *db.Post) {
	w.t.Helper()
	p.URI, p.Local, p.Visibility, p.Content, p.Lang = w.iris.Object(p.ID), true, db.VisibilityPublic, "<p>As it was.</p>", "en"
	if p.Kind, p.Title = db.KindDiscussion, "Siting a borehole"; parent != nil {
		p.Kind, p.Title = db.KindComment, ""
	}
	w.tx(func(ctx context.Context, tx *db.Store) error { return tx.CreatePost(ctx, p, parent) })
}

// numberedAct stores an activity of ours, by binh unless it says otherwise.
func (w *peersWorld) numberedAct(a *db.Activity) {
	w.t.Helper()
	if a.ActorID == 0 {
		a.ActorID = 1001
	}
	a.URI, a.Local, a.Public = w.iris.Activity(a.ID), true, true
	var err error
	a.Body, err = vocab.Encode(vocab.ActivityDoc{ID: a.URI, Type: a.Type, Actor: w.iris.Person(a.ActorID), Object: a.ObjectURI})
	w.ok(err)
	w.tx(func(ctx context.Context, tx *db.Store) error { return tx.CreateActivity(ctx, a) })
}
