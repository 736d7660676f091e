package actors

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
)

// repository is where the source is.
const repository = "https://github.com/copse-social/copse"

// nodeinfoLinks handles GET /.well-known/nodeinfo, with the instance actor beside the schemas
// (FEP-2677).
func (d *Door) nodeinfoLinks(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderAccessControlAllowOrigin, "*")
	return sendJSON(c, "application/json", vocab.NodeInfoLinks(d.iris.Base(), d.iris.Instance()))
}

// nodeinfo handles GET /nodeinfo/2.0 and /nodeinfo/2.1 (FEP-f1d5). Its counts may be minutes old:
// counting reads every post.
func (d *Door) nodeinfo(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderAccessControlAllowOrigin, "*")
	version := strings.TrimPrefix(c.Path(), "/nodeinfo/")
	if a := d.cache.get(c.Path(), lagCount, made{at: d.now()}); a != nil {
		return send(c, a)
	}
	doc, err := d.describe(c.Request().Context(), version)
	if err != nil {
		return err
	}
	a, err := sealed(`application/json; profile="http://nodeinfo.diaspora.software/ns/schema/`+version+`#"`, doc)
	if err != nil {
		return err
	}
	a.at = d.now()
	d.cache.put(c.Path(), a)
	return send(c, a)
}

func (d *Door) describe(ctx context.Context, version string) (*vocab.NodeInfoDoc, error) {
	now := d.now()
	all, month, err := d.store.AccountsCount(ctx, db.At(now.Add(-30*24*time.Hour)))
	if err != nil {
		return nil, fmt.Errorf("count accounts: %w", err)
	}
	_, half, err := d.store.AccountsCount(ctx, db.At(now.Add(-180*24*time.Hour)))
	if err != nil {
		return nil, fmt.Errorf("count accounts: %w", err)
	}
	starters, answers, err := d.store.LocalPosts(ctx)
	if err != nil {
		return nil, fmt.Errorf("count posts: %w", err)
	}
	name, err := d.store.Setting(ctx, db.SettingName)
	if err != nil {
		return nil, fmt.Errorf("read name of the instance: %w", err)
	}
	doc := &vocab.NodeInfoDoc{
		Version: version, Software: vocab.SoftwareDoc{Name: "copse", Version: d.version},
		Protocols: []string{"activitypub"}, Services: vocab.ServicesDoc{Inbound: []string{}, Outbound: []string{}},
		Usage: vocab.UsageDoc{
			Users:      vocab.UsersDoc{Total: int(all), ActiveMonth: int(month), ActiveHalfyear: int(half)},
			LocalPosts: int(starters), LocalComments: int(answers),
		},
		Metadata: map[string]any{"nodeName": name},
	}
	if version == "2.1" {
		doc.Software.Repository = repository
	}
	return doc, nil
}
