package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/moderation"
)

// line is a post as thread prints it.
func (s *story) line(p *db.Post) string {
	words := []string{}
	if p.Title != "" {
		words = append(words, p.Title, "|")
	}
	words = append(words, strings.Fields(content.Text(p.Content))...)
	marks := []string{}
	if p.State != db.PostPublished {
		marks = append(marks, p.State)
	}
	for _, count := range []struct {
		n    int64
		word string
	}{{p.LikesCount, "helpful"}, {p.SharesCount, "shared"}} {
		if count.n > 0 {
			marks = append(marks, fmt.Sprintf("%s %d", count.word, count.n))
		}
	}
	for _, mark := range []struct {
		at   db.Time
		word string
	}{{p.EditedAt, "edited"}, {p.PinnedAt, "pinned"}, {p.LockedAt, "locked"}} {
		if !mark.at.IsZero() {
			marks = append(marks, mark.word)
		}
	}
	if len(marks) > 0 {
		words = append(words, "["+strings.Join(marks, ", ")+"]")
	}
	return strings.Join(words, " ")
}

// ours lets one of our people act:
//
//	follow|unfollow HANDLE, join|leave GROUP, admit|send-away GROUP WHO@HOST, trust|distrust GROUP HOST, answer GROUP@HOST yes|no
//	start GROUP NAME TITLE TEXT, write GROUP NAME TEXT (to the facilitators)
//	reply POST NAME TEXT, edit POST TEXT, delete POST
//	report POST TEXT, grant GROUP WHO@HOST ROLE, ban GROUP WHO@HOST [DURATION], lift GROUP WHO@HOST, appeal GROUP TEXT
//	slow POST WAIT, move-thread POST GROUP@HOST
//	resolve|grant-appeal TEXT (what waits longest for them)
//	like|unlike POST, pin|unpin|lock|unlock|remove|restore|approve|refuse POST
func (s *story) ours(at *site, who, act string, args []string) error {
	ctx := context.Background()
	if done, err := s.commits(at, who, act, args); done {
		return err
	}
	switch act {
	case "follow":
		return at.follow(who, args[0])
	case "unfollow", "join", "leave":
		return s.belongs(at, who, act, args[0])
	case "ask", "hide", "responds", "step", "sort":
		return s.asks(at, who, act, args)
	case "trust", "distrust", "answer":
		return s.trusts(at, who, act, args)
	case "admit", "send-away":
		return s.decides(at, who, act, args)
	case "start", "write":
		return s.starts(at, who, act, args)
	case "grant", "ban", "lift", "appeal", "resolve", "grant-appeal":
		return s.keepsCivil(at, who, act, args)
	}
	uri, err := s.post(args[0])
	if err != nil {
		return err
	}
	p, err := at.store.PostByURI(ctx, uri)
	if err != nil {
		return fmt.Errorf("%s at %s: %w", args[0], at.host, err)
	}
	switch act {
	case "report":
		return at.act(who, func(ctx context.Context, tx *db.Store, a *db.Actor) error {
			_, err := at.moderation.Report(ctx, tx, a, moderation.ReportOf{Post: p, Content: args[1]})
			return err
		})
	case "reply":
		r, err := at.say(who, exchange.Draft{Parent: p, Source: args[2], Lang: "en"})
		if err != nil {
			return err
		}
		return s.names(args[1], r.URI)
	case "slow", "move-thread":
		return s.steers(at, who, act, p, args[1])
	case "edit":
		return at.act(who, func(ctx context.Context, tx *db.Store, a *db.Actor) error {
			return at.exchange.Edit(ctx, tx, p, &exchange.Draft{Author: a, Title: p.Title, Source: args[1], Lang: p.Lang})
		})
	}
	return s.marks(at, who, act, p)
}

func (s *story) starts(at *site, who, act string, args []string) error {
	g, err := at.anyGroup(context.Background(), args[0])
	if err != nil {
		return err
	}
	d := exchange.Draft{Group: g, Source: args[len(args)-1], Lang: "en", ToFacilitators: act == "write"}
	if d.Title = "To the facilitators"; act == "start" {
		d.Title = args[2]
	}
	p, err := at.say(who, d)
	if err != nil {
		return err
	}
	return s.names(args[1], p.URI)
}

func (s *story) belongs(at *site, who, act, group string) error {
	g, err := at.anyGroup(context.Background(), group)
	if err != nil {
		return err
	}
	return at.act(who, func(ctx context.Context, tx *db.Store, a *db.Actor) error {
		switch act {
		case "join":
			return at.community.Join(ctx, tx, a, g, community.Entry{})
		case "leave":
			return at.community.Leave(ctx, tx, a, g)
		}
		return at.community.Unfollow(ctx, tx, a, g.Actor)
	})
}

// decides lets somebody in who asked to follow a group here, or sends them away.
func (s *story) decides(at *site, who, act string, args []string) error {
	ctx := context.Background()
	g, err := at.store.LocalActor(ctx, args[0])
	if err != nil {
		return err
	}
	name, host, _ := strings.Cut(args[1], "@")
	a, err := at.store.ActorByHandle(ctx, name, host)
	if err != nil {
		return err
	}
	f, err := at.store.FollowBetween(ctx, a.ID, g.ID)
	if err != nil {
		return err
	}
	return at.act(who, func(ctx context.Context, tx *db.Store, by *db.Actor) error {
		if act == "admit" {
			return at.community.AcceptFollow(ctx, tx, by, f)
		}
		return at.community.RejectFollow(ctx, tx, by, f)
	})
}

// trusts changes which organisations a group trusts, or answers a group elsewhere as an admin does.
func (s *story) trusts(at *site, who, act string, args []string) error {
	ctx := context.Background()
	if act == "answer" {
		g, err := at.anyGroup(ctx, args[0])
		if err != nil {
			return err
		}
		return at.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error { return at.trust.Answer(ctx, tx, g, args[1]) })
	}
	g, err := at.store.GroupByHandle(ctx, args[0], at.host)
	if err != nil {
		return err
	}
	if act == "distrust" {
		return at.act(who, func(ctx context.Context, tx *db.Store, by *db.Actor) error {
			return at.trust.EndTrust(ctx, tx, by, g, args[1])
		})
	}
	instance, err := at.resolver.Handle(ctx, args[1]+"@"+args[1])
	if err != nil {
		return err
	}
	return at.act(who, func(ctx context.Context, tx *db.Store, by *db.Actor) error {
		return at.trust.Trust(ctx, tx, by, g, instance)
	})
}

func (s *story) marks(at *site, who, act string, p *db.Post) error {
	x := at.exchange
	return at.act(who, func(ctx context.Context, tx *db.Store, a *db.Actor) error {
		switch act {
		case "delete":
			return x.Delete(ctx, tx, a, p)
		case "like":
			return x.Like(ctx, tx, a, p)
		case "unlike":
			return x.Unlike(ctx, tx, a, p)
		case "pin":
			return x.Pin(ctx, tx, a, p)
		case "unpin":
			return x.Unpin(ctx, tx, a, p)
		case "lock":
			return x.Lock(ctx, tx, a, p, "")
		case "unlock":
			return x.Unlock(ctx, tx, a, p)
		case "remove":
			return x.Remove(ctx, tx, a, p, "off topic")
		case "restore":
			return x.Restore(ctx, tx, a, p)
		case "approve":
			return x.Approve(ctx, tx, a, p)
		case "refuse":
			return x.Refuse(ctx, tx, a, p, "off topic")
		}
		return errors.New("no such act: " + act)
	})
}
