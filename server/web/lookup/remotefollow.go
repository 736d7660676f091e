package lookup

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

// homeTime is how long the reader's own server may take to say where it follows.
const homeTime = 8 * time.Second

// followFrom handles GET and POST /follow/:handle, /follow/c/:handle and /follow/u/:handle.
func (d *Pages) followFrom(c echo.Context) error {
	a, err := d.Person(c)
	if err != nil {
		return err
	}
	p := views.RemoteFollow{Name: a.Label(), Host: d.Org(a.Host).Name, Address: "@" + a.Acct(), Kind: views.RemotePerson}
	p.Back = "/u/" + d.PathHandle(a)
	if a.Type == db.ActorGroup {
		p.Back, p.Kind = "/c/"+d.PathHandle(a), views.RemoteCommunity
		g, err := d.store.GroupByID(c.Request().Context(), a.ID)
		if err != nil {
			return err
		}
		if g.Openness == db.OpennessConfidential {
			return frame.Hidden(community.Refuse(community.Forbidden, "members-only"))
		}
		p.Quiet = !g.AnnouncesComment
	}
	return d.remoteFollow(c, p, a.URI)
}

// answerFrom handles GET and POST /follow/d/:id.
func (d *Pages) answerFrom(c echo.Context) error {
	post, err := d.Readable(c)
	if err != nil {
		return err
	}
	p := views.RemoteFollow{
		Name: post.Title, Kind: views.RemoteDiscussion, Host: d.Org(post.Author.Host).Name, Address: post.URI,
		Back: "/d/" + strconv.FormatInt(post.ID, 10),
	}
	if p.Name == "" {
		p.Name = content.Excerpt(post.Content, 80)
	}
	return d.remoteFollow(c, p, post.URI)
}

// remoteFollow shows the way to the reader's own server. It never sends the browser on by itself:
// where it leads is said by another server, so people see its name before they go (T42).
func (d *Pages) remoteFollow(c echo.Context, p views.RemoteFollow, iri string) error {
	status := http.StatusOK
	p.Account.Value = frame.Cookie(c, frame.CookieHome)
	if c.Request().Method == http.MethodPost {
		p.Account.Value = strings.TrimSpace(c.FormValue("account"))
		if p.Account.Error = d.findHome(c, &p, iri); p.Account.Error != "" {
			status = http.StatusUnprocessableEntity
		}
	}
	shell, err := d.Shell(c, frame.At(c).Loc.Text("Follow from your own server"), views.NoTab)
	if err != nil {
		return err
	}
	p.Shell = shell
	p.Head.NoIndex = true
	return d.Page(c, status, p)
}

// findHome fills in the page on the reader's own server, or says what to mend.
func (d *Pages) findHome(c echo.Context, p *views.RemoteFollow, iri string) string {
	loc := frame.At(c).Loc
	name, host, ok := strings.Cut(strings.TrimPrefix(p.Account.Value, "@"), "@")
	if !ok || name == "" || host == "" || strings.ContainsAny(host, "/@ \\?#\r\n\t") || len(p.Account.Value) > 300 {
		return loc.Text("Write it as name and server, for example @amina@social.example.")
	}
	if strings.EqualFold(host, d.o.Host) {
		return loc.Text("That is an account here. Sign in to follow.")
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), homeTime)
	defer cancel()
	found, err := d.o.Subscribe(ctx, name+"@"+host, iri)
	if err != nil && !errors.Is(err, context.Canceled) {
		d.o.Log.InfoContext(ctx, "subscribe page not found", "host", host, "err", err)
	}
	if err != nil {
		return loc.Text("%s did not answer. Check the address, or copy ours into your app’s search.", host)
	}
	d.Remember(c, frame.CookieHome, name+"@"+host)
	if p.Home = safeHome(found, d.o.Base); p.Home == "" {
		return loc.Text("%s has no page for this. Copy the address below into its search.", host)
	}
	p.Go = found
	return ""
}

// safeHome is the host of a page that another server named, or nothing where it isn't an address
// of the net: javascript: and the like end here (T42).
func safeHome(address, base string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return ""
	}
	if u.Scheme != "https" && (u.Scheme != "http" || strings.HasPrefix(base, "https:")) {
		return ""
	}
	return u.Host
}
