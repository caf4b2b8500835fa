package graph

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"

	"rwsgate/translate"
)

// networkFault says at which stage of the way an exchange failed. The errors of net/http hold addresses, a proxy's
// password and tokens of download links, so none of their text is used.
func (c *Client) networkFault(e *exchange) *translate.SourceError {
	fault := &translate.SourceError{Fault: translate.FaultUnreachable, Stage: e.stage(), Host: hostName(e.host)}
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var refused *proxyRefused
	var resolve *net.DNSError
	var broken *net.OpError
	switch {
	case errors.Is(e.err, errTooLarge):
		fault.Fault, fault.Stage = translate.FaultUnreadable, e.leg.stage()
		fault.Reason, fault.Mend = "the answer is too large to be the report", "check that nothing between rwsgate and Graph changes answers"
	case errors.Is(e.err, errProxyAddress):
		fault.Stage, fault.Reason, fault.Mend = translate.StageProxy, "the address in HTTPS_PROXY cannot be read", "write HTTPS_PROXY like http://[user:password@]host:port"
	case errors.As(e.err, &refused):
		proxyFault(fault, refused.status)
	case errors.As(e.err, &unknown):
		untrusted(fault, e.proxied)
	case errors.As(e.err, &name):
		fault.Stage, fault.Reason, fault.Mend = translate.StageTLS, "the certificate is for another host", "check the address, and that no proxy or DNS entry leads elsewhere"
	case errors.As(e.err, &invalid):
		fault.Stage, fault.Reason, fault.Mend = translate.StageTLS, "the certificate is not valid, expired perhaps", "check this machine's clock and the certificate of the host or of the proxy that opens TLS"
	case errors.As(e.err, &broken) && broken.Op == "proxyconnect":
		fault.Stage, fault.Reason = translate.StageProxy, "the proxy cannot be reached"
		fault.Mend = "check upstream.proxy (or HTTPS_PROXY), and that this machine may connect to the proxy"
	case errors.As(e.err, &resolve):
		fault.Stage, fault.Reason, fault.Mend = translate.StageDNS, "the host's name could not be resolved", "check this machine's DNS, or set upstream.proxy if only a proxy may resolve names"
	default:
		c.brokenAt(fault, e)
	}
	return fault
}

// proxyFault explains a proxy's own answer.
func proxyFault(fault *translate.SourceError, status int) {
	fault.Stage, fault.Status = translate.StageProxy, status
	switch status {
	case http.StatusProxyAuthRequired:
		fault.Reason, fault.Mend = "the proxy wants a user and password, or refused those it was given", "put the right user and password into upstream.proxy: http://user:password@host:port"
	case http.StatusForbidden:
		fault.Reason, fault.Mend = "the proxy does not allow connections to this host", "have the proxy allow the host on port 443"
	default:
		fault.Reason, fault.Mend = "the proxy could not connect to the host", "check the proxy's log, and that it can reach the host"
	}
}

// untrusted explains a certificate of an authority that is not trusted.
func untrusted(fault *translate.SourceError, proxied bool) {
	fault.Stage, fault.Reason = translate.StageTLS, "the host's certificate is signed by an authority that is not trusted"
	fault.Mend = "if a firewall or proxy opens TLS, give its authority as upstream.ca_file; for a private cloud set cloud.ca_file"
	if proxied {
		fault.Mend = "the proxy seems to open TLS: give its authority as upstream.ca_file; for a private cloud set cloud.ca_file"
	}
}

// brokenAt explains what has no type of its own by the stage that was reached.
func (c *Client) brokenAt(fault *translate.SourceError, e *exchange) {
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch reached := e.reached(); {
	case reached <= phaseTCP && errors.Is(e.err, syscall.ECONNREFUSED):
		fault.Stage, fault.Reason, fault.Mend = translate.StageTCP, "the connection was refused", "check the address and port, and that a firewall lets this machine out"
	case reached <= phaseTCP:
		fault.Stage, fault.Reason, fault.Mend = translate.StageTCP, "no connection could be made", "check that a firewall lets this machine out on port 443, or set upstream.proxy"
	case reached == phaseProxy:
		fault.Stage, fault.Reason, fault.Mend = translate.StageProxy, "the proxy broke off", "check upstream.proxy and the proxy's log"
	case reached == phaseTLS || errors.As(e.err, &record) || errors.As(e.err, &alert):
		fault.Stage, fault.Reason, fault.Mend = translate.StageTLS, "TLS could not be agreed on", "check that the address speaks TLS 1.2 or newer, and that nothing on the way breaks it"
	case e.leg == legDownload:
		fault.Stage, fault.Reason, fault.Mend = translate.StageDownload, "the download was cut off", "it will be asked for again; if it lasts, check what stands between this machine and the host"
	default:
		fault.Stage, fault.Reason, fault.Mend = e.leg.stage(), "the connection was broken off before the answer was whole", "it will be asked for again; if it lasts, check what stands between this machine and the host"
	}
}

// late explains a fetch whose time was up: what it was waiting for.
func (c *Client) late(last *exchange) *translate.SourceError {
	fault := &translate.SourceError{Fault: translate.FaultUnreachable, Stage: translate.StageToken,
		Reason: "the time for a fetch was up before a token was asked for", Mend: "raise refresh.timeout"}
	if last == nil {
		return fault
	}
	fault.Stage, fault.Host, fault.Status, fault.RequestID = last.stage(), hostName(last.host), last.status, last.requestID
	doing := map[translate.Stage]string{
		translate.StageDNS: "resolving the host's name", translate.StageTCP: "connecting", translate.StageProxy: "the proxy",
		translate.StageTLS: "TLS", translate.StageToken: "a token", translate.StageReport: "the report", translate.StageDownload: "the download",
	}[fault.Stage]
	fault.Reason = fmt.Sprintf("the time for a fetch was up while waiting for %s", doing)
	fault.Mend = "if the host is only slow, raise refresh.timeout; else check DNS, firewall and proxy"
	if last.status == http.StatusTooManyRequests {
		fault.Fault, fault.Wait = translate.FaultThrottled, last.wait
	}
	return fault
}
