package odata

import "strings"

// payload is a kind of body, each with its own list of media types.
type payload uint8

const (
	payloadFeed payload = iota
	payloadEntry
	payloadProperty
	payloadService
	payloadError
	payloads
)

// offers are the media types of a payload in descending preference, below and from protocol version 3 on.
var offers [payloads][2][]mediaType

func init() {
	xml := [payloads]string{
		payloadFeed:     "application/atom+xml;type=feed,application/atom+xml",
		payloadEntry:    "application/atom+xml;type=entry,application/atom+xml",
		payloadProperty: "application/xml,text/xml",
		payloadService:  "application/xml,application/atomsvc+xml",
		payloadError:    "application/xml",
	}
	light := ""
	for _, level := range []string{";odata=minimalmetadata", ";odata=fullmetadata", ";odata=nometadata", ""} {
		for _, streaming := range []string{";streaming=true", ";streaming=false", ""} {
			if level+streaming != "" {
				light += ",application/json" + level + streaming
			}
		}
	}
	for p, own := range xml {
		offers[p][0], _ = parseMediaTypes(own + ",application/json;odata=verbose,application/json")
		offers[p][1], _ = parseMediaTypes(own + light + ",application/json;odata=verbose,application/json")
	}
}

// match is how well an accepted type fits an offered one; parts below 0 is not at all.
type match struct {
	parts, params, quality int
	source, target         int
}

// better tells whether a later match m takes the place of the earlier one.
func (m match) better(than match) bool {
	switch {
	case m.parts != than.parts:
		return m.parts > than.parts
	case m.params != than.params:
		return m.params > than.params
	case m.quality != than.quality:
		return m.quality > than.quality
	}
	return m.target < than.target
}

// matchType compares an accepted type with an offered one; false means that its quality is malformed.
func matchType(source, target *mediaType) (match, bool) {
	m := match{parts: matchNames(source, target), quality: 1000}
	counted, ok := 0, true
	for i, p := range source.params {
		if strings.EqualFold(p.name, "q") {
			m.quality, ok = quality(p.value)
			break
		}
		counted = i + 1
		if v, found := target.find(p.name); found && strings.EqualFold(strings.TrimSpace(p.value), v) {
			m.params++
		}
	}
	switch {
	case m.quality == 0, m.parts == 2 && m.params < counted:
		m.parts = -1
	case m.params == counted:
		m.params = -1
	}
	return m, ok
}

// matchNames counts the parts of the names that agree without a wildcard; -1 means they differ.
func matchNames(source, target *mediaType) int {
	switch {
	case source.typ == "*":
		return 0
	case !strings.EqualFold(source.typ, target.typ):
		return -1
	case source.sub == "*":
		return 1
	case strings.EqualFold(source.sub, target.sub):
		return 2
	}
	return -1
}

// find gives the value of a parameter of an offered type.
func (t *mediaType) find(name string) (string, bool) {
	for _, p := range t.params {
		if strings.EqualFold(p.name, name) {
			return p.value, true
		}
	}
	return "", false
}

// negotiate chooses the format of a body out of an Accept list. Plain application/json means minimal metadata from version 3
// on and verbose JSON below. False is the 415.
func negotiate(p payload, accept, acceptCharset string, effective version) (Format, bool) {
	v3 := !effective.less(version3)
	offered := offers[p][0]
	if v3 {
		offered = offers[p][1]
	}
	sources, ok := parseMediaTypes(accept)
	if !ok {
		return Format{}, false
	}
	chosen := match{}
	if len(sources) > 0 {
		if v3 {
			plainIsMinimal(sources)
		}
		if chosen, ok = bestMatch(sources, offered); !ok {
			return Format{}, false
		}
		if cs := sources[chosen.source].charset; cs != "" {
			acceptCharset = strings.TrimSuffix(cs+","+acceptCharset, ",")
		}
	}
	f := formatOf(&offered[chosen.target])
	if !v3 && f.Kind == LightJSON {
		f = Format{Kind: VerboseJSON, media: "application/json"}
	}
	f.charset, ok = chooseCharset(acceptCharset)
	return f, ok
}

// plainIsMinimal adds odata=minimalmetadata to every application/json without an odata parameter.
func plainIsMinimal(types []mediaType) {
	for i := range types {
		t := &types[i]
		if !strings.EqualFold(t.typ, "application") || !strings.EqualFold(t.sub, "json") {
			continue
		}
		if _, has := t.find("odata"); !has {
			t.params = append([]parameter{{"odata", "minimalmetadata"}}, t.params...)
		}
	}
}

// bestMatch finds the best pair of accepted and offered types.
func bestMatch(sources, targets []mediaType) (match, bool) {
	best := match{parts: -1}
	for i := range sources {
		for j := range targets {
			m, ok := matchType(&sources[i], &targets[j])
			if !ok {
				return best, false
			}
			m.source, m.target = i, j
			if m.parts >= 0 && (best.parts < 0 || m.better(best)) {
				best = m
			}
		}
	}
	return best, best.parts >= 0
}

// requireType checks that a list accepts the one type a resource has. Unlike negotiate, an exact name decides at once.
func requireType(accept, media string) *Error {
	sources, ok := parseMediaTypes(accept)
	if !ok {
		return badRequest(textMalformedHeader)
	}
	if len(sources) == 0 {
		return nil
	}
	typ, sub, _ := strings.Cut(media, "/")
	target := mediaType{typ: typ, sub: sub}
	parts, q := -1, 0
	for i := range sources {
		p := matchNames(&sources[i], &target)
		if p < 0 || p < parts {
			continue
		}
		v, ok := quality(sources[i].param("q"))
		if !ok {
			return badRequest(textMalformedHeader)
		}
		if p == 2 {
			q = v
			break
		}
		if p > parts || p == parts && v > q {
			parts, q = p, v
		}
	}
	if q == 0 {
		return unsupportedMedia()
	}
	return nil
}
