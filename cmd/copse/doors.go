package main

import (
	"log/slog"
	"net/http"
	"path/filepath"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/server"
	"github.com/copse-social/copse/server/admin"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/media"
	"github.com/copse-social/copse/server/paper"
	"github.com/copse-social/copse/server/web"
)

// newPress makes PDFs with what the admin names. A service there is inside the admin's own network.
func newPress(cfg config.Config, log *slog.Logger) *paper.Press {
	return paper.New(paper.Options{Renderer: cfg.PDF, Transport: &http.Transport{}, Log: log})
}

// newShelf keeps files in the data folder.
func newShelf(cfg config.Config) *media.Shelf {
	return media.NewShelf(filepath.Join(cfg.Data, "files"))
}

// people builds the doors for browsers.
func (i *instance) people() server.People {
	o := web.Options{
		Store: i.store, Community: i.community, Exchange: i.exchange, Charter: i.charter, Trust: i.trust, Moving: i.moving, Artifact: i.artifact, Query: i.query, Synthesis: i.synthesis, Duty: i.duty, Guest: i.guest, Membership: i.membership, Moderation: i.moderation, Base: i.iris.Base(), Host: i.iris.Host(),
		Secure: i.cfg.URL.Scheme == "https", Press: newPress(i.cfg, i.log), Shelf: newShelf(i.cfg), Resolve: charter.NewReader(i.charter, i.store, i.resolver).Meet, Refresh: i.resolver.Refresh, Subscribe: i.subscribe,
		Limit: i.limits.Login, Now: i.now, Log: i.log,
	}
	if len(i.cfg.LabNetworks) == 0 {
		o.Reads = i.limits.Reader
	}
	w := web.New(o)
	return server.People{Door: w, Admin: admin.New(admin.Options{
		Store: i.store, Host: i.iris.Host(), Frame: w.Frame, Sanction: i.sanction,
		Retry: i.deliverer.Retry, Drop: i.deliverer.Drop, Pause: i.deliverer.Pause, Resume: i.deliverer.Resume, Away: i.away, Now: i.now, Log: i.log,
	})}
}
