package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// Names of our cookies beside the session.
const (
	cookieLang  = "copse_lang"
	cookieTheme = "copse_theme"
	cookieHome  = "copse_home"
)

// visit is one request as this door sees it: who reads and how.
type visit struct {
	account *db.Account // nil: signed out
	loc     *locales.Loc
	theme   string
}

const visitKey = "web.visit"

// reader is the middleware around every page: it loads the session and makes the visit.
func (d *Door) reader(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		var err error
		d.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c.SetRequest(r)
			c.Response().Writer = w
			var v *visit
			if v, err = d.visit(c); err != nil {
				return
			}
			c.Set(visitKey, v)
			if err = d.enter(c, next); err != nil {
				err = d.answer(c, err) // inside, so that the session is saved with the answer
			}
		})).ServeHTTP(c.Response().Writer, c.Request())
		return err
	}
}

// enter opens the page, unless nobody lives here yet: then only the set-up is open.
func (d *Door) enter(c echo.Context, next echo.HandlerFunc) error {
	if at(c).account == nil && c.Request().Method == http.MethodGet && c.Path() != "/setup" {
		alone, err := d.unsettled(c.Request().Context())
		if err != nil {
			return err
		}
		if alone {
			return d.unsettledPage(c)
		}
	}
	return next(c)
}

func (d *Door) visit(c echo.Context) (*visit, error) {
	ctx := c.Request().Context()
	v := &visit{theme: cookie(c, cookieTheme)}
	chosen, zone := []string{cookie(c, cookieLang)}, time.UTC
	if id := d.sessions.GetInt64(ctx, keyAccount); id != 0 {
		account, err := d.store.AccountByID(ctx, id)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return nil, fmt.Errorf("load account of session: %w", err)
		}
		if err == nil && account.DisabledAt.IsZero() && account.Actor.Active() {
			v.account = account
			if err := d.store.SeenAccount(ctx, id); err != nil {
				return nil, err
			}
			chosen = []string{account.Locale, cookie(c, cookieLang)}
			if z, err := time.LoadLocation(account.TimeZone); err == nil {
				zone = z
			}
			if account.Theme != "" {
				v.theme = account.Theme
			}
		}
	}
	code := locales.Match(c.Request().Header.Get("Accept-Language"), chosen...)
	v.loc = locales.New(code, zone, d.o.Now())
	return v, nil
}

func cookie(c echo.Context, name string) string {
	k, err := c.Cookie(name)
	if err != nil {
		return ""
	}
	return k.Value
}

func at(c echo.Context) *visit { return c.Get(visitKey).(*visit) }

// me is the person who reads, nil when signed out.
func me(c echo.Context) *db.Actor {
	if v := at(c); v.account != nil {
		return v.account.Actor
	}
	return nil
}

// myID is the actor id of the reader, 0 when signed out.
func myID(c echo.Context) int64 {
	if a := me(c); a != nil {
		return a.ID
	}
	return 0
}

// signedIn sends readers without a session to the sign-in page and back afterwards.
func (d *Door) signedIn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if at(c).account != nil {
			return next(c)
		}
		back := c.Request().URL.RequestURI()
		if c.Request().Method != http.MethodGet {
			back = localPath(c.Request().Referer(), d.o.Base)
		}
		return c.Redirect(http.StatusSeeOther, "/sign-in?back="+queryEscape(back))
	}
}

// shell is the frame of a page for this reader.
func (d *Door) shell(c echo.Context, title string, tab views.Tab) (views.Shell, error) {
	ctx, v := c.Request().Context(), at(c)
	inst, err := d.instance.of(ctx, d)
	if err != nil {
		return views.Shell{}, err
	}
	s := views.Shell{
		Loc: v.loc, Title: title, Theme: v.theme, Instance: inst, Tab: tab,
		Path: c.Request().URL.RequestURI(), Query: c.QueryParam("q"),
		Flash: views.Flash{
			Text: d.sessions.PopString(ctx, keyFlash), Undo: d.sessions.PopString(ctx, keyUndo),
			Forget: d.sessions.PopString(ctx, keyForget),
		},
	}
	if c.Request().Method != http.MethodGet {
		s.Path = "/"
	}
	if v.account != nil {
		s.Viewer, err = d.viewer(ctx, v.account, c.Param("handle"))
	}
	return s, err
}

// shellIn is the frame of a page in a community: its own entry of the navigation is the current one
// where the reader has it, else that of all communities. g may be nil.
func (d *Door) shellIn(c echo.Context, title string, g *db.Group) (views.Shell, error) {
	s, err := d.shell(c, title, views.Communities)
	if err != nil || g == nil || s.Viewer == nil {
		return s, err
	}
	here := d.pathHandle(g.Actor)
	for i := range s.Viewer.Communities {
		if n := &s.Viewer.Communities[i]; n.Handle == here {
			n.Current, s.Tab = true, views.NoTab
		}
	}
	return s, nil
}

// flash says something at the top of the next page; undo takes a POST.
func (d *Door) flash(c echo.Context, text, undo string) {
	d.sessions.Put(c.Request().Context(), keyFlash, text)
	d.sessions.Put(c.Request().Context(), keyUndo, undo)
}

