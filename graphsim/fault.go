package graphsim

import (
	"fmt"
	"time"
)

// Stage is where a fault strikes.
type Stage string

// The stages, in the order in which a fetch meets them.
const (
	StageToken    Stage = "token"    // the Entra ID stand-in
	StageReport   Stage = "report"   // the report endpoint of Graph
	StageDownload Stage = "download" // the download host; the report itself where the format is Direct
)

// FaultName names a fault of the list.
type FaultName string

// Fault is an armed fault. One can be armed for each stage at a time.
type Fault struct {
	Name FaultName

	// Times is how many requests of the stage it answers; 0 means all until it is cleared.
	Times int

	// Wait is the Retry-After of the faults that have one, and the pause of the slow ones; 0 means the fault's own.
	Wait time.Duration
}

// FaultInfo describes a fault of the list.
type FaultInfo struct {
	Name        FaultName
	Stage       Stage
	Description string
}

// faultSpec is a fault with what it does: serve answers the request, spoil changes the report that is then written. A
// fault with neither is looked at by the stage itself.
type faultSpec struct {
	FaultInfo
	discovery bool // answers openid-configuration too
	serve     func(*exchange)
	spoil     func(*sheet)
}

// faultList is filled by each stage's file, in the order of the stages.
var faultList = append(append(append(tokenFaults(), reportFaults()...), downloadFaults()...), dataFaults()...)

var faultByName = func() map[FaultName]*faultSpec {
	m := make(map[FaultName]*faultSpec, len(faultList))
	for i := range faultList {
		m[faultList[i].Name] = &faultList[i]
	}
	return m
}()

// Faults lists every fault that can be armed, by stage.
func Faults() []FaultInfo {
	list := make([]FaultInfo, len(faultList))
	for i, f := range faultList {
		list[i] = f.FaultInfo
	}
	return list
}

// SetFault arms a fault at its stage in place of the one that was armed there. It panics on a name that is not in the
// list: that is a mistake in a test.
func (t *Tenant) SetFault(f Fault) {
	spec := faultByName[f.Name]
	if spec == nil {
		panic(fmt.Sprintf("graphsim: no fault is called %q", f.Name))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults[spec.Stage] = &f
}

// ClearFault disarms the faults of all stages.
func (t *Tenant) ClearFault() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.faults)
}

// fault takes the armed fault of a stage for one request, nil if none is armed.
func (t *Tenant) fault(stage Stage) (*Fault, *faultSpec) {
	return t.take(stage, func(*faultSpec) bool { return true })
}

func (t *Tenant) take(stage Stage, fits func(*faultSpec) bool) (*Fault, *faultSpec) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.faults[stage]
	if f == nil {
		return nil, nil
	}
	spec := faultByName[f.Name]
	if !fits(spec) {
		return nil, nil
	}
	now := *f
	if f.Times == 1 {
		delete(t.faults, stage)
	} else if f.Times > 1 {
		f.Times--
	}
	return &now, spec
}

// wait gives the fault's pause, or d where none was set.
func (f *Fault) wait(d time.Duration) time.Duration {
	if f.Wait != 0 {
		return f.Wait
	}
	return d
}
