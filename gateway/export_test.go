package gateway

// For the tests of package gateway_test, which run a gateway behind its sidecar.
var (
	NewFixture = newFixture
	ReadGolden = readGolden
	Dump       = dump
)
