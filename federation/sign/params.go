package sign

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// parseParams reads name="value" pairs between commas. Names are case-blind as
// in RFC 9110 §11.2, a repeated one is refused, because two readers of such a
// header may see two different keys. Unknown names pass, as the draft demands.
func parseParams(s string) (map[string]string, error) {
	if len(s) > maxHeader {
		return nil, errors.New("the header is too long")
	}
	params := make(map[string]string, 6)
	for {
		name, value, rest, err := parseParam(strings.TrimLeft(s, " \t"))
		if err != nil {
			return nil, err
		}
		if _, twice := params[name]; twice || len(params) == maxParams {
			return nil, fmt.Errorf("parameter %s is given twice or there are too many", name)
		}
		params[name] = value
		rest = strings.TrimLeft(rest, " \t")
		if rest == "" {
			return params, nil
		}
		if rest[0] != ',' {
			return nil, errors.New("a comma is missing")
		}
		s = rest[1:]
	}
}

func parseParam(s string) (name, value, rest string, err error) {
	name, rest, ok := strings.Cut(s, "=")
	if !ok || name == "" || strings.ContainsFunc(name, notToken) {
		return "", "", "", errors.New("a parameter has no name")
	}
	name = strings.ToLower(name)
	if strings.HasPrefix(rest, `"`) {
		value, rest, ok = strings.Cut(rest[1:], `"`)
		if !ok {
			return "", "", "", fmt.Errorf("parameter %s is not closed", name)
		}
	} else {
		end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if end < 0 {
			end = len(rest)
		}
		value, rest = rest[:end], rest[end:]
	}
	// No escapes: nobody sends them and readers differ about them.
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' || r == '\\' }) {
		return "", "", "", fmt.Errorf("parameter %s holds characters that are not allowed", name)
	}
	return name, value, rest, nil
}

// coveredNames reads the list of covered headers.
func coveredNames(list string) ([]string, error) {
	names := strings.Split(strings.ToLower(list), " ")
	for i, n := range names {
		switch n {
		case "(request-target)", "(created)", "(expires)":
		case "signature", "authorization", "":
			return nil, fmt.Errorf("%q cannot be covered", n)
		default:
			if strings.ContainsFunc(n, notToken) {
				return nil, fmt.Errorf("%.40q is not a header name", n)
			}
		}
		if slices.Contains(names[:i], n) || i == maxNames {
			return nil, fmt.Errorf("%.40s is covered twice or there are too many names", n)
		}
	}
	return names, nil
}

// unixParam reads a time; peers write it bare or in quotes. 0 = not given.
func unixParam(params map[string]string, name string) (int64, error) {
	v, given := params[name]
	if !given {
		return 0, nil
	}
	at, err := strconv.ParseInt(v, 10, 64)
	if err != nil || at <= 0 || at > maxUnix {
		return 0, fmt.Errorf("%s is not a time", name)
	}
	return at, nil
}

// maxUnix keeps times within what time.Time can subtract.
const maxUnix = 1 << 36

// notToken reports what cannot stand in an HTTP token (RFC 9110 §5.6.2).
func notToken(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}
