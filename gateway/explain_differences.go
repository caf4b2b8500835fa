package gateway

import (
	"net/http"
	"slices"
	"strings"

	"rwsgate/gateway/rws"
)

// compare names the numbered differences from the retired service that this request meets. Those that every answer has
// (D4, D8, D12, D15: headers) are left out.
func (e *Explanation) compare(r *http.Request, k *call) {
	options := rws.OptionNames(r.URL.RawQuery)
	refusal := e.Status >= http.StatusBadRequest
	filter := rws.OptionValue(r.URL.RawQuery, "$filter")
	charset := strings.ToLower(r.Header.Get("Accept-Charset"))
	for _, d := range []struct {
		applies bool
		Difference
	}{
		{e.isFeed() && e.Format == "atom", Difference{"D1", "updated is the time at which the history was stored."}},
		{e.Target == "metadata" && maximumBelow3(r), Difference{"D2", "$metadata is not refused for MaxDataServiceVersion."}},
		{slices.Contains(options, "$callback"), Difference{"D3", "$callback is refused."}},
		{!refusal && (e.Target == "service" || e.Target == "metadata"), Difference{"D5", "Only the three CsP2PAVTime reports are listed."}},
		{e.hinted(HintZone) && refusal, Difference{"D6", "An X-timezone that nobody knows is 400."}},
		{e.isFeed() && (len(e.Select) == 0 || slices.Contains(e.Select, "ID")), Difference{"D7", "ID is derived from the date."}},
		{e.hinted(HintShortDate) && refusal, Difference{"D9", "The short dates of the documented field table are 400, as they were."}},
		{refusal && foreign(r.Header.Get("Accept-Language")), Difference{"D11", "The message is English."}},
		{e.Status == http.StatusOK && strings.Contains(filter, "TenantName"), Difference{"D13", "Strings ignore letter case, but accents and blanks at the end count."}},
		{strings.HasPrefix(e.Error, rws.QueryIsInvalid), Difference{"D14", "The limits of length, depth and size are rwsgate's own."}},
		{k.root == "", Difference{"D16", "A path outside the service gets an OData error, not a web server's page."}},
		{partner(r), Difference{"D17", "There is no partner path and no tenantDomain."}},
		{e.Status == http.StatusOK && e.Period != "" && e.Zone != "UTC", Difference{"D18", "Outside UTC, days are shares of Graph's UTC days; totals hold."}},
		{e.isFeed() && hasMinutes(e.Select), Difference{"D19", "Minutes are never null."}},
		{refusal && numericToken(r.URL.RawQuery), Difference{"D20", "A $skiptoken of plain numbers is 400."}},
		{charset != "" && !strings.Contains(charset, "utf-8") && !strings.Contains(charset, "iso-8859-1") && !strings.Contains(charset, "utf-16") && !strings.Contains(charset, "ascii"),
			Difference{"D21", "Rare character sets fall back to UTF-8."}},
	} {
		if d.applies {
			e.Differences = append(e.Differences, d.Difference)
		}
	}
}

func (e *Explanation) hinted(kind string) bool {
	return slices.ContainsFunc(e.Hints, func(h Hint) bool { return h.Kind == kind })
}

func maximumBelow3(r *http.Request) bool {
	v := strings.TrimSpace(r.Header.Get("Maxdataserviceversion"))
	return strings.HasPrefix(v, "1.") || strings.HasPrefix(v, "2.")
}

func foreign(acceptLanguage string) bool {
	return acceptLanguage != "" && !strings.HasPrefix(strings.ToLower(strings.TrimSpace(acceptLanguage)), "en")
}

func partner(r *http.Request) bool {
	return strings.Contains(strings.ToLower(r.URL.Path), "/reportingwebservice/partner/") || slices.Contains(rws.OptionNames(r.URL.RawQuery), "tenantDomain")
}

func hasMinutes(chosen []string) bool {
	return len(chosen) == 0 || slices.Contains(chosen, "TotalAudioMinutes") || slices.Contains(chosen, "TotalVideoMinutes")
}
