package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/password"
	"github.com/copse-social/copse/server/web/frame"
)

// SetupHash is how the token of the one-time set-up link is kept.
func SetupHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// setupOpen says whether a token opens the set-up: it is the stored one and nobody lives here yet.
func setupOpen(ctx context.Context, s *db.Store, token string) (bool, error) {
	want, err := s.Setting(ctx, db.SettingSetupToken)
	if err != nil || want == "" || token == "" {
		return false, err
	}
	return subtle.ConstantTimeCompare([]byte(want), []byte(SetupHash(token))) == 1, nil
}

// setupForm handles GET /setup.
func (d *Door) setupForm(c echo.Context) error {
	token := c.QueryParam("token")
	open, err := setupOpen(c.Request().Context(), d.store, token)
	if err != nil {
		return err
	}
	if !open {
		return echo.ErrNotFound
	}
	return d.setupPage(c, http.StatusOK, views.Setup{Token: token})
}

func (d *Door) setupPage(c echo.Context, status int, p views.Setup) error {
	shell, err := d.Shell(c, frame.At(c).Loc.Text("Set up this server"), views.NoTab)
	if err != nil {
		return err
	}
	p.Shell = shell
	p.Head.NoIndex = true
	c.Response().Header().Set("Referrer-Policy", "no-referrer") // the address holds the token
	return d.Page(c, status, p)
}

// setup handles POST /setup: the first admin and the organisation's name; the link then is spent.
func (d *Door) setup(c echo.Context) error {
	var form struct {
		Token        string `form:"token"`
		Organisation string `form:"organisation"`
		Name         string `form:"name"`
		Handle       string `form:"handle"`
		Mail         string `form:"mail"`
		Password     string `form:"password"`
	}
	if err := c.Bind(&form); err != nil {
		return err
	}
	ctx := c.Request().Context()
	if open, err := setupOpen(ctx, d.store, form.Token); err != nil || !open {
		return firstError(err, echo.ErrNotFound)
	}
	p := views.Setup{
		Token: form.Token, Organisation: ui.Answer{Value: form.Organisation}, Name: ui.Answer{Value: form.Name},
		Handle: ui.Answer{Value: form.Handle}, Mail: ui.Answer{Value: form.Mail},
	}
	if strings.TrimSpace(form.Organisation) == "" {
		p.Organisation.Error = frame.At(c).Loc.Text("Say which organisation runs this server.")
		return d.setupPage(c, http.StatusUnprocessableEntity, p)
	}
	account, err := d.firstAdmin(ctx, community.NewPerson{
		Handle: form.Handle, Name: form.Name, Email: form.Mail, Organisation: form.Organisation,
		Admin: true, Locale: frame.At(c).Loc.Lang.Code,
	}, secrets{form.Token, form.Password, c.RealIP()})
	if errors.Is(err, errSpent) {
		return echo.ErrNotFound
	}
	if no, is := frame.Refusal(err); is {
		say := frame.Sentence(frame.At(c).Loc, no)
		switch no.Field {
		case "handle":
			p.Handle.Error = say
		case "email":
			p.Mail.Error = say
		case "name":
			p.Name.Error = say
		case "password":
			p.Password.Error = say
		default:
			p.Error = say
		}
		return d.setupPage(c, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return fmt.Errorf("set up: %w", err)
	}
	if err := d.SignIn(c, account); err != nil {
		return err
	}
	return frame.See(c, "/")
}

// secrets are what a set-up needs beside the person, and where it comes from.
type secrets struct{ token, password, address string }

// errSpent says that the link was used by somebody else in the meantime.
var errSpent = errors.New("set-up link is spent")

// firstAdmin makes the account and spends the link in one transaction. Taking the link is the first
// thing that is written, so that of two people at once the second finds it gone.
func (d *Door) firstAdmin(ctx context.Context, n community.NewPerson, by secrets) (*db.Account, error) {
	hash, err := password.Hash(by.password)
	if err != nil {
		return nil, err
	}
	n.PasswordHash = hash
	if n.Actor, err = d.com.PrepareActor(d.store, db.ActorPerson); err != nil {
		return nil, err
	}
	var account *db.Account
	err = d.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		taken, err := tx.TakeSetting(ctx, db.SettingSetupToken, SetupHash(by.token))
		if err != nil {
			return err
		}
		if !taken {
			return errSpent
		}
		if account, err = d.com.CreatePerson(ctx, tx, n); err != nil {
			return err
		}
		if err := tx.SetSetting(ctx, db.SettingName, strings.TrimSpace(n.Organisation)); err != nil {
			return err
		}
		return tx.Audit(ctx, db.AuditEntry{Who: account.Actor.Handle, Act: "setup", Object: n.Organisation, Address: by.address})
	})
	return account, err
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
