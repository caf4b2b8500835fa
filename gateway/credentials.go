package gateway

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	gocache "github.com/patrickmn/go-cache"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/text/encoding/charmap"
)

// PasswordFile knows the bcrypt hash of each user, by name in lower case. It is replaced as a whole at a reload.
type PasswordFile map[string][]byte

var errBusy = errors.New("too many passwords are being checked")

const (
	checksAtOnce    = 2               // a bcrypt check takes a core for tens of milliseconds
	checksWaiting   = 64              // beyond that a request is told to come again
	rememberedFor   = 2 * time.Minute // how long a verified credential is known without bcrypt
	rememberedAtMax = 10_000
)

// verifier checks passwords against a PasswordFile. What it verified it remembers for a short time as a keyed hash,
// never as the password.
type verifier struct {
	key     [32]byte
	known   *gocache.Cache
	running chan struct{}
	queue   chan struct{}
}

func newVerifier() *verifier {
	v := &verifier{
		known:   gocache.New(rememberedFor, rememberedFor),
		running: make(chan struct{}, checksAtOnce),
		queue:   make(chan struct{}, checksAtOnce+checksWaiting),
	}
	_, _ = rand.Read(v.key[:]) // crypto/rand.Read never fails
	return v
}

// verify says whether password is user's. The password is tried as the UTF-8 that it is, then as Windows-1252, which old
// .NET clients send (an operator hashed the UTF-8 form). The error is errBusy or the context's.
func (v *verifier) verify(ctx context.Context, file PasswordFile, user string, password []byte) (bool, error) {
	hash, ok := file[user]
	if !ok {
		return false, nil
	}
	digest := v.digest(user, hash, password)
	if _, ok := v.known.Get(digest); ok {
		return true, nil
	}
	select {
	case v.queue <- struct{}{}:
		defer func() { <-v.queue }()
	default:
		return false, errBusy
	}
	select {
	case v.running <- struct{}{}:
		defer func() { <-v.running }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if !matches(hash, password) {
		return false, nil
	}
	if v.known.ItemCount() < rememberedAtMax {
		v.known.SetDefault(digest, struct{}{})
	}
	return true, nil
}

// Verify says whether password is user's in a file; it shares the gateway's limits on checking and its memory.
func (g *Gateway) Verify(ctx context.Context, file PasswordFile, user string, password []byte) bool {
	ok, err := g.verifier.verify(ctx, file, user, password)
	return err == nil && ok
}

// digest binds a credential to the hash it was verified against, so that a changed password is forgotten at once.
func (v *verifier) digest(user string, hash, password []byte) string {
	m := hmac.New(sha256.New, v.key[:])
	for _, part := range [][]byte{[]byte(user), hash, password} {
		m.Write(part)
		m.Write([]byte{0})
	}
	return string(m.Sum(nil))
}

func matches(hash, password []byte) bool {
	if bcrypt.CompareHashAndPassword(hash, password) == nil {
		return true
	}
	if utf8.Valid(password) {
		return false
	}
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(password)
	return err == nil && bcrypt.CompareHashAndPassword(hash, decoded) == nil
}

// basic reads an Authorization header of the Basic scheme; ok is false for any other. The user comes in lower case.
func basic(header string) (user string, password []byte, ok bool) {
	scheme, token, found := strings.Cut(header, " ")
	if !found || !strings.EqualFold(scheme, "Basic") {
		return "", nil, false
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(token))
	if err != nil {
		return "", nil, false
	}
	name, secret, found := strings.Cut(string(raw), ":")
	if !found {
		return "", nil, false
	}
	return strings.ToLower(name), []byte(secret), true
}
