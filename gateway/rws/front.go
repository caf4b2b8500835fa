// Package rws holds what the retired service's own front did around its OData engine, as pure functions: the path, the
// API version, $format, quoted $orderby, the service fault, and the headers every answer carries (LEGACY 6).
package rws

import "strings"

// Root is the path of the service as the retired service spelt it in its documentation; requests match it without
// regard to letter case (LEGACY 10).
const Root = "/ecp/reportingwebservice/reporting.svc"

// BasePath is the path of the service as it stands in ids and links, whatever the client typed (LEGACY 61).
const BasePath = "/ecp/ReportingWebService/Reporting.svc/"

// Header is what the front reads of a request's headers.
type Header struct {
	Accept                string
	Version               string // X-RWS-Version
	MaxDataServiceVersion string
}

// Request is a legacy request after the front's rules: what is left for OData to judge.
type Request struct {
	Path     string // raw path behind the service root, at least "/"
	RawQuery string // the query without $format (LEGACY 25)
	Accept   string // the client's, or what $format forces (LEGACY 24)
	Format   Format

	MaxDataServiceVersion string // the client's, empty for $metadata (LEGACY D2)
	DelegatedOrg          string // the query option of that name, empty if absent (LEGACY 67)
	Versioned             bool   // the client named an API version
}

// Split takes the service root off a raw (percent-encoded) path. It gives the root as the client typed it and the rest,
// "/" for the bare root with or without its slash (LEGACY 10, 11); ok is false for a path outside the service.
func Split(rawPath string) (root, rest string, ok bool) {
	if len(rawPath) < len(Root) || !strings.EqualFold(rawPath[:len(Root)], Root) {
		return "", "", false
	}
	root, rest = rawPath[:len(Root)], rawPath[len(Root):]
	switch {
	case rest == "":
		return root, "/", true
	case rest[0] != '/':
		return "", "", false
	}
	return root, rest, true
}

// Read applies the front's rules to a request of the service, in the order of LEGACY 7: version, $format, quoted
// $orderby. The request is filled in even beside a fault, so that the fault can be written in the asked format.
func Read(rest, rawQuery string, h Header) (Request, *Fault) {
	options := scan(rawQuery)
	r := Request{Path: rest, Accept: h.Accept, MaxDataServiceVersion: h.MaxDataServiceVersion}
	if rest == "/$metadata" {
		r.MaxDataServiceVersion = ""
	}
	r.DelegatedOrg, _ = options.get("DelegatedOrg")
	var fault *Fault
	r.Format, fault = format(options)
	if r.Format != FormatNone {
		r.Accept = r.Format.mediaType()
	}
	r.RawQuery = options.without("$format")
	versioned, versionFault := version(options, h.Version)
	r.Versioned = versioned
	switch {
	case versionFault != nil:
		return r, versionFault
	case fault != nil:
		return r, fault
	case options.quoted("$orderby"):
		return r, quotedOrderBy
	}
	return r, nil
}
