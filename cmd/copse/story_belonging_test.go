package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/membership"
)

// founded opens a community as opens does, with a charter that faci has adopted.
func (s *story) founded(handle string, settings []string) error {
	name, host, _ := strings.Cut(handle, "@")
	at, ok := s.sites[host]
	if !ok {
		return fmt.Errorf("no instance at %q", host)
	}
	return at.act("faci", func(ctx context.Context, tx *db.Store, faci *db.Actor) error {
		n := community.NewGroup{Handle: name, Name: strings.ToUpper(name[:1]) + name[1:], Facilitator: faci, Languages: "en", HoldPolicy: db.HoldNone}
		for _, setting := range settings {
			key, value, _ := strings.Cut(setting, "=")
			if key != "openness" {
				return fmt.Errorf("no setting %q", key)
			}
			n.Openness = value
		}
		_, c, err := at.charter.Found(ctx, tx, charter.Founding{Group: n, Fields: db.CharterFields{
			Purpose: "Keeping vaccines cold in clinics that lose power at night.",
			Inside:  []string{"Fridge care", "Temperature logs"}, Outside: []string{"Buying vaccines"},
			Why: "We discarded 3,100 doses last year.", Who: "Whoever opens a fridge.", Behaviours: "Say what failed.",
			Knowledge: "Which fridges last.", Rule: charter.RuleFacilitator, Attributed: "Pages freely, talk with the author's word.",
			Measures: "Fewer doses lost.", ReviewIn: 12,
		}})
		if err != nil || c.State == db.CharterAdopted {
			return err
		}
		return at.charter.Adopt(ctx, tx, faci, c)
	})
}

// commits are acts of belonging by one of ours; false for any other act:
//
//	wish GROUP LINK INTRODUCTION, respond|quit GROUP TEXT, stay|decline|retreat GROUP
//	accept|question|turn-down|vouch|invite GROUP WHO@HOST [TEXT]
//	grant|withdraw GROUP WHO@HOST ROLE; and those of knowing
func (s *story) commits(at *site, who, act string, args []string) (bool, error) {
	one := map[string]func(context.Context, *db.Store, *db.Actor, *db.Group) error{
		"wish": func(ctx context.Context, tx *db.Store, a *db.Actor, g *db.Group) error {
			return at.membership.Ask(ctx, tx, a, g, membership.Wish{Link: args[1], Introduction: args[2], Commits: true, Door: "web"})
		},
		"respond": func(ctx context.Context, tx *db.Store, a *db.Actor, g *db.Group) error {
			return at.membership.Answer(ctx, tx, a, g, args[1])
		},
		"quit": func(ctx context.Context, tx *db.Store, a *db.Actor, g *db.Group) error {
			return at.membership.Leave(ctx, tx, a, g, args[1])
		},
		"stay": at.membership.Stay, "decline": at.membership.Decline, "retreat": at.membership.Withdraw,
	}
	about := map[string]func(context.Context, *db.Store, *db.Actor, *db.Group, membership.Decision) error{
		"accept": at.membership.Accept, "question": at.membership.Question, "turn-down": at.membership.Refuse,
		"vouch": at.membership.Vouch, "invite": at.membership.Invite,
	}
	roles := map[string]func(context.Context, *db.Store, *db.Actor, *db.Group, community.RoleOf) error{
		"grant": at.community.GrantRole, "withdraw": at.community.WithdrawRole,
	}
	ctx := context.Background()
	if act == "tells" || act == "endorses" || act == "opens" {
		return true, s.knowing(at, who, act, args)
	}
	if one[act] == nil && about[act] == nil && roles[act] == nil {
		return false, nil
	}
	g, err := at.anyGroup(ctx, args[0])
	if err != nil {
		return true, err
	}
	if one[act] != nil {
		return true, at.act(who, func(ctx context.Context, tx *db.Store, a *db.Actor) error { return one[act](ctx, tx, a, g) })
	}
	whom, err := at.resolver.Handle(ctx, args[1])
	if err != nil {
		return true, err
	}
	return true, at.act(who, func(ctx context.Context, tx *db.Store, a *db.Actor) error {
		if roles[act] != nil {
			return roles[act](ctx, tx, a, g, community.RoleOf{Who: whom, Role: args[2]})
		}
		return about[act](ctx, tx, a, g, membership.Decision{Who: whom, Text: strings.Join(args[2:], " ")})
	})
}

