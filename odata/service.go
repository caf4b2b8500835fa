package odata

// AppendService writes the service document in the negotiated format.
func (q *Query) AppendService(dst []byte) []byte {
	switch q.format.Kind {
	case VerboseJSON:
		dst = append(dst, `{"d":{"EntitySets":[`...)
		for i, s := range q.model.Sets {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendString(dst, s.Name)
		}
		return append(dst, "]}}"...)
	case LightJSON:
		return q.appendServiceLight(dst)
	}
	dst = appendProlog(dst, q.format)
	dst = append(dst, `<service xml:base="`...)
	dst = appendAttribute(dst, q.req.Base)
	dst = append(dst, `" xmlns="http://www.w3.org/2007/app" xmlns:atom="http://www.w3.org/2005/Atom"><workspace><atom:title>Default</atom:title>`...)
	for _, s := range q.model.Sets {
		dst = appendAttribute(append(dst, `<collection href="`...), s.Name)
		dst = appendText(append(dst, `"><atom:title>`...), s.Name)
		dst = append(dst, "</atom:title></collection>"...)
	}
	return append(dst, "</workspace></service>"...)
}

// appendServiceLight writes the light form; without metadata the addresses are absolute.
func (q *Query) appendServiceLight(dst []byte) []byte {
	dst = q.appendContext(append(dst, '{'), "")
	dst = append(appendMember(dst, "value"), '[')
	for i, s := range q.model.Sets {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(append(dst, `{"name":`...), s.Name)
		url := s.Name
		if q.format.Level == NoMetadata {
			url = q.req.Base + url
		}
		dst = append(appendString(append(dst, `,"url":`...), url), '}')
	}
	return append(dst, "]}"...)
}
