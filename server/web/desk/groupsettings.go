package desk

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
)

// settable loads a community for whoever may change its settings.
func (d *Desk) settable(c echo.Context) (*here, error) {
	h, err := d.groupAt(c)
	if err != nil {
		return nil, err
	}
	if !h.group.Actor.Local {
		return nil, echo.ErrNotFound
	}
	return h, d.com.Permit(c.Request().Context(), d.store, h.group, d.reader(c), community.ActEditGroup)
}

// groupSettings handles GET /c/:handle/settings.
func (d *Desk) groupSettings(c echo.Context) error {
	h, err := d.settable(c)
	if err != nil {
		return err
	}
	return d.groupSettingsPage(c, http.StatusOK, h, views.GroupSettings{})
}

// groupSettingsPage shows the settings as they stand in h.
func (d *Desk) groupSettingsPage(c echo.Context, status int, h *here, p views.GroupSettings) error {
	shell, err := d.Shell(c, d.Loc(c).Text("Settings"), views.Communities)
	if err != nil {
		return err
	}
	g := h.group
	p.Shell, p.Hides, p.Announces = shell, g.HidesCounts, g.AnnouncesComment
	if p.CommunityHead, err = d.head(c, h); err != nil {
		return err
	}
	p.NameNow.Value, p.Tagline.Value = g.Actor.Name, g.Tagline
	p.About.Value, p.Languages.Value = g.Actor.SummarySource, g.Languages
	p.Starts = chosen(starts(shell.Loc), g.PostPolicy)
	p.Holds = chosen(holds(shell.Loc), g.HoldPolicy)
	readers, err := d.store.LogReaders(c.Request().Context(), g.ActorID)
	if err != nil {
		return fmt.Errorf("see who reads the log: %w", err)
	}
	p.Logs = chosen(logs(shell.Loc), readers)
	return d.Page(c, status, p)
}

func chosen(list []ui.Choice, value string) []ui.Choice {
	for i := range list {
		list[i].Chosen = list[i].Value == value
	}
	return list
}

func starts(l loc) []ui.Choice {
	return []ui.Choice{
		{Value: db.PostAnyone, Label: l.Text("Anybody")},
		{Value: db.PostFollowers, Label: l.Text("Followers and members")},
		{Value: db.PostMembers, Label: l.Text("Members")},
		{Value: db.PostModerators, Label: l.Text("Facilitators and moderators")},
	}
}

func holds(l loc) []ui.Choice {
	return []ui.Choice{
		{Value: db.HoldNone, Label: l.Text("Nothing")},
		{Value: db.HoldLinks, Label: l.Text("First posts with links")},
		{Value: db.HoldFirst, Label: l.Text("Every first post")},
	}
}

func logs(l loc) []ui.Choice {
	return []ui.Choice{
		{Value: db.LogPublic, Label: l.Text("Everybody who may read the community")},
		{Value: db.LogMembers, Label: l.Text("Members")},
		{Value: db.LogModerators, Label: l.Text("Facilitators and moderators")},
	}
}

// saveGroupSettings handles POST /c/:handle/settings.
func (d *Desk) saveGroupSettings(c echo.Context) error {
	h, err := d.settable(c)
	if err != nil {
		return err
	}
	g := h.group
	g.Actor.Name, g.Tagline = strings.TrimSpace(c.FormValue("name")), c.FormValue("tagline")
	g.Actor.SummarySource = strings.ReplaceAll(c.FormValue("about"), "\r\n", "\n")
	g.Languages = strings.Join(strings.Fields(strings.ReplaceAll(c.FormValue("languages"), ",", " ")), " ")
	g.PostPolicy, g.HoldPolicy = c.FormValue("starts"), c.FormValue("holds")
	g.HidesCounts, g.AnnouncesComment = c.FormValue("hides") != "", c.FormValue("announces") != ""
	var p views.GroupSettings
	if !languageTags(g.Languages) {
		p.Languages.Error = d.Loc(c).Text("Write codes of two or three letters, for example: en fr ar")
		return d.groupSettingsPage(c, http.StatusUnprocessableEntity, h, p)
	}
	err = d.store.InTx(c.Request().Context(), func(ctx context.Context, tx *db.Store) error {
		if err := d.com.EditGroup(ctx, tx, d.reader(c), g); err != nil || c.FormValue("log") == "" {
			return err
		}
		return d.mod.SetLogReaders(ctx, tx, d.reader(c), g, c.FormValue("log"))
	})
	if no, is := refusalIn(err); is {
		say := d.Sentence(d.Loc(c), no)
		switch no.Field {
		case "name":
			p.NameNow.Error = say
		case "summary":
			p.About.Error = say
		default:
			p.Error = say
		}
		return d.groupSettingsPage(c, http.StatusUnprocessableEntity, h, p)
	}
	if err != nil {
		return fmt.Errorf("save settings of %s: %w", g.Actor.URI, err)
	}
	return d.saved(c, "/c/"+d.PathHandle(g.Actor)+"/settings")
}

// languageTags says that each word has the shape of a language tag (BCP 47): fr, pt-BR, zh-Hans.
func languageTags(words string) bool {
	list := strings.Fields(words)
	for _, w := range list {
		primary, rest, _ := strings.Cut(w, "-")
		if len(primary) < 2 || len(primary) > 3 || len(rest) > 12 {
			return false
		}
		for _, r := range primary + rest {
			if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' {
				return false
			}
		}
	}
	return len(list) <= 12
}
