package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/query"
)

// asks lets one of ours do something about queries:
//
//	ask|hide GROUP@HOST NAME KIND TITLE TEXT (hide: without a name), responds POST NAME KIND TEXT
//	step POST DO [WORDS OR OUTCOME OR POST], sort POST KIND
func (s *story) asks(at *site, who, act string, args []string) error {
	ctx := context.Background()
	if act == "ask" || act == "hide" {
		g, err := at.anyGroup(ctx, args[0])
		if err != nil {
			return err
		}
		return at.act(who, func(ctx context.Context, tx *db.Store, by *db.Actor) error {
			p, err := at.query.Ask(ctx, tx, query.Question{
				Asker: by, Group: g, Kind: args[2], Title: args[3], Seen: args[4], Anonymous: act == "hide", Door: "web",
			})
			if err != nil {
				return err
			}
			return s.names(args[1], p.URI)
		})
	}
	uri, err := s.post(args[0])
	if err != nil {
		return err
	}
	return at.act(who, func(ctx context.Context, tx *db.Store, by *db.Actor) error {
		p, err := tx.PostByURI(ctx, uri)
		if err != nil {
			return err
		}
		switch act {
		case "sort":
			return at.query.SetKind(ctx, tx, by, p, args[1])
		case "responds":
			a, err := at.exchange.Reply(ctx, tx, &exchange.Draft{Author: by, Parent: p, Source: args[3], Door: "web", Kept: query.Typed(args[2])})
			if err != nil {
				return err
			}
			return s.names(args[1], a.URI)
		}
		step := query.Step{Do: args[1]}
		if len(args) > 2 {
			step.Words, step.Outcome = args[2], args[2]
			if of, err := s.post(args[2]); err == nil {
				step.Of = of
			}
		}
		return at.query.Do(ctx, tx, by, p.ID, step)
	})
}

// asked prints a query as it stands on an instance: its state and how many useful responses it has,
// then each response with its kind and marks.
func (s *story) asked(host, name string) (string, error) {
	at, ok := s.sites[host]
	if !ok {
		return "", fmt.Errorf("no instance at %q", host)
	}
	uri, err := s.post(name)
	if err != nil {
		return "", err
	}
	ctx := context.Background()
	p, err := at.store.PostByURI(ctx, uri)
	if errors.Is(err, db.ErrNotFound) {
		return "not here\n", nil
	}
	if err != nil {
		return "", err
	}
	q, err := at.store.QueryOf(ctx, p.ID)
	if errors.Is(err, db.ErrNotFound) {
		return "no query\n", nil
	}
	if err != nil {
		return "", err
	}
	list, err := at.store.ResponsesTo(ctx, 100, p.ID)
	if err != nil {
		return "", err
	}
	n := query.CountOf(q, list)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s useful %d by %s", p.Kind, q.Kind, q.State, n.Useful, p.Author.Acct())
	if q.Outcome != "" {
		fmt.Fprintf(&b, " outcome %s", q.Outcome)
	}
	if !q.ClosesAt.IsZero() {
		fmt.Fprintf(&b, " closes")
	}
	b.WriteString("\n")
	for _, r := range list {
		late := ""
		if query.Late(q, r.Post) {
			late = " late"
		}
		fmt.Fprintf(&b, "%s %s helpful %d%s\n", s.nameOf(r.Post.URI), r.Kind, r.Post.LikesCount, late)
	}
	return b.String(), nil
}
