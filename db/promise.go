package db

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"
)

// What an Audience asks of hosts about words that are for members only.
const (
	PromiseKept = "kept" // software that keeps them among members: it gets the true objects
	PromiseNone = "none" // all other software: it gets what the group says itself (wire.md 6b)
)

// Promises says that the software of a host is known to keep what is for members among members.
func (h *Host) Promises() bool {
	switch h.Software {
	case "copse":
		return true
	case "lemmy": // private communities came with 1.0
		major, _, _ := strings.Cut(h.Version, ".")
		n, err := strconv.Atoi(major)
		return err == nil && n >= 1
	}
	return false
}

// NotePromise remembers that an actor of a host lists members-only among what its server
// implements (FEP-844e).
func (s *Store) NotePromise(ctx context.Context, host string) error {
	_, err := s.exec(ctx, "INSERT INTO host_promises (host, at) VALUES (?, ?) ON CONFLICT (host) DO NOTHING", host, s.Now())
	return err
}

// PromisingHosts lists those among some hosts that keep what is for members among members, by
// their software or by their word.
func (s *Store) PromisingHosts(ctx context.Context, names []string) ([]string, error) {
	var list []string
	if len(names) == 0 {
		return list, nil
	}
	err := s.read.NewRaw("SELECT host FROM host_promises WHERE host IN (?)", bun.List(names)).Scan(ctx, &list)
	if err != nil {
		return nil, wrap(err)
	}
	var hosts []*Host
	err = s.read.NewSelect().Model(&hosts).Column("name", "software", "version").Where("name IN (?)", bun.List(names)).Scan(ctx)
	for _, h := range hosts {
		if h.Promises() && !slices.Contains(list, h.Name) {
			list = append(list, h.Name)
		}
	}
	return list, wrap(err)
}
