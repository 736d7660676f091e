package sign_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/copse-social/copse/federation/sign"
)

func TestT01_bodyNotCovered(t *testing.T) {
	t.Parallel()
	altered := []byte(strings.Replace(string(activity), "Follow", "follow", 1))
	for name, row := range map[string]struct {
		digest string
		names  string
		body   []byte
		ok     bool
	}{
		"covered and right":       {sha256Digest(activity), usualNames, activity, true},
		"lower-case name":         {strings.Replace(sha256Digest(activity), "SHA", "sha", 1), usualNames, activity, true},
		"SHA-512":                 {sha512Digest(activity), usualNames, activity, true},
		"both right":              {sha256Digest(activity) + "," + sha512Digest(activity), usualNames, activity, true},
		"an unknown kind beside":  {"MD5=xyz, " + sha256Digest(activity), usualNames, activity, true},
		"a: no digest":            {"", "(request-target) host date", activity, false},
		"a: covered but absent":   {"", usualNames, activity, false},
		"b: not covered":          {sha256Digest(activity), "(request-target) host date", activity, false},
		"c: one byte altered":     {sha256Digest(activity), usualNames, altered, false},
		"c: body removed":         {sha256Digest(activity), usualNames, nil, false},
		"d: MD5 only":             {"MD5=1B2M2Y8AsgTpgAmY7PhCfg==", usualNames, activity, false},
		"e: one wrong, one right": {"SHA-256=" + strings.Repeat("A", 43) + "=," + sha512Digest(activity), usualNames, activity, false},
		"e: one right, one wrong": {sha256Digest(activity) + ",SHA-512=AAAA", usualNames, activity, false},
		"twice the same kind":     {sha256Digest(activity) + "," + sha256Digest(activity), usualNames, activity, false},
		"not base64":              {"SHA-256=***", usualNames, activity, false},
		"not a list":              {"SHA-256", usualNames, activity, false},
	} {
		req := delivery(t)
		req.Header.Del("Digest")
		if row.digest != "" {
			req.Header.Set("Digest", row.digest)
		}
		craft{names: row.names}.sign(t, req)
		err := verify(req, row.body, rsaPublic(), atNoon())
		if row.ok && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !row.ok && !errors.Is(err, sign.ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// An uncovered digest proves nothing but must not contradict the body either:
// another part of the program, or a proxy, may believe it.
func TestT01_secondDigestContradicts(t *testing.T) {
	t.Parallel()
	req := signed(t, "POST", "https://copse.test/ap/inbox", activity, sign.RFC9421)
	req.Header.Set("Digest", sha256Digest([]byte("other")))
	refused(t, verify(req, activity, rsaPublic(), atNoon()))
	req.Header.Set("Digest", sha256Digest(activity))
	if err := verify(req, activity, rsaPublic(), atNoon()); err != nil {
		t.Error(err)
	}
}

// A GET may come with a body; then it is held to the same rule.
func TestT01_getWithBody(t *testing.T) {
	t.Parallel()
	req := page(t, "/ap/groups/1")
	craft{names: "(request-target) host date"}.sign(t, req)
	refused(t, verify(req, []byte("x"), rsaPublic(), atNoon()))
}
