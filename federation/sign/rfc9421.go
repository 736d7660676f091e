package sign

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dunglas/httpsfv"
)

// sigLabel names our signature in the two dictionaries.
const sigLabel = "sig1"

// Algorithm names of RFC 9421 §6.2.2.
const (
	algRSA     = "rsa-v1_5-sha256"
	algEd25519 = "ed25519"
)

func (s *Signer) signRFC9421(req *http.Request, t target, body []byte, now time.Time) error {
	names := []string{"@method", "@target-uri"}
	if body != nil {
		names = append(names, "content-digest")
		d, err := contentDigest(body)
		if err != nil {
			return fmt.Errorf("digest the body: %w", err)
		}
		req.Header.Set("Content-Digest", d)
	}
	if req.Header.Get(Synchronization) != "" {
		names = append(names, strings.ToLower(Synchronization))
	}
	alg := algRSA
	if s.RSA == nil {
		alg = algEd25519
	}
	list := httpsfv.InnerList{Params: httpsfv.NewParams()}
	for _, n := range names {
		list.Items = append(list.Items, httpsfv.NewItem(n))
	}
	list.Params.Add("created", now.Unix())
	list.Params.Add("keyid", s.KeyID)
	list.Params.Add("alg", alg)
	params, err := httpsfv.Marshal(list)
	if err != nil {
		return fmt.Errorf("write parameters: %w", err)
	}
	base, err := signatureBase(req, t, names, params)
	if err != nil {
		return err
	}
	sig, err := s.signBase(base)
	if err != nil {
		return err
	}
	dict := httpsfv.NewDictionary()
	dict.Add(sigLabel, httpsfv.NewItem(sig))
	header, err := httpsfv.Marshal(dict)
	if err != nil {
		return fmt.Errorf("write signature: %w", err)
	}
	req.Header.Set("Signature-Input", sigLabel+"="+params)
	req.Header.Set("Signature", header)
	return nil
}

func (s *Signer) signBase(base string) ([]byte, error) {
	switch {
	case s.RSA != nil:
		sum := sha256.Sum256([]byte(base))
		sig, err := rsa.SignPKCS1v15(nil, s.RSA, crypto.SHA256, sum[:])
		if err != nil {
			return nil, fmt.Errorf("compute: %w", err)
		}
		return sig, nil
	case len(s.Ed25519) == ed25519.PrivateKeySize:
		return ed25519.Sign(s.Ed25519, []byte(base)), nil
	}
	return nil, fmt.Errorf("%w: the signer has none", ErrKey)
}

// parseRFC9421 reads the two dictionaries. Like Mastodon we take requests with
// exactly one signature: choosing among several is choosing what is proved.
func parseRFC9421(input, signature string) (*Claim, error) {
	if len(input) > maxHeader || len(signature) > maxHeader {
		return nil, errors.New("the header is too long")
	}
	label, member, err := soleMember(input)
	if err != nil {
		return nil, fmt.Errorf("read Signature-Input: %w", err)
	}
	list, ok := member.(httpsfv.InnerList)
	if !ok {
		return nil, errors.New("header Signature-Input is not a list")
	}
	sigLabel, member, err := soleMember(signature)
	if err != nil {
		return nil, fmt.Errorf("read Signature: %w", err)
	}
	item, _ := member.(httpsfv.Item)
	sig, ok := item.Value.([]byte)
	if !ok || len(sig) == 0 || sigLabel != label {
		return nil, errors.New("the headers Signature and Signature-Input do not belong together")
	}
	c := &Claim{Scheme: RFC9421, sig: sig}
	if c.params, err = httpsfv.Marshal(list); err != nil {
		return nil, fmt.Errorf("write parameters: %w", err)
	}
	// The parser lets the last of two equal parameters win. Text that does not
	// survive being written again may mean something else to another reader.
	_, raw, _ := strings.Cut(input, "=")
	if noSpaces(raw) != noSpaces(c.params) {
		return nil, errors.New("Signature-Input is not in canonical form")
	}
	if c.names, err = components(list.Items); err != nil {
		return nil, err
	}
	return c, c.readParams(list.Params)
}

