package admin

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	"golang.org/x/net/idna"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// Sizes of the list of hosts.
const (
	pageHosts  = 50
	maxTrouble = 3
	maxReason  = 300
)

// hosts handles GET /admin/federation.
func (d *Door) hosts(c echo.Context) error {
	return d.hostsPage(c, http.StatusOK, views.FederationPage{})
}

// hostsPage prints the list; p holds what came back of the form below it.
func (d *Door) hostsPage(c echo.Context, status int, p views.FederationPage) error {
	ctx := c.Request().Context()
	shell, err := d.Shell(c, "", views.Federation)
	if err != nil {
		return err
	}
	shell.Title = shell.Text("Federation")
	p.Shell, p.Words = shell, c.QueryParam("q")
	if p.Alarms, err = d.alarms(ctx, shell.Loc); err != nil {
		return err
	}
	counts, err := d.store.CountHosts(ctx)
	if err != nil {
		return fmt.Errorf("count hosts: %w", err)
	}
	waiting, err := d.store.CountWaiting(ctx)
	if err != nil {
		return fmt.Errorf("count waiting deliveries: %w", err)
	}
	dead, err := d.store.CountDead(ctx)
	if err != nil {
		return fmt.Errorf("count dead letters: %w", err)
	}
	p.Known, p.Failing, p.Blocked, p.Waiting, p.Dead = int(counts.Known), int(counts.Failing), int(counts.Blocked), int(waiting), int(dead)
	show := c.QueryParam("show")
	p.Show = chosen(shows(shell.Loc), show)
	p.Policies = policies(shell.Loc)
	q := db.HostQuery{Words: p.Words, Show: show, After: c.QueryParam("after"), Limit: pageHosts + 1}
	list, err := d.store.FindHosts(ctx, q)
	if err != nil {
		return fmt.Errorf("list hosts: %w", err)
	}
	p.Pages = pages(q, len(list), func() string { return list[pageHosts-1].Name })
	for _, h := range list[:min(len(list), pageHosts)] {
		p.Peers = append(p.Peers, d.peer(h))
	}
	if q.After == "" && p.Words == "" && show == "" {
		if p.Trouble, err = d.trouble(ctx); err != nil {
			return err
		}
	}
	return d.Page(c, status, p)
}

// pages are the ways on; next names the last row of a full page.
func pages(q db.HostQuery, found int, next func() string) ui.Pages {
	at := func(after string) string {
		v := url.Values{}
		for name, value := range map[string]string{"q": q.Words, "show": q.Show, "after": after} {
			if value != "" {
				v.Set(name, value)
			}
		}
		return "/admin/federation?" + v.Encode()
	}
	out := ui.Pages{Listed: true}
	if q.After != "" {
		out.Newer = at("")
	}
	if found > pageHosts {
		out.Older = at(next())
	}
	return out
}

// trouble are the hosts that fail for longest while something waits for them.
func (d *Door) trouble(ctx context.Context) ([]views.Peer, error) {
	hosts, err := d.store.FailingHosts(ctx, maxTrouble)
	if err != nil {
		return nil, fmt.Errorf("list failing hosts: %w", err)
	}
	var list []views.Peer
	for _, h := range hosts {
		list = append(list, d.peer(h))
	}
	return list, nil
}

// peer is a host as pages show it.
func (d *Door) peer(h *db.HostLine) views.Peer {
	p := views.Peer{
		Org: d.Org(h.Name), Host: h.Name, Software: strings.TrimSpace(h.Software + " " + h.Version),
		Pending: int(h.Pending), Oldest: h.Oldest.Time, Dead: int(h.Dead), Failing: h.FailingSince.Time, Heard: h.LastInAt.Time,
		Reached: h.LastOKAt.Time, Next: h.NextProbeAt.Time, Answer: h.LastError, Policy: h.Policy, Reason: h.PolicyReason, Paused: h.PausedAt.Time,
	}
	if h.RetryAfter.After(p.Next) {
		p.Next = h.RetryAfter.Time
	}
	switch {
	case h.Policy == db.HostBlocked:
		p.State = views.PeerBlocked
	case !h.PausedAt.IsZero():
		p.State = views.PeerPaused
	case !h.FailingSince.IsZero() && h.Streak > 0:
		p.State, p.Asleep = views.PeerFailing, d.o.Now().Sub(p.Failing) > db.DormantAfter
	case h.Pending > 0:
		p.State = views.PeerBusy
	}
	return p
}

