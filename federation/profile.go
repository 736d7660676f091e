package federation

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/vocab"
)

const (
	// maxTitle is how many letters of what a host calls itself are kept.
	maxTitle = 60
	// keepProfile is how long the software that a host names is believed.
	keepProfile = 24 * time.Hour
	// keepUnknown is how soon a host that named none is asked again.
	keepUnknown = time.Hour
)

// family sorts software by the dialect it understands (wire.md 1); "" is unknown.
func family(software string) string {
	switch software {
	case "lemmy", "piefed", "mbin", "kbin", "nodebb", "discourse", "friendica", "hubzilla", "streams",
		"forte", "copse", "lotide":
		return db.FamilyForum
	case "mastodon", "glitchsoc", "hometown", "gotosocial", "pleroma", "akkoma", "misskey", "calckey",
		"firefish", "sharkey", "iceshrimp", "iceshrimp.net", "foundkey", "cherrypick", "catodon", "pixelfed":
		return db.FamilyMicroblog
	case "mobilizon", "gancio":
		return db.FamilyEvents
	}
	return ""
}

// Profile says what a host runs, by its NodeInfo. A host that says nothing is of no family.
func (r *Resolver) Profile(ctx context.Context, host string) (*db.Host, error) {
	name, err := fetch.Host(host)
	if err != nil {
		return nil, fmt.Errorf("profile of %.100q: %w", host, err)
	}
	known, err := r.o.Store.HostByName(ctx, name)
	switch {
	case errors.Is(err, db.ErrNotFound):
		known = &db.Host{Name: name}
	case err != nil:
		return nil, fmt.Errorf("load host %s: %w", name, err)
	}
	keep := keepProfile
	if known.Software == "" {
		keep = keepUnknown
	}
	if r.freshly(known.ProfiledAt.Time, keep) || r.ourHost(name) {
		return known, nil
	}
	if r.offline {
		return nil, ErrOffline
	}
	if is, err := r.o.Fetch.NodeInfo(ctx, name); err == nil {
		known.Software, known.Version, known.Family = is.Name, is.Version, family(is.Name)
		if err := r.o.Store.SetHostTitle(ctx, name, hostTitle(is.Title)); err != nil {
			return nil, fmt.Errorf("store what %s calls itself: %w", name, err)
		}
	} else if ctx.Err() != nil {
		return nil, fmt.Errorf("profile of %s: %w", name, err)
	} else {
		r.o.Log.InfoContext(ctx, "host without profile", "host", name, "err", err)
	}
	if err := r.o.Store.SetHostProfile(ctx, known); err != nil {
		return nil, fmt.Errorf("store profile of %s: %w", name, err)
	}
	return known, nil
}

// looksLikeHost finds what a reader could take for the name of another host.
var looksLikeHost = regexp.MustCompile(`[\pL\pN][.．。｡]\pL{2}|[@/\\]`)

// hostTitle is what a host calls itself as it may be shown beside its name: one short line, without
// marks that turn the text around it. What names a host, its own or another, says nothing or lies.
func hostTitle(claimed string) string {
	title := []rune(content.PlainName(claimed))
	short := strings.TrimSpace(string(title[:min(len(title), maxTitle)]))
	if looksLikeHost.MatchString(short) {
		return ""
	}
	return short
}

// profileOf keeps the profile of an actor's server, also under the host of its handle where that
// is another one: deliveries are counted by it.
func (r *Resolver) profileOf(ctx context.Context, a *db.Actor) error {
	server, err := r.Profile(ctx, vocab.Host(a.URI))
	if err != nil || server.Name == a.Host {
		return err
	}
	alias := *server
	alias.Name = a.Host
	return r.o.Store.SetHostProfile(ctx, &alias)
}
