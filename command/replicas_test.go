package command

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
)

// TestTwoProgramsOnOneStore runs two whole programs side by side: together they make no more calls than one, both answer
// the same bytes, and a third that starts later has no reason to ask Graph at all.
func TestTwoProgramsOnOneStore(t *testing.T) {
	onSharedStores(t, shareStore)
}

// onSharedStores runs a test on a store of each kind that programs can share.
func onSharedStores(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, "sqlite:"+filepath.Join(t.TempDir(), "shared.db")) })
	t.Run("postgres", func(t *testing.T) {
		url := os.Getenv("RWSGATE_POSTGRES")
		if url == "" && os.Getenv("RWSGATE_REQUIRE_POSTGRES") != "" {
			t.Fatal("PostgreSQL is required here: RWSGATE_POSTGRES must name one")
		} else if url == "" {
			t.Skip("RWSGATE_POSTGRES names no PostgreSQL; .ci/run starts one")
		}
		test(t, url)
	})
}

func shareStore(t *testing.T, store string) {
	r := newRigOf(t, uuid.NewString())
	r.extra = fmt.Sprintf("store: %q\n", store)
	one, two := r.start(t), r.start(t)
	bodies := [2]string{}
	var both sync.WaitGroup
	for i, p := range []*running{one, two} {
		both.Go(func() {
			for range 50 {
				bodies[i] = p.get(t, p.url+"/CsP2PAVTimeWeekly?$format=json").body
			}
		})
	}
	both.Wait()
	three := r.start(t)
	last := three.get(t, three.url+"/CsP2PAVTimeWeekly?$format=json").body
	for i, p := range []*running{one, two} {
		if bodies[i] == "" || replaceHost(bodies[i], p) != replaceHost(last, three) {
			t.Errorf("program %d answers otherwise than the third", i+1)
		}
	}
	if calls := r.tenant.Calls(); calls.Reports != 1 {
		t.Errorf("%d report calls of three programs", calls.Reports)
	}
}

// replaceHost takes the program's own address out of an answer.
func replaceHost(body string, p *running) string {
	return strings.ReplaceAll(body, p.Legacy, "gateway")
}
