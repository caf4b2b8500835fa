package command

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"rwsgate/store"
)

// room is what a store is to find on its disk: a day's work of a large gateway.
const room = 1 << 20 // bytes

// storeFindings say whether the store takes writes; none where there is none yet.
func (h *history) storeFindings(ctx context.Context) []finding {
	if h.store == nil && h.err == nil {
		return nil
	}
	f := finding{stage: "store", verdict: passed}
	err := h.err
	if err == nil {
		f.saw = string(h.store.Kind()) + " " + h.store.Path() + " takes writes"
		err = h.store.Writable(ctx)
	}
	if err == nil && h.store.Kind() == store.KindSQLite {
		err = tryRoom(filepath.Dir(h.store.Path()))
	}
	if err != nil {
		f.verdict, f.saw, f.mend = failed, oneLine(err), mendStore
		if store.FaultOf(err) == store.FaultOlder { // as it should be before an upgrade
			f.verdict = advice
		}
		var known *store.Error
		if errors.As(err, &known) && known.Mend != "" {
			f.mend = known.Mend
			bare := *known
			bare.Mend = ""
			f.saw = oneLine(&bare)
		}
	}
	return []finding{f}
}

const mendStore = "see that the store's disk and folder can be written by the user that runs rwsgate"

// tryRoom writes a file of the size that a store needs into a folder, and takes it away.
func tryRoom(folder string) error {
	f, err := os.CreateTemp(folder, ".rwsgate-check-*")
	if err != nil {
		return roomError(folder, err)
	}
	_, err = f.Write(make([]byte, room))
	err = errors.Join(err, f.Close(), os.Remove(f.Name()))
	return roomError(folder, err)
}

// roomError says of a folder what the store would say of its file.
func roomError(folder string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return &store.Error{Op: "check", Where: folder, Fault: store.FaultMissing, Reason: "the directory does not exist",
			Mend: "create it, writable for the user that runs rwsgate"}
	case errors.Is(err, syscall.ENOSPC):
		return &store.Error{Op: "check", Where: folder, Fault: store.FaultFull, Reason: "the disk is full, or has less than 1 MiB free",
			Mend: "free space on its disk, writing then goes on by itself; what is stored still answers"}
	}
	return &store.Error{Op: "check", Where: folder, Fault: store.FaultReadOnly, Reason: "it cannot be written", Err: withoutPath(err),
		Mend: "make the file and its directory writable for the user that runs rwsgate; what is stored still answers"}
}
