package odata

import "strings"

// errorOffers are the media types of errors, below and from version 3 on. text/xml is chosen but never written: the
// original answers it with an empty body.
var errorOffers = func() (o [2][]mediaType) {
	o[0], _ = parseMediaTypes("application/xml,text/xml,application/json,application/json;odata=verbose")
	o[1], _ = parseMediaTypes("application/xml,text/xml,application/json,application/json;odata=minimalmetadata," +
		"application/json;odata=fullmetadata,application/json;odata=nometadata,application/json;odata=verbose")
	return o
}()

// NegotiateError chooses the format of an error about a request, even of one that could not be parsed.
func NegotiateError(req Request) Format {
	accept := acceptable(&req)
	v, versionErr := readVersions(&req)
	level := version1
	if versionErr == nil && isLight(selectErrorType(accept, v.effective())) {
		level = version3
	}
	f := Format{media: "application/xml"}
	if t := selectErrorType(accept, level); t != nil {
		f = errorFormat(t, level)
	}
	f.charset, _ = chooseCharset(req.AcceptCharset)
	return f
}

// acceptable is the list of types a client accepts: $format, when it is given once, else the Accept header.
func acceptable(req *Request) string {
	if format, ok := formatOption(req.RawQuery); ok {
		return formatType(format)
	}
	return req.Accept
}

// formatType spells out the short names of $format; everything else is a media type.
func formatType(format string) string {
	switch format {
	case "xml":
		return "application/xml"
	case "atom":
		return "application/atom+xml"
	case "json":
		return "application/json"
	case "verbosejson":
		return "application/json;odata=verbose"
	}
	return format
}

// errorFormat is the format of an error's media type.
func errorFormat(t *mediaType, level version) Format {
	f := formatOf(t)
	switch {
	case f.Kind == LightJSON && level != version3:
		return Format{Kind: VerboseJSON, media: "application/json;odata=verbose"}
	case f.Kind == LightJSON && t.param("odata") == "":
		f.media = "application/json;odata=minimalmetadata;streaming=true"
	case f.Kind == LightJSON:
		f.media += ";streaming=true"
	}
	return f
}

// isLight tells whether a chosen error type is light JSON.
func isLight(t *mediaType) bool {
	return t != nil && t.sub == "json" && t.param("odata") != "verbose"
}

// selectErrorType chooses among the types of errors; nil means that none is acceptable.
func selectErrorType(accept string, effective version) *mediaType {
	offered := errorOffers[0]
	if !effective.less(version3) {
		offered = errorOffers[1]
	}
	sources, ok := parseMediaTypes(accept)
	if !ok || len(sources) == 0 {
		return nil
	}
	parts, q, at := -1, 0, -1
	for i := range sources {
		for j := range offered {
			p := matchErrorType(&sources[i], &offered[j])
			if p < 0 || p < parts {
				continue
			}
			v, ok := quality(sources[i].param("q"))
			if !ok {
				return nil
			}
			if p > parts || v > q || v == q && j < at {
				parts, q, at = p, v, j
			}
		}
	}
	if q == 0 {
		return nil
	}
	plain := &offered[at]
	if plain.sub == "json" && plain.param("odata") == "" && effective.less(version3) {
		return &offered[len(offered)-1]
	}
	return plain
}

// matchErrorType counts like matchNames; of the parameters only odata counts, and must agree.
func matchErrorType(source, target *mediaType) int {
	p := matchNames(source, target)
	if p == 2 && !strings.EqualFold(source.param("odata"), target.param("odata")) {
		return -1
	}
	return p
}
