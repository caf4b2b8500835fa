package odata

// token is a parsed $skiptoken: one value for each expression of the order.
type token struct{ values []Value }

// appendToken writes the $skiptoken of a row: the comma-separated literals of its order values.
func (o *orderBy) appendToken(dst []byte, rows RowSource, row int) []byte { return dst }

// parseToken reads a $skiptoken against the order's types.
func (o *orderBy) parseToken(m *Model, t *EntityType, text string) (token, *Error) {
	return token{}, nil
}

// after tells whether a row comes behind the token.
func (o *orderBy) after(rows RowSource, row int, tok token) (bool, *Error) { return true, nil }
