package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/fedtest"
)

func (s *story) peersOf(kind string, hosts []string) error {
	k, ok := map[string]func() fedtest.Kind{
		"mastodon": fedtest.Mastodon, "gotosocial": fedtest.GoToSocial, "lemmy": fedtest.Lemmy, "nodebb": fedtest.NodeBB,
	}[kind]
	if !ok {
		return fmt.Errorf("no kind %q", kind)
	}
	for _, h := range hosts {
		s.peers[h] = fedtest.New(s.t, s.net, h, k())
	}
	return nil
}

func (s *story) actor(p *fedtest.Peer, name string) *fedtest.Actor {
	key := name + "@" + p.Host
	if s.actors[key] == nil {
		s.actors[key] = p.Person(name)
	}
	return s.actors[key]
}

// theirs lets somebody at a scripted server act, over the wire:
//
//	follow|unfollow|join GROUP, start GROUP NAME TITLE TEXT [to=public|followers|direct]
//	reply POST NAME TEXT [to=...], edit POST TEXT, delete POST
//	answer NAME TEXT to=... (the words of a group that came last)
//	names WHO@HOST (as the same person, in a line of the profile)
//	answers GROUP TEXT (in private, to what the group last told them)
//	like|unlike|boost|unboost POST, flag POST TEXT
func (s *story) theirs(p *fedtest.Peer, a *fedtest.Actor, act string, args []string) error {
	key := a.ID + " " + strings.TrimPrefix(act, "un") + " " + args[0]
	switch act {
	case "follow", "join", "unfollow":
		group, err := s.target(args[0])
		if err != nil {
			return err
		}
		if act == "unfollow" {
			return s.sends(p, a, group.ID, a.Undo(s.acts[key]))
		}
		kind := strings.ToUpper(act[:1]) + act[1:]
		s.acts[key] = a.Activity(kind, group.ID)
		return s.sends(p, a, group.ID, s.acts[key])
	case "names":
		return s.linksTo(p, a, args[0])
	case "answers":
		return s.answersNotice(p, a, args[0], args[1])
	case "start":
		group, err := s.target(args[0])
		if err != nil {
			return err
		}
		doc := a.Thread(group, args[2], args[3], s.audience(a, group.ID, args[4:])...)
		s.docs[args[1]] = doc
		return s.says(p, a, args[1], doc)
	case "answer":
		return s.answers(p, a, args)
	}
	uri, err := s.post(args[0])
	if err != nil {
		return err
	}
	switch act {
	case "reply":
		parent, err := s.read(p, uri)
		if err != nil {
			return err
		}
		to, _ := parent["attributedTo"].(string)
		doc := a.Answer(parent, args[2], s.audience(a, to, args[3:])...)
		s.docs[args[1]] = doc
		return s.says(p, a, args[1], doc)
	case "edit":
		return s.sends(p, a, uri, a.Update(s.docs[args[0]], fedtest.Doc{"content": "<p>" + args[1] + "</p>"}))
	case "delete":
		p.Delete(uri)
		return s.sends(p, a, uri, a.Activity("Delete", uri, fedtest.Doc{"to": []any{fedtest.Public}}))
	case "flag":
		return s.sends(p, p.Instance(), uri, p.Instance().Activity("Flag", uri, fedtest.Doc{"content": args[1]}))
	case "unlike", "unboost":
		return s.sends(p, a, uri, a.Undo(s.acts[key]))
	case "like":
		s.acts[key] = a.Activity("Like", uri)
	case "boost":
		s.acts[key] = a.Announce(uri)
	default:
		return fmt.Errorf("no such act: %s", act)
	}
	return s.sends(p, a, uri, s.acts[key])
}

// answers answers what a group said last in its own words.
func (s *story) answers(p *fedtest.Peer, a *fedtest.Actor, args []string) error {
	heard := p.Received("Create")
	if len(heard) == 0 {
		return errors.New("nothing came that could be answered")
	}
	parent, _ := heard[len(heard)-1]["object"].(fedtest.Doc)
	to, _ := parent["attributedTo"].(string)
	doc := a.Answer(parent, args[1], s.audience(a, to, args[2:])...)
	s.docs[args[0]] = doc
	return s.says(p, a, args[0], doc)
}

// audience replaces the usual, public one.
func (s *story) audience(a *fedtest.Actor, other string, args []string) []fedtest.Doc {
	if len(args) == 0 {
		return nil
	}
	switch args[0] {
	case "to=followers":
		return []fedtest.Doc{{"to": []any{a.Followers}, "cc": []any{other}}}
	case "to=direct":
		return []fedtest.Doc{{"to": []any{other}, "cc": []any{}}}
	case "to=unlisted":
		return []fedtest.Doc{{"to": []any{a.Followers, other}, "cc": []any{fedtest.Public}}}
	}
	s.t.Errorf("no audience %q", args[0])
	return nil
}

