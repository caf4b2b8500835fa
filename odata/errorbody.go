package odata

// AppendError writes an error document in a format of NegotiateError. In text/xml the original writes nothing at all.
func AppendError(dst []byte, f Format, e *Error) []byte {
	switch {
	case f.Kind == VerboseJSON || f.Kind == LightJSON:
		return f.encode(appendErrorJSON(dst, f, e))
	case f.media == "text/xml":
		return dst
	}
	dst = append(appendProlog(dst, f), `<m:error`+namespaceM+`>`...)
	if e.Code == "" {
		dst = append(dst, "<m:code />"...)
	} else {
		dst = append(appendText(append(dst, "<m:code>"...), e.Code), "</m:code>"...)
	}
	dst = appendAttribute(append(dst, `<m:message xml:lang="`...), e.language())
	dst = appendText(append(dst, `">`...), e.Message)
	return f.encode(append(dst, "</m:message></m:error>"...))
}

func appendErrorJSON(dst []byte, f Format, e *Error) []byte {
	if f.Kind == LightJSON {
		dst = append(dst, `{"odata.error":`...)
	} else {
		dst = append(dst, `{"error":`...)
	}
	dst = appendString(append(dst, `{"code":`...), e.Code)
	dst = appendString(append(dst, `,"message":{"lang":`...), e.language())
	dst = appendString(append(dst, `,"value":`...), e.Message)
	return append(dst, "}}}"...)
}

// encode turns a body into the format's character set; what that cannot hold is left as UTF-8.
func (f Format) encode(body []byte) []byte {
	if out, ok := f.charset.encode(body, f.Kind == XML); ok {
		return out
	}
	return body
}
