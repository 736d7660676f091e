package desk

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// profile handles GET /settings.
func (d *Desk) profile(c echo.Context) error {
	a := d.Account(c)
	return d.profilePage(c, http.StatusOK, views.Profile{
		Name: ui.Answer{Value: a.Actor.Name}, Organisation: ui.Answer{Value: a.Actor.Organisation},
		About: ui.Answer{Value: a.Actor.SummarySource}, Shares: a.SharesWithFollowers,
	})
}

func (d *Desk) profilePage(c echo.Context, status int, p views.Profile) error {
	shell, err := d.Shell(c, d.Loc(c).Text("Settings"), views.Settings)
	if err != nil {
		return err
	}
	p.Shell = shell
	return d.Page(c, status, p)
}

// saveProfile handles POST /settings. Followers hear of it, so it is a rule's act.
func (d *Desk) saveProfile(c echo.Context) error {
	a := d.Account(c)
	p := views.Profile{
		Name: ui.Answer{Value: c.FormValue("name")}, Organisation: ui.Answer{Value: c.FormValue("organisation")},
		About: ui.Answer{Value: c.FormValue("about")}, Shares: c.FormValue("shares") != "",
	}
	if strings.TrimSpace(p.Name.Value) == "" {
		p.Name.Error = d.Loc(c).Text("Say what to call you.")
		return d.profilePage(c, http.StatusUnprocessableEntity, p)
	}
	a.Actor.Name, a.Actor.Organisation = p.Name.Value, p.Organisation.Value
	a.Actor.SummarySource, a.SharesWithFollowers = strings.ReplaceAll(p.About.Value, "\r\n", "\n"), p.Shares
	err := d.store.InTx(c.Request().Context(), func(ctx context.Context, tx *db.Store) error {
		return d.com.EditPerson(ctx, tx, a)
	})
	if no, is := refusalIn(err); is {
		say := d.Sentence(d.Loc(c), no)
		if no.Field == "summary" {
			p.About.Error = say
		} else {
			p.Error = say
		}
		return d.profilePage(c, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return fmt.Errorf("save profile: %w", err)
	}
	return d.saved(c, "/settings")
}

// saved says so on the page that follows.
func (d *Desk) saved(c echo.Context, path string) error {
	d.Flash(c, d.Loc(c).Text("Saved."), "")
	return c.Redirect(http.StatusSeeOther, path)
}

// reading handles GET /settings/reading.
func (d *Desk) reading(c echo.Context) error {
	a := d.Account(c)
	return d.readingPage(c, http.StatusOK, views.Reading{
		Language: a.Locale, TimeZone: ui.Answer{Value: a.TimeZone}, Keys: a.SingleKeys,
	})
}

func (d *Desk) readingPage(c echo.Context, status int, p views.Reading) error {
	shell, err := d.Shell(c, d.Loc(c).Text("Settings"), views.Settings)
	if err != nil {
		return err
	}
	p.Shell, p.Zones, p.Languages = shell, zones(), locales.Languages()
	return d.Page(c, status, p)
}

// saveReading handles POST /settings/reading.
func (d *Desk) saveReading(c echo.Context) error {
	a := d.Account(c)
	p := views.Reading{
		Language: c.FormValue("language"), TimeZone: ui.Answer{Value: strings.TrimSpace(c.FormValue("zone"))},
		Keys: c.FormValue("single-keys") != "",
	}
	zone, err := time.LoadLocation(p.TimeZone.Value)
	if err != nil || p.TimeZone.Value == "" || zone == time.Local {
		p.TimeZone.Error = d.Loc(c).Text("No such time zone is known. Write it as Africa/Nairobi, or UTC.")
		return d.readingPage(c, http.StatusUnprocessableEntity, p)
	}
	a.Locale = ""
	if p.Language != "" {
		a.Locale = locales.Match("", p.Language)
	}
	a.TimeZone, a.SingleKeys, a.Theme = p.TimeZone.Value, p.Keys, ""
	if t := c.FormValue("theme"); t == "light" || t == "dark" {
		a.Theme = t
	}
	if err := d.store.SaveAccount(c.Request().Context(), a); err != nil {
		return fmt.Errorf("save settings: %w", err)
	}
	return d.saved(c, "/settings/reading")
}

// zones are offered in the field; any other zone of the tz database may be typed.
func zones() []string {
	return []string{
		"UTC", "Africa/Abidjan", "Africa/Addis_Ababa", "Africa/Algiers", "Africa/Cairo", "Africa/Dakar", "Africa/Harare",
		"Africa/Johannesburg", "Africa/Kampala", "Africa/Khartoum", "Africa/Kinshasa", "Africa/Lagos", "Africa/Lusaka",
		"Africa/Maputo", "Africa/Nairobi", "Africa/Tripoli", "Africa/Tunis", "America/Bogota", "America/Guatemala", "America/La_Paz",
		"America/Lima", "America/Mexico_City", "America/New_York", "America/Panama", "America/Port-au-Prince", "America/Santiago",
		"America/Sao_Paulo", "Asia/Amman", "Asia/Baghdad", "Asia/Bangkok", "Asia/Beirut", "Asia/Bishkek", "Asia/Colombo",
		"Asia/Damascus", "Asia/Dhaka", "Asia/Gaza", "Asia/Jakarta", "Asia/Kabul", "Asia/Karachi",
		"Asia/Kathmandu", "Asia/Kolkata", "Asia/Manila", "Asia/Phnom_Penh", "Asia/Riyadh", "Asia/Shanghai", "Asia/Tashkent",
		"Asia/Tehran", "Asia/Tokyo", "Asia/Ulaanbaatar", "Asia/Vientiane", "Asia/Yangon", "Europe/Berlin",
		"Europe/Istanbul", "Europe/Kyiv", "Europe/London", "Europe/Moscow", "Europe/Paris", "Europe/Zurich", "Pacific/Apia",
		"Pacific/Fiji", "Pacific/Port_Moresby",
	}
}

// levelNames are how much of a community reaches the inbox, from nothing to all.
func levelNames(l loc) []ui.Choice {
	return []ui.Choice{
		{Value: "muted", Label: l.Text("Nothing")},
		{Value: "mentions", Label: l.Text("Only what answers or names me")},
		{Value: "threads", Label: l.Text("New discussions as well")},
	}
}

// levels handles GET /settings/communities.
func (d *Desk) levels(c echo.Context) error {
	shell, err := d.Shell(c, d.Loc(c).Text("Settings"), views.Settings)
	if err != nil {
		return err
	}
	p := views.Levels{Shell: shell}
	follows, err := d.followedGroups(c)
	if err != nil {
		return err
	}
	for _, f := range follows {
		row := views.LevelRow{Place: d.Place(f.Followee), Field: levelField(f), Waits: f.State == db.FollowPending}
		level := f.Level
		if level == "everything" {
			level = "threads"
		}
		for _, n := range levelNames(shell.Loc) {
			n.Chosen = n.Value == level
			row.Levels = append(row.Levels, n)
		}
		p.Rows = append(p.Rows, row)
	}
	return d.Page(c, http.StatusOK, p)
}

func levelField(f *db.Follow) string { return "level-" + strconv.FormatInt(f.FolloweeID, 10) }

// followedGroups are the communities whose level can be set, at most two hundred.
func (d *Desk) followedGroups(c echo.Context) ([]*db.Follow, error) {
	all, err := d.store.FollowingOf(c.Request().Context(), d.Account(c).ActorID, 0, 200)
	if err != nil {
		return nil, fmt.Errorf("list followed communities: %w", err)
	}
	var groups []*db.Follow
	for _, f := range all {
		if f.Followee.Type == db.ActorGroup && f.State != db.FollowRejected {
			groups = append(groups, f)
		}
	}
	return groups, nil
}

// saveLevels handles POST /settings/communities.
func (d *Desk) saveLevels(c echo.Context) error {
	follows, err := d.followedGroups(c)
	if err != nil {
		return err
	}
	err = d.store.InTx(c.Request().Context(), func(ctx context.Context, tx *db.Store) error {
		for _, f := range follows {
			for _, n := range levelNames(d.Loc(c)) {
				if c.FormValue(levelField(f)) != n.Value || f.Level == n.Value {
					continue
				}
				if err := tx.SetFollowLevel(ctx, f.FollowerID, f.FolloweeID, n.Value); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save levels: %w", err)
	}
	return d.saved(c, "/settings/communities")
}
