package cache

import (
	"fmt"

	"rwsgate/translate"
)

// stateAfter gives the source state that a download shows, and the first day of the zeros if there are some: the day
// after the last known one with minutes, as far as the days from there are known. Zeros end with a day after their
// first that has minutes: D180 still shows those of before for half a year. The date outlives other states.
func stateAfter(last translate.Refresh, h translate.History, d translate.Download) (translate.SourceState, translate.Day) {
	if len(d.Days) == 0 {
		return translate.SourceHeaderOnly, last.Since
	}
	for i := len(d.Days) - 1; i >= 0; i-- {
		switch day := d.Days[i]; {
		case day.IsZero():
		case last.Since != 0 && day.Day < last.Since:
			return translate.SourceZeros, last.Since
		default:
			return translate.SourceLive, 0
		}
	}
	since := d.Days[0].Day
	days := h.Days()
	for i := len(days) - 1; i >= 0; i-- {
		if !days[i].IsZero() {
			return translate.SourceZeros, max(since, days[i].Day+1)
		}
		since = min(since, days[i].Day)
	}
	return translate.SourceZeros, since
}

// stateOf gives the source state that a fault shows; empty if the fault says nothing of the source.
func stateOf(f translate.Fault) translate.SourceState {
	switch f {
	case translate.FaultNotPermitted, translate.FaultCredential, translate.FaultConfig:
		return translate.SourceRefused
	case translate.FaultTenant:
		return translate.SourceNoTenant
	case translate.FaultUnreachable, translate.FaultIncident, translate.FaultUnreadable:
		return translate.SourceUnreachable
	case translate.FaultGone:
		return translate.SourceGone
	}
	return ""
}

// explain gives in one sentence each what a source state means for clients and what the operator can do.
func explain(s *translate.Snapshot, fault *translate.SourceError) (cause, mend string) {
	r := s.Refresh
	if r.LastError != "" {
		cause, mend = r.LastError, mendOf(r.State)
		if fault != nil && fault.Mend != "" {
			mend = fault.Mend
		}
		return cause, mend
	}
	switch r.State {
	case translate.SourceZeros:
		return explainZeros(s.History, r.Since)
	case translate.SourceHeaderOnly:
		return "the report has a header and no day; what is known stays, clients get valid feeds without new rows",
			"look at the usage reports of the Microsoft 365 admin centre; if they are empty too, plan the end of these reports"
	case translate.SourceUnknown:
		return "Graph was not asked yet", ""
	}
	return "", ""
}

func explainZeros(h translate.History, since translate.Day) (cause, mend string) {
	days := h.Days()
	known, zero := 0, 0
	for i := len(days) - 1; i >= 0 && days[i].Day > days[len(days)-1].Day-translate.Day(translate.D180); i-- {
		known++
		if days[i].Day >= since {
			zero++
		}
	}
	if zero == known {
		return fmt.Sprintf("%d of %d days are zero: Skype for Business Online ended in July 2021; clients get valid, empty feeds",
			zero, known), "tell the readers of these reports that no minutes will come any more, and plan the rollout's end"
	}
	return fmt.Sprintf("the last %d days are zero, since %v: nobody called, or the source has ended; earlier days stay as they were",
		zero, since), "compare with the usage reports of the Microsoft 365 admin centre"
}

// mendOf is the advice when all that is known is a state of before a restart.
func mendOf(s translate.SourceState) string {
	switch s {
	case translate.SourceRefused:
		return "check the credential, and that Reports.Read.All is granted with admin consent; rwsgate check names the stage"
	case translate.SourceNoTenant:
		return "check the tenant id in the configuration"
	case translate.SourceGone:
		return "Microsoft has ended the report: stored history is answered on; plan the rollout's end"
	}
	return "run rwsgate check: it names the stage that fails"
}
