package main

import (
	"net/http"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/community"
)

// newCommons is an instance at home.example with the open community water, looked after by ana.
func newCommons(t testing.TB) (l *lab, c *clock) {
	t.Helper()
	c = newClock()
	l = newLab(t, &fedtest.Network{Now: c.now}, "home.example")
	l.people("ana")
	l.opens("ana", "water", community.NewGroup{Name: "Water safety", Languages: "en"})
	return l, c
}

// guest puts a scripted server into the network.
func (l *lab) guest(host string, k fedtest.Kind) *fedtest.Peer {
	l.t.Helper()
	return fedtest.New(l.t, l.net, host, k)
}

// target is a group of ours as other servers know it.
func (l *lab) target(group string) fedtest.Target {
	l.t.Helper()
	a := l.actor(group)
	return fedtest.Target{ID: a.URI, Handle: a.Acct(), URL: a.URL}
}

// takes has a scripted server deliver an activity to the shared inbox and works it off.
func (l *lab) takes(p *fedtest.Peer, by *fedtest.Actor, activity fedtest.Doc) fedtest.Doc {
	l.t.Helper()
	if r := p.Post(by, l.iris.SharedInbox(), activity); r.Status != http.StatusAccepted {
		l.t.Fatalf("%s of %s is answered %d: %s", activity["type"], by.ID, r.Status, r.Body)
	}
	rest(l.t, l)
	return activity
}

// applies is takes for what must be applied.
func (l *lab) applies(p *fedtest.Peer, by *fedtest.Actor, activity fedtest.Doc) fedtest.Doc {
	l.t.Helper()
	l.takes(p, by, activity)
	if state, reason := l.outcome(activity); state != db.ReceiptDone {
		l.t.Fatalf("%s of %s ends in state %d, %s", activity["type"], by.ID, state, reason)
	}
	return activity
}

// welcomes has somebody elsewhere follow a group of ours.
func (l *lab) welcomes(p *fedtest.Peer, who *fedtest.Actor, group string) {
	l.t.Helper()
	l.applies(p, who, who.Activity("Follow", l.actor(group).URI))
}

// document is an object of ours as a scripted server reads it.
func (l *lab) document(iri string) fedtest.Doc {
	l.t.Helper()
	status, doc := l.reads(iri)
	if status != http.StatusOK {
		l.t.Fatalf("GET %s: %d", iri, status)
	}
	return doc
}

// idOf is the id of a document that a scripted server composed.
func idOf(d fedtest.Doc) string {
	id, _ := d["id"].(string)
	return id
}

// objectOf is the object of an activity: its id, also where it is embedded.
func objectOf(d fedtest.Doc) string {
	if inner, ok := d["object"].(fedtest.Doc); ok {
		return idOf(inner)
	}
	id, _ := d["object"].(string)
	return id
}
