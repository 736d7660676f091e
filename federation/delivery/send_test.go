package delivery

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// F12: a host that cannot prove who it is, or makes no sense in the handshake, is told apart from one
// that does not answer.
func TestF12_faultsOfTLS(t *testing.T) {
	t.Parallel()
	good := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(good.Close)
	known := x509.NewCertPool()
	known.AddCert(good.Certificate())
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	old.StartTLS()
	t.Cleanup(old.Close)
	for name, c := range map[string]struct {
		addr string
		conf *tls.Config
		want string
	}{
		"unknown authority": {good.Listener.Addr().String(), &tls.Config{ServerName: "example.com"}, faultTLS},
		"another name":      {good.Listener.Addr().String(), &tls.Config{ServerName: "other.test", RootCAs: known}, faultTLS},
		"expired": {good.Listener.Addr().String(), &tls.Config{
			ServerName: "example.com", RootCAs: known, Time: func() time.Time { return good.Certificate().NotAfter.Add(time.Hour) },
		}, faultTLS},
		"old version":       {old.Listener.Addr().String(), &tls.Config{ServerName: "example.com", RootCAs: known, MinVersion: tls.VersionTLS12}, faultTLS},
		"no TLS":            {says(t, []byte("220 mail.test ready\r\n")), nil, faultTLS},
		"broken handshake":  {says(t, record(22, bytes.Repeat([]byte{0x7f}, 200))), nil, faultTLS},
		"message of no use": {says(t, record(22, []byte{20, 0, 0, 4, 1, 2, 3, 4})), nil, faultTLS},
		"alert":             {says(t, record(21, []byte{2, 40})), nil, faultTLS},
		"hangs up":          {says(t, nil), nil, faultReset},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport := &http.Transport{TLSClientConfig: c.conf, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, "tcp", c.addr)
			}}
			t.Cleanup(transport.CloseIdleConnections)
			req := httptest.NewRequest(http.MethodPost, "https://peer.test/inbox", http.NoBody)
			resp, err := transport.RoundTrip(req)
			if err == nil {
				_ = resp.Body.Close()
				t.Fatalf("answered %d", resp.StatusCode)
			}
			if got := faultOf(err); got != c.want {
				t.Errorf("%v is %q, want %q", err, got, c.want)
			}
		})
	}
}

// record is a piece of TLS 1.2.
func record(kind byte, b []byte) []byte {
	return append([]byte{kind, 3, 3, byte(len(b) >> 8), byte(len(b))}, b...)
}

// says is the address of a server that reads a hello, answers with some bytes and hangs up.
func says(t *testing.T, answer []byte) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			head := make([]byte, 5)
			if _, err := io.ReadFull(c, head); err == nil {
				_, _ = io.CopyN(io.Discard, c, int64(head[3])<<8|int64(head[4]))
			}
			_, _ = c.Write(answer)
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}
