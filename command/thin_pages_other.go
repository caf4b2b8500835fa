//go:build !linux

package command

// givePagesBack does nothing where the system has no way to do it.
func givePagesBack() {}
