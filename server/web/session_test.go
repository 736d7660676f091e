package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"
)

// A browser may call itself anything; PostgreSQL keeps nothing that is not UTF-8.
func TestSignIn_agentOfOddBytes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	account, err := h.store.AccountOf(context.Background(), amina.ID)
	h.ok(err)
	for _, agent := range []string{"odd\xff\xfe", strings.Repeat("x", 199) + "ü"} {
		b := h.visitor()
		b.header.Set("User-Agent", agent)
		b.post("/be/"+amina.Handle, nil).want(http.StatusNoContent)
	}
	list, err := h.store.SessionsOf(context.Background(), account.ID)
	h.ok(err)
	if len(list) != 2 {
		t.Fatalf("%d sessions, want 2", len(list))
	}
	for _, s := range list {
		if !utf8.ValidString(s.UserAgent) {
			t.Errorf("kept %q", s.UserAgent)
		}
	}
}
