package gateway

import (
	"errors"
	"fmt"

	"rwsgate/gateway/rws"
)

// FailedAttempt is why credentials that somebody sent did not let them in.
type FailedAttempt string

// The reasons. An unknown user is a wrong password: nobody is to learn from a figure who is known.
const (
	AttemptWrong   FailedAttempt = "wrong"      // a name and a password that do not belong together
	AttemptWaiting FailedAttempt = "waiting"    // refused unseen: too soon after failed ones
	AttemptToken   FailedAttempt = "token"      // a bearer token that is not accepted
	AttemptPlain   FailedAttempt = "plain-http" // credentials over a connection that everybody can read
)

// FailedAttempts are all reasons.
var FailedAttempts = []FailedAttempt{AttemptWrong, AttemptWaiting, AttemptToken, AttemptPlain}

// errWrong is a password that is not the user's, or a user that nobody is.
var errWrong = fmt.Errorf("the name or the password is wrong: %w", errUnauthorized)

// attemptOf gives why an attempt to get in failed; empty if err is of another kind, or nothing was sent.
func attemptOf(err error) FailedAttempt {
	if err == nil {
		return ""
	}
	var late *waitError
	var fault *rws.Fault
	switch {
	case errors.As(err, &late):
		return AttemptWaiting
	case errors.Is(err, errToken):
		return AttemptToken
	case errors.Is(err, errWrong):
		return AttemptWrong
	case errors.As(err, &fault) && fault.Code == rws.CodePlainHTTP:
		return AttemptPlain
	}
	return ""
}
