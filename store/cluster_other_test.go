//go:build !unix

package store

import "testing"

// postgresCluster is none where the tests do not know how to start a PostgreSQL.
type postgresCluster struct{}

var cluster postgresCluster

func (postgresCluster) schema(t testing.TB) string {
	t.Helper()
	t.Skip("the tests start PostgreSQL on Unix only")
	return ""
}

func (postgresCluster) stop() {}
