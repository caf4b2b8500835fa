package translate

import "fmt"

// maxOffset is the farthest that a fixed offset may lie from UTC, in seconds: the 14 hours of .NET's DateTimeOffset.
const maxOffset = 14 * 60 * 60

// parseOffset reads a fixed offset in lower case, in seconds east of UTC: z, +05:30, utc+5, utc-08, utc-08:00. The
// sign is that of ISO 8601; the names Etc/GMT±N have the other one and never come from here.
func parseOffset(s string) (seconds int, ok bool) {
	if s == "z" {
		return 0, true
	}
	named := len(s) > 3 && s[:3] == "utc"
	if named {
		s = s[3:]
	}
	if len(s) < 2 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	negative := s[0] == '-'
	hours, rest, ok := digits(s[1:])
	if !ok {
		return 0, false
	}
	minutes := 0
	switch {
	case rest == "" && named:
	case len(rest) == 3 && rest[0] == ':' && (named || len(s) == len("+05:30")):
		if minutes, rest, ok = digits(rest[1:]); !ok || rest != "" || minutes > 59 {
			return 0, false
		}
	default:
		return 0, false
	}
	seconds = (hours*60 + minutes) * 60
	if negative {
		seconds = -seconds
	}
	return seconds, seconds >= -maxOffset && seconds <= maxOffset
}

// digits reads a number of one or two digits.
func digits(s string) (n int, rest string, ok bool) {
	i := 0
	for ; i < len(s) && i < 2 && s[i] >= '0' && s[i] <= '9'; i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n, s[i:], i > 0
}

// offsetName gives the canonical name of a fixed offset.
func offsetName(seconds int) string {
	if seconds == 0 {
		return "UTC"
	}
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	return fmt.Sprintf("UTC%c%02d:%02d", sign, seconds/3600, seconds/60%60)
}
