package main

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation/fedtest/fedify"
	"github.com/copse-social/copse/server/community"
)

// fedifyLab is one real instance and one server that nobody here wrote, on sockets of this machine
// and over TLS: with SQLite and memory, or with what COPSE_TEST_POSTGRES and COPSE_TEST_REDIS name.
type fedifyLab struct {
	*lab
	peer *fedify.Peer
	cop  *db.Group
}

// newFedifyLab starts both, and makes the open group coldchain that amina looks after.
func newFedifyLab(t *testing.T, o fedify.Options) *fedifyLab {
	t.Helper()
	o.Authority, o.Host = fedify.NewAuthority(t), "social.localhost"
	l := &fedifyLab{lab: serveLoopback(t, o.Authority, "rco.localhost"), peer: fedify.Start(t, o)}
	l.people("amina")
	l.cop = l.opens("amina", "coldchain", community.NewGroup{Name: "Vaccine Cold Chain", Languages: "en"})
	return l
}

// serveLoopback runs an instance as "copse serve" does, behind TLS.
func serveLoopback(t *testing.T, ca *fedify.Authority, name string) *lab {
	t.Helper()
	socket, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(socket.Addr().String())
	opt := dbtest.Options(t)
	cfg, err := config.Load(nil, []string{
		"COPSE_URL=https://" + name + ":" + port, "COPSE_DATA=" + opt.Data, "COPSE_DATABASE_URL=" + opt.URL,
		"COPSE_REDIS_URL=" + os.Getenv("COPSE_TEST_REDIS"),
		"COPSE_LAB_ALLOW_NETWORKS=127.0.0.0/8", "COPSE_CA_FILE=" + ca.File,
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.WithoutCancel(t.Context())
	i, err := openInstance(ctx, cfg, overrides{Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	life, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		done <- i.run(life, tls.NewListener(socket, &tls.Config{Certificates: []tls.Certificate{ca.Certificate(t, name)}}), allRoles())
	}()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, i.Close()); err != nil {
			t.Errorf("stop %s: %v", name, err)
		}
	})
	return &lab{site: &site{instance: i, t: t, host: i.iris.Host()}, ctx: ctx}
}

// handle is how the peer's people write the group.
func (l *fedifyLab) handle() string { return "@" + l.cop.Actor.Acct() }

// eventually waits for what other processes bring about; it is patient, because the machine may be
// busy with a whole suite, and costs nothing when all goes well.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	limit, tick := time.NewTimer(time.Minute), time.NewTicker(20*time.Millisecond)
	defer limit.Stop()
	defer tick.Stop()
	for !is() {
		select {
		case <-limit.C:
			t.Fatalf("%s: not within a minute", what)
		case <-tick.C:
		}
	}
}

// arrives waits for a post of the peer's and answers our copy.
func (l *fedifyLab) arrives(uri string) *db.Post {
	l.t.Helper()
	eventually(l.t, uri+" arrives", func() bool {
		_, err := l.store.PostByURI(l.ctx, uri)
		return err == nil
	})
	return l.post(uri)
}

// becomes waits for our copy of a post to be as wanted.
func (l *fedifyLab) becomes(uri, what string, is func(*db.Post) bool) {
	l.t.Helper()
	eventually(l.t, uri+" "+what, func() bool { return is(l.post(uri)) })
}

// ours are the requests of our instance with a method, as the peer saw them.
func (l *fedifyLab) ours(method string) []fedify.Request {
	l.t.Helper()
	var all []fedify.Request
	eventually(l.t, "the last request is answered", func() (answered bool) {
		var err error
		all, err = l.peer.Requests(l.ctx)
		l.ok(err)
		return !slices.ContainsFunc(all, func(r fedify.Request) bool { return r.Status == 0 })
	})
	return slices.DeleteFunc(all, func(r fedify.Request) bool {
		return r.Method != method || !strings.HasPrefix(r.Headers["user-agent"], "Copse/") // the rest it sends itself
	})
}

// allVerified wants the peer to have proved every signature and integrity proof of ours.
func (l *fedifyLab) allVerified() {
	l.t.Helper()
	posts := l.ours(http.MethodPost)
	if len(posts) == 0 {
		l.t.Error("the peer got no POST")
	}
	for _, r := range posts {
		if r.Signature != fedify.Cavage || !r.Verified || r.Proof != "good" || r.Status != http.StatusAccepted {
			l.t.Errorf("POST %s: signature %q, verified %t (%s), proof %s, answered %d; want %s, true, good, 202\n%s",
				r.Path, r.Signature, r.Verified, r.Reason, r.Proof, r.Status, fedify.Cavage, r.Body)
		}
	}
	for _, r := range l.ours(http.MethodGet) {
		if r.Signature != "" && !r.Verified {
			l.t.Errorf("GET %s: the %s signature is not good: %s", r.Path, r.Signature, r.Reason)
		}
	}
}
