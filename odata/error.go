package odata

// Error is the one error a client ever sees: an OData error document with its HTTP status.
type Error struct {
	Status  int
	Code    string // empty for what the data service itself finds
	Lang    string // xml:lang of the message; empty with a Code, else en-US
	Message string
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }
