package sign

import (
	"crypto/ed25519"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Multicodec prefixes as unsigned varints.
const (
	codecEd25519 = "\xed\x01"
	codecRSA     = "\x85\x24"
)

// maxMultibase leaves room for an RSA key of 4096 bits; decoding is quadratic.
const maxMultibase = 1024

// ParseMultikey reads publicKeyMultibase of a Multikey (FEP-521a): base58btc of
// an Ed25519 or RSA key.
func ParseMultikey(text string) (PublicKey, error) {
	raw, err := decodeMultibase(text)
	if err != nil {
		return PublicKey{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	var k PublicKey
	switch {
	case strings.HasPrefix(string(raw), codecEd25519):
		k.Ed25519 = ed25519.PublicKey(raw[len(codecEd25519):])
	case strings.HasPrefix(string(raw), codecRSA):
		if k.RSA, err = x509.ParsePKCS1PublicKey(raw[len(codecRSA):]); err != nil {
			return PublicKey{}, fmt.Errorf("%w: %w", ErrKey, err)
		}
	}
	return k, k.check()
}

// EncodeMultikey writes publicKeyMultibase.
func EncodeMultikey(key ed25519.PublicKey) string {
	return encodeMultibase(append([]byte(codecEd25519), key...))
}

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// encodeMultibase writes "z" and base58btc.
func encodeMultibase(raw []byte) string {
	n, digit, radix := new(big.Int).SetBytes(raw), new(big.Int), big.NewInt(58)
	var out []byte
	for n.Sign() > 0 {
		n.DivMod(n, radix, digit)
		out = append(out, base58[digit.Int64()])
	}
	for _, b := range raw { // leading zeros are counted, not valued
		if b != 0 {
			break
		}
		out = append(out, base58[0])
	}
	out = append(out, 'z')
	slices.Reverse(out)
	return string(out)
}

func decodeMultibase(text string) ([]byte, error) {
	digits, ok := strings.CutPrefix(text, "z")
	if !ok || digits == "" || len(text) > maxMultibase {
		return nil, errors.New("not a base58btc multibase value")
	}
	n, radix := new(big.Int), big.NewInt(58)
	for _, c := range []byte(digits) {
		v := strings.IndexByte(base58, c)
		if v < 0 {
			return nil, fmt.Errorf("%q is not a base58 digit", c)
		}
		n.Add(n.Mul(n, radix), big.NewInt(int64(v)))
	}
	zeros := len(digits) - len(strings.TrimLeft(digits, base58[:1]))
	return append(make([]byte, zeros), n.Bytes()...), nil
}
