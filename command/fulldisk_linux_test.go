package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rwsgate/rollout"
	"rwsgate/translate"
)

// newDisk mounts a small disk for a store, which only root can.
func newDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); errors.Is(err, syscall.EPERM) {
		t.Skipf("a small disk cannot be mounted here (root can): %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillDisk writes a file until nothing more finds room.
func fillDisk(t *testing.T, dir string) (filler string) {
	t.Helper()
	filler = filepath.Join(dir, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 512))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	return filler
}

// remount makes a disk read-only or writable again.
func remount(t *testing.T, dir string, flags uintptr) {
	t.Helper()
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|flags, "size=2m"); err != nil {
		t.Fatal(err)
	}
}

// onceStored asks again and again, as long as the test may run.
func onceStored(ok func() bool) {
	for !ok() {
		time.Sleep(50 * time.Millisecond)
	}
}

// calls is how many calls the ledger's store knows of.
func (r *running) calls(t *testing.T) (n int64) {
	t.Helper()
	var usage struct{ Clients []rollout.Usage }
	a := r.get(t, "http://"+r.Admin+"/api/usage?since=2020-01-01")
	if err := json.Unmarshal([]byte(a.body), &usage); err != nil || a.status != http.StatusOK {
		t.Fatalf("%d %v: %s", a.status, err, a.body)
	}
	for _, u := range usage.Clients {
		n += u.Calls
	}
	return n
}

func (r *running) ready(t *testing.T) bool {
	t.Helper()
	return r.get(t, "http://"+r.Admin+"/readyz").status == http.StatusOK
}

// correctAll changes every day at the source.
func (r *rig) correctAll() {
	last := r.tenant.RefreshDate()
	for _, d := range r.tenant.UTCDays(last-179, last) {
		d.Audio += 1000
		r.tenant.Correct(d.Day, d.Minutes)
	}
}

const (
	saysFull     = "the disk is full"
	saysReadOnly = "it cannot be written"
)

// newDiskRig is a rig with its store on a disk of its own, and a history in it.
func newDiskRig(t *testing.T, dir string) *rig {
	t.Helper()
	r := newRig(t)
	r.extra = "store: sqlite:" + filepath.Join(dir, "history.db") + "\n"
	p := r.start(t)
	readFeed(t, p.get(t, p.url+"/CsP2PAVTimeDaily"))
	if err := p.end(); err != nil { // SQLite's log beside the file goes with it, and with it the room that it has
		t.Fatal(err)
	}
	return r
}

// mustGoOn demands that a program whose store takes no writes goes on with the old answers and says why in every place
// where an operator looks. It gives the calls that were made.
func (r *rig) mustGoOn(t *testing.T, p *running, want, why string) (made int64) {
	t.Helper()
	r.correctAll()
	p.mustFail(t, why)
	if got := p.askAll(t); got != want || !p.ready(t) {
		t.Errorf("answers have changed, or readiness has gone")
	}
	onceStored(func() bool { return strings.Contains(p.log.String(), "its counts are kept in memory") })
	p.calls(t)
	r.mustBeTold(t, p, why)
	return int64(len(queries))
}

// mustRecover demands that a program whose store takes writes again has lost no call and takes what is new.
func (r *rig) mustRecover(t *testing.T, p *running, made int64, old string) {
	t.Helper()
	onceStored(func() bool { return p.calls(t) >= made })
	if n := p.calls(t); n != made {
		t.Errorf("%d calls are counted, %d were made", n, made)
	}
	onceStored(func() bool { return p.refreshNow(t).status == http.StatusOK })
	if got := p.askAll(t); got == old {
		t.Error("the answers are still the old ones")
	}
	if s := p.shown(t, home).Refresh; s.StoreError != "" || s.Pending {
		t.Errorf("/api/tenants: %+v", s)
	}
	if a := p.get(t, "http://"+p.Admin+"/metrics"); !strings.Contains(a.body, `rwsgate_store_failing{tenant="`+home+`"} 0`) {
		t.Error("/metrics says that the store fails")
	}
	code, out, _ := cli("check", "--config", filepath.Join(r.folder, "rwsgate.yaml"))
	if code != 0 || !strings.Contains(out, "takes writes") {
		t.Errorf("check: exit code %d\n%s", code, out)
	}
	eventually(t, "the log tells of the end", func() bool {
		return strings.Contains(p.log.String(), "the store works again") && strings.Contains(p.log.String(), "the ledger reaches the store again")
	})
}

// TestADiskFillsUp takes a running program its disk's room and gives it back: nothing needs a restart.
func TestADiskFillsUp(t *testing.T) {
	dir := newDisk(t)
	r := newDiskRig(t, dir)
	p := r.start(t)
	want := p.askAll(t)
	made := int64(1 + len(queries))
	onceStored(func() bool { return p.calls(t) == made })
	filler := fillDisk(t, dir)
	made += r.mustGoOn(t, p, want, saysFull)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	r.mustRecover(t, p, made, want)
}

// TestADiskIsFullAtTheStart starts on a full disk that holds a history.
func TestADiskIsFullAtTheStart(t *testing.T) {
	dir := newDisk(t)
	r := newDiskRig(t, dir)
	p := r.start(t)
	want := p.askAll(t)
	if err := p.end(); err != nil {
		t.Fatal(err)
	}
	filler := fillDisk(t, dir)
	p = r.start(t)
	made := 1 + 2*int64(len(queries))
	if got := p.askAll(t); got != want {
		t.Error("the answers are others")
	}
	made += r.mustGoOn(t, p, want, saysFull)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	r.mustRecover(t, p, made, want)
}

