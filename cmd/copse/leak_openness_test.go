package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// leakOpenness are the pages of who reads a community, and of what is opened to everybody. What is
// sent to them is tried by outsiders alone.
func leakOpenness(w *leakWorld) map[string]leakRow {
	rows := map[string]leakRow{
		"GET /p/:id/release": w.perPost("/p/", "/release"), "POST /p/:id/release": w.perPost("/p/", "/release"),
		"GET /admin/trust": open("/admin/trust"), "POST /admin/trust/:group": open("/admin/trust/" + number(w.group.ActorID)),
	}
	for route, after := range map[string]string{
		"GET /c/:handle/readers": "/readers", "GET /c/:handle/openness": "/openness", "GET /c/:handle/openness/end": "/openness/end?host=" + w.peer.Host,
		"GET /c/:handle/openness/change": "/openness/change?level=private", "POST /c/:handle/openness/change": "/openness/change",
		"POST /c/:handle/openness/trust": "/openness/trust", "POST /c/:handle/openness/end": "/openness/end",
		"GET /c/:handle/openness/without": "/openness/without?host=" + w.peer.Host, "POST /c/:handle/openness/without": "/openness/without", "POST /c/:handle/openness/copies": "/openness/copies",
	} {
		rows[route] = w.face("/c/", "quiet", "nosuch", after)
	}
	return rows
}

// measured wants no figure to name the community, what is in it or who belongs to it.
func (w *leakWorld) measured(t *testing.T) {
	t.Helper()
	rec := httptest.NewRecorder()
	w.shell.MetricsHandler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	figures := rec.Body.String()
	if rec.Code != http.StatusOK || !strings.Contains(figures, "copse_") {
		t.Fatalf("figures are answered %d", rec.Code)
	}
	for _, secret := range append(w.canaries(), "quiet", "Quiet", "mia", number(w.group.ActorID), number(w.starter.ID)) {
		if strings.Contains(figures, secret) {
			t.Errorf("%s stands in the figures", secret)
		}
	}
}
