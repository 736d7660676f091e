package sign_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/copse-social/copse/federation/sign"
)

func TestSign_rfc9421Form(t *testing.T) {
	t.Parallel()
	req := signed(t, "POST", "https://copse.test/ap/inbox", activity, sign.RFC9421)
	want := `sig1=("@method" "@target-uri" "content-digest");created=1795262400;keyid="` + keyID + `";alg="rsa-v1_5-sha256"`
	if got := req.Header.Get("Signature-Input"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := req.Header.Get("Content-Digest"); !strings.HasPrefix(got, "sha-256=:") {
		t.Errorf("Content-Digest %s", got)
	}
	c, err := sign.Parse(req)
	if err != nil {
		t.Fatal(err)
	}
	if c.KeyID != keyID || c.Scheme != sign.RFC9421 {
		t.Errorf("claim %+v", c)
	}
}

func TestT14_bothSchemes(t *testing.T) {
	t.Parallel()
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		req := signed(t, "POST", "https://copse.test/ap/inbox", activity, scheme)
		if err := verify(req, activity, rsaPublic(), atNoon()); err != nil {
			t.Errorf("%s: %v", scheme, err)
		}
		refused(t, verify(req, activity[1:], rsaPublic(), atNoon()))
	}
}

// The presence of Signature-Input settles which scheme is proved; what does
// not fit it is refused and the other scheme is not tried.
func TestT14_mixedSchemes(t *testing.T) {
	t.Parallel()
	const inbox = "https://copse.test/ap/inbox"
	cavage := signed(t, "POST", inbox, activity, sign.Cavage)
	rfc := signed(t, "POST", inbox, activity, sign.RFC9421)

	both := signed(t, "POST", inbox, activity, sign.Cavage)
	both.Header.Set("Signature-Input", rfc.Header.Get("Signature-Input"))
	both.Header.Set("Content-Digest", rfc.Header.Get("Content-Digest"))
	refused(t, verify(both, activity, rsaPublic(), atNoon()))

	both.Header["Signature"] = []string{rfc.Header.Get("Signature"), cavage.Header.Get("Signature")}
	refused(t, verify(both, activity, rsaPublic(), atNoon()))

	both.Header.Set("Signature", rfc.Header.Get("Signature"))
	if err := verify(both, activity, rsaPublic(), atNoon()); err != nil {
		t.Errorf("RFC 9421 with a Digest beside: %v", err)
	}

	rfc.Header.Del("Signature-Input")
	refused(t, verify(rfc, activity, rsaPublic(), atNoon()))
}

// What Fedify and others cover beyond the required names.
func TestVerify_moreComponents(t *testing.T) {
	t.Parallel()
	req := delivery(t)
	req.RequestURI += "?a=b"
	req.Header.Set("Content-Digest", "sha-512=:"+strings.TrimPrefix(sha512Digest(activity), "SHA-512=")+":")
	req.Header["X-Multi"] = []string{" one ", "two"}
	params := `("@method" "@target-uri" "@authority" "@scheme" "@path" "@query" "@request-target" "host" "date" "content-digest" "x-multi");created=1795262400;keyid="k";nonce="n";tag="t"`
	base := strings.Join([]string{
		`"@method": POST`,
		`"@target-uri": https://copse.test/groups/1/inbox?a=b`,
		`"@authority": copse.test`,
		`"@scheme": https`,
		`"@path": /groups/1/inbox`,
		`"@query": ?a=b`,
		`"@request-target": /groups/1/inbox?a=b`,
		`"host": copse.test`,
		`"date": Sat, 21 Nov 2026 12:00:00 GMT`,
		`"content-digest": ` + req.Header.Get("Content-Digest"),
		`"x-multi": one, two`,
		`"@signature-params": ` + params,
	}, "\n")
	req.Header.Set("Signature-Input", "fedify="+params)
	req.Header.Set("Signature", "fedify=:"+rsaSignature(t, 0, base)+":")
	if err := verify(req, activity, rsaPublic(), atNoon()); err != nil {
		t.Error(err)
	}
	req.Header["X-Multi"] = []string{"two", "one"}
	if err := verify(req, activity, rsaPublic(), atNoon()); !errors.Is(err, sign.ErrMismatch) {
		t.Errorf("order changed: %v", err)
	}
	req.Header.Del("X-Multi")
	refused(t, verify(req, activity, rsaPublic(), atNoon()))
}

