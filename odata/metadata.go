package odata

// AppendMetadata writes $metadata. Annotations raise it to version 3.0 and its schema to the newest namespace.
func (q *Query) AppendMetadata(dst []byte) []byte {
	m := q.model
	version, schema := "1.0", "http://schemas.microsoft.com/ado/2006/04/edm"
	if m.annotated() {
		version, schema = "3.0", "http://schemas.microsoft.com/ado/2009/11/edm"
	}
	dst = appendProlog(dst, q.format)
	dst = append(dst, `<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"><edmx:DataServices m:DataServiceVersion="`...)
	dst = append(append(dst, version...), `" m:MaxDataServiceVersion="3.0"`+namespaceM+`><Schema Namespace="`...)
	dst = append(append(append(appendAttribute(dst, m.Namespace), `" xmlns="`...), schema...), `">`...)
	for _, t := range m.types() {
		dst = appendType(dst, t)
	}
	dst = append(dst, `<EntityContainer Name="`...)
	dst = append(appendAttribute(dst, m.Container), `" m:IsDefaultEntityContainer="true">`...)
	for _, s := range m.Sets {
		dst = appendAttribute(append(dst, `<EntitySet Name="`...), s.Name)
		dst = appendAttribute(append(dst, `" EntityType="`...), s.Type.FullName())
		dst = append(dst, `" />`...)
	}
	dst = append(dst, "</EntityContainer>"...)
	for _, s := range m.Sets {
		dst = m.appendAnnotations(dst, s)
	}
	return append(dst, "</Schema></edmx:DataServices></edmx:Edmx>"...)
}

// appendType writes an entity type.
func appendType(dst []byte, t *EntityType) []byte {
	dst = appendAttribute(append(dst, `<EntityType Name="`...), t.Name)
	dst = appendAttribute(append(dst, `"><Key><PropertyRef Name="`...), t.Key)
	dst = append(dst, `" /></Key>`...)
	for _, p := range t.Properties {
		dst = appendAttribute(append(dst, `<Property Name="`...), p.Name)
		dst = append(append(append(dst, `" Type="`...), p.Kind.String()...), '"')
		if !p.Nullable {
			dst = append(dst, ` Nullable="false"`...)
		}
		dst = append(dst, " />"...)
	}
	return append(dst, "</EntityType>"...)
}

// appendAnnotations writes the annotations of a set.
func (m *Model) appendAnnotations(dst []byte, s *EntitySet) []byte {
	if len(s.Annotations) == 0 {
		return dst
	}
	dst = append(dst, `<Annotations Target="`...)
	dst = append(appendAttribute(dst, m.Namespace+"."+m.Container+"/"+s.Name), `">`...)
	for _, a := range s.Annotations {
		dst = appendAttribute(append(dst, `<ValueAnnotation Term="`...), a.Term)
		dst = appendAttribute(append(dst, `" String="`...), a.String)
		dst = append(dst, `" />`...)
	}
	return append(dst, "</Annotations>"...)
}
