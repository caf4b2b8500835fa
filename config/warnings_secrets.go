package config

import (
	"path/filepath"
	"runtime"
	"strconv"
)

// secrets warns of those that stand where others can read them: in the configuration, on the command line, in a file.
func (w *warner) secrets() {
	c := w.cfg
	w.secret("store", c.StoreFile, c.Store.hasPassword())
	w.secret("upstream.proxy", c.Upstream.ProxyFile, c.Upstream.Proxy.hasUser())
	w.secret("rollout.digest.webhook", c.Rollout.Digest.WebhookFile, !c.Rollout.Digest.Webhook.IsZero())
	w.open("tls.key_file", c.TLS.KeyFile)
	w.open("auth.htpasswd_file", c.Auth.HtpasswdFile)
	w.open("admin.htpasswd_file", c.Admin.HtpasswdFile)
	for i, t := range c.Tenants {
		at := "tenants[" + strconv.Itoa(i) + "].credential."
		s := &t.Credential
		w.secret(at+"client_secret", s.ClientSecretFile, !s.ClientSecret.IsZero())
		w.secret(at+"certificate_password", s.CertificatePassFile, !s.CertificatePassword.IsZero())
		w.open(at+"certificate_key_file", s.CertificateKeyFile)
		if s.CertificateKeyFile == "" {
			w.open(at+"certificate_file", s.CertificateFile) // the key is in it
		}
		w.open(at+"token_file", s.TokenFile)
	}
}

// secret warns of a value that is given itself, or of the file that it was read from.
func (w *warner) secret(key string, file Path, set bool) {
	at, given := w.cfg.origins[key]
	switch {
	case !set || !given:
	case at == w.cfg.origins[key+"_file"]:
		w.open(key+"_file", file)
	case at.layer == layerFlag:
		w.warn(key, "the password stands on the command line, where every user of this machine can read it: use %s_file", key)
	case at.layer == layerFile && w.readableByOthers(w.cfg.Run.File):
		w.warn(key, "the secret stands in a file that other users can read: chmod 600 it, or use %s_file", key)
	}
}

// open warns of a file with secrets that others can read.
func (w *warner) open(key string, name Path) {
	if name != "" && w.readableByOthers(string(name)) && !w.projected(string(name)) {
		w.warn(key, "other users can read %s: take that from them, chmod o-r", quotePath(string(name)))
	}
}

func (w *warner) readableByOthers(name string) bool {
	info, err := w.stat(name)
	return err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o004 != 0
}

// projected says whether a file lies in a volume that Kubernetes fills. There are no other users in a container, the mode
// is the volume's, and nothing in it can be changed from here.
func (w *warner) projected(name string) bool {
	_, err := w.stat(filepath.Join(filepath.Dir(name), "..data"))
	return err == nil
}
