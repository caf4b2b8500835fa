package gateway

import "strings"

// scheme and host are those of ids and links: the configured public URL's, else the request's own.

func (k *call) scheme() string {
	if scheme, _, ok := strings.Cut(k.settings.PublicURL, "://"); ok {
		return scheme
	}
	return k.peer.scheme
}

func (k *call) host() string {
	if _, host, ok := strings.Cut(k.settings.PublicURL, "://"); ok {
		return strings.TrimSuffix(host, "/")
	}
	return k.peer.host
}
