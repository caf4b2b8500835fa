package command

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"rwsgate/gateway"
	"rwsgate/rollout/traffic"
)

// compare holds what was recorded against what rwsgate would answer. Rows are compared if the history is the tenant's.
func (v *judged) compare(was *traffic.Answer, e *gateway.Explanation, real bool) {
	if was == nil || was.Status == 0 || v.result == resultNotServed {
		return
	}
	switch {
	case was.Status == http.StatusUnauthorized:
		// A client that was asked for its password is asked again.
		v.result, v.status, v.rows, v.feed, v.format, v.notes = resultOK, http.StatusUnauthorized, 0, false, "", []string{"401 for want of a valid password, as before."}
	case was.Status >= http.StatusBadRequest && was.Status == e.Status && v.result == resultFails:
		v.result = resultOK
		v.notes = append(v.notes, fmt.Sprintf("It was %d before, too.", was.Status))
	case was.Status >= http.StatusBadRequest && e.Status == http.StatusOK:
		v.notes = append(v.notes, fmt.Sprintf("It was %d then.", was.Status))
	case was.Status >= 300 && was.Status < 400:
		v.notes = append(v.notes, fmt.Sprintf("It was %d then, which a client must have answered.", was.Status))
	case was.Status != e.Status && v.result == resultOK:
		v.differ("It was %d before.", was.Status)
	case v.result != resultFails:
		v.compareAnswers(was, e, real)
	}
}

func (v *judged) compareAnswers(was *traffic.Answer, e *gateway.Explanation, real bool) {
	if was.ContentType != "" && was.Body != nil && typeOf(was.ContentType) != typeOf(e.ContentType) {
		v.differ("The content type was %s and is %s.", shown(was.ContentType, 100), e.ContentType)
	}
	if was.Version != "" && strings.TrimSpace(was.Version) != e.DataServiceVersion {
		v.differ("DataServiceVersion was %s and is %s.", shown(was.Version, 20), e.DataServiceVersion)
	}
	if !was.HasBody || len(was.Body) == 0 {
		return
	}
	then, err := outlineOf(was.Body)
	if err != nil {
		v.differ("What was recorded cannot be read: %v.", err)
		return
	}
	now, err := outlineOf(e.Body())
	if err != nil {
		v.differ("The answer cannot be read: %v.", err)
		return
	}
	if then.shape != now.shape {
		v.differ("The shape was %s and is %s.", shown(then.shape, 100), now.shape)
		return
	}
	if missing := without(then.properties, now.properties); len(then.rows) > 0 && len(now.rows) > 0 && len(missing) > 0 {
		v.differ("Rows had %s.", shown(strings.Join(missing, ", "), 200))
	}
	if added := without(now.properties, then.properties); len(then.rows) > 0 && len(now.rows) > 0 && len(added) > 0 {
		v.differ("Rows did not have %s.", strings.Join(added, ", "))
	}
	if v.feed && real {
		v.compareRows(then, now)
	} else if v.feed {
		v.notes = append(v.notes, fmt.Sprintf("%s recorded; minutes are not compared with the stand-in's.", counted(len(then.rows), "row")))
	}
}

// compareRows compares rows by their dates.
func (v *judged) compareRows(then, now outline) {
	old := map[string]outlined{}
	for _, r := range then.rows {
		old[r.date] = r
	}
	var added, changed []string
	for _, r := range now.rows {
		was, ok := old[r.date]
		delete(old, r.date)
		switch {
		case !ok:
			added = append(added, r.date)
		case was.minutes != r.minutes:
			changed = append(changed, fmt.Sprintf("%s (%s, now %s)", r.date, was.minutes, r.minutes))
		}
	}
	var lost []string
	for date := range old {
		lost = append(lost, date)
	}
	slices.Sort(lost)
	for _, d := range []struct {
		what  string
		dates []string
	}{{"had other minutes", changed}, {"are not there now", lost}, {"were not there", added}} {
		if n := len(d.dates); n > 0 {
			v.differ("%d of %d rows %s: %s%s.", n, max(len(then.rows), len(now.rows)), d.what, shown(strings.Join(d.dates[:min(3, n)], ", "), 200), more(n-3))
		}
	}
}

func more(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// typeOf is a content type without what makes no difference to a client.
func typeOf(contentType string) string {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return strings.ToLower(strings.TrimSpace(contentType))
	}
	delete(parameters, "charset")
	delete(parameters, "streaming")
	return mime.FormatMediaType(kind, parameters)
}

// without gives what of a is not in b.
func without(a, b []string) (rest []string) {
	for _, s := range a {
		if !slices.Contains(b, s) {
			rest = append(rest, s)
		}
	}
	return rest
}
