package translate

// GraphReport is the function of Microsoft Graph's reports that a legacy report is answered from.
type GraphReport string

// PeerToPeerMinutes counts minutes of audio and video in peer-to-peer sessions, by UTC day.
const PeerToPeerMinutes GraphReport = "getSkypeForBusinessPeerToPeerActivityMinuteCounts"

// Report is a legacy report: what it is called, the length of its periods, and where its minutes come from.
type Report struct {
	Name   string      // entity set of the legacy service
	Period Period      // what one row sums
	Title  string      // as in the annotations of $metadata
	Source GraphReport // what answers it
}

var reports = []Report{
	{"CsP2PAVTimeDaily", Daily, "Daily P2P time of Lync", PeerToPeerMinutes},
	{"CsP2PAVTimeWeekly", Weekly, "Weekly P2P time of Lync", PeerToPeerMinutes},
	{"CsP2PAVTimeMonthly", Monthly, "Monthly P2P time of Lync", PeerToPeerMinutes},
}

// Reports gives the reports that are served, in the order of the service document.
func Reports() []Report { return append([]Report(nil), reports...) }

// ReportNamed gives the report of a name; names are case-sensitive, as entity sets were.
func ReportNamed(name string) (Report, bool) {
	for _, r := range reports {
		if r.Name == name {
			return r, true
		}
	}
	return Report{}, false
}