func soleMember(header string) (string, httpsfv.Member, error) {
	dict, err := httpsfv.UnmarshalDictionary([]string{header})
	if err != nil {
		return "", nil, err
	}
	if len(dict.Names()) != 1 {
		return "", nil, errors.New("exactly one signature is needed")
	}
	name := dict.Names()[0]
	m, _ := dict.Get(name)
	return name, m, nil
}

func noSpaces(s string) string { return strings.ReplaceAll(s, " ", "") }

// components reads the covered names. Their parameters (sf, bs, key, req, tr)
// change what a name stands for; no peer of ours sends any, so none is taken.
func components(items []httpsfv.Item) ([]string, error) {
	var names []string
	for _, it := range items {
		n, ok := it.Value.(string)
		if !ok || len(it.Params.Names()) > 0 {
			return nil, errors.New("a component is not a plain name")
		}
		switch n {
		case "@method", "@target-uri", "@authority", "@scheme", "@path", "@query", "@request-target":
		case "signature", "signature-input", "authorization", "":
			return nil, fmt.Errorf("%q cannot be covered", n)
		default:
			if strings.ContainsFunc(n, notToken) || n != strings.ToLower(n) {
				return nil, fmt.Errorf("component %.40q is not known", n)
			}
		}
		if slices.Contains(names, n) || len(names) == maxNames {
			return nil, fmt.Errorf("%.40s is covered twice or there are too many names", n)
		}
		names = append(names, n)
	}
	return names, nil
}

func (c *Claim) readParams(p *httpsfv.Params) error {
	if len(p.Names()) > maxParams {
		return errors.New("too many parameters")
	}
	for _, name := range p.Names() {
		v, _ := p.Get(name)
		ok := true
		switch name {
		case "keyid":
			c.KeyID, ok = v.(string)
		case "alg":
			c.label, ok = v.(string)
			ok = ok && (c.label == algRSA || c.label == algEd25519)
		case "created":
			c.created, ok = v.(int64)
			ok = ok && c.created > 0 && c.created < maxUnix
		case "expires":
			c.expires, ok = v.(int64)
			ok = ok && c.expires > 0 && c.expires < maxUnix
		}
		if !ok {
			return fmt.Errorf("parameter %s is not usable", name)
		}
	}
	if c.KeyID == "" || c.created == 0 {
		return errors.New("created and keyid are needed")
	}
	return nil
}

func (c *Claim) proveRFC9421(req *http.Request, t target, key PublicKey) error {
	base, err := signatureBase(req, t, c.names, c.params)
	if err != nil {
		return err
	}
	if key.RSA != nil {
		sum := sha256.Sum256([]byte(base))
		if rsa.VerifyPKCS1v15(key.RSA, crypto.SHA256, sum[:], c.sig) != nil {
			return ErrMismatch
		}
		return nil
	}
	if !ed25519.Verify(key.Ed25519, []byte(base), c.sig) {
		return ErrMismatch
	}
	return nil
}

// signatureBase is RFC 9421 §2.5.
func signatureBase(req *http.Request, t target, names []string, params string) (string, error) {
	var b strings.Builder
	for _, n := range names {
		v, err := component(req, t, n)
		if err != nil {
			return "", err
		}
		b.WriteString(`"` + n + `": ` + v + "\n")
	}
	b.WriteString(`"@signature-params": ` + params)
	return b.String(), nil
}

func component(req *http.Request, t target, name string) (string, error) {
	switch name {
	case "@method":
		return req.Method, nil
	case "@target-uri":
		return t.uri(), nil
	case "@authority":
		return t.host, nil
	case "@scheme":
		return t.scheme, nil
	case "@path":
		return t.path, nil
	case "@query": // RFC 9421 §2.2.7: "?" also where there is none
		return "?" + strings.TrimPrefix(t.query, "?"), nil
	case "@request-target":
		return t.path + t.query, nil
	}
	values, err := fieldValues(req, name)
	return strings.Join(values, ", "), err
}
