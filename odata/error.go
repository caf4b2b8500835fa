package odata

// Error is the one error a client ever sees: an OData error document with its HTTP status.
type Error struct {
	Status  int
	Code    string // empty for what the data service itself finds
	Lang    string // xml:lang of the message; empty with a Code, else en-US
	Message string
	Allow   string // the Allow header of a 405, empty otherwise
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

// language is the message's language: only the service's own texts are empty by intent.
func (e *Error) language() string {
	if e.Lang == "" && e.Code == "" {
		return "en-US"
	}
	return e.Lang
}