func shows(l *locales.Loc) []ui.Choice {
	return []ui.Choice{
		{Value: "", Label: l.Text("All servers")},
		{Value: "waiting", Label: l.Text("Something waits")},
		{Value: "failing", Label: l.Text("Do not answer")},
		{Value: "dead", Label: l.Text("Something was given up")},
		{Value: "paused", Label: l.TextIn("servers", "Paused")},
		{Value: db.HostBlocked, Label: l.TextIn("servers", "Blocked")},
		{Value: db.HostSilenced, Label: l.TextIn("servers", "Silenced")},
		{Value: db.HostAllowed, Label: l.TextIn("servers", "Allowed")},
	}
}

func chosen(list []ui.Choice, value string) []ui.Choice {
	for i := range list {
		list[i].Chosen = list[i].Value == value
	}
	return list
}

func policies(l *locales.Loc) []ui.Choice {
	return []ui.Choice{
		{Value: db.HostBlocked, Label: l.Text("Block: nothing in, nothing out")},
		{Value: db.HostSilenced, Label: l.Text("Silence: only those who follow someone there see it")},
		{Value: db.HostAllowed, Label: l.Text("Allow: on the list of those we deal with")},
	}
}

// decide handles POST /admin/federation: a decision about a server, met or not.
func (d *Door) decide(c echo.Context) error {
	l := d.loc(c)
	p := views.FederationPage{Host: ui.Answer{Value: c.FormValue("host")}}
	host, ok := hostName(p.Host.Value)
	reason, bad := reasonIn(l, c)
	p.Reason = ui.Answer{Value: c.FormValue("reason"), Error: bad}
	switch {
	case !ok:
		p.Host.Error = l.Text("This is not the name of a server. It looks like social.example.")
	case host == d.o.Host:
		p.Host.Error = l.Text("That is this server itself.")
	}
	if p.Host.Error != "" || bad != "" {
		return d.hostsPage(c, http.StatusUnprocessableEntity, p)
	}
	if err := d.putPolicy(c, host, c.FormValue("policy"), reason); err != nil {
		return err
	}
	return d.done(c, l.Text("Saved."), "/admin/federation/"+host)
}

func reasonIn(l *locales.Loc, c echo.Context) (reason, bad string) {
	reason = strings.TrimSpace(c.FormValue("reason"))
	switch {
	case reason == "":
		return reason, l.Text("Say why, for the other admins.")
	case utf8.RuneCountInString(reason) > maxReason:
		return reason, l.Text("Keep the reason under 300 letters.")
	}
	return reason, ""
}

// putPolicy stores a decision with its line in the log. What waits for a blocked host is dropped
// after the decision stands, so that nothing new joins it.
func (d *Door) putPolicy(c echo.Context, host, policy, reason string) error {
	act := map[string]string{
		db.HostBlocked: "block-host", db.HostSilenced: "silence-host", db.HostAllowed: "allow-host", "": "forget-host",
	}[policy]
	if act == "" {
		return echo.NewHTTPError(http.StatusUnprocessableEntity)
	}
	err := d.store.InTx(c.Request().Context(), func(ctx context.Context, tx *db.Store) error {
		if err := tx.SetHostPolicy(ctx, host, policy, reason); err != nil {
			return err
		}
		return d.note(ctx, tx, c, db.ModerationEntry{Act: act, Reason: host + ": " + reason})
	})
	if err != nil {
		return fmt.Errorf("decide about host %s: %w", host, err)
	}
	if policy != db.HostBlocked {
		return nil
	}
	if err := d.o.Drop(c.Request().Context(), host); err != nil {
		return fmt.Errorf("drop what waits for %s: %w", host, err)
	}
	return nil
}

// hostName reduces what somebody typed or pasted to the name of a server: lower case, in ASCII,
// with a port only where one was given.
func hostName(typed string) (string, bool) {
	typed = strings.TrimSpace(typed)
	if at := strings.LastIndexByte(typed, '@'); at >= 0 {
		typed = typed[at+1:]
	}
	if !strings.Contains(typed, "://") {
		typed = "https://" + typed
	}
	u, err := url.Parse(typed)
	if err != nil || u.Hostname() == "" || len(typed) > 400 {
		return "", false
	}
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(u.Hostname(), "."))
	if err != nil || !strings.Contains(name, ".") && name != "localhost" {
		return "", false
	}
	return strings.ToLower(cmp.Or(strings.TrimSuffix(name+":"+u.Port(), ":"), name)), true
}
