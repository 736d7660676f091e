package frame

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
)

// unsettled says that nobody lives here yet and the one-time link waits to be opened.
func (fr *Frame) unsettled(ctx context.Context) (bool, error) {
	if _, err := fr.instance.of(ctx, fr); err != nil || !fr.instance.empty() {
		return false, err
	}
	token, err := fr.o.Store.Setting(ctx, db.SettingSetupToken) // not from the cache: it may just have been spent
	if err != nil || token == "" {
		return false, err
	}
	all, _, err := fr.o.Store.AccountsCount(ctx, db.Time{})
	return all == 0, err
}

// unsettledPage stands for every page of such a server.
func (fr *Frame) unsettledPage(c echo.Context) error {
	shell, err := fr.Shell(c, At(c).Loc.Text("Set up this server"), views.NoTab)
	if err != nil {
		return err
	}
	shell.Head.NoIndex = true
	return fr.Page(c, http.StatusOK, views.Unsettled{Shell: shell})
}
