package frame

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
)

// sessionLife is how long a browser stays signed in.
const sessionLife = 30 * 24 * time.Hour

// What a session holds.
const (
	keyAccount = "account"
	keyAgent   = "agent"
	keyAddress = "address"
	keyFlash   = "flash"
	keyUndo    = "undo"
	keyForget  = "forget"
)

func newSessions(o Options) *scs.SessionManager {
	m := scs.New()
	m.Lifetime = sessionLife
	m.HashTokenInStore = true
	m.Cookie.Name, m.Cookie.Secure = "copse", o.Secure
	if o.Secure {
		m.Cookie.Name = "__Host-copse"
	}
	m.Cookie.HttpOnly, m.Cookie.SameSite, m.Cookie.Path = true, http.SameSiteLaxMode, "/"
	m.Store = &sessionStore{store: o.Store, codec: m.Codec, now: o.Now}
	m.ErrorFunc = lapsed
	return m
}

// lapse is what went wrong with the session of a request, kept in its context: the library tells of
// it where no error can be returned. Whose session it is comes with it, and nobody else's: the library
// hands on what the session holds alone.
type lapse struct {
	err     error
	account *db.Account // nil: nobody's, or not looked for
}

type lapseKey struct{}

// lapsed writes nothing: a session that cannot be loaded is answered like any other error, and one
// that cannot be saved must not turn what was done already into a failure.
func lapsed(w http.ResponseWriter, r *http.Request, err error) {
	if l, ok := r.Context().Value(lapseKey{}).(*lapse); ok {
		l.err = err
		return
	}
	http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
}

// sessionStore keeps sessions in the database, so that they can be listed and revoked and outlive
// a restart. It is given hashed tokens only.
type sessionStore struct {
	store *db.Store
	codec scs.Codec
	now   func() time.Time
}

// FindCtx implements scs.CtxStore.
func (s *sessionStore) FindCtx(ctx context.Context, hash string) ([]byte, bool, error) {
	row, err := s.store.SessionByHash(ctx, hash)
	if errors.Is(err, db.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find session: %w", err)
	}
	if l, ok := ctx.Value(lapseKey{}).(*lapse); ok {
		l.account = row.Account
	}
	return row.Data, true, nil
}

// CommitCtx implements scs.CtxStore; account, browser and address get columns of their own.
func (s *sessionStore) CommitCtx(ctx context.Context, hash string, b []byte, expiry time.Time) error {
	row := &db.Session{TokenHash: hash, Data: b, ExpiresAt: db.At(expiry)}
	_, values, err := s.codec.Decode(b)
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	row.AccountID, _ = values[keyAccount].(int64)
	row.UserAgent, _ = values[keyAgent].(string)
	row.Address, _ = values[keyAddress].(string)
	return s.store.SaveSession(ctx, row)
}

// DeleteCtx implements scs.CtxStore.
func (s *sessionStore) DeleteCtx(ctx context.Context, hash string) error {
	return s.store.DeleteSession(ctx, hash)
}

// Find implements scs.Store.
func (s *sessionStore) Find(hash string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), hash)
}

// Commit implements scs.Store.
func (s *sessionStore) Commit(hash string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), hash, b, expiry)
}

// Delete implements scs.Store.
func (s *sessionStore) Delete(hash string) error { return s.DeleteCtx(context.Background(), hash) }

// SignIn opens a session for an account under a fresh token (no fixation, T40).
func (fr *Frame) SignIn(c echo.Context, account *db.Account) error {
	ctx := c.Request().Context()
	if err := fr.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	agent := c.Request().UserAgent()
	fr.sessions.Put(ctx, keyAccount, account.ID)
	fr.sessions.Put(ctx, keyAgent, strings.ToValidUTF8(agent[:min(len(agent), 200)], ""))
	fr.sessions.Put(ctx, keyAddress, c.RealIP())
	return nil
}

// Enter signs somebody in without a password and leads them to the first page; only the
// demonstration may do that.
func (fr *Frame) Enter(w http.ResponseWriter, r *http.Request, account *db.Account) (err error) {
	e := echo.New()
	e.IPExtractor = echo.ExtractIPDirect()
	fr.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err = fr.SignIn(e.NewContext(r, w), account); err == nil {
			http.Redirect(w, r, "/", http.StatusSeeOther)
		}
	})).ServeHTTP(w, r)
	return err
}

// SignOut ends the session of a request.
func (fr *Frame) SignOut(c echo.Context) error {
	if err := fr.sessions.Destroy(c.Request().Context()); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// SessionHash is the stored name of the session of a request, "" when there is none.
func (fr *Frame) SessionHash(ctx context.Context) string {
	token := fr.sessions.Token(ctx)
	if token == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:]) // as scs hashes it
}
