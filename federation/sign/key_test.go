package sign_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/copse-social/copse/federation/sign"
)

// modulus is an odd number of that many bits; nobody has its factors.
func modulus(bits uint) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(1), bits)
	return n.Sub(n, big.NewInt(1))
}

func publicPEM(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func TestT06_algorithmConfusion(t *testing.T) {
	t.Parallel()
	text, err := sign.EncodePublicPEM(&rsaKey().PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	lines := "(request-target): post /groups/1/inbox\nhost: copse.test\ndate: Sat, 21 Nov 2026 12:00:00 GMT\ndigest: " + sha256Digest(activity)
	mac := hmac.New(sha256.New, []byte(text))
	mac.Write([]byte(lines))
	for _, label := range []string{"hmac-sha256", "none", "hs2019", "rsa-sha256", "ed25519", ""} {
		req := delivery(t)
		req.Header.Set("Signature", `keyId="k",algorithm="`+label+`",headers="`+usualNames+
			`",signature="`+base64.StdEncoding.EncodeToString(mac.Sum(nil))+`"`)
		refused(t, verify(req, activity, rsaPublic(), atNoon()))
		refused(t, verify(req, activity, edPublic(), atNoon()))
	}
}

func TestT06_labelOfAnotherKeyType(t *testing.T) {
	t.Parallel()
	req := delivery(t)
	craft{names: usualNames, label: "ed25519"}.sign(t, req)
	refused(t, verify(req, activity, rsaPublic(), atNoon()))
}

// A key made by hand, past the parsers, is refused for what it is, before it is tried: an RSA
// verification with 16,384 bits and a large exponent takes seconds.
func TestT06_weakAndHugeKeys(t *testing.T) {
	t.Parallel()
	req := delivery(t)
	craft{names: usualNames}.sign(t, req)
	n := rsaKey().N
	for name, key := range map[string]sign.PublicKey{
		"none":            {},
		"RSA empty":       {RSA: &rsa.PublicKey{}},
		"RSA 1024":        {RSA: &rsa.PublicKey{N: modulus(1024), E: 65537}},
		"RSA 2047":        {RSA: &rsa.PublicKey{N: modulus(2047), E: 65537}},
		"RSA 4097":        {RSA: &rsa.PublicKey{N: modulus(4097), E: 65537}},
		"RSA 16384":       {RSA: &rsa.PublicKey{N: modulus(16384), E: 65537}},
		"modulus even":    {RSA: &rsa.PublicKey{N: new(big.Int).Lsh(modulus(2047), 1), E: 65537}},
		"exponent 1":      {RSA: &rsa.PublicKey{N: n, E: 1}},
		"exponent 3":      {RSA: &rsa.PublicKey{N: n, E: 3}},
		"exponent even":   {RSA: &rsa.PublicKey{N: n, E: 65538}},
		"exponent huge":   {RSA: &rsa.PublicKey{N: n, E: 1<<31 + 1}},
		"Ed25519 short":   {Ed25519: make(ed25519.PublicKey, 31)},
		"both":            {RSA: &rsaKey().PublicKey, Ed25519: edPublic().Ed25519},
		"Ed25519 as such": edPublic(),
	} {
		err := verify(req, activity, key, atNoon())
		refused(t, err)
		if name != "Ed25519 as such" && !errors.Is(err, sign.ErrKey) {
			t.Errorf("%s: %v, want the key to be blamed", name, err)
		}
	}
}

func TestT06_parsersRefuse(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]*rsa.PublicKey{
		"RSA 1024":   {N: modulus(1024), E: 65537},
		"RSA 16384":  {N: modulus(16384), E: 65537},
		"exponent 1": {N: modulus(2048), E: 1},
	} {
		if _, err := sign.ParsePEM(publicPEM(t, key)); !errors.Is(err, sign.ErrKey) {
			t.Errorf("%s as PEM: %v", name, err)
		}
		raw := append([]byte("\x85\x24"), x509.MarshalPKCS1PublicKey(key)...)
		if _, err := sign.ParseMultikey(multibase(raw)); !errors.Is(err, sign.ErrKey) {
			t.Errorf("%s as Multikey: %v", name, err)
		}
	}
}

func TestParsePEM_forms(t *testing.T) {
	t.Parallel()
	pkix := publicPEM(t, &rsaKey().PublicKey)
	pkcs1 := string(pem.EncodeToMemory(&pem.Block{
		Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey),
	}))
	for name, text := range map[string]string{
		"PKIX": pkix, "PKCS #1": pkcs1, "no last newline": strings.TrimSpace(pkix),
		"CRLF": strings.ReplaceAll(pkix, "\n", "\r\n"), "blank lines": pkix + "\n\n",
	} {
		k, err := sign.ParsePEM(text)
		if err != nil || k.RSA == nil || k.RSA.N.Cmp(rsaKey().N) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	k, err := sign.ParsePEM(publicPEM(t, edPublic().Ed25519))
	if err != nil || !bytes.Equal(k.Ed25519, edPublic().Ed25519) {
		t.Errorf("Ed25519: %v", err)
	}
}

func TestParsePEM_refused(t *testing.T) {
	t.Parallel()
	pkix := publicPEM(t, &rsaKey().PublicKey)
	private, err := sign.EncodePrivatePEM(rsaKey())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty": "", "two keys": pkix + pkix, "private key": private, "something after": pkix + "x",
		"not DER":  "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
		"too long": strings.Repeat(" ", 9000) + pkix,
	} {
		if _, err := sign.ParsePEM(text); !errors.Is(err, sign.ErrKey) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestPrivatePEM_roundTrip(t *testing.T) {
	t.Parallel()
	text, err := sign.EncodePrivatePEM(rsaKey())
	if err != nil {
		t.Fatal(err)
	}
	back, err := sign.ParsePrivatePEM[*rsa.PrivateKey](text)
	if err != nil || !back.Equal(rsaKey()) {
		t.Errorf("RSA: %v", err)
	}
	if _, err := sign.ParsePrivatePEM[ed25519.PrivateKey](text); !errors.Is(err, sign.ErrKey) {
		t.Errorf("RSA read as Ed25519: %v", err)
	}
	key, err := sign.GenerateEd25519()
	if err != nil {
		t.Fatal(err)
	}
	if text, err = sign.EncodePrivatePEM(key); err != nil {
		t.Fatal(err)
	}
	again, err := sign.ParsePrivatePEM[ed25519.PrivateKey](text)
	if err != nil || !again.Equal(key) {
		t.Errorf("Ed25519: %v", err)
	}
	for _, bad := range []string{"", publicPEM(t, key.Public())} {
		if _, err := sign.ParsePrivatePEM[ed25519.PrivateKey](bad); !errors.Is(err, sign.ErrKey) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestGenerateRSA_bits(t *testing.T) {
	t.Parallel()
	if got := rsaKey().N.BitLen(); got != 2048 {
		t.Errorf("%d bits", got)
	}
}

// The key pair of the vc-di-eddsa examples.
const w3cPublic = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"

func TestMultikey_roundTrip(t *testing.T) {
	t.Parallel()
	k, err := sign.ParseMultikey(w3cPublic)
	if err != nil {
		t.Fatal(err)
	}
	if got := sign.EncodeMultikey(k.Ed25519); got != w3cPublic {
		t.Errorf("got %s", got)
	}
	zeros := make(ed25519.PublicKey, ed25519.PublicKeySize)
	k, err = sign.ParseMultikey(sign.EncodeMultikey(zeros))
	if err != nil || !bytes.Equal(k.Ed25519, zeros) {
		t.Errorf("zeros: %x, %v", k.Ed25519, err)
	}
	raw := append([]byte("\x85\x24"), x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey)...)
	k, err = sign.ParseMultikey(multibase(raw))
	if err != nil || k.RSA == nil || k.RSA.N.Cmp(rsaKey().N) != 0 {
		t.Errorf("RSA: %v", err)
	}
}

func TestParseMultikey_refused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "z", "m" + w3cPublic[1:], w3cPublic[:20], w3cPublic + "0", w3cPublic + "11", "z1" + w3cPublic[1:],
		"z" + strings.Repeat("2", 5000), "z6Mk é",
	} {
		if _, err := sign.ParseMultikey(text); !errors.Is(err, sign.ErrKey) {
			t.Errorf("%.60s: got %v", text, err)
		}
	}
}

// multibase is base58btc the slow way, apart from the code under test.
func multibase(raw []byte) string {
	const digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	n, out := new(big.Int).SetBytes(raw), ""
	for n.Sign() > 0 {
		m := new(big.Int)
		n.DivMod(n, big.NewInt(58), m)
		out = digits[m.Int64():m.Int64()+1] + out
	}
	return "z" + out
}
