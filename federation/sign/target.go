package sign

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// target is where a request goes, in the exact characters that are signed.
type target struct {
	scheme string
	host   string // lower case, without the scheme's default port
	path   string // escaped, as on the wire
	query  string // with its "?", or empty
}

// uri is RFC 9421's @target-uri.
func (t target) uri() string { return t.scheme + "://" + t.host + t.path + t.query }

// outgoingTarget reads the target from a client request.
func outgoingTarget(req *http.Request) (target, error) {
	scheme := strings.ToLower(req.URL.Scheme)
	if scheme != "https" && scheme != "http" {
		return target{}, fmt.Errorf("scheme %q cannot be signed", req.URL.Scheme)
	}
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	host = plainHost(host, scheme)
	if host == "" || strings.ContainsFunc(host, unsafeInQuotes) {
		return target{}, fmt.Errorf("host %q is not in wire form", host)
	}
	if req.URL.Opaque != "" {
		return target{}, errors.New("an opaque URL cannot be signed")
	}
	path, query := splitTarget(req.URL.RequestURI())
	return target{scheme, host, path, query}, nil
}

// incomingTarget reads the target of a request that reached us. What a proxy
// says in X-Forwarded headers is not looked at: the host is the one the request
// names, and it must be ours.
func incomingTarget(req *http.Request, opt VerifyOptions) (target, error) {
	t := target{scheme: "https"}
	if opt.BaseURL != nil {
		t.scheme = strings.ToLower(opt.BaseURL.Scheme)
	}
	t.host = plainHost(req.Host, t.scheme)
	ours := func(h string) bool { return plainHost(h, t.scheme) == t.host }
	if t.host == "" || !slices.ContainsFunc(opt.Hosts, ours) {
		return target{}, fmt.Errorf("host %q is not ours", req.Host)
	}
	if opt.BaseURL != nil {
		t.host = plainHost(opt.BaseURL.Host, t.scheme)
	}
	raw := req.RequestURI
	if raw == "" { // not read from a socket
		raw = req.URL.RequestURI()
	}
	t.path, t.query = splitTarget(raw)
	return t, checkPath(t.path, raw)
}

// checkPath refuses paths that routers and signers may read differently: Echo
// routes on the escaped path, net/http and go-fed/httpsig look at the decoded
// one.
func checkPath(path, raw string) error {
	lower := strings.ToLower(path)
	switch {
	case !strings.HasPrefix(path, "/"):
		return fmt.Errorf("request target %.80q is not a path", raw)
	case len(raw) > maxHeader:
		return errors.New("request target is too long")
	case strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }):
		return errors.New("request target holds characters that must be escaped")
	case strings.Contains(lower, "//") || strings.Contains(lower, "%2f") ||
		strings.Contains(lower, "%5c") || strings.Contains(lower, "%2e"):
		return errors.New("request path can be read in two ways")
	}
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return errors.New("request path has dot segments")
		}
	}
	return nil
}

func splitTarget(raw string) (path, query string) {
	if i := strings.IndexByte(raw, '?'); i >= 0 {
		return raw[:i], raw[i:]
	}
	return raw, ""
}

// plainHost is host in lower case without the default port of scheme.
func plainHost(host, scheme string) string {
	host = strings.ToLower(host)
	if scheme == "http" {
		return strings.TrimSuffix(host, ":80")
	}
	return strings.TrimSuffix(host, ":443")
}

// wireRequest is a request that holds only what is to be signed or proved, with
// the escaped target where go-fed/httpsig reads the decoded path.
func wireRequest(method, rawTarget string) *http.Request {
	return &http.Request{Method: method, URL: &url.URL{Path: rawTarget}, Header: http.Header{}}
}
