package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"rwsgate/cache"
	"rwsgate/gateway/rws"
	"rwsgate/odata"
	"rwsgate/translate"
)

// The kinds of hints.
const (
	HintFragment  = "fragment"    // something in the URL is never sent
	HintSource    = "source"      // the URL is a program's source text
	HintOutside   = "outside"     // not a path of the service
	HintNotServed = "not-served"  // another report
	HintName      = "name"        // a name in other letters
	HintShortDate = "short-date"  // a date that is no literal
	HintAmpersand = "amp"         // &amp; for &
	HintZone      = "zone"        // a zone that nobody knows
	HintNoEnd     = "no-end"      // no period ends on the dates asked for
	HintUncovered = "uncovered"   // it asks only for days that Graph has not delivered
	HintUnfinish  = "unfinished"  // rows of periods whose last days are not known
	HintOld       = "old"         // before what is shown
	HintLetters   = "letter-case" // operators and options in other letters
	HintSuffix    = "suffix"      // a whole number that needs an L
	HintAccept    = "accept"      // an Accept header that feeds do not meet
	HintNoHistory = "no-history"  // nothing to answer from yet
	HintPhase     = "phase"       // what the rollout does to it
	HintDelay     = "date-delay"  // dates were moved
)

// advise adds what is worth doing or knowing.
func (e *Explanation) advise(r *http.Request, k *call, v *looked, now time.Time) {
	hint := func(kind, format string, args ...any) {
		e.Hints = append(e.Hints, Hint{kind, fmt.Sprintf(format, args...)})
	}
	if k.root == "" {
		hint(HintOutside, "The service begins at %s.", rws.Root)
		return
	}
	e.adviseName(hint)
	e.adviseOptions(r, hint)
	e.adviseFilter(r, hint)
	e.adviseZone(r, k, hint)
	var none *cache.NoHistoryError
	if errors.As(k.outcome.reason, &none) {
		hint(HintNoHistory, "There is no history of the tenant yet: see rwsgate check.")
	}
	if e.Status == http.StatusUnsupportedMediaType {
		hint(HintAccept, "Feeds are application/atom+xml or application/json, the service document and $metadata application/xml: change Accept, or leave it out.")
	}
	if refusal := (*refusedError)(nil); errors.As(k.outcome.reason, &refusal) && refusal.Window != nil {
		hint(HintPhase, "A brownout runs. A client that was never seen before would stop it instead.")
	}
	if k.delay > 0 && e.Filter != "" {
		hint(HintDelay, "date_delay moves the dates of $filter back by %d days: filter is shown moved.", k.delay)
	}
	if v != nil && v.query != nil {
		e.adviseWindow(v, now, k.zone, hint)
	}
}

type hinting func(kind, format string, args ...any)

// families are the beginnings of the names of the retired service's other reports (LEGACY 3.b6, 4).
var families = []string{
	"MailboxActivity", "GroupActivity", "StaleMailbox", "MailboxUsage", "ClientSoftware", "CsActiveUser", "CsConference", "CsP2PSession",
	"CsAVConferenceTime", "CsPSTN", "CsClientDevice", "CsUserActivities", "CsUsersBlocked", "ConnectionbyClientType", "ConnectionByClientType",
	"MailTraffic", "MailFilterList", "MailDetail", "MessageTrace", "SPO", "ServiceDeliveryReport", "ExternalActivity", "LicenseVsUsage",
	"PartnerC", "ScorecardC", "DlpDetection", "UrlTrace", "DeviceD",
}

func (e *Explanation) adviseName(hint hinting) {
	if e.Served {
		return
	}
	for _, report := range translate.Reports() {
		if strings.EqualFold(report.Name, e.Report) {
			hint(HintName, "Names of reports are case-sensitive: %s is meant.", report.Name)
			return
		}
	}
	for _, family := range families {
		if strings.HasPrefix(e.Report, family) {
			hint(HintNotServed, "%s is another report of the retired service. rwsgate serves CsP2PAVTimeDaily, CsP2PAVTimeWeekly and CsP2PAVTimeMonthly.", clip(e.Report))
			return
		}
	}
	hint(HintNotServed, "rwsgate serves CsP2PAVTimeDaily, CsP2PAVTimeWeekly and CsP2PAVTimeMonthly.")
}

// adviseOptions looks at the names of the options.
func (e *Explanation) adviseOptions(r *http.Request, hint hinting) {
	for _, name := range rws.OptionNames(r.URL.RawQuery) {
		if option, ok := strings.CutPrefix(name, "amp;"); ok {
			hint(HintAmpersand, "The URL has &amp; for &: what stands behind it is an option named %q, which is not looked at, as it never was. Write &%s.", clip(name), clip(option))
			continue
		}
		for _, known := range []string{"$expand", "$filter", "$orderby", "$skip", "$skiptoken", "$inlinecount", "$top", "$select"} {
			switch {
			case name != known && strings.EqualFold(name, known):
				hint(HintLetters, "Options are case-sensitive: %s is meant.", known)
			case name == known[1:]:
				hint(HintName, "%s is not looked at without its dollar sign: %s is meant.", name, known)
			}
		}
	}
}

