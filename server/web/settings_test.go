package web_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/password"
)

func TestSettings_profile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	b := h.as(ana)
	h.visitor().get("/settings").leads("/sign-in?back=%2Fsettings")
	b.get("/settings").want(http.StatusOK).shows(`value="Ana"`)
	b.post("/settings", form("name", " ", "organisation", "Ministry", "about", "Pumps.")).want(http.StatusUnprocessableEntity).
		shows("Say what to call you.", "Pumps.", "Ministry")
	b.post("/settings", form("name", "Ana", "about", strings.Repeat("x", 70_000))).want(http.StatusUnprocessableEntity).shows("The text is too long")
	b.follow(b.post("/settings", form("name", "Ana Lima", "organisation", "Ministry", "about", "Ask me about **pumps**.", "shares", "1"))).
		shows("Saved.", `value="Ana Lima"`)
	h.visitor().get("/u/ana").shows("Ana Lima", "Ministry", "<strong>pumps</strong>")
	if a := accountOf(h, ana); !a.SharesWithFollowers || a.Actor.Name != "Ana Lima" {
		t.Errorf("account is %+v", a)
	}
}

func TestSettings_reading(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.person("ana")
	b := h.as(ana)
	b.get("/settings/reading").want(http.StatusOK).shows(`value="UTC"`)
	for _, zone := range []string{"", "Moon/Base", "../../etc/passwd", "Local"} {
		b.post("/settings/reading", form("zone", zone, "language", "fr")).want(http.StatusUnprocessableEntity).shows("No such time zone is known.")
	}
	b.post("/settings/reading", form("zone", "Africa/Nairobi", "language", "fr", "theme", "dark")).leads("/settings/reading")
	b.get("/settings/reading").shows(`lang="fr"`, `data-theme="dark"`, `value="Africa/Nairobi"`).hides(`id="keys"`)
	if a := accountOf(h, ana); a.Locale != "fr" || a.Theme != "dark" || a.SingleKeys || a.TimeZone != "Africa/Nairobi" {
		t.Errorf("account is %+v", a)
	}
	b.post("/settings/reading", form("zone", "UTC", "language", "xx", "theme", "pink", "single-keys", "1")).leads("/settings/reading")
	if a := accountOf(h, ana); a.Theme != "" || !a.SingleKeys {
		t.Errorf("account is %+v", a)
	}
}

func TestSettings_whatReachesMe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	g := h.group("water", ana)
	h.do(func(ctx context.Context, tx *db.Store) error {
		_, err := h.com.Follow(ctx, tx, ben, g.Actor)
		return err
	})
	b := h.as(ben)
	field := regexp.MustCompile(`level-\d+`).FindString(b.get("/settings/communities").want(http.StatusOK).shows("The water").body)
	b.post("/settings/communities", form(field, "mentions")).leads("/settings/communities")
	level := func() string {
		f, err := h.store.FollowBetween(h.ctx, ben.ID, g.ActorID)
		h.ok(err)
		return f.Level
	}
	if level() != "mentions" {
		t.Errorf("level is %s", level())
	}
	b.post("/settings/communities", form(field, "loud")).leads("/settings/communities")
	if level() != "mentions" {
		t.Errorf("an unknown level was kept: %s", level())
	}
	h.as(h.person("cleo")).get("/settings/communities").shows("You follow no community yet.")
}

// A new password ends all other sessions (T40); a wrong old one changes nothing.
func TestT40_newPasswordEndsOtherSessions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hash, err := password.Hash("seven frogs on a lid")
	h.ok(err)
	ana := h.person("ana", func(n *community.NewPerson) { n.PasswordHash = hash })
	here, there := h.as(ana), h.as(ana)

	here.post("/settings/password", form("old", "wrong", "new", "nine toads under a lid")).want(http.StatusUnprocessableEntity).shows("The password is not right.")
	here.post("/settings/password", form("old", "seven frogs on a lid", "new", "short")).want(http.StatusUnprocessableEntity).shows("Use at least 12 characters.")
	there.get("/settings").want(http.StatusOK)
	here.post("/settings/password", form("old", "seven frogs on a lid", "new", "nine toads under a lid")).leads("/settings/access")
	here.get("/settings/access").want(http.StatusOK).shows("The password is changed.", "This browser").hides("Sign out everywhere else")
	there.get("/settings").want(http.StatusSeeOther)
	h.visitor().post("/sign-in", form("login", "ana", "password", "seven frogs on a lid")).want(http.StatusUnprocessableEntity)
	h.visitor().post("/sign-in", form("login", "ana", "password", "nine toads under a lid")).leads("/")
}

func TestSettings_sessions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	here := h.as(ana)
	there := h.visitor()
	there.header.Set("User-Agent", "Mozilla/5.0 (Android 16; Mobile) Firefox/150.0")
	there.post("/be/ana", nil)
	page := here.get("/settings/access").shows("Firefox, Android", "Sign out everywhere else")
	end := regexp.MustCompile(`/settings/sessions/\d+/end`).FindString(page.body)

	// Nobody ends somebody else's session (T47).
	h.as(ben).post(end, nil).want(http.StatusSeeOther)
	there.get("/settings").want(http.StatusOK)
	here.post(end, nil).leads("/settings/access")
	there.get("/settings").want(http.StatusSeeOther)
	here.post("/settings/sessions/x/end", nil).want(http.StatusNotFound)

	third := h.as(ana)
	here.post("/settings/sessions/end", nil).leads("/settings/access")
	third.get("/settings").want(http.StatusSeeOther)
	here.get("/settings").want(http.StatusOK)
}

func TestDrafts_listAndDrop(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	g := h.group("water", ana)
	start := h.start(g, ana, "Lids")
	b, account := h.as(ben), accountOf(h, ben).ID
	b.get("/drafts").want(http.StatusOK).shows("You have no drafts.")
	for _, d := range []*db.Draft{
		{Form: "reply", Target: itoa(start.ID), Body: "The strip\n fits."},
		{Form: "discussion", Target: itoa(g.ActorID), Title: "Who chains lids?"},
		{Form: "edit", Target: itoa(start.ID), Body: "Better."},
		{Form: "reply", Target: "12345", Body: "To nothing."},
	} {
		d.AccountID = account
		h.ok(h.store.PutDraft(h.ctx, d))
	}
	page := b.get("/drafts").shows("Reply in “Lids”", "The strip fits.", "Who chains lids?", "/c/water/new", "Change to “Lids”", "About something that is gone", "To nothing.")
	h.as(ana).get("/drafts").hides("The strip fits.")
	drop := regexp.MustCompile(`/drafts/drop\?form=discussion[^"]*`).FindString(page.body)
	b.follow(b.post(strings.ReplaceAll(drop, "&amp;", "&"), nil)).shows("The draft is thrown away.").hides("Who chains lids?")
}