// TestADiskIsFullBeforeTheFirstStart has no room for a store: that is said, and nothing else is tried.
func TestADiskIsFullBeforeTheFirstStart(t *testing.T) {
	dir := newDisk(t)
	r := newRig(t)
	r.extra = "store: sqlite:" + filepath.Join(dir, "history.db") + "\n"
	fillDisk(t, dir)
	if code, _, stderr := cli("serve", "--config", r.file(t)); code != 1 || !strings.Contains(stderr, saysFull) || !strings.Contains(stderr, "free space") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// TestADiskIsReadOnlyAtTheStart starts on a disk that cannot be written, and makes it writable while the program runs.
func TestADiskIsReadOnlyAtTheStart(t *testing.T) {
	dir := newDisk(t)
	r := newDiskRig(t, dir)
	p := r.start(t)
	want := p.askAll(t)
	if err := p.end(); err != nil {
		t.Fatal(err)
	}
	remount(t, dir, syscall.MS_RDONLY)
	p = r.start(t)
	made := 1 + 2*int64(len(queries))
	if got := p.askAll(t); got != want {
		t.Error("the answers are others")
	}
	made += r.mustGoOn(t, p, want, saysReadOnly)
	remount(t, dir, 0)
	r.mustRecover(t, p, made, want)
}

// TestADiskBecomesReadOnly lets the kernel find an error on a disk in use, upon which it takes no writes any more. Only a
// new mount ends that, for which the program must let go of its files.
func TestADiskBecomesReadOnly(t *testing.T) {
	dir, fail, mount := newFailingDisk(t)
	r := newDiskRig(t, dir)
	p := r.start(t)
	want := p.askAll(t)
	onceStored(func() bool { return p.calls(t) == int64(1+len(queries)) })
	fail()
	r.mustGoOn(t, p, want, saysReadOnly)
	*p.ill = true
	if err := p.end(); err == nil || !strings.Contains(err.Error(), saysReadOnly) {
		t.Errorf("the lost calls are not told of: %v", err)
	}
	mount()
	p = r.start(t)
	if got := p.askAll(t); got != want {
		t.Error("after the mend the answers are others")
	}
	if a := p.refreshNow(t); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// newFailingDisk mounts a disk that can be made to fail, which needs root, a loop device and ext4. mount mounts it anew.
func newFailingDisk(t *testing.T) (dir string, fail, mount func()) {
	t.Helper()
	folder := t.TempDir()
	image := filepath.Join(folder, "image")
	dir = filepath.Join(folder, "disk")
	run := func(name string, args ...string) error {
		out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w: %s", name, err, out)
		}
		return nil
	}
	if err := errors.Join(os.WriteFile(image, make([]byte, 8<<20), 0o600), os.Mkdir(dir, 0o700)); err != nil {
		t.Fatal(err)
	}
	if err := run("mkfs.ext4", "-q", "-F", image); err != nil {
		t.Skipf("no ext4 can be made here: %v", err)
	}
	if err := run("mount", "-o", "loop,errors=remount-ro", image, dir); err != nil {
		t.Skipf("no image can be mounted here (root with loop devices can): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	fail = func() {
		t.Helper()
		mounts, err := os.ReadFile("/proc/mounts")
		if err != nil {
			t.Fatal(err)
		}
		device := "none"
		for line := range strings.Lines(string(mounts)) {
			if f := strings.Fields(line); f[1] == dir {
				device = f[0]
			}
		}
		trigger := filepath.Join("/sys/fs/ext4", filepath.Base(device), "trigger_fs_error")
		if err := os.WriteFile(trigger, []byte("1"), 0); err != nil {
			t.Fatal(err)
		}
	}
	mount = func() {
		t.Helper()
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Fatal(err)
		}
		_ = run("e2fsck", "-p", image) // exits 1 after a repair
		if err := run("mount", "-o", "loop", image, dir); err != nil {
			t.Fatal(err)
		}
	}
	return dir, fail, mount
}

// mustFail demands that a refresh fails and says why.
func (r *running) mustFail(t *testing.T, why string) {
	t.Helper()
	a := r.refreshNow(t)
	if a.status != http.StatusBadGateway || !strings.Contains(a.body, why) {
		t.Errorf("refresh: %d %s", a.status, a.body)
	}
}

// mustBeTold demands that log, admin API, metrics and check say why the store takes no writes.
func (r *rig) mustBeTold(t *testing.T, p *running, why string) {
	t.Helper()
	told := false
	for line := range strings.Lines(p.log.String()) {
		told = told || strings.Contains(line, `"level":"ERROR"`) && strings.Contains(line, why) && strings.Contains(line, "still answers")
	}
	if !told {
		t.Errorf("the log does not tell of it:\n%s", p.log)
	}
	shown := p.shown(t, home)
	if !strings.Contains(shown.Refresh.StoreError, why) || shown.Source.State != translate.SourceLive {
		t.Errorf("/api/tenants: %+v", shown)
	}
	if a := p.get(t, "http://"+p.Admin+"/metrics"); !strings.Contains(a.body, `rwsgate_store_failing{tenant="`+home+`"} 1`) {
		t.Errorf("/metrics has no rwsgate_store_failing: %s", a.body)
	}
	code, out, _ := cli("check", "--config", filepath.Join(r.folder, "rwsgate.yaml"))
	if code != 1 || !strings.Contains(out, "store ") || !strings.Contains(out, why) || !strings.Contains(out, "mend: ") {
		t.Errorf("check: exit code %d\n%s", code, out)
	}
}
