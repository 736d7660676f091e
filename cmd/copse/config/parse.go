package config

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// parse reads a setting's text into its field. Errors never repeat a secret.
func (s setting) parse(text string, into reflect.Value) error {
	if len(s.one) > 0 && !slices.Contains(s.one, text) {
		return fmt.Errorf("%q is none of %s", text, strings.Join(s.one, ", "))
	}
	var parsed any
	var err error
	switch into.Interface().(type) {
	case *url.URL:
		parsed, err = parseBase(text)
	case []prefix:
		parsed, err = parsePrefixes(text)
	case bool:
		parsed, err = parseBool(text)
	case int:
		parsed, err = parseNumber(s.rule, text)
	case slog.Level:
		var level slog.Level
		err = level.UnmarshalText([]byte(text))
		parsed = level
	case string:
		parsed, err = text, checkText(s.rule, text)
	default:
		panic("config: no parser for the type of " + s.key)
	}
	if err != nil {
		return err
	}
	into.Set(reflect.ValueOf(parsed))
	return nil
}

// text writes a parsed value back as one would set it.
func (s setting) text(v reflect.Value) string {
	switch v := v.Interface().(type) {
	case *url.URL:
		if v == nil {
			return ""
		}
		return v.String()
	case []prefix:
		parts := make([]string, len(v))
		for i, p := range v {
			parts[i] = p.String()
		}
		return strings.Join(parts, ",")
	case slog.Level:
		return strings.ToLower(v.String())
	default:
		return fmt.Sprint(v)
	}
}

// checkText holds a text against the rule of its setting.
func checkText(rule, text string) error {
	switch rule {
	case "text":
		if text == "" {
			return errors.New("may not be empty")
		}
	case "address":
		return checkAddress(text)
	case "address or empty":
		if text != "" {
			return checkAddress(text)
		}
	case "postgres":
		return checkService(text, "postgres", "postgresql")
	case "redis":
		return checkService(text, "redis", "rediss", "redis-cluster", "rediss-cluster")
	case "key":
		if text != "" {
			_, err := parseKey(text)
			return err
		}
	case "renderer or empty":
		return checkRenderer(text)
	case "certificates":
		if text != "" {
			_, err := loadAuthorities(text)
			return err
		}
	}
	return nil
}

// parseBase reads the public address. It is compared byte for byte with the Host
// header and with ids, so it is brought to one form here.
func parseBase(text string) (*url.URL, error) {
	if text == "" {
		return nil, errors.New("not set: the public address of this instance, such as https://cop.example.org")
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, fmt.Errorf("not an absolute http(s) address: %q", text)
	}
	if strings.TrimSuffix(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("holds more than scheme and host: %q", text)
	}
	host := strings.ToLower(u.Host)
	for _, r := range host {
		if r > 0x7e || r <= ' ' {
			return nil, fmt.Errorf("write an international host in its ASCII form (xn--…): %q", text)
		}
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, fmt.Errorf("not a port: %q", port)
		}
	}
	host = strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443"}[u.Scheme])
	return &url.URL{Scheme: u.Scheme, Host: strings.TrimSuffix(host, ":")}, nil
}

// parsePrefixes reads networks in CIDR form; a bare address is a network of one.
// The whole internet is refused: as a proxy list it would let anyone choose their
// address, as a laboratory it would switch the address guard off.
func parsePrefixes(text string) ([]prefix, error) {
	var out []prefix
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		p, err := parsePrefix(part)
		switch {
		case err != nil:
			return nil, fmt.Errorf("not a network such as 10.0.0.0/8: %q", part)
		case p.Bits() == 0:
			return nil, fmt.Errorf("%s is the whole internet", part)
		case p != p.Masked():
			return nil, fmt.Errorf("%s has bits beyond its length; did you mean %s?", part, p.Masked())
		}
		out = append(out, p)
	}
	return out, nil
}

func parsePrefix(text string) (prefix, error) {
	if !strings.Contains(text, "/") {
		a, err := netip.ParseAddr(text)
		if err != nil {
			return prefix{}, err
		}
		return a.Prefix(a.BitLen())
	}
	return netip.ParsePrefix(text)
}

func parseBool(text string) (bool, error) {
	if text == "" {
		return false, nil
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		return false, fmt.Errorf("neither true nor false: %q", text)
	}
	return b, nil
}

// parseNumber reads a number between the two of a rule such as "1-90".
func parseNumber(rule, text string) (int, error) {
	low, high, _ := strings.Cut(rule, "-")
	least, err := strconv.Atoi(low)
	most, bad := strconv.Atoi(high)
	if err != nil || bad != nil {
		panic("config: no range: " + rule)
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("not a number between %d and %d: %q", least, most, text)
	}
	return n, nil
}

func checkAddress(text string) error {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return fmt.Errorf("not an address such as 127.0.0.1:8080: %q", text)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("not a port: %q", port)
	}
	return nil
}

// checkService accepts nothing or an address with one of the schemes. The text
// may hold a password and is kept out of the errors.
func checkService(text string, schemes ...string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || !slices.Contains(schemes, u.Scheme) {
		return fmt.Errorf("not an address that begins with %s://", schemes[0])
	}
	return nil
}

// parseKey reads 32 bytes in base64 (either alphabet) or hexadecimal.
func parseKey(text string) ([]byte, error) {
	if key, err := hex.DecodeString(text); err == nil && len(key) == KeyLength {
		return key, nil
	}
	bare := strings.TrimRight(text, "=")
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if key, err := enc.DecodeString(bare); err == nil && len(key) == KeyLength {
			return key, nil
		}
	}
	return nil, fmt.Errorf("not %d bytes in base64 or hexadecimal", KeyLength)
}

// Authorities returns the certificates trusted for outgoing requests: the
// system's and those of COPSE_CA_FILE.
func (c Config) Authorities() (*x509.CertPool, error) {
	if c.CAFile == "" {
		return x509.SystemCertPool()
	}
	return loadAuthorities(c.CAFile)
}

func loadAuthorities(path string) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("read the system's certificates: %w", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the certificates: %w", err)
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("no certificate in %s", path)
	}
	return pool, nil
}

// checkRenderer wants a program that can be started, or the address of a service.
func checkRenderer(text string) error {
	if text == "" {
		return nil
	}
	if strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") {
		return checkService(text, "http", "https")
	}
	if _, err := exec.LookPath(text); err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	return nil
}