// knowing are acts about what one of ours knows and is:
//
//	tells SHOWN TOPICS PLACES, endorses WHO@HOST TOPIC, opens WHO@HOST (as another account of theirs)
func (s *story) knowing(at *site, who, act string, args []string) error {
	ctx := context.Background()
	if act == "tells" {
		account, err := at.store.AccountByLogin(ctx, who)
		if err != nil {
			return err
		}
		return at.act(who, func(ctx context.Context, tx *db.Store, a *db.Actor) error {
			p := &db.Profile{ActorID: a.ID, Shown: args[0], Topics: args[1], Places: args[2]}
			return errors.Join(at.membership.SaveProfile(ctx, tx, p), at.community.EditPerson(ctx, tx, account))
		})
	}
	whom, err := at.resolver.Handle(ctx, args[0])
	if err != nil {
		return err
	}
	return at.act(who, func(ctx context.Context, tx *db.Store, a *db.Actor) error {
		if act == "opens" {
			return at.membership.OpenDoor(ctx, tx, a, whom)
		}
		return at.membership.Endorse(ctx, tx, a, whom, args[1])
	})
}

// knows prints what an instance can say of what somebody knows.
func (s *story) knows(who, host string) (string, error) {
	at, ok := s.sites[host]
	if !ok {
		return "", fmt.Errorf("no instance at %q", host)
	}
	ctx := context.Background()
	name, home, _ := strings.Cut(who, "@")
	a, err := at.store.ActorByHandle(ctx, name, home)
	if err != nil {
		return "", err
	}
	known, err := at.store.ProfilesOf(ctx, a.ID)
	p := known[a.ID]
	if err != nil || p == nil || p.Empty() {
		return "", err
	}
	return fmt.Sprintf("topics: %s\nplaces: %s\nvouched: %s\n",
		strings.Join(p.TopicList(), "; "), strings.Join(p.PlaceList(), "; "), strings.Join(p.VouchedList(), "; ")), nil
}

// linksTo lets somebody at a scripted server put a link to one of ours into a line of their profile.
func (s *story) linksTo(p *fedtest.Peer, a *fedtest.Actor, handle string) error {
	whom, err := s.target(handle)
	if err != nil {
		return err
	}
	value := fmt.Sprintf(`<a href="%[1]s" target="_blank" rel="nofollow noopener me">%[1]s</a>`, whom.URL)
	change := fedtest.Doc{"attachment": []any{fedtest.Doc{"type": "PropertyValue", "name": "Copse", "value": value}}}
	return s.sends(p, a, whom.ID, a.Update(a.Document(), change))
}

// member prints how somebody belongs to a group, as an instance knows it: that of the group unless
// another is named.
func (s *story) member(args []string) (string, error) {
	_, host, _ := strings.Cut(args[0], "@")
	if len(args) > 2 {
		host = args[2]
	}
	at, ok := s.sites[host]
	if !ok {
		return "", fmt.Errorf("no instance at %q", host)
	}
	ctx := context.Background()
	g, err := at.anyGroup(ctx, args[0])
	if err != nil {
		return "", err
	}
	name, home, _ := strings.Cut(args[1], "@")
	a, err := at.store.ActorByHandle(ctx, name, home)
	if errors.Is(err, db.ErrNotFound) {
		return "nobody\n", nil
	}
	if err != nil {
		return "", err
	}
	m, err := at.store.MembershipOf(ctx, g.ActorID, a.ID)
	if errors.Is(err, db.ErrNotFound) {
		return "nobody\n", nil
	}
	if err != nil {
		return "", err
	}
	var line strings.Builder
	line.WriteString(m.Status)
	if c, err := at.store.CommitmentOf(ctx, g.ActorID, a.ID); err == nil {
		line.WriteString(fmt.Sprintf(" charter %d by %s: %s | %s", c.CharterVersion, c.Door, c.Link, c.Introduction))
	}
	words, err := at.store.JoinWordsOf(ctx, g.ActorID, a.ID)
	for _, w := range words {
		line.WriteString("\n  " + w.Kind + ": " + w.Text)
	}
	roles, err2 := at.store.RolesOf(ctx, g.ActorID, a.ID)
	if len(roles) > 0 {
		line.WriteString("\n  roles " + strings.Join(roles, " "))
	}
	return line.String() + "\n", errors.Join(err, err2)
}

// answersNotice lets somebody at a scripted server answer the last direct note that a group sent them, in
// private as their client would.
func (s *story) answersNotice(p *fedtest.Peer, a *fedtest.Actor, handle, text string) error {
	group, err := s.target(handle)
	if err != nil {
		return err
	}
	for _, d := range slices.Backward(p.Received("Create")) {
		note, _ := d["object"].(fedtest.Doc)
		to, _ := json.Marshal(note["to"])
		if note["attributedTo"] != group.ID || !strings.Contains(string(to), a.ID) {
			continue
		}
		doc := a.Answer(note, text, fedtest.Doc{"to": []any{group.ID}, "cc": []any{}})
		return s.says(p, a, "", doc)
	}
	return fmt.Errorf("%s was told nothing by %s", a.ID, handle)
}
