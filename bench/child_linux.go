package main

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// starter is a thread that lives as long as this process. The kernel tells a child of the end of the thread that started
// it, not of its process (golang.org/issue/27505), and the runtime ends threads whose goroutine was locked to them.
var starter = sync.OnceValue(func() chan<- func() {
	jobs := make(chan func())
	go func() {
		runtime.LockOSThread()
		for job := range jobs {
			job()
		}
	}()
	return jobs
})

// startChild starts a process that gets the signal when this one ends, be it that it is killed.
func startChild(c *exec.Cmd, end syscall.Signal) error {
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: end}
	started := make(chan error)
	starter() <- func() { started <- c.Start() }
	return <-started
}
