package rollout

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"rwsgate/translate"
)

func TestShape(t *testing.T) {
	for query, want := range map[string]string{
		"/CsP2PAVTimeDaily":                                            "CsP2PAVTimeDaily",
		"/CsP2PAVTimeDaily/":                                           "CsP2PAVTimeDaily",
		"/CsP2PAVTimeDaily()":                                          "CsP2PAVTimeDaily",
		"/CsP2PAVTimeDaily/$count":                                     "CsP2PAVTimeDaily/$count",
		"/CsP2PAVTimeDaily(datetime'2013-09-07T00:00:00')":             "CsP2PAVTimeDaily(…)",
		"/CsP2PAVTimeDaily(datetime'2013-09-07T00:00:00')/Date/$value": "CsP2PAVTimeDaily(…)/Date/$value",
		"/CsP2PAVTimeDaily(1)/john.smith":                              "CsP2PAVTimeDaily(…)/…",
		"/":                                                            "",
		"/$metadata":                                                   "",
		"/MessageTrace?$top=1":                                         "",
		"/CsP2PAVTimeDaily?$select=Date,TotalAudioMinutes,TotalVideoMinutes&$orderby=Date%20desc&$top=10":           "CsP2PAVTimeDaily?$orderby=Date desc&$top=10&$select=Date,TotalAudioMinutes,TotalVideoMinutes",
		"/CsP2PAVTimeDaily?$top=10&%24orderby=Date+desc":                                                            "CsP2PAVTimeDaily?$orderby=Date desc&$top=10",
		"/CsP2PAVTimeDaily?$filter=Date%20ge%20datetime'2013-01-01'%20and%20Date%20lt%20DateTime'2013-02-01T00:00'": "CsP2PAVTimeDaily?$filter=Date ge datetime'…' and Date lt datetime'…'",
		"/CsP2PAVTimeWeekly?$filter=(TotalAudioMinutes%20gt%20100)%20or%20startswith(TenantName,'o''neil')":         "CsP2PAVTimeWeekly?$filter=(TotalAudioMinutes gt …) or startswith(TenantName,'…')",
		"/CsP2PAVTimeWeekly?$filter=TenantGuid eq guid'16a58f78-539f-47f7-b9bf-02a63867d73b'":                       "CsP2PAVTimeWeekly?$filter=TenantGuid eq guid'…'",
		"/CsP2PAVTimeWeekly?$filter=Date eq '":                                                                      "CsP2PAVTimeWeekly?$filter=Date eq '…'",
		"/CsP2PAVTimeWeekly?$filter=john.smith@example.com eq secret":                                               "CsP2PAVTimeWeekly?$filter=… eq …",
		"/CsP2PAVTimeWeekly?$orderby=john.smith desc,Date&$select=*,password":                                       "CsP2PAVTimeWeekly?$orderby=… desc,Date&$select=*,…",
		"/CsP2PAVTimeWeekly?$skip=20&$skiptoken=datetime'2013'&$inlinecount=allpages":                               "CsP2PAVTimeWeekly?$skip=…&$skiptoken=…&$inlinecount=allpages",
		"/CsP2PAVTimeWeekly?$top=1000000000&$inlinecount=some&$callback=run&$expand=X":                              "CsP2PAVTimeWeekly?$top=…&$inlinecount=…&$expand=…&$callback=…",
		"/CsP2PAVTimeWeekly?password=hunter2&sig=abc&DelegatedOrg=contoso&_=1":                                      "CsP2PAVTimeWeekly",
	} {
		path, raw, _ := strings.Cut(query, "?")
		if got := Shape(path, raw, ""); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if got := Shape("/CsP2PAVTimeDaily", "$top=1", "json"); got != "CsP2PAVTimeDaily?$top=1&$format=json" {
		t.Error(got)
	}
}

// TestShapesOfEveryDayAreOne: what a job changes from day to day leaves its shape alone.
func TestShapesOfEveryDayAreOne(t *testing.T) {
	shapes := map[string]bool{}
	for d := start; d < start+400; d++ {
		filter := url.QueryEscape("Date ge datetime'" + (d - 7).String() + "T00:00:00' and Date le datetime'" + d.String() + "T23:59:59'")
		shapes[Shape("/CsP2PAVTimeDaily", "$filter="+filter+"&$skiptoken="+url.QueryEscape("datetime'"+d.String()+"'"), "atom")] = true
	}
	if len(shapes) != 1 {
		t.Errorf("%v", shapes)
	}
}

// FuzzShape: whatever a client sends, its shape is short, printable, made of known words only, and stays as it is when
// it is sent again.
func FuzzShape(f *testing.F) {
	f.Add("/CsP2PAVTimeDaily", "$filter=Date%20ge%20datetime'2013-01-01'&$top=10")
	f.Add("/CsP2PAVTimeDaily(datetime'2013')/Date", "$orderby=Date desc&x=%zz")
	f.Add("/CsP2PAVTimeMonthly/$count", "$filter="+strings.Repeat("Date eq datetime'2013-01-01' or ", 300))
	known := func(word string) bool {
		_, report := translate.ReportNamed(word)
		return shapeWords[word] || report || word == "" || word == translate.Elided || strings.Trim(word, "0123456789") == ""
	}
	names := []string{"datetime", "datetimeoffset", "guid", "time", "binary", "x", "$filter", "$orderby", "$top", "$skip", "$skiptoken", "$select", "$inlinecount", "$expand", "$callback", "$format", "atom"}
	f.Fuzz(func(t *testing.T, path, raw string) {
		s := Shape(path, raw, "atom")
		if s == "" {
			return
		}
		if len(s) > maxShape || !utf8.ValidString(s) || printable(s, maxShape) != s {
			t.Fatalf("%q", s)
		}
		whole := !strings.HasSuffix(s, translate.Elided) // the last word may be cut
		words := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ?&=(),/'…", r) })
		for i, w := range words {
			if last := i == len(words)-1; !known(w) && !slices.Contains(names, w) && (whole || !last) {
				t.Fatalf("%q holds %q", s, w)
			}
		}
		path, raw, _ = strings.Cut(s, "?")
		if again := Shape("/"+path, strings.ReplaceAll(strings.TrimSuffix(strings.TrimSuffix(raw, "$format=atom"), "&"), "+", "%2B"), "atom"); whole && again != s {
			t.Fatalf("%q becomes %q", s, again)
		}
	})
}

func BenchmarkShape(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Shape("/CsP2PAVTimeDaily", "$select=Date,TotalAudioMinutes&$filter=Date%20ge%20datetime'2013-01-01T00:00:00'%20and%20Date%20lt%20datetime'2013-02-01T00:00:00'&$orderby=Date%20desc", "json")
	}
}
