package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// keepsCivil lets one of ours do what those who look after a community do, or appeal against it.
func (s *story) keepsCivil(at *site, who, act string, args []string) error {
	ctx := context.Background()
	if act == "resolve" || act == "grant-appeal" {
		return s.decidesCase(at, who, act, args[0])
	}
	g, err := at.anyGroup(ctx, args[0])
	if err != nil {
		return err
	}
	if act == "appeal" {
		return at.act(who, func(ctx context.Context, tx *db.Store, by *db.Actor) error {
			return at.moderation.Appeal(ctx, tx, by, g, args[1])
		})
	}
	whom, err := at.resolver.Handle(ctx, args[1])
	if err != nil {
		return err
	}
	return at.act(who, func(ctx context.Context, tx *db.Store, by *db.Actor) error {
		switch act {
		case "grant":
			return at.community.GrantRole(ctx, tx, by, g, community.RoleOf{Who: whom, Role: args[2]})
		case "ban":
			b := community.BanOf{Who: whom, Reason: "off topic"}
			if len(args) > 2 {
				d, err := time.ParseDuration(args[2])
				if err != nil {
					return err
				}
				b.Until = db.At(tx.Now().Add(d))
			}
			return at.community.Ban(ctx, tx, by, g, b)
		}
		return at.community.LiftBan(ctx, tx, by, g, whom)
	})
}

// steers lets one of ours slow a discussion down, or give it to another community.
func (s *story) steers(at *site, who, act string, p *db.Post, how string) error {
	ctx := context.Background()
	g, err := at.store.GroupByID(ctx, p.GroupID)
	if err != nil {
		return err
	}
	if act == "slow" {
		wait, err := time.ParseDuration(how)
		if err != nil {
			return err
		}
		return at.act(who, func(ctx context.Context, tx *db.Store, by *db.Actor) error {
			return at.exchange.SlowDown(ctx, tx, by, exchange.Pace{Group: g, Post: p, Wait: wait, For: 10 * wait, Reason: "calm"})
		})
	}
	to, err := at.anyGroup(ctx, how)
	if err != nil {
		return err
	}
	return at.act(who, func(ctx context.Context, tx *db.Store, by *db.Actor) error {
		return at.exchange.MoveThread(ctx, tx, by, exchange.Transfer{Post: p, To: to, Reason: "fits better there"})
	})
}

// waiting are the open reports that one of ours looks after, oldest first.
func (s *story) waiting(ctx context.Context, at *site, who *db.Actor) ([]*db.Report, error) {
	ids, err := at.store.GroupsModeratedBy(ctx, who.ID)
	if err != nil {
		return nil, err
	}
	return at.store.FindReports(ctx, db.ReportQuery{GroupIDs: ids, State: db.ReportOpen, Limit: 50})
}

// decidesCase decides about what waits longest for somebody.
func (s *story) decidesCase(at *site, who, act, words string) error {
	return at.act(who, func(ctx context.Context, tx *db.Store, by *db.Actor) error {
		list, err := s.waiting(ctx, at, by)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return errors.New("nothing waits")
		}
		if act == "grant-appeal" {
			return at.moderation.Lift(ctx, tx, by, list[0], words)
		}
		return at.moderation.Resolve(ctx, tx, by, list[0], words)
	})
}

// cases prints what waits for one of ours, and what became of what they reported themselves.
func (s *story) cases(who string) (string, error) {
	name, host, _ := strings.Cut(who, "@")
	at, ok := s.sites[host]
	if !ok {
		return "", fmt.Errorf("no instance at %q", host)
	}
	ctx := context.Background()
	a, err := at.person(name)
	if err != nil {
		return "", err
	}
	list, err := s.waiting(ctx, at, a)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, r := range list {
		appeal := ""
		if _, err := at.store.AppealOf(ctx, r.ID); err == nil {
			appeal = "appeal "
		}
		about := ""
		if r.Post != nil {
			about = " on " + s.nameOf(r.Post.URI)
		}
		fmt.Fprintf(&b, "waits: %s%q by %s%s\n", appeal, r.Content, r.Reporter.Acct(), about)
	}
	own, err := at.store.ReportsBy(ctx, a.ID, 50)
	for _, r := range own {
		fmt.Fprintf(&b, "own: %q %s %q\n", r.Content, r.State, r.Resolution)
	}
	return b.String(), err
}
