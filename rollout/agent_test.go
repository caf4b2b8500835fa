package rollout

import (
	"strings"
	"testing"
)

func TestAgentFamily(t *testing.T) {
	for agent, want := range map[string]string{
		"":                                NoAgent,
		"   ":                             NoAgent,
		"Microsoft ADO.NET Data Services": "Microsoft ADO.NET Data Services",
		"o365rwsclient":                   "o365rwsclient",
		"o365rwsclient/0.0.3":             "o365rwsclient",
		"python-requests/2.31.0":          "python-requests",
		"Python-urllib/3.11":              "Python-urllib",
		"curl/8.5.0":                      "curl",
		"Go-http-client/1.1":              "Go-http-client",
		"Java/1.8.0_181":                  "Java",
		"Apache-HttpClient/4.5.13 (Java/11.0.20)":            "Apache-HttpClient",
		"RestSharp/105.2.3.0":                                "RestSharp",
		"RestSharp 105.2.3":                                  "RestSharp",
		"node-fetch/1.0 (+https://github.com/bitinn/node)":   "node-fetch",
		"Microsoft BITS/7.8":                                 "Microsoft BITS",
		"LWP::Simple/6.00 libwww-perl/6.72":                  "LWP::Simple libwww-perl",
		"aws-cli/2.0 Python/3.8 Linux/5.4 botocore/2 extra/": "aws-cli Python Linux botocore",
		"Tool-1.2.3":               "Tool",
		"Tool_v2.0":                "Tool",
		"nightly-job-7":            "nightly-job-7",
		"1.2.3":                    NoAgent,
		"etl/1 by bob@contoso.com": "etl by bobcontoso.com",
		"a (b (c) d":               "a",
		"a (b (c) d) e/2":          "a e",
		"ReportingClient":          "ReportingClient",
		"Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.17763.1007":                                         "PowerShell",
		"Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.19045; en-US) PowerShell/7.3.4":                                       "PowerShell",
		"Microsoft.Data.Mashup (https://go.microsoft.com/fwlink/?LinkID=304225)":                                                    "Microsoft.Data.Mashup",
		"Microsoft Office/16.0 (Windows NT 10.0; Microsoft Excel 16.0.4266; Pro)":                                                   "Excel",
		"Microsoft Office/16.0 (Windows NT 10.0; Microsoft Access 16.0.4266; Pro)":                                                  "Access",
		"Microsoft Excel/15.32 (170309)":                                                                                            "Excel",
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0":                                                    "Firefox",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36":           "Chrome",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0": "Edge",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15":     "Safari",
		"Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko":                                                     "Internet Explorer",
		"Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; MSOffice 12)":                                                           "Internet Explorer",
		"Mozilla/5.0":                                "Mozilla",
		"Über-Client/1":                              "ber-Client",
		OtherAgent:                                   NoAgent,
		strings.Repeat("x", 300):                     strings.Repeat("x", maxFamily),
		"Report\x00Tool\r\nX-Evil: yes/1.0":          "ReportToolX-Evil: yes",
		"SAP NetWeaver Application Server (1.0;740)": "SAP NetWeaver Application Server",
	} {
		if got := AgentFamily(agent); got != want {
			t.Errorf("%q is of %q, want %q", agent, got, want)
		}
	}
}

func FuzzAgentFamily(f *testing.F) {
	for _, s := range []string{"curl/8.5.0", "Mozilla/5.0 (X11; (nested) rv:1) Gecko/1 Firefox/2", "(((", "a/b/c d-1.0 )(", "Microsoft Office/16 (Microsoft ; x)", "\xff\xfe/1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		family := AgentFamily(s)
		if family == "" || len(family) > maxFamily || strings.TrimSpace(family) != family {
			t.Fatalf("%q", family)
		}
		if family != NoAgent && strings.ContainsAny(family, "()@/") {
			t.Fatalf("%q", family)
		}
		for _, r := range family {
			if r < ' ' || r > '~' {
				t.Fatalf("%q", family)
			}
		}
	})
}
