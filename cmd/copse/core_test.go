package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/sign"
)

func TestCore_policyTowardsHosts(t *testing.T) {
	t.Parallel()
	i, _ := inFolder(t, &fedtest.Network{}, "https://alpha.example")
	for host, policy := range map[string]string{"bad.example": db.HostBlocked, "good.example": db.HostAllowed} {
		if err := i.store.SetHostPolicy(t.Context(), host, policy, ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		stance, host string
		refused      bool
	}{
		{"open", "new.example", false},
		{"open", "bad.example", true},
		{"open", "sub.bad.example", true},
		{"open", "good.example", false},
		{"allow-list", "new.example", true},
		{"allow-list", "bad.example", true},
		{"allow-list", "good.example", false},
		{"closed", "good.example", true},
		{"closed", "alpha.example", false}, // ourselves
	} {
		i.cfg.Federation = c.stance
		err := i.allowed(t.Context(), c.host)
		if errors.Is(err, federation.ErrRefusedHost) != c.refused || !c.refused && err != nil {
			t.Errorf("%s and %s: %v, refused should be %v", c.stance, c.host, err, c.refused)
		}
		if refused := i.refuses(t.Context(), c.host) != nil; refused != c.refused {
			t.Errorf("delivery, %s and %s: refused %v", c.stance, c.host, refused)
		}
	}
}

// What fails by itself must not cost anybody their deliveries.
func TestCore_brokenPolicyRefusesNobody(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load([]string{"url=https://alpha.example", "data=" + t.TempDir(), "federation=allow-list"}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	i, err := openInstance(t.Context(), cfg, overrides{Transport: &fedtest.Network{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Close(); err != nil {
		t.Fatal(err)
	}
	if err := i.refuses(t.Context(), "new.example"); err != nil {
		t.Errorf("a closed database refuses: %v", err)
	}
	if err := i.allowed(t.Context(), "new.example"); err == nil || errors.Is(err, federation.ErrRefusedHost) {
		t.Errorf("allowed says %v, want the fault", err)
	}
}

func TestCore_remembersSignatureSchemes(t *testing.T) {
	t.Parallel()
	i, _ := inFolder(t, &fedtest.Network{}, "https://alpha.example")
	o := i.fetchOptions(nil)
	if got := o.Scheme(t.Context(), "new.example"); got != sign.Cavage {
		t.Errorf("a new host gets %q", got)
	}
	o.Learn(t.Context(), "new.example", sign.RFC9421)
	if got := o.Scheme(t.Context(), "new.example"); got != sign.RFC9421 {
		t.Errorf("after learning it gets %q", got)
	}
}

func TestCore_signsReadsAsTheInstance(t *testing.T) {
	t.Parallel()
	i, _ := inFolder(t, &fedtest.Network{}, "https://alpha.example")
	s, err := i.fetchOptions(nil).Signer(t.Context())
	if err != nil || s.KeyID != "https://alpha.example/ap/instance#main-key" {
		t.Errorf("signer is %v, %v", s, err)
	}
	if !strings.Contains(i.userAgent(), "(+https://alpha.example)") {
		t.Errorf("user agent is %q", i.userAgent())
	}
}

func TestOpenStore_makesTheFolder(t *testing.T) {
	t.Parallel()
	cfg := config.Config{Data: filepath.Join(t.TempDir(), "new", "data")}
	s, err := openStore(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestInstance_subscribePage(t *testing.T) {
	t.Parallel()
	network := &fedtest.Network{}
	i, _ := inFolder(t, network, "https://alpha.example")
	peer := fedtest.New(t, network, "social.example", fedtest.Mastodon())
	farid := peer.Person("farid")
	page, err := i.subscribe(t.Context(), farid.Handle(), "https://alpha.example/c/water?a=b&c")
	if err != nil {
		t.Fatal(err)
	}
	if page != "" && !strings.HasSuffix(page, "https%3A%2F%2Falpha.example%2Fc%2Fwater%3Fa%3Db%26c") {
		t.Errorf("leads to %q", page)
	}
	if _, err := i.subscribe(t.Context(), "nobody@gone.example", "x"); err == nil {
		t.Error("a host that is not there has a page")
	}
}
