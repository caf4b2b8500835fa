//go:build !linux

package gateway

import "net"

// deafen has the system accept nobody any more, where that can be done without a reset of those it has accepted.
func deafen(net.Listener) {}

// somebodyAt says whether a connection waits to be accepted, where that can be known.
func somebodyAt(net.Listener) bool { return false }