// viewer gathers what the frame shows of the reader.
func (d *Door) viewer(ctx context.Context, account *db.Account, current string) (*views.Viewer, error) {
	out := &views.Viewer{Person: d.face(account.Actor), Admin: account.IsAdmin(), KeysOff: !account.SingleKeys}
	var err error
	if out.Unread, err = d.store.UnreadCount(ctx, account.ID); err != nil {
		return nil, fmt.Errorf("count notifications: %w", err)
	}
	drafts, err := d.store.DraftsOf(ctx, account.ID)
	if err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	out.Drafts = len(drafts)
	moderated, err := d.moderated(ctx, account)
	if err != nil {
		return nil, err
	}
	out.Facilitates = len(moderated) > 0
	if out.Facilitates {
		if out.Reports, err = d.store.OpenDuties(ctx, moderated); err != nil {
			return nil, fmt.Errorf("count reports: %w", err)
		}
	}
	groups, err := d.store.GroupsOf(ctx, account.ActorID, 30)
	if err != nil {
		return nil, fmt.Errorf("list communities: %w", err)
	}
	for _, g := range groups {
		name := d.pathHandle(g.Actor)
		out.Communities = append(out.Communities, views.NavCommunity{
			Name: g.Actor.Label(), Handle: name, Org: d.org(g.Actor.Host), MayPost: true, Current: name == current,
		})
	}
	return out, nil
}

// moderated are the groups whose reports an account sees; 0 stands for the instance. Admins look
// after groups that have nobody else.
func (d *Door) moderated(ctx context.Context, account *db.Account) ([]int64, error) {
	ids, err := d.store.GroupsModeratedBy(ctx, account.ActorID)
	if err != nil {
		return nil, fmt.Errorf("list moderated groups: %w", err)
	}
	if !account.IsAdmin() {
		return ids, nil
	}
	alone, err := d.store.GroupsWithoutStewards(ctx, 200)
	if err != nil {
		return nil, fmt.Errorf("list groups that nobody looks after: %w", err)
	}
	return append(append(ids, 0), alone...), nil
}

// pathHandle is how a group or person is called in addresses here: the handle alone for ours.
func (d *Door) pathHandle(a *db.Actor) string {
	if a.Local {
		return a.Handle
	}
	return a.Acct()
}

// face is a person as pages show them.
func (d *Door) face(a *db.Actor) ui.Person {
	p := ui.Person{
		Name: a.Label(), Initials: initials(a.Label()), Handle: "@" + a.Acct(),
		URL: "/u/" + d.pathHandle(a), Org: d.org(a.Host), Place: a.Organisation,
	}
	if !a.DeletedAt.IsZero() {
		p.URL = ""
	}
	if p.Place == "" {
		p.Place = d.org(a.Host).Name
	}
	return p
}

// org is the organisation behind a host: ours by its name, others by their host's.
func (d *Door) org(host string) ui.Org {
	if host == d.o.Host {
		return d.instance.org()
	}
	name := strings.TrimPrefix(host, "www.")
	return ui.Org{Name: name, Mark: hostMark(name), Hue: hue(host)}
}

// initials are the first letters of the first and last word of a name.
func initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "?"
	}
	first := []rune(words[0])[:1]
	if len(words) == 1 {
		return strings.ToUpper(string(first))
	}
	return strings.ToUpper(string(first) + string([]rune(words[len(words)-1])[:1]))
}

func hostMark(host string) string {
	r := []rune(strings.ToUpper(host))
	return string(r[:min(2, len(r))])
}

// hue gives a host one of the eight marks of the style sheet, always the same.
func hue(host string) int {
	sum := 0
	for _, b := range []byte(host) {
		sum = sum*31 + int(b)
	}
	return max(sum, -sum)%8 + 1
}

// instanceCache keeps what every page says of the instance for a second: another process may
// change it.
type instanceCache struct {
	mu    sync.Mutex
	at    time.Time
	inst  views.Instance
	setup bool // the one-time link was not used when this was read
}

// empty says that the set-up was open when the settings were read.
func (i *instanceCache) empty() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.setup
}

func (i *instanceCache) org() ui.Org {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.inst.Org
}

func (i *instanceCache) of(ctx context.Context, d *Door) (views.Instance, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if now := d.o.Now(); now.Sub(i.at) < time.Second && now.After(i.at) && i.inst.Host != "" {
		return i.inst, nil
	}
	all, err := d.store.Settings(ctx)
	if err != nil {
		return views.Instance{}, fmt.Errorf("load settings: %w", err)
	}
	inst := views.Instance{Host: d.o.Host, Contact: all[db.SettingContact]}
	inst.Org = ui.Org{Name: all[db.SettingName], Mark: all[db.SettingMark], Hue: hue(d.o.Host)}
	if inst.Name == "" {
		inst.Name = d.o.Host
	}
	if inst.Mark == "" {
		inst.Mark = initials(inst.Name)
	}
	if h, err := strconv.Atoi(all[db.SettingMarkHue]); err == nil && h >= 1 && h <= 8 {
		inst.Hue = h
	}
	i.inst, i.at, i.setup = inst, d.o.Now(), all[db.SettingSetupToken] != ""
	return inst, nil
}
