// Package fedify is a test room: it runs an ActivityPub server that nobody here
// wrote, built on @fedify/fedify, and lets a test act as its people. What Copse
// says is thereby read, and its signatures are checked, by other people's code
// over real sockets. The package must not be imported outside of tests and knows
// nothing of Copse. Read next: act.go (what the people can do), inbox.go (what
// the peer received), README.md (hosts, TLS, signatures), peer.mjs (the server).
package fedify

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// The two ways to sign a request, as Fedify names them.
const (
	Cavage  = "draft-cavage-http-signatures-12"
	RFC9421 = "rfc9421"
)

// Options say what kind of server to start. The zero value is a plain-HTTP server
// at 127.0.0.1 with the people farid and hugo that signs in the Cavage way.
type Options struct {
	// Host is the name in all ids: an address of this machine or a name under
	// .localhost, .example, .test or .invalid. The peer takes all such names for
	// this machine; whoever wants to reach the peer must do so, too.
	Host string
	// Users are the people's handles.
	Users []string
	// Manual are the people who answer Follows by hand, with Answer.
	Manual []string
	// Software is the name told in NodeInfo, "fedifypeer" when empty.
	Software string
	// FirstKnock is how requests to a host not yet known are signed, Cavage when
	// empty. A host that answers 400, 401 or more is tried in the other way.
	FirstKnock string
	// Authority signs the peer's certificate, and the peer trusts what it signs.
	// Without one the peer speaks plain HTTP.
	Authority *Authority
	// Secure makes the peer refuse unsigned GETs of posts, as Mastodon does with
	// authorized fetch. Actors stay readable.
	Secure bool
}

// Peer is one running server. Its methods may be called from several goroutines.
type Peer struct {
	// Origin is scheme, host and port of the server's ids.
	Origin string
	// Host is host and port, the part of a handle after the second "@".
	Host    string
	control string
	client  *http.Client
}

// Start runs a peer until the test ends. It installs the npm packages when the
// folder lacks them and fails the test when that, or the start, does not work.
func Start(t testing.TB, o Options) *Peer {
	t.Helper()
	dir := folder()
	if err := install(t.Context(), dir); err != nil {
		t.Fatalf("install the Fedify peer: %v", err)
	}
	settings, env := o.settings(t)
	cmd := exec.Command(filepath.Join(dir, "node_modules", ".bin", "node"), "peer.mjs", settings)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), env...)
	log := new(tail)
	cmd.Stderr = log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatalf("open the Fedify peer's output: %v", err)
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatalf("open the Fedify peer's input: %v", err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start the Fedify peer: %v", err)
	}
	t.Cleanup(func() { stop(t, cmd, stdin, log) })
	p, err := greeted(stdout)
	if err != nil {
		t.Fatalf("start the Fedify peer: %v", err)
	}
	return p
}

// Handle is the full handle of one of the peer's people.
func (p *Peer) Handle(user string) string { return "@" + user + "@" + p.Host }

// Actor is the id of one of the peer's people.
func (p *Peer) Actor(user string) string { return p.Origin + "/users/" + user }

// settings words o as peer.mjs reads it, and names the certificates.
func (o Options) settings(t testing.TB) (arg string, env []string) {
	t.Helper()
	set := map[string]any{"secure": o.Secure}
	add := func(key, value string) {
		if value != "" {
			set[key] = value
		}
	}
	add("host", o.Host)
	add("software", o.Software)
	add("firstKnock", o.FirstKnock)
	if o.Users != nil {
		set["users"] = o.Users
	}
	if o.Manual != nil {
		set["manual"] = o.Manual
	}
	if o.Authority != nil {
		host := o.Host
		if host == "" {
			host = "127.0.0.1"
		}
		cert, key := o.Authority.files(t, host)
		add("cert", cert)
		add("key", key)
		env = append(env, "NODE_EXTRA_CA_CERTS="+o.Authority.File)
	}
	words, err := json.Marshal(set)
	if err != nil {
		t.Fatalf("word the Fedify peer's settings: %v", err)
	}
	return string(words), env
}

// greeted waits for the line in which the peer tells its addresses.
func greeted(stdout io.Reader) (*Peer, error) {
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("read its addresses: %w", err)
	}
	var where struct{ Origin, Control string }
	if err := json.Unmarshal(line, &where); err != nil {
		return nil, fmt.Errorf("read its addresses from %q: %w", line, err)
	}
	_, host, _ := strings.Cut(where.Origin, "://")
	return &Peer{
		Origin:  where.Origin,
		Host:    host,
		control: where.Control + "/control/",
		client:  &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}, nil
}

// stop ends the peer by closing its input, and by a signal when that is not heard.
func stop(t testing.TB, cmd *exec.Cmd, stdin io.Closer, log *tail) {
	t.Helper()
	if err := stdin.Close(); err != nil {
		t.Logf("close the Fedify peer's input: %v", err)
	}
	kill := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Signal(os.Kill) })
	defer kill.Stop()
	if err := cmd.Wait(); err != nil {
		t.Logf("the Fedify peer ended with: %v", err)
	}
	if t.Failed() {
		t.Logf("the Fedify peer said:\n%s", log)
	}
}

// tail keeps the last part of what is written to it.
type tail struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *tail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.text.Len() > 64<<10 {
		l.text.Next(l.text.Len() - 32<<10)
	}
	return l.text.Write(p)
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
