package rig

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"time"
)

// Papers is the certificate that a peer shows.
type Papers string

// What a peer may show. Others than Sound prove nothing to the instance.
const (
	Sound            Papers = "a sound certificate"
	Expired          Papers = "an expired certificate"
	OtherName        Papers = "a certificate for another name"
	UnknownAuthority Papers = "a certificate of an unknown authority"
)

// office issues certificates.
type office struct {
	known, unknown *authority
}

// authority signs certificates. The instance trusts one of the two.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newOffice() (o *office, err error) {
	o = new(office)
	var other error
	o.known, err = newAuthority("known")
	o.unknown, other = newAuthority("unknown")
	return o, errors.Join(err, other)
}

func newAuthority(name string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make an authority: %w", err)
	}
	plan := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, plan, plan, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make an authority: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{cert: cert, key: key}, err
}

// issue makes a certificate for a name; the key is the authority's own, as it all stays on this machine.
func (a *authority) issue(name string, until time.Time) (*tls.Certificate, error) {
	plan := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: until.Add(-24 * time.Hour), NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, plan, a.cert, &a.key.PublicKey, a.key)
	if err != nil {
		return nil, fmt.Errorf("issue a certificate for %s: %w", name, err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.key}, nil
}

// publish writes what the instance is to trust.
func (a *authority) publish(file string) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}), 0o600)
}

// papersFor are all the certificates that a host may show.
func (o *office) papersFor(name string) (map[Papers]*tls.Certificate, error) {
	now := time.Now()
	list := map[Papers]*tls.Certificate{}
	var errs []error
	for _, p := range []struct {
		papers Papers
		by     *authority
		name   string
		until  time.Time
	}{
		{Sound, o.known, name, now.Add(12 * time.Hour)},
		{Expired, o.known, name, now.Add(-time.Hour)},
		{OtherName, o.known, "other." + name, now.Add(12 * time.Hour)},
		{UnknownAuthority, o.unknown, name, now.Add(12 * time.Hour)},
	} {
		cert, err := p.by.issue(p.name, p.until)
		list[p.papers] = cert
		errs = append(errs, err)
	}
	return list, errors.Join(errs...)
}

// Show lets the peer show another certificate from now on, at connections that are open too: they are
// cut.
func (p *Peer) Show(papers Papers) {
	p.mu.Lock()
	p.shown = papers
	p.mu.Unlock()
	p.Proxy.Set(Mode{})
}

// certificate is what the peer shows now.
func (p *Peer) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.papers[p.shown], nil
}
