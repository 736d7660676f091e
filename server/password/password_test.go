package password

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/alexedwards/argon2id"

	"github.com/copse-social/copse/server/community"
)

func TestHash_matches(t *testing.T) {
	t.Parallel()
	hash, err := Hash("three fridges in Karu")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash is %s", hash)
	}
	if !Matches(hash, "three fridges in Karu") {
		t.Error("the password does not match its own hash")
	}
	for _, wrong := range []string{"", "three fridges in karu", "three fridges in Karu "} {
		if Matches(hash, wrong) {
			t.Errorf("%q matches", wrong)
		}
	}
}

func TestHash_sameOnAllKeyboards(t *testing.T) {
	t.Parallel()
	hash, err := Hash("le re\u0301seau de froid") // e and accent apart, as macOS types it
	if err != nil {
		t.Fatal(err)
	}
	if !Matches(hash, "le r\u00e9seau de froid") {
		t.Error("the composed form does not match")
	}
}

func TestMatches_noAccount(t *testing.T) {
	t.Parallel()
	for _, hash := range []string{"", "!", "$argon2id$v=19$m=1$c2FsdA$a2V5"} {
		if Matches(hash, "anything at all") {
			t.Errorf("hash %q matches", hash)
		}
	}
	if _, _, _, err := argon2id.DecodeHash(absentHash); err != nil {
		t.Errorf("the stand-in takes no time: %v", err)
	}
}

func TestT59_passwordsRefused(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]string{
		"":                           "password-short",
		"elevenchars":                "password-short",
		"ÄÖÜäöüßéèê€":                "password-short",
		"Password1234":               "password-common",
		"correcthorsebatterystaple":  "password-common",
		"aaaaaaaaaaaaaaaa":           "password-common",
		"karukarukarukaru":           "password-common",
		"123456789012":               "password-common",
		"abcdefghijklm":              "password-common",
		"qwertyuiopasdf":             "password-common",
		strings.Repeat("ab3 ", 300):  "password-long",
		strings.Repeat("kühl?", 201): "password-long",
	} {
		_, err := Hash(password)
		refusal, ok := errors.AsType[*community.Refusal](err)
		if !ok || refusal.Code != want || refusal.Field != "password" {
			t.Errorf("%q gives %v, want %s", password, err, want)
		}
	}
}

func TestT59_goodPasswordsTaken(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"long secret words", "vaccins au frais", "冷藏库在卡鲁的三台冰箱很好用", "Xk3!fe9_ppQa"} {
		if err := check(password); err != nil {
			t.Errorf("%q: %v", password, err)
		}
	}
}

func TestT59_nothingIsCutOff(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("fridge log 7 ", 16)[:200]
	hash, err := Hash(long)
	if err != nil {
		t.Fatal(err)
	}
	if Matches(hash, long[:199]+"X") {
		t.Error("the last character does not count")
	}
	if Matches(hash, strings.Repeat("x", Max+1)) {
		t.Error("a password beyond the limit was compared")
	}
}

func TestT59_manySignInsAtOnce(t *testing.T) {
	t.Parallel()
	hash, err := Hash("three fridges in Karu")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			if got := Matches(hash, "three fridges in Karu"); !got {
				t.Errorf("sign-in %d of many fails", i)
			}
		})
	}
	wg.Wait()
	if n := len(hashing); n > cap(hashing) {
		t.Errorf("%d at once", n)
	}
}
