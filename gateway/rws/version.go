package rws

import "strings"

// Version is the one API version there ever was; every answer names it (LEGACY 19, 22).
const Version = "2013-V1"

// version judges X-RWS-Version and rws-version: at most one of them, and only the one value (LEGACY 19–21).
func version(options optionList, header string) (named bool, fault *Fault) {
	header = strings.TrimSpace(header)
	query, inQuery := options.get("rws-version")
	switch {
	case inQuery && header != "":
		return true, versionAmbiguous
	case inQuery && !strings.EqualFold(query, Version), header != "" && !strings.EqualFold(header, Version):
		return true, versionInvalid
	}
	return inQuery || header != "", nil
}
