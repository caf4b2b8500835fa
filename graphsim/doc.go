// Package graphsim is the stand-in of Entra ID and Microsoft Graph: it speaks enough of both, over HTTPS on loopback,
// that the Azure identity library and the Graph SDK work against it unmodified. `serve --demo`, the tests and the benchmarks use it. It
// is defined in README.md: the endpoints, the faults, the data.
//
//	s, err := graphsim.Start(graphsim.Options{Seed: 1})
//	defer s.Close()
//	t := s.Tenant(graphsim.DemoTenantID)
//	t.SetFault(graphsim.Fault{Name: graphsim.FaultThrottledFloat, Times: 1})
//
// A client needs s.AuthorityURL (with instance discovery disabled: the authority is not a public one), s.GraphURL,
// s.CAPEM, s.DownloadHost in its list of allowed hosts, and t.Credential.
package graphsim
