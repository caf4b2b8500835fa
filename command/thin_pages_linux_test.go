package command

import (
	"bytes"
	"os"
	"strconv"
	"testing"
)

// residentFile is how many kB of this program's file are resident without being written to.
func residentFile(t *testing.T) (kB int) {
	t.Helper()
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	mine := false
	for line := range bytes.Lines(text) {
		fields := bytes.Fields(line)
		switch {
		case len(fields) == 6 && bytes.ContainsRune(fields[0], '-'):
			mine = string(fields[5]) == own && fields[1][1] != 'w'
		case mine && string(fields[0]) == "Rss:":
			n, err := strconv.Atoi(string(fields[1]))
			if err != nil {
				t.Fatal(err)
			}
			kB += n
		}
	}
	return kB
}

// TestPagesAreGivenBack pins that what the start of the program touched does not stay.
func TestPagesAreGivenBack(t *testing.T) {
	before := residentFile(t)
	if before == 0 {
		t.Fatal("nothing is resident: has the form of smaps changed?")
	}
	givePagesBack()
	if after := residentFile(t); after >= before {
		t.Errorf("%d kB of the program are resident, %d before", after, before)
	}
}
