package admin

import (
	"context"
	"fmt"
	"net/http"
	"net/mail"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// Bounds of what the instance says of itself, in letters.
const (
	maxName  = 120
	maxMark  = 2
	maxAbout = 10_000
)

// settings handles GET /admin/settings.
func (d *Door) settings(c echo.Context) error {
	all, err := d.store.Settings(c.Request().Context())
	if err != nil {
		return fmt.Errorf("load settings: %w", err)
	}
	return d.settingsPage(c, http.StatusOK, views.InstanceSettings{
		Name: ui.Answer{Value: all[db.SettingName]}, Mark: ui.Answer{Value: all[db.SettingMark]},
		About: ui.Answer{Value: all[db.SettingAbout]}, Mail: ui.Answer{Value: all[db.SettingContact]},
	}, all[db.SettingMarkHue])
}

func (d *Door) settingsPage(c echo.Context, status int, p views.InstanceSettings, hue string) error {
	shell, err := d.Shell(c, d.loc(c).Text("This server"), views.Federation)
	if err != nil {
		return err
	}
	p.Shell = shell
	if p.Mark.Value == "" {
		p.Mark.Value = shell.Instance.Mark
	}
	if hue == "" {
		hue = strconv.Itoa(shell.Instance.Hue)
	}
	for i := 1; i <= 8; i++ {
		n := strconv.Itoa(i)
		p.Hues = append(p.Hues, ui.Choice{Value: n, Label: shell.Text("Colour %d", i), Chosen: n == hue})
	}
	return d.Page(c, status, p)
}

// saveSettings handles POST /admin/settings.
func (d *Door) saveSettings(c echo.Context) error {
	l := d.loc(c)
	value := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(c.FormValue(name), "\r\n", "\n"))
	}
	p := views.InstanceSettings{
		Name: ui.Answer{Value: value("name")}, Mark: ui.Answer{Value: value("mark")},
		About: ui.Answer{Value: value("about")}, Mail: ui.Answer{Value: value("contact")},
	}
	hue := value("hue")
	if n, err := strconv.Atoi(hue); err != nil || n < 1 || n > 8 {
		hue = ""
	}
	if p.Name.Value == "" || utf8.RuneCountInString(p.Name.Value) > maxName {
		p.Name.Error = l.Text("Say which organisation runs this server.")
	}
	if n := utf8.RuneCountInString(p.Mark.Value); n < 1 || n > maxMark {
		p.Mark.Error = l.Text("Use one or two letters.")
	}
	if utf8.RuneCountInString(p.About.Value) > maxAbout {
		p.About.Error = l.Text("The text is too long. Keep it to what others need to know.")
	}
	if a, err := mail.ParseAddress(p.Mail.Value); p.Mail.Value != "" && (err != nil || a.Address != p.Mail.Value) {
		p.Mail.Error = l.Text("This is not a mail address.")
	}
	if p.Name.Error+p.Mark.Error+p.About.Error+p.Mail.Error != "" {
		return d.settingsPage(c, http.StatusUnprocessableEntity, p, hue)
	}
	err := d.store.InTx(c.Request().Context(), func(ctx context.Context, tx *db.Store) error {
		for key, v := range map[string]string{
			db.SettingName: p.Name.Value, db.SettingMark: p.Mark.Value, db.SettingMarkHue: hue,
			db.SettingAbout: p.About.Value, db.SettingContact: p.Mail.Value,
		} {
			if err := tx.SetSetting(ctx, key, v); err != nil {
				return fmt.Errorf("save setting %s: %w", key, err)
			}
		}
		return d.note(ctx, tx, c, db.ModerationEntry{Act: "settings"})
	})
	if err != nil {
		return err
	}
	return d.done(c, l.Text("Saved."), "/admin/settings")
}
