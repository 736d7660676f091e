package sign

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/dunglas/httpsfv"
)

// checkDigests hashes the raw body and compares. At least one covered digest
// must be of a kind we know; none we know may differ, covered or not.
func checkDigests(h http.Header, body []byte, covered []string) error {
	proved := false
	for _, d := range []struct {
		name  string
		parse func(string) ([]digest, error)
	}{{"digest", parseDigest}, {"content-digest", parseContentDigest}} {
		value := h.Get(d.name)
		isCovered := slices.Contains(covered, d.name)
		if value == "" {
			if isCovered {
				return fmt.Errorf("%s is covered but absent", d.name)
			}
			continue
		}
		if len(value) > maxHeader {
			return fmt.Errorf("%s is too long", d.name)
		}
		list, err := d.parse(value)
		if err != nil {
			return fmt.Errorf("read %s: %w", d.name, err)
		}
		matched, err := matchDigests(list, body)
		if err != nil {
			return fmt.Errorf("check %s: %w", d.name, err)
		}
		proved = proved || matched && isCovered
	}
	if !proved && (slices.Contains(covered, "digest") || slices.Contains(covered, "content-digest")) {
		return errors.New("no digest of a known kind is covered")
	}
	return nil
}

type digest struct {
	algorithm string // lower case
	sum       []byte
}

// matchDigests reports whether a known kind matched; a known one that differs
// is an error.
func matchDigests(list []digest, body []byte) (matched bool, err error) {
	for i, d := range list {
		if slices.ContainsFunc(list[:i], func(o digest) bool { return o.algorithm == d.algorithm }) {
			return false, fmt.Errorf("%.20s is given twice", d.algorithm)
		}
		var sum []byte
		switch d.algorithm {
		case "sha-256":
			s := sha256.Sum256(body)
			sum = s[:]
		case "sha-512":
			s := sha512.Sum512(body)
			sum = s[:]
		default:
			continue
		}
		if !bytes.Equal(sum, d.sum) {
			return false, fmt.Errorf("the body does not have this %s", d.algorithm)
		}
		matched = true
	}
	return matched, nil
}

// parseDigest reads RFC 3230's header as the fediverse writes it.
func parseDigest(value string) ([]digest, error) {
	var list []digest
	for part := range strings.SplitSeq(value, ",") {
		name, text, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok || len(list) == maxParams {
			return nil, errors.New("not a list of algorithm=value")
		}
		d := digest{algorithm: strings.ToLower(name)}
		if d.algorithm == "sha-256" || d.algorithm == "sha-512" {
			sum, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", d.algorithm, err)
			}
			d.sum = sum
		}
		list = append(list, d)
	}
	return list, nil
}

// parseContentDigest reads RFC 9530's header.
func parseContentDigest(value string) ([]digest, error) {
	dict, err := httpsfv.UnmarshalDictionary([]string{value})
	if err != nil {
		return nil, err
	}
	var list []digest
	for _, name := range dict.Names() {
		m, _ := dict.Get(name)
		item, ok := m.(httpsfv.Item)
		if !ok {
			return nil, fmt.Errorf("%.20s is a list", name)
		}
		sum, ok := item.Value.([]byte)
		if !ok {
			return nil, fmt.Errorf("%.20s is not binary", name)
		}
		list = append(list, digest{algorithm: name, sum: sum})
	}
	return list, nil
}

// contentDigest is the header we send.
func contentDigest(body []byte) (string, error) {
	sum := sha256.Sum256(body)
	dict := httpsfv.NewDictionary()
	dict.Add("sha-256", httpsfv.NewItem(sum[:]))
	return httpsfv.Marshal(dict)
}
