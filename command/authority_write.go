package command

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
)

// writeAll writes a private key, then its chain: a gateway that looks between the two sees a pair that does not fit,
// keeps the old one and looks again.
func (a *authority) writeAll(pair *tls.Certificate, keyName, chainName string, chain [][]byte) error {
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		return err
	}
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err := putFile(a.path(keyName), key, 0o600); err != nil {
		return err
	}
	var text bytes.Buffer
	for _, raw := range chain {
		if err := pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: raw}); err != nil {
			return err
		}
	}
	return putFile(a.path(chainName), text.Bytes(), 0o644)
}

// putFile writes a file in one step: readers see the old content or the new.
func putFile(name string, content []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
