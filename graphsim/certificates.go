package graphsim

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
	"time"
)

// ForeignHost is the host name of the redirect that FaultForeignRedirect gives: no allow-list holds it and no resolver
// knows it, but the certificate does, so that a test with its own dialer sees whether a client would have gone there.
const ForeignHost = "downloads.invalid"

// The certificates outlast every clock a test may inject.
var (
	certificateFrom  = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	certificateUntil = time.Date(2099, 12, 31, 23, 59, 59, 0, time.UTC)
)

// makeCertificates gives a new CA in PEM form and a leaf it signed for localhost and 127.0.0.1.
func makeCertificates() (ca []byte, leaf tls.Certificate, err error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, leaf, err
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "graphsim stand-in CA"},
		NotBefore: certificateFrom, NotAfter: certificateUntil,
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
	}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, &caKey.PublicKey, caKey)
	if err != nil {
		return nil, leaf, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, leaf, err
	}
	end := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: certificateFrom, NotAfter: certificateUntil,
		DNSNames: []string{"localhost", ForeignHost}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	endDER, err := x509.CreateCertificate(rand.Reader, end, root, &key.PublicKey, caKey)
	if err != nil {
		return nil, leaf, err
	}
	ca = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER})
	return ca, tls.Certificate{Certificate: [][]byte{endDER}, PrivateKey: key}, nil
}