func (s *story) target(handle string) (fedtest.Target, error) {
	name, host, _ := strings.Cut(handle, "@")
	at, ok := s.sites[host]
	if !ok {
		return fedtest.Target{}, fmt.Errorf("no instance at %q", host)
	}
	a, err := at.store.LocalActor(context.Background(), name)
	if err != nil {
		return fedtest.Target{}, err
	}
	return fedtest.Target{ID: a.URI, Handle: a.Acct(), URL: a.URL}, nil
}

func (s *story) says(p *fedtest.Peer, a *fedtest.Actor, name string, doc fedtest.Doc) error {
	uri, _ := doc["id"].(string)
	if err := s.names(name, uri); err != nil {
		return err
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	create, sent := a.Create(doc), false
	for _, host := range slices.Sorted(maps.Keys(s.sites)) { // everybody named in it gets it, as from a real server
		if !strings.Contains(string(text), host) {
			continue
		}
		if err := s.sends(p, a, "https://"+host+"/", create); err != nil {
			return err
		}
		sent = true
	}
	if !sent {
		return fmt.Errorf("%s is for nobody here", name)
	}
	return nil
}

// sends delivers to the shared inbox of the host of an address; anything but 202 is a refusal.
func (s *story) sends(p *fedtest.Peer, a *fedtest.Actor, about string, activity fedtest.Doc) error {
	host, _, _ := strings.Cut(strings.TrimPrefix(about, "https://"), "/")
	if _, ours := s.sites[host]; !ours {
		host = slices.Sorted(maps.Keys(s.sites))[0] // about a document of their own: the first instance of the story
	}
	r := p.Post(a, "https://"+host+"/ap/inbox", activity)
	if r.Status != http.StatusAccepted {
		return fmt.Errorf("answered with %d: %s", r.Status, r.Body)
	}
	return nil
}

func (s *story) read(p *fedtest.Peer, uri string) (fedtest.Doc, error) {
	r := p.Get(uri)
	var doc fedtest.Doc
	if err := json.Unmarshal(r.Body, &doc); r.Status != http.StatusOK || err != nil {
		return nil, fmt.Errorf("read %s: %d %s", uri, r.Status, r.Body)
	}
	return doc, nil
}

// got prints what a scripted server took, one activity a line, and whether its signature was good.
func (s *story) got(host string, types []string) (string, error) {
	p, ok := s.peers[host]
	if !ok {
		return "", fmt.Errorf("no scripted server at %q", host)
	}
	var b strings.Builder
	for _, d := range p.Received(types...) {
		b.WriteString(s.summary(d) + "\n")
	}
	for _, r := range p.Requests() {
		if r.Method == http.MethodPost && !r.Verified && r.Problem != nil { // what it refuses it does not verify
			return "", fmt.Errorf("a delivery had no good signature: %w", r.Problem)
		}
	}
	return b.String(), nil
}

// summary is an activity in a few words: "Announce Create start".
func (s *story) summary(d fedtest.Doc) string {
	kind, _ := d["type"].(string)
	switch o := d["object"].(type) {
	case string:
		return kind + " " + s.nameOf(o)
	case fedtest.Doc:
		if _, isActivity := o["actor"]; isActivity {
			return kind + " " + s.summary(o)
		}
		id, _ := o["id"].(string)
		return kind + " " + s.nameOf(id)
	}
	return kind
}

// told prints what was said to one person: the direct notes that their server was sent, or the
// notifications of one of ours.
func (s *story) told(who string) (string, error) {
	name, host, _ := strings.Cut(who, "@")
	var b strings.Builder
	if p, ok := s.peers[host]; ok {
		a := s.actor(p, name)
		for _, d := range p.Received("Create") {
			note, _ := d["object"].(fedtest.Doc)
			to, _ := json.Marshal([]any{note["to"], note["cc"]})
			if text, _ := note["content"].(string); strings.Contains(string(to), a.ID) && !strings.Contains(string(to), "#Public") {
				b.WriteString(strings.Join(strings.Fields(content.Text(text)), " ") + "\n")
			}
		}
		return b.String(), nil
	}
	at, ok := s.sites[host]
	if !ok {
		return "", fmt.Errorf("no host %q", host)
	}
	ctx := context.Background()
	account, err := at.store.AccountByLogin(ctx, name)
	if err != nil {
		return "", err
	}
	list, err := at.store.Inbox(ctx, db.InboxQuery{AccountID: account.ID, Limit: 50})
	for _, n := range list {
		line := n.Kind
		if n.Actor != nil {
			line += " by " + n.Actor.Acct()
		}
		if n.Post != nil {
			line += " on " + s.nameOf(n.Post.URI)
		}
		b.WriteString(strings.TrimSpace(line+" "+n.Note) + "\n")
	}
	return b.String(), err
}
