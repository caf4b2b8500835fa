package config

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// KeyPair reads a certificate chain and its private key, both PEM. The chain may stand in any order: the certificate of
// the key comes first in the result, each followed by its issuer as far as the chain has it. Leaf is set. The error
// holds no part of the key.
func KeyPair(chain, key []byte) (tls.Certificate, error) {
	all, err := parseChain(chain)
	if err != nil {
		return tls.Certificate{}, err
	}
	var reason error
	for _, leaf := range all {
		pair, err := tls.X509KeyPair(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw}), key)
		if err != nil {
			reason = err
			continue
		}
		pair.Leaf, pair.Certificate = leaf, nil
		for _, c := range inOrder(leaf, all) {
			pair.Certificate = append(pair.Certificate, c.Raw)
		}
		return pair, nil
	}
	return tls.Certificate{}, reason
}

func parseChain(text []byte) ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d of the chain: %w", len(all)+1, err)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, errors.New("no certificate in PEM form")
	}
	return all, nil
}

// inOrder gives the chain from the leaf upwards; what does not lead up from it stays behind it.
func inOrder(leaf *x509.Certificate, all []*x509.Certificate) []*x509.Certificate {
	chain, used := []*x509.Certificate{leaf}, map[*x509.Certificate]bool{leaf: true}
	for next := leaf; next != nil; {
		above := issuer(next, all, used)
		if above != nil {
			chain, used[above] = append(chain, above), true
		}
		next = above
	}
	for _, c := range all {
		if !used[c] {
			chain = append(chain, c)
		}
	}
	return chain
}

func issuer(of *x509.Certificate, all []*x509.Certificate, used map[*x509.Certificate]bool) *x509.Certificate {
	for _, c := range all {
		if !used[c] && bytes.Equal(c.RawSubject, of.RawIssuer) && of.CheckSignatureFrom(c) == nil {
			return c
		}
	}
	return nil
}
