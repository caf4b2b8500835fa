package odata

// keyPart is one value of a key predicate; Name is empty in the unnamed form.
type keyPart struct{ Name, Text string }

// parseKeyValue reads one literal of a key predicate as a value of the key's type. The literal must have the type's own
// form: the server reads 1L for Int64, not 1.
func parseKeyValue(text string, kind Kind) (Value, bool) {
	if kind == Null {
		return Value{}, false
	}
	return parseLiteral(text, kind)
}

// splitKey splits the inside of a key predicate into its values, named or not; quotes are respected, and the commas between
// values may be missing, as the server lets them. Empty text has no values.
func splitKey(text string) (parts []keyPart, ok bool) {
	var err *Error
	func() {
		defer rescue(&err)
		parts, ok = readKey(newLexer(text, keyDialect))
	}()
	if err != nil {
		return nil, false
	}
	return parts, ok
}

func readKey(l *lexer) (parts []keyPart, ok bool) {
	names := map[string]bool{}
	for l.cur.kind != lexEnd {
		var part keyPart
		if l.cur.kind == lexIdentifier {
			part.Name = l.cur.text
			if l.next(); l.cur.kind != lexEqual || names[part.Name] {
				return nil, false
			}
			names[part.Name] = true
			l.next()
		}
		if !l.cur.kind.isKeyValue() || len(parts) > 0 && (part.Name == "") != (parts[0].Name == "") {
			return nil, false
		}
		part.Text = l.cur.text
		parts = append(parts, part)
		if l.next(); l.cur.kind == lexComma {
			if l.next(); l.cur.kind == lexEnd {
				return nil, false
			}
		}
	}
	return parts, true
}
