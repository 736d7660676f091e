package doctor

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/copse-social/copse/db/dbtest"
)

func examined(t *testing.T, o Options) map[string]Finding {
	t.Helper()
	if o.URL == nil {
		o.URL = &url.URL{Scheme: "http", Host: "copse.localhost:1"}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	d := New(o)
	d.Inside(t.Context(), dbtest.New(t))
	d.Outside(t.Context(), Public{})
	found := map[string]Finding{}
	for _, f := range d.Found {
		found[f.Check] = f
		if f.State != OK && f.Fix == "" {
			t.Errorf("%s says nothing of how to mend it", f.Check)
		}
	}
	return found
}

func TestInside(t *testing.T) {
	t.Parallel()
	found := examined(t, Options{Data: t.TempDir()})
	for _, check := range []string{"database version", "redis", "disk"} {
		if f := found[check]; f.State == Failed || f.Says == "" {
			t.Errorf("%s: %+v", check, f)
		}
	}
	if f := found["public address"]; f.State != Failed {
		t.Errorf("nobody answers there: %+v", f)
	}
	if f := examined(t, Options{Data: "/no/such/folder"})["disk"]; f.State != Failed {
		t.Errorf("no disk: %+v", f)
	}
}

func TestInside_redis(t *testing.T) {
	t.Parallel()
	mini := miniredis.RunT(t)
	at := "redis://" + mini.Addr()
	if f := examined(t, Options{Data: t.TempDir(), RedisURL: at})["redis"]; f.State == Failed {
		t.Errorf("answers: %+v", f)
	}
	mini.Close()
	if f := examined(t, Options{Data: t.TempDir(), RedisURL: at + "?max_retries=-1"})["redis"]; f.State != Failed {
		t.Errorf("away: %+v", f)
	}
	if f := examined(t, Options{Data: t.TempDir(), RedisURL: "://"})["redis"]; f.State != Failed {
		t.Errorf("no address: %+v", f)
	}
}

func TestOutside_somethingElseAnswers(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		w.Header().Set("Copse-Host", "elsewhere.test")
		_, _ = w.Write([]byte(`{"links":[]}`))
	}))
	defer other.Close()
	u, err := url.Parse(other.URL)
	if err != nil {
		t.Fatal(err)
	}
	d := New(Options{URL: u, Data: t.TempDir(), Now: time.Now})
	d.Outside(t.Context(), Public{SharedInbox: other.URL + "/ap/inbox"})
	if len(d.Found) != 7 {
		t.Errorf("%d findings", len(d.Found))
	}
	for _, f := range d.Found[1:] {
		if f.State != Failed || f.Fix == "" {
			t.Errorf("%+v", f)
		}
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"17.2 (Debian 17.2-1)": 17, "3.50.4": 3, "": 0, "devel": 0} {
		if got := major(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	info := "# Server\r\nredis_version:7.4.1\r\n# Memory\r\nmaxmemory_policy:allkeys-lru\r\n"
	if field(info, "redis_version") != "7.4.1" || field(info, "maxmemory_policy") != "allkeys-lru" || field(info, "none") != "" {
		t.Error("fields are misread")
	}
}

func TestWritable(t *testing.T) {
	t.Parallel()
	if err := Writable(t.TempDir() + "/new"); err != nil {
		t.Error(err)
	}
	if err := Writable("/proc/none"); err == nil || errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "/proc") {
		t.Errorf("a folder that cannot be: %v", err)
	}
}
