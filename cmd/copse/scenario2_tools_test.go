package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/fedtest"
)

// tap notes the activities that come to an instance.
type tap struct {
	next http.Handler
	mu   sync.Mutex
	got  []fedtest.Doc
}

// tapInto puts a tap before an instance.
func tapInto(l *lab) *tap {
	t := &tap{next: l.handler}
	l.net.Handle(l.iris.Host(), t)
	return t
}

// ServeHTTP implements http.Handler.
func (t *tap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		var doc fedtest.Doc
		if json.Unmarshal(body, &doc) == nil {
			t.mu.Lock()
			t.got = append(t.got, doc)
			t.mu.Unlock()
		}
	}
	t.next.ServeHTTP(w, r)
}

// about lists what came about an object, such as "Create" or "Announce{Create}".
func (t *tap) about(object string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []string
	for _, doc := range t.got {
		kind, _ := doc["type"].(string)
		inner, _ := doc["object"].(fedtest.Doc)
		deeper, _ := inner["type"].(string)
		switch {
		case objectOf(doc) == object:
			list = append(list, kind)
		case inner != nil && objectOf(inner) == object:
			list = append(list, kind+"{"+deeper+"}")
		}
	}
	return list
}

// notesTo lists the direct words that a server was sent for one of its people, as text.
func notesTo(p *fedtest.Peer, actor string) []string {
	var list []string
	for _, a := range p.Received("Create") {
		note, _ := a["object"].(fedtest.Doc)
		raw, _ := json.Marshal([]any{note["to"], note["cc"]})
		if bytes.Contains(raw, []byte(fedtest.Public)) || !bytes.Contains(raw, []byte(`"`+actor+`"`)) {
			continue
		}
		text, _ := note["content"].(string)
		list = append(list, strings.TrimSpace(content.Text(text)))
	}
	return list
}

// withReason is a moderator's act without its reason.
func withReason(act func(context.Context, *db.Store, *db.Actor, *db.Post, string) error, reason string) func(context.Context, *db.Store, *db.Actor, *db.Post) error {
	return func(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error {
		return act(ctx, tx, by, p, reason)
	}
}
