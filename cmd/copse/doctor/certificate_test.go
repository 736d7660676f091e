package doctor

import (
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestCertificate(t *testing.T) {
	t.Parallel()
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	defer srv.Close()
	shown := srv.Certificate()
	roots := x509.NewCertPool()
	roots.AddCert(shown)
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	for before, want := range map[time.Duration]string{time.Hour: Warning, 13 * 24 * time.Hour: Warning, 15 * 24 * time.Hour: OK} {
		d := New(Options{URL: u, Data: t.TempDir(), Authorities: roots, Now: func() time.Time { return shown.NotAfter.Add(-before) }})
		d.address(t.Context())
		got := Finding{}
		for _, f := range d.Found {
			if f.Check == "certificate" {
				got = f
			}
		}
		if got.State != want || !strings.Contains(got.Says, shown.NotAfter.UTC().Format(time.DateOnly)) || want != OK && got.Fix == "" {
			t.Errorf("%s before its end: %+v", before, got)
		}
	}
}

// One that lives for six days is not old while it is young.
func TestCertificate_shortLived(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	leaf := &x509.Certificate{NotBefore: start, NotAfter: start.AddDate(0, 0, 6)}
	root := &x509.Certificate{NotBefore: start.AddDate(-9, 0, 0), NotAfter: start.AddDate(9, 0, 0)}
	for days, want := range map[int]string{1: OK, 4: OK, 5: Warning} {
		d := New(Options{URL: &url.URL{Scheme: "https", Host: "copse.test"}, Now: func() time.Time { return start.AddDate(0, 0, days) }})
		if d.certificate([]*x509.Certificate{root, leaf}); d.Found[0].State != want {
			t.Errorf("on day %d: %+v", days, d.Found)
		}
	}
}
