package odata

// keyPart is one value of a key predicate; Name is empty in the unnamed form.
type keyPart struct{ Name, Text string }

// parseKeyValue reads one literal of a key predicate, coerced to the key's type as the server does.
func parseKeyValue(text string, kind Kind) (Value, bool) { return Value{}, false }

// splitKey splits the inside of a key predicate at its commas; quotes are respected.
func splitKey(text string) (named []keyPart, ok bool) { return nil, false }

// appendLiteral writes the URI literal of a value, percent-encoded as in entry ids.
func appendLiteral(dst []byte, v Value) []byte { return dst }
