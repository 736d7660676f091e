package paper

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// program is the path of a renderer that is started for each document, in an empty folder of its own
// that goes afterwards, and with an environment in which nothing of ours stands.
type program string

// told is how much of a renderer's complaints is kept, in bytes.
const told = 2000

func (p program) render(ctx context.Context, html []byte) ([]byte, error) {
	dir, err := os.MkdirTemp("", "copse-paper-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	pdf, err := p.in(ctx, dir, html)
	return pdf, errors.Join(err, os.RemoveAll(dir))
}

func (p program) in(ctx context.Context, dir string, html []byte) ([]byte, error) {
	out := filepath.Join(dir, "out.pdf")
	if strings.Contains(strings.ToLower(filepath.Base(string(p))), "weasyprint") {
		return p.run(ctx, dir, html, "--quiet", "--encoding", "utf-8", "-", out)
	}
	only, err := serveOnly(ctx, html)
	if err != nil {
		return nil, err
	}
	defer only.Close()
	return p.run(ctx, dir, nil, only.flags(dir, out)...)
}

// run starts the program and reads what it wrote.
func (p program) run(ctx context.Context, dir string, stdin []byte, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, string(p), args...)
	cmd.Dir, cmd.WaitDelay = dir, 5*time.Second
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + dir, "TMPDIR=" + dir, "LANG=C.UTF-8", "TZ=UTC"}
	cmd.Stdin = bytes.NewReader(stdin)
	var said tail
	cmd.Stderr = &said
	together(cmd)
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("run %s: %w: %s", filepath.Base(string(p)), errors.Join(err, ctx.Err()), said.text)
	}
	f, err := os.Open(filepath.Join(dir, "out.pdf"))
	if err != nil {
		return nil, fmt.Errorf("%s wrote nothing: %w: %s", filepath.Base(string(p)), err, said.text)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxPDF+1))
}

// tail keeps the last words of a program.
type tail struct{ text []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.text = append(t.text, b...)
	t.text = t.text[max(0, len(t.text)-told):]
	return len(b), nil
}

// only is all of the net that a Chromium sees: a proxy that knows one document and nothing else.
type only struct {
	server *http.Server
	at     string // of the proxy
	page   string // address of the document
	done   chan struct{}
}

// serveOnly begins to answer. The document has an address of http, for whose pages a Chromium opens no
// files, and a host that no name server knows (RFC 6761).
func serveOnly(ctx context.Context, html []byte) (*only, error) {
	socket, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the renderer: %w", err)
	}
	o := &only{at: socket.Addr().String(), page: "http://paper.invalid/" + rand.Text(), done: make(chan struct{})}
	o.server = &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.String() != o.page {
			http.Error(w, "nothing but the document", http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy+"; sandbox")
		_, _ = w.Write(html) // who does not read it to the end prints nothing
	})}
	go func() {
		defer close(o.done)
		_ = o.server.Serve(socket) // ends with Close
	}()
	return o, nil
}

// Close ends it, and waits for it.
func (o *only) Close() {
	_ = o.server.Close() // the document is printed or given up
	<-o.done
}

// flags let a Chromium print the document and reach nothing else: names lead nowhere, and every address,
// this machine's too and those that its maker wants asked, goes to our proxy. Scripts are forbidden by
// the policy; without any a Chromium would not print either.
func (o *only) flags(dir, out string) []string {
	flags := []string{
		"--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-sync",
		"--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-dev-shm-usage",
		"--disable-remote-fonts", "--mute-audio", "--use-mock-keychain", "--password-store=basic", "--renderer-process-limit=1",
		"--user-data-dir=" + filepath.Join(dir, "profile"), "--proxy-server=http://" + o.at, "--proxy-bypass-list=<-loopback>",
		"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
		"--no-pdf-header-footer", "--print-to-pdf=" + out,
	}
	if os.Geteuid() == 0 { // its own walls can't be put up for root
		flags = append(flags, "--no-sandbox")
	}
	return append(flags, o.page)
}
