package gateway

import (
	"net/http"
	"time"
)

// answerWriter gives an answer its time from its first byte on. What comes before, such as a wait for Graph or for a
// password's turn, is bounded by itself; a deadline that passed meanwhile would keep the client from every answer, and
// over TLS make the end of the connection look like damaged data.
type answerWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	limit   time.Duration
	begins  func() // is told of the first byte
	begun   bool
}

func newAnswerWriter(w http.ResponseWriter, limit time.Duration, begins func()) *answerWriter {
	a := &answerWriter{ResponseWriter: w, control: http.NewResponseController(w), limit: limit, begins: begins}
	_ = a.control.SetWriteDeadline(time.Time{}) // every connection of ours can have one
	return a
}

// begin starts the time, once.
func (a *answerWriter) begin() {
	if !a.begun {
		a.begun = true
		a.begins()
		_ = a.control.SetWriteDeadline(time.Now().Add(a.limit))
	}
}

// SetWriteDeadline is for a handler that knows better, such as that of a long profile.
func (a *answerWriter) SetWriteDeadline(t time.Time) error {
	a.begun = true
	return a.control.SetWriteDeadline(t)
}

// Unwrap is for http.ResponseController.
func (a *answerWriter) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// WriteHeader begins the answer.
func (a *answerWriter) WriteHeader(status int) {
	a.begin()
	a.ResponseWriter.WriteHeader(status)
}

// Write writes a part of the body.
func (a *answerWriter) Write(p []byte) (int, error) {
	a.begin()
	return a.ResponseWriter.Write(p)
}
