package lookup

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

// feedEntries is how many discussions a feed holds.
const feedEntries = 30

// atomFeed is RFC 4287 as far as we need it.
type atomFeed struct {
	XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID       string      `xml:"id"`
	Title    string      `xml:"title"`
	Subtitle string      `xml:"subtitle,omitempty"`
	Updated  string      `xml:"updated"`
	Links    []atomLink  `xml:"link"`
	Entries  []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Author    atomAuthor `xml:"author"`
	Link      atomLink   `xml:"link"`
	Content   atomText   `xml:"content"`
}

type atomAuthor struct {
	Name string `xml:"name"`
	URI  string `xml:"uri,omitempty"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Lang string `xml:"http://www.w3.org/XML/1998/namespace lang,attr,omitempty"`
	Body string `xml:",chardata"`
}

// feed handles GET /c/:handle/feed.atom: the newest discussions of a group of ours that anybody
// may read. It shows the same to everybody.
func (d *Pages) feed(c echo.Context) error {
	ctx := c.Request().Context()
	g, err := d.store.GroupByHandle(ctx, strings.ToLower(strings.TrimPrefix(c.Param("handle"), "@")), d.o.Host) // others have their own
	if err != nil {
		return fmt.Errorf("load group %s: %w", c.Param("handle"), err)
	}
	if err := frame.Hidden(d.com.Permit(ctx, d.store, g, nil, community.ActRead)); err != nil {
		return err
	}
	posts, err := d.store.StartersIn(ctx, g.ActorID, 0, feedEntries)
	if err != nil {
		return fmt.Errorf("load discussions for feed: %w", err)
	}
	body, err := xml.Marshal(d.atom(g, posts))
	if err != nil {
		return fmt.Errorf("write feed: %w", err)
	}
	return sendFeed(c, body)
}

func (d *Pages) atom(g *db.Group, posts []*db.Post) atomFeed {
	page := d.o.Base + "/c/" + d.PathHandle(g.Actor)
	feed := atomFeed{
		ID: g.Actor.URI, Title: g.Actor.Label(), Subtitle: g.Tagline, Updated: moment(g.Actor.CreatedAt.Time),
		Links: []atomLink{
			{Rel: "self", Type: "application/atom+xml", Href: page + "/feed.atom"},
			{Rel: "alternate", Type: "text/html", Href: page},
		},
	}
	newest := g.Actor.CreatedAt.Time
	for _, p := range posts {
		changed := p.PublishedAt.Time
		if p.EditedAt.After(changed) {
			changed = p.EditedAt.Time
		}
		if changed.After(newest) {
			newest = changed
		}
		feed.Entries = append(feed.Entries, atomEntry{
			ID: p.URI, Title: cmp.Or(p.Title, content.Excerpt(p.Content, 80)), Published: moment(p.PublishedAt.Time), Updated: moment(changed),
			Author:  atomAuthor{Name: p.Author.Label(), URI: p.Author.URL},
			Link:    atomLink{Rel: "alternate", Type: "text/html", Href: d.o.Base + "/d/" + strconv.FormatInt(p.ID, 10)},
			Content: atomText{Type: "html", Lang: p.Lang, Body: p.Content},
		})
	}
	feed.Updated = moment(newest)
	return feed
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// sendFeed spares readers that come every few minutes the same bytes again.
func sendFeed(c echo.Context, body []byte) error {
	sum := sha256.Sum256(body)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	h := c.Response().Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "public, max-age=300")
	if strings.Contains(c.Request().Header.Get("If-None-Match"), tag) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, "application/atom+xml; charset=utf-8", append(bytes.Clone([]byte(xml.Header)), body...))
}
