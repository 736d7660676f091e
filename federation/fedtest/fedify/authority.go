package fedify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Authority is a certificate authority that exists for one test. It lets Copse and
// the peer speak TLS with each other: give File to Copse as COPSE_CA_FILE.
type Authority struct {
	// File holds the authority's certificate as PEM.
	File string
	// Pool trusts this authority alone, for Go clients of the test.
	Pool *x509.CertPool
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority makes an authority whose files lie in the test's temporary folder.
func NewAuthority(t testing.TB) *Authority {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "authority of one test"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatalf("sign the authority's own certificate: %v", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("read the authority's own certificate: %v", err)
	}
	a := &Authority{Pool: x509.NewCertPool(), cert: cert, key: key}
	a.Pool.AddCert(cert)
	a.File = write(t, filepath.Join(t.TempDir(), "authority.pem"), "CERTIFICATE", der)
	return a
}

// Certificate is a server certificate for hosts, each a name or an address.
func (a *Authority) Certificate(t testing.TB, hosts ...string) tls.Certificate {
	t.Helper()
	der, key := a.issue(t, hosts...)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// files is Certificate as the two PEM files that a server in another process reads.
func (a *Authority) files(t testing.TB, host string) (certFile, keyFile string) {
	t.Helper()
	der, key := a.issue(t, host)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatalf("write the key of %s: %v", host, err)
	}
	dir := t.TempDir()
	return write(t, filepath.Join(dir, "cert.pem"), "CERTIFICATE", der),
		write(t, filepath.Join(dir, "key.pem"), "PRIVATE KEY", secret)
}

func (a *Authority) issue(t testing.TB, hosts ...string) ([]byte, *ecdsa.PrivateKey) {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatalf("draw a serial number: %v", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: hosts[0]},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	key := newKey(t)
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatalf("sign the certificate of %v: %v", hosts, err)
	}
	return der, key
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatalf("draw a key: %v", err)
	}
	return key
}

func write(t testing.TB, file, kind string, der []byte) string {
	t.Helper()
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatalf("write %s: %v", file, err)
	}
	return file
}
