package odata

import (
	"net/url"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// TestRecordedLanguage replays the recorded answers that depend on $filter, $orderby and $skiptoken alone: ids, the token of the
// next page, status and message.
func TestRecordedLanguage(t *testing.T) {
	m, sets := languageModel()
	compared := 0
	for _, line := range readCases(t, "RWSGATE_WCF_CASES", "testdata/wcf-v3-page2.tsv") {
		f := strings.Split(line, "\t")
		set, query, ok := strings.Cut(strings.TrimPrefix(f[2], "/"), "?")
		rows, known := sets[set]
		options, plain := languageOptions(query)
		if !ok || !known || !plain || f[1] != "GET" || f[3] != "" {
			continue
		}
		compared++
		want := strings.ReplaceAll(f[7], "&amp;", "&")
		if before, after, found := strings.Cut(want, " NEXT "); found {
			_, token, _ := strings.Cut(after, "$skiptoken=")
			want = before + " NEXT " + token
		}
		got := f[4] + " " + answerLanguage(m, m.Set(set), rows, options)
		if got != f[4]+" "+want && !(f[4] == "500" && got == f[4]+" ERROR "+textUnexpected) {
			t.Errorf("%s %s\n got %s\nwant %s %s", f[0], f[2], got, f[4], want)
		}
	}
	t.Logf("recorded language compared=%d", compared)
	if compared < 150 {
		t.Errorf("only %d answers compared", compared)
	}
}

func languageOptions(query string) (map[string]string, bool) {
	options := map[string]string{}
	for _, pair := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		value, err := url.QueryUnescape(value)
		if err != nil || name != "$filter" && name != "$orderby" && name != "$skiptoken" || value == "" {
			return nil, false
		}
		options[name] = value
	}
	return options, true
}

// answerLanguage gives the answer as the recordings write it.
func answerLanguage(m *Model, set *EntitySet, rows languageRows, options map[string]string) string {
	var indexes []int
	f, err := compileFilter(m, set.Type, "true")
	if text, ok := options["$filter"]; ok {
		f, err = compileFilter(m, set.Type, text)
	}
	key := set.Type.Key + " asc"
	if text := options["$orderby"]; text != "" {
		key = text + "," + key
	}
	var o *orderBy
	if err == nil {
		o, err = compileOrderBy(m, set.Type, key)
	}
	var tok token
	if text := options["$skiptoken"]; text != "" && err == nil {
		tok, err = o.parseToken(m, set.Type, text)
	}
	for i := 0; i < len(rows) && err == nil; i++ {
		var in bool
		if in, err = f.match(rows, i); in && len(tok.terms) > 0 {
			in, err = o.after(rows, i, tok)
		}
		if in && err == nil {
			indexes = append(indexes, i)
		}
	}
	if err != nil {
		return "ERROR " + err.Message
	}
	sort.SliceStable(indexes, func(i, j int) bool {
		r, _ := o.compare(rows, indexes[i], indexes[j])
		return r < 0
	})
	return describePage(set, rows, o, indexes)
}

func describePage(set *EntitySet, rows languageRows, o *orderBy, indexes []int) string {
	next := ""
	if set.PageSize > 0 && len(indexes) >= set.PageSize {
		indexes = indexes[:set.PageSize]
		next = " NEXT " + string(o.appendToken(nil, rows, indexes[len(indexes)-1]))
	}
	id := max(set.Type.Property("ID"), 0)
	var ids []string
	for _, i := range indexes {
		ids = append(ids, strconv.FormatInt(rows[i][id].Int, 10))
	}
	return "ENTRIES " + strconv.Itoa(len(indexes)) + " IDS " + strings.Join(ids, ",") + next
}
