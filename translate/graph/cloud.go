package graph

import (
	"net/url"
	"strings"
)

// place is a Cloud made ready: every address known and checked.
type place struct {
	authority string   // https, ends in a slash
	host      string   // of the authority, with a port if it has one
	graph     *url.URL // no slash at its end
	scope     string
	hosts     []hostRule
	private   bool // the authority is not one that Microsoft lists
	limited   bool // the report is not documented for this cloud
}

// hostRule is a host that downloads may come from: the name itself and every name below it.
type hostRule struct {
	name    string
	anyPort bool
}

// clouds are the roots of Entra ID and Graph (learn.microsoft.com/graph/deployments) and the hosts that downloads of
// reports were seen at. The national suffixes are those of the mail service that the reports belong to.
var clouds = map[string]struct {
	authority, graph string
	downloads        []string
}{
	"global":    {"https://login.microsoftonline.com/", "https://graph.microsoft.com", []string{"office.com"}},
	"usgov":     {"https://login.microsoftonline.us/", "https://graph.microsoft.us", []string{"office.com", "office365.us"}},
	"usgov-dod": {"https://login.microsoftonline.us/", "https://dod-graph.microsoft.us", []string{"office.com", "office365.us"}},
	"china":     {"https://login.chinacloudapi.cn/", "https://microsoftgraph.chinacloudapi.cn", []string{"office.com", "partner.outlook.cn"}},
}

// Clouds gives the names of the clouds that are known, the global one first.
func Clouds() []string { return []string{"global", "usgov", "usgov-dod", "china"} }

// place checks the cloud. A private one keeps the global cloud's scope: a stand-in is asked for the same resource.
func (c Cloud) place() (place, error) {
	name := c.Name
	if name == "" {
		name = "global"
	}
	known, ok := clouds[name]
	if !ok {
		return place{}, misconfigured("the cloud is not known", "set cloud to one of "+strings.Join(Clouds(), ", ")+", or to a mapping")
	}
	p := place{private: c.Authority != "", limited: name != "global", scope: known.graph + "/.default"}
	authority, err := address("authority", pick(c.Authority, known.authority))
	if err != nil {
		return place{}, err
	}
	if p.graph, err = address("graph", pick(c.Graph, known.graph+"/v1.0")); err != nil {
		return place{}, err
	}
	p.authority, p.host = authority.String()+"/", authority.Host
	p.scope = pick(c.Scope, p.scope)
	for _, suffix := range known.downloads {
		p.hosts = append(p.hosts, hostRule{name: suffix})
	}
	if len(c.DownloadHosts) > 0 {
		p.hosts = nil
	}
	for _, host := range c.DownloadHosts {
		p.hosts = append(p.hosts, hostRule{name: strings.ToLower(strings.Trim(host, ".")), anyPort: true})
	}
	return p, nil
}

// pick gives the first of two texts that is not empty.
func pick(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// address reads a base URL: https, a host, nothing after the path.
func address(key, raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, misconfigured("cloud."+key+" is no plain https address", "write cloud."+key+" like https://host[:port]/path")
	}
	u.Host = strings.ToLower(u.Host)
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

// mayDownload says whether a download may come from u, and if not, why.
func (p place) mayDownload(u *url.URL) (reason string) {
	if u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return "Graph sent the download to an address that is not https"
	}
	host := strings.ToLower(u.Hostname())
	for _, rule := range p.hosts {
		if host != rule.name && !strings.HasSuffix(host, "."+rule.name) {
			continue
		}
		if rule.anyPort || u.Port() == "" || u.Port() == "443" {
			return ""
		}
	}
	return "Graph sent the download to a host that is not allowed"
}
