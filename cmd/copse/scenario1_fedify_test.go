package main

import (
	"context"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest/fedify"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
)

// TestScenario1_fedify walks what somebody on the microblog does in scenario 1 over sockets and TLS,
// with a server that nobody here wrote as D: 1.4 to 1.7 and 1.10.
func TestScenario1_fedify(t *testing.T) {
	t.Parallel()
	l := newFedifyLab(t, fedify.Options{Users: []string{"farid", "hugo"}, Software: "mastodon"})
	agreed := l.founds("farid")
	asked := l.toldDirectly("farid", "I sign")
	signs := func() (n int) {
		list, err := l.store.SignaturesOf(l.ctx, agreed.ID)
		l.ok(err)
		for _, s := range list {
			if s.Actor.Acct() == "farid@"+l.peer.Host {
				n++
			}
		}
		return n
	}
	l.replies("farid", asked, "I sign")
	eventually(t, "Farid's signature", func() bool { return signs() == 1 })
	l.replies("farid", asked, "one doubt about clause 3")
	eventually(t, "Farid's comment", func() bool {
		list, err := l.store.RemarksOn(l.ctx, agreed.ID)
		return err == nil && len(list) == 1 && list[0].Text == "one doubt about clause 3"
	})
	if signs() != 1 {
		t.Errorf("Farid signed %d times", signs())
	}
	eventually(t, "the charter is adopted", func() bool {
		c, err := l.store.AdoptedCharter(l.ctx, l.cop.ActorID)
		return err == nil && c.ID == agreed.ID
	})

	follow, err := l.peer.Follow(l.ctx, "hugo", l.handle())
	l.ok(err)
	l.peer.WaitFor(t, "Accept", follow)
	how := l.toldDirectly("hugo", "I commit")
	hugo, err := l.store.ActorByHandle(l.ctx, "hugo", l.peer.Host)
	l.ok(err)
	if m, err := l.store.MembershipOf(l.ctx, l.cop.ActorID, hugo.ID); err == nil && m.Belongs() {
		t.Error("to follow made him a member")
	}
	l.replies("hugo", how, "I commit – I run the cold room in Port Nord")
	eventually(t, "Hugo is a member", func() bool {
		m, err := l.store.MembershipOf(l.ctx, l.cop.ActorID, hugo.ID)
		return err == nil && m.Belongs()
	})
	c, err := l.store.CommitmentOf(l.ctx, l.cop.ActorID, hugo.ID)
	if err != nil || !strings.Contains(c.Link+c.Introduction, "cold room in Port Nord") {
		t.Errorf("he committed to %+v, %v", c, err)
	}
	l.allVerified()
}

// founds has amina found a community with somebody of the peer's, and answers what they agree on.
func (l *fedifyLab) founds(with string) *db.Charter {
	l.t.Helper()
	actor, err := l.community.PrepareActor(l.store, db.ActorGroup)
	l.ok(err)
	who, err := charter.NewReader(l.charter, l.store, l.resolver).Meet(l.ctx, with+"@"+l.peer.Host)
	l.ok(err)
	said := fields()
	said.Rule = charter.RuleAll // of two: a week can't pass over sockets
	f := charter.Founding{
		Group: community.NewGroup{
			Handle: "founded", Name: "Vaccine Cold Chain Sarela", Openness: db.OpennessOpen, PostPolicy: db.PostMembers, Languages: "en",
			Facilitator: l.actor("amina"), Actor: actor,
		},
		Fields: said, Founders: []charter.Invited{{Address: with + "@" + l.peer.Host, Actor: who}},
	}
	var c *db.Charter
	l.tx(func(ctx context.Context, tx *db.Store) (err error) {
		l.cop, c, err = l.charter.Found(ctx, tx, f)
		return err
	})
	return c
}

// toldDirectly is the id of the Note in which the group says something to one person.
func (l *fedifyLab) toldDirectly(who, words string) string {
	l.t.Helper()
	person, err := l.peer.Lookup(l.ctx, "@"+who+"@"+l.peer.Host)
	l.ok(err)
	return l.peer.Wait(l.t, "a direct Note to "+who, func(r fedify.Received) bool {
		text := string(r.JSON)
		return r.Type == "Create" && r.Actor == l.cop.Actor.URI && strings.Contains(text, words) && strings.Contains(text, person.ID)
	}).Object
}

// replies has somebody of the peer's answer a direct Note, to its author alone.
func (l *fedifyLab) replies(who, to, words string) {
	l.t.Helper()
	_, err := l.peer.Post(l.ctx, fedify.Note{As: who, Text: "<p>" + words + "</p>", InReplyTo: to, Visibility: "direct"})
	l.ok(err)
}