// shortDate is a date as the documented field table has it, in single or double quotation marks or bare (LEGACY 1, D9).
var shortDate = regexp.MustCompile(`(?i)(?:datetime)?['"]?(\d{1,2})/(\d{1,2})/(\d{4})(?: +(\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([AP])M)?)?['"]?`)

// quotedDate is a date of ISO 8601 that lacks its prefix.
var quotedDate = regexp.MustCompile(`(^|[^\w'])'(\d{4}-\d\d-\d\d(?:T[\d:.]+Z?)?)'`)

var upperOperator = regexp.MustCompile(`[ )](EQ|NE|GT|GE|LT|LE|AND|OR)[ (]`)

// adviseFilter looks at a $filter, or a key, that was refused.
func (e *Explanation) adviseFilter(r *http.Request, hint hinting) {
	if e.Status != http.StatusBadRequest {
		return
	}
	text := rws.OptionValue(r.URL.RawQuery, "$filter")
	if text == "" {
		text = r.URL.Path
	}
	if m := shortDate.FindStringSubmatch(text); m != nil {
		if literal, ok := longDate(m); ok {
			hint(HintShortDate, "%s was documented, but never was a literal: write %s.", clip(strings.TrimSpace(m[0])), literal)
		}
	} else if m := quotedDate.FindStringSubmatch(text); m != nil {
		hint(HintShortDate, "'%s' is a string: write datetime'%s'.", m[2], m[2])
	}
	if m := upperOperator.FindStringSubmatch(text); m != nil {
		hint(HintLetters, "Operators are lower-case: write %s.", strings.ToLower(m[1]))
	}
	if strings.Contains(e.Error, "Unrecognized 'Edm.Int32' literal") {
		hint(HintSuffix, "A whole number of more than 32 bits needs the suffix L.")
	}
}

// longDate writes a short date, month first, as the literal that is meant.
func longDate(m []string) (string, bool) {
	layout, text := "1/2/2006", m[1]+"/"+m[2]+"/"+m[3]
	if m[4] != "" {
		layout, text = layout+" 15:4", text+" "+m[4]+":"+m[5]
		if m[7] != "" {
			layout, text = strings.Replace(layout, "15", "3", 1)+" PM", text+" "+strings.ToUpper(m[7])+"M"
		}
	}
	at, err := time.Parse(layout, text)
	return "datetime'" + at.Format("2006-01-02T15:04:05") + "'", err == nil
}

// adviseZone says what to do about a zone that nobody knows.
func (e *Explanation) adviseZone(r *http.Request, k *call, hint hinting) {
	asked := strings.TrimSpace(r.Header.Get("X-Timezone"))
	_, err := k.settings.Zones.Lookup(asked)
	var unknown *translate.ZoneError
	if !errors.As(err, &unknown) {
		return
	}
	if !translate.CanBeAlias(asked) {
		hint(HintZone, "Nobody knows the zone %q, and no alias can have that name. unknown_timezone: utc serves the client as it is, in UTC.", clip(asked))
		return
	}
	meant := unknown.Hint
	if meant == "" {
		meant = "America/Los_Angeles"
	}
	hint(HintZone, "Nobody knows the zone %q. An alias serves the client as it is: timezone_aliases: { %q: %s }. Or unknown_timezone: utc.", asked, asked, meant)
}

// adviseWindow looks at the dates that a query asks for.
func (e *Explanation) adviseWindow(v *looked, now time.Time, zone translate.Zone, hint hinting) {
	filter := e.Filter
	if e.keyed != "" {
		filter = "Date eq datetime'" + e.keyed + "'"
	}
	report, ok := translate.ReportNamed(e.Report)
	if !ok || v.source == nil {
		return
	}
	if e.Behind > 0 {
		hint(HintUncovered, "It asks only for days that Graph has not delivered: the last is %s. A client that asks so each day gets nothing for good: give it a date_delay of %dd or more in rollout.clients.", e.Through, e.Behind)
	}
	if e.Unfinished > 0 {
		hint(HintUnfinish, "Rows of periods that are over, but whose last days Graph has not delivered: %d. They will grow.", e.Unfinished)
	}
	from, to, fromKnown, toKnown := translate.FilterWindow(filter)
	if fromKnown && toKnown && from <= to && report.Period.Last(from) > to {
		end := report.Period.Last(from)
		hint(HintNoEnd, "No %s period ends between %s and %s. The one of %s (a %s) is dated %s, a %s.", report.Period, from, to, from, from.Weekday(), end, end.Weekday())
	}
	if today := zone.Today(now); toKnown && len(v.answer.Rows) > 0 && to < v.answer.Rows[0].Day && to < today && (!fromKnown || from <= to) {
		hint(HintOld, "It asks for nothing after %s, and the first row of the report is of %s.", to, v.answer.Rows[0].Day)
	}
}

// numericToken says whether a $skiptoken is of plain numbers, as another report used it (D20).
func numericToken(rawQuery string) bool {
	token := strings.TrimSpace(rws.OptionValue(rawQuery, "$skiptoken"))
	return token != "" && strings.Trim(token, "0123456789") == ""
}

// isFeed says whether an answer has rows of the report.
func (e *Explanation) isFeed() bool {
	return e.Status == http.StatusOK && (e.Target == odata.Feed.String() || e.Target == odata.Entry.String())
}
