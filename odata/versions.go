package odata

import (
	"strconv"
	"strings"
)

// version is a protocol version; versions compare by major, then minor.
type version struct{ major, minor int }

// The versions this service speaks; the highest is the maximum of the protocol.
var (
	version1 = version{1, 0}
	version2 = version{2, 0}
	version3 = version{3, 0}
)

func (v version) less(o version) bool {
	return v.major < o.major || v.major == o.major && v.minor < o.minor
}

// String is the version in the form of the messages, "2.0".
func (v version) String() string { return strconv.Itoa(v.major) + "." + strconv.Itoa(v.minor) }

// header is the version as the response carries it.
func (v version) header() string {
	switch v {
	case version1:
		return "1.0;"
	case version2:
		return "2.0;"
	}
	return v.String() + ";"
}

// parseVersion reads "2.0" or "2.0;NetFx".
func parseVersion(text string) (version, bool) {
	text, _, _ = strings.Cut(text, ";")
	major, minor, ok := strings.Cut(strings.TrimSpace(text), ".")
	if !ok || !digits(major) || !digits(minor) {
		return version{}, false
	}
	a, err1 := strconv.ParseInt(major, 10, 32)
	b, err2 := strconv.ParseInt(minor, 10, 32)
	return version{int(a), int(b)}, err1 == nil && err2 == nil
}

// digits tells whether s is a number without sign.
func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// versions are the protocol versions of one request and its response.
type versions struct {
	request, max version // what the client says it sends and understands
	response     version
}

// readVersions reads the version headers.
func readVersions(req *Request) (versions, *Error) {
	v := versions{request: version3, max: version3, response: version1}
	request, haveRequest, err := versionHeader("DataServiceVersion", req.DataServiceVersion)
	if err != nil {
		return v, err
	}
	maximum, haveMax, err := versionHeader("MaxDataServiceVersion", req.MaxDataServiceVersion)
	if err != nil {
		return v, err
	}
	switch {
	case haveRequest && version3.less(request):
		return v, badRequest("Request version '" + request.String() + "' is too high for the server configured with a maximum protocol version of '3.0'.")
	case haveRequest && request != version1 && request != version2 && request != version3:
		return v, badRequest("Request version '" + request.String() + "' is not supported for the request payload. The only supported versions are: '1.0', '2.0', '3.0'.")
	case haveRequest:
		v.request = request
	case haveMax && maximum.less(version3):
		v.request = maximum
	}
	if haveMax {
		v.max = maximum
		if maximum.less(version1) {
			return v, tooLow("MaxDataServiceVersion", maximum, "response", version1)
		}
	}
	return v, nil
}

func versionHeader(name, text string) (v version, ok bool, err *Error) {
	if text == "" {
		return version{}, false, nil
	}
	if v, ok = parseVersion(text); !ok {
		return v, false, badRequest("Request version '" + text + "' specified for header '" + name + "' is not valid. Please specify a valid version value.")
	}
	return v, true, nil
}

func tooLow(header string, have version, what string, need version) *Error {
	return badRequest("The " + header + " '" + have.String() + "' is too low for the " + what + ". The lowest supported version is '" + need.String() + "'.")
}

// effective is the highest version a response may have.
func (v *versions) effective() version {
	if v.max.less(version3) {
		return v.max
	}
	return version3
}

// need demands a version of the request.
func (v *versions) need(least version) *Error {
	if v.request.less(least) {
		return tooLow("DataServiceVersion", v.request, "request", least)
	}
	return nil
}

// raise demands a version of the response.
func (v *versions) raise(to version) *Error {
	if v.response.less(to) {
		v.response = to
	}
	if v.max.less(v.response) {
		return tooLow("MaxDataServiceVersion", v.max, "response", v.response)
	}
	return nil
}