func TestVerify_rfc9421Expired(t *testing.T) {
	t.Parallel()
	req := page(t, "/a")
	params := `("@method" "@target-uri");created=1795262100;expires=1795262200;keyid="k"`
	base := "\"@method\": GET\n\"@target-uri\": https://copse.test/a\n\"@signature-params\": " + params
	req.Header.Set("Signature-Input", "s="+params)
	req.Header.Set("Signature", "s=:"+rsaSignature(t, 0, base)+":")
	refused(t, verify(req, nil, rsaPublic(), atNoon()))
	if err := verify(req, nil, rsaPublic(), at(noon.Add(-250e9))); err != nil {
		t.Errorf("before it expired: %v", err)
	}
}

func TestVerify_rfc9421WrongContentDigest(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"", "md5=:AAAA:", "sha-256=:AAAA:", `sha-256="AAAA"`, "sha-256", "sha-256=(:AAAA:)", "sha-256=:AAAA", "(",
		"sha-256=:" + strings.Repeat("A", 9000) + ":",
	} {
		req := signed(t, "POST", "https://copse.test/ap/inbox", activity, sign.RFC9421)
		req.Header.Set("Content-Digest", value)
		err := verify(req, activity, rsaPublic(), atNoon())
		if !errors.Is(err, sign.ErrInvalid) || errors.Is(err, sign.ErrMismatch) {
			t.Errorf("%.40s: got %v", value, err)
		}
	}
}

func TestParse_malformedRFC9421(t *testing.T) {
	t.Parallel()
	const usual = `("@method" "@target-uri");created=1795262400;keyid="k"`
	many := strings.Repeat(`"a" `, 13)
	for _, row := range [][2]string{
		{"", "s=:AAAA:"},
		{"s=" + usual, ""},
		{"s=" + usual, "t=:AAAA:"},
		{"s=" + usual, "s=AAAA"},
		{"s=" + usual, "s=::"},
		{"s=" + usual, `s="AAAA"`},
		{"s=" + usual, "s=(:AAAA:)"},
		{"s=" + usual, "s=:AAAA:, t=:AAAA:"},
		{"s=" + usual + ", t=" + usual, "s=:AAAA:"},
		{"s=" + usual + ", s=" + usual, "s=:AAAA:"},
		{"s", "s=:AAAA:"},
		{`s="x"`, "s=:AAAA:"},
		{"s=" + usual + `;keyid="other"`, "s=:AAAA:"},
		{"s=" + usual + `;created=1`, "s=:AAAA:"},
		{`s=("@method" "@method");created=1795262400;keyid="k"`, "s=:AAAA:"},
		{`s=("@method";req "@target-uri");created=1795262400;keyid="k"`, "s=:AAAA:"},
		{`s=("@query-param";name="a");created=1795262400;keyid="k"`, "s=:AAAA:"},
		{`s=("@status");created=1795262400;keyid="k"`, "s=:AAAA:"},
		{`s=("signature");created=1795262400;keyid="k"`, "s=:AAAA:"},
		{`s=("Date");created=1795262400;keyid="k"`, "s=:AAAA:"},
		{`s=("a b");created=1795262400;keyid="k"`, "s=:AAAA:"},
		{`s=(date);created=1795262400;keyid="k"`, "s=:AAAA:"},
		{`s=(1);created=1795262400;keyid="k"`, "s=:AAAA:"},
		{`s=(` + many + `);created=1795262400;keyid="k"`, "s=:AAAA:"},
		{`s=("@method");created="now";keyid="k"`, "s=:AAAA:"},
		{`s=("@method");created=-1;keyid="k"`, "s=:AAAA:"},
		{`s=("@method");created=1.5;keyid="k"`, "s=:AAAA:"},
		{`s=("@method");created=999999999999999;keyid="k"`, "s=:AAAA:"},
		{`s=("@method");created=1795262400;expires=0;keyid="k"`, "s=:AAAA:"},
		{`s=("@method");created=1795262400;keyid=k`, "s=:AAAA:"},
		{`s=("@method");created=1795262400;keyid=""`, "s=:AAAA:"},
		{`s=("@method");created=1795262400;keyid="k";alg="hmac-sha256"`, "s=:AAAA:"},
		{`s=("@method");created=1795262400;keyid="k";alg="rsa-pss-sha512"`, "s=:AAAA:"},
		{`s=("@method");created=1795262400;keyid="k";alg=1`, "s=:AAAA:"},
		{"s=" + usual + strings.Repeat(";a=1", 3000), "s=:AAAA:"},
		{"s=" + usual, "s=:" + strings.Repeat("A", 9000) + ":"},
	} {
		req := page(t, "/a")
		req.Header = http.Header{"Signature-Input": {row[0]}, "Signature": {row[1]}}
		if c, err := sign.Parse(req); !errors.Is(err, sign.ErrMalformed) {
			t.Errorf("%.80s %.20s: got %+v, %v", row[0], row[1], c, err)
		}
	}
}
