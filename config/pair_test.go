package config

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"
)

// certified is a certificate with its key, both PEM too.
type certified struct {
	*x509.Certificate
	key       *ecdsa.PrivateKey
	text, pem []byte
}

func certify(t *testing.T, name string, by *certified) *certified {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour),
		IsCA: name != "leaf", BasicConstraintsValid: true,
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.Certificate, by.key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return &certified{made, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})}
}

func TestKeyPairPutsAnyChainInOrder(t *testing.T) {
	root := certify(t, "root", nil)
	upper := certify(t, "upper", root)
	lower := certify(t, "lower", upper)
	leaf := certify(t, "leaf", lower)
	stray := certify(t, "stray", nil)
	for _, c := range []struct {
		name  string
		chain []*certified
		want  string
	}{
		{"alone", []*certified{leaf}, "leaf"},
		{"in order", []*certified{leaf, lower, upper, root}, "leaf lower upper root"},
		{"backwards", []*certified{root, upper, lower, leaf}, "leaf lower upper root"},
		{"mixed", []*certified{upper, leaf, root, lower}, "leaf lower upper root"},
		{"with a stray", []*certified{stray, lower, leaf}, "leaf lower stray"},
		{"twice", []*certified{leaf, lower, leaf}, "leaf lower leaf"},
	} {
		var text []byte
		for _, x := range c.chain {
			text = append(text, x.text...)
		}
		pair, err := KeyPair(text, leaf.pem)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		for _, raw := range pair.Certificate {
			x, err := x509.ParseCertificate(raw)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, x.Subject.CommonName)
		}
		if strings.Join(got, " ") != c.want || !pair.Leaf.Equal(leaf.Certificate) {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

func TestKeyPairRefuses(t *testing.T) {
	root := certify(t, "root", nil)
	leaf, other := certify(t, "leaf", root), certify(t, "leaf", root)
	garbage := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("garbage")})
	for name, c := range map[string]struct{ chain, key []byte }{
		"another's key":   {leaf.text, other.pem},
		"no key":          {leaf.text, nil},
		"no certificate":  {leaf.pem, leaf.pem},
		"nothing":         {nil, nil},
		"garbage between": {append(bytes.Clone(leaf.text), garbage...), leaf.pem},
	} {
		if _, err := KeyPair(c.chain, c.key); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func FuzzKeyPair(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, chain, key []byte) {
		if pair, err := KeyPair(chain, key); err == nil && (pair.Leaf == nil || len(pair.Certificate) == 0) {
			t.Error("a pair without a leaf")
		}
	})
}
