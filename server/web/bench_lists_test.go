package web_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/copse-social/copse/db"
)

// BenchmarkList is BenchmarkPage for the lists, with little and with ten times as much in them:
// n discussions, 10 n notifications, 2.5 n members.
func BenchmarkList(b *testing.B) {
	for _, n := range []int{200, 2000} {
		w := newFull(b, full{discussions: n, members: n * 5 / 2, notes: n * 10})
		for _, page := range []struct {
			name, path string
			signedOut  bool
		}{
			{"landing", "/", true},
			{"community", "/c/water", true},
			{"home", "/", false},
			{"community", "/c/water", false},
			{"inbox", "/notifications", false},
			{"people", "/c/water/members", false},
			{"search", "/search?q=strip", false},
			{"search-rare", "/search?q=rare", false},
		} {
			who, reader := w.amina, "in"
			if page.signedOut {
				who, reader = nil, "out"
			}
			b.Run(fmt.Sprintf("%s/%s/%d", page.name, reader, n), func(b *testing.B) { w.bench(b, who, page.path) })
		}
	}
}

// BenchmarkGrowth is what must not grow: lists of people and searches, among 1,000, 10,000 and 100,000
// posts that all have one word and 100, 1,000 and 10,000 members.
func BenchmarkGrowth(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		w := newFull(b, full{discussions: n, members: n / 10})
		for _, page := range []struct{ name, path string }{
			{"search", "/search?q=strip"},
			{"search-in", "/search?q=strip&in=" + itoa(w.group.ActorID)},
			{"search-rare", "/search?q=rare"},
			{"search-begun", "/search?q=str"},
			{"search-people", "/search?kind=people&q=member"},
			{"search-nobody", "/search?kind=people&q=xavier"},
			{"people", "/c/water/members"},
			{"people-word", "/c/water/members?q=m1"},
			{"people-nobody", "/c/water/members?q=xavier"},
			{"community", "/c/water"},
			{"home", "/"},
		} {
			b.Run(fmt.Sprintf("%s/%d", page.name, n), func(b *testing.B) { w.bench(b, w.amina, page.path) })
		}
	}
}

// full says how much there is of everything.
type full struct{ discussions, members, notes int }

// newFull is an instance in which much has been said by many.
func newFull(b *testing.B, size full) *world {
	w := &world{house: newHouse(b)}
	w.amina = w.person("amina")
	w.group = w.house.group("water", w.amina)
	w.do(func(ctx context.Context, tx *db.Store) error {
		for i := range size.members {
			host := fmt.Sprintf("h%d.test", i%40)
			uri := fmt.Sprintf("https://%s/users/m%d", host, i)
			a := &db.Actor{URI: uri, Type: db.ActorPerson, Handle: fmt.Sprintf("m%d", i), Host: host, Name: fmt.Sprintf("Member %d", i), Inbox: uri + "/inbox"}
			if err := tx.CreateActor(ctx, a); err != nil {
				return err
			}
			err := tx.PutMembership(ctx, &db.Membership{GroupID: w.group.ActorID, ActorID: a.ID, Status: db.MemberFull})
			if err != nil {
				return err
			}
		}
		return nil
	})
	w.do(func(ctx context.Context, tx *db.Store) error { return w.talked(ctx, tx, size) })
	return w
}

// talked fills the community and the inbox; rare is in ten discussions.
func (w *world) talked(ctx context.Context, tx *db.Store, size full) error {
	var last *db.Post
	for i := range size.discussions {
		p := w.written(w.amina)
		p.Kind, p.Title = db.KindDiscussion, fmt.Sprintf("Discussion %d", i)
		if err := tx.CreatePost(ctx, p, nil); err != nil {
			return err
		}
		text := words
		if i%(size.discussions/10) == 0 {
			text += " rare"
		}
		if err := tx.IndexPost(ctx, p.ID, p.Title, text); err != nil {
			return err
		}
		last = p
	}
	me := accountOf(w.house, w.amina)
	for range size.notes {
		note := &db.Notification{AccountID: me.ID, Kind: db.NotifyReply, ActorID: w.amina.ID, GroupID: w.group.ActorID, PostID: last.ID}
		if err := tx.Notify(ctx, note); err != nil {
			return err
		}
	}
	return nil
}
