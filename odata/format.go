package odata

// FormatKind is a family of bodies.
type FormatKind uint8

// The families of bodies.
const (
	XML         FormatKind = iota // Atom, and the XML of everything that is no entry
	VerboseJSON                   // {"d": …}
	LightJSON                     // {"odata.metadata": …}
	Raw                           // bare text or bytes
)

// String names the family for logs and explanations.
func (k FormatKind) String() string {
	return [...]string{"xml", "verbose", "light", "raw"}[k&3]
}

// MetadataLevel is how much light JSON says about its data.
type MetadataLevel uint8

// The levels of light JSON.
const (
	MinimalMetadata MetadataLevel = iota
	FullMetadata
	NoMetadata
)

// Format is a negotiated body format: its family, its media type and its character set.
type Format struct {
	Kind    FormatKind
	Level   MetadataLevel // light JSON only
	media   string        // without charset
	charset *charset      // nil: UTF-8
	bare    bool          // no charset in the content type: bytes
}

// ContentType is the Content-Type header: no blank behind the semicolons.
func (f Format) ContentType() string {
	if f.bare {
		return f.media
	}
	return f.media + ";charset=" + f.charset.label()
}

// errorVersion is the DataServiceVersion of an error in this format.
func (f Format) errorVersion() string {
	if f.Kind == LightJSON {
		return version3.header()
	}
	return version1.header()
}

// formatOf finds the family of a media type.
func formatOf(t *mediaType) Format {
	f := Format{media: t.text()}
	if t.sub != "json" {
		return f
	}
	switch t.param("odata") {
	case "verbose":
		f.Kind = VerboseJSON
	case "fullmetadata":
		f.Kind, f.Level = LightJSON, FullMetadata
	case "nometadata":
		f.Kind, f.Level = LightJSON, NoMetadata
	default:
		f.Kind = LightJSON
	}
	return f
}
