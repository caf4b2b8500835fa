package gateway

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rwsgate/rollout"
	"rwsgate/store"
)

const (
	fixtureSuccessor = "https://learn.microsoft.com/graph/api/reportroot-getskypeforbusinesspeertopeeractivityminutecounts"
	fixtureEnd       = "2013-09-08 20:00 +02:00 (Europe/Berlin)"
)

// fixtureStores are the stores of all fixtures, by whether the rollout is paused there; making one takes a while.
var fixtureStores = map[bool]func() (*store.Store, error){
	false: sync.OnceValues(openFixtureStore),
	true: sync.OnceValues(func() (*store.Store, error) {
		s, err := openFixtureStore()
		if err == nil {
			err = s.PauseRollout(context.Background(), fixtureStored, "test", "")
		}
		return s, err
	}),
}

func openFixtureStore() (*store.Store, error) {
	return store.Open(context.Background(), "memory", store.Options{Log: slog.New(slog.DiscardHandler)})
}

// fixtureRollout makes the rollout that a fixture's setting asks for, in words: the phase of all reports, then any of
// "paused", "status N" (of a brownout), "own PHASE" (the daily report's own schedule), "hold PHASE" (of
// reader@example.onmicrosoft.com). Its window goes from 17:00 to 20:00 in Berlin: at the fixture's 17:05 UTC two hours
// are gone. Its state is a real store's. Nothing stops the window.
func fixtureRollout(t *testing.T, words string) *rollout.Control {
	t.Helper()
	list := strings.Fields(words)
	s, err := fixtureStores[slices.Contains(list, "paused")]()
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2013, 9, 8, 17, 0, 0, 0, berlin)
	begun := from.AddDate(0, -1, 0)
	p := &rollout.Plan{
		Successor: fixtureSuccessor, Sunset: time.Date(2014, 1, 1, 0, 0, 0, 0, time.UTC), KeepBrownouts: true,
		Brownouts: []rollout.Window{{From: from, Until: from.Add(3 * time.Hour), Zone: "Europe/Berlin"}},
		Reports:   map[string][]rollout.Step{},
	}
	c := rollout.NewControl(rollout.ControlOptions{Store: s, Now: func() time.Time { return from }, Logger: slog.New(slog.DiscardHandler)})
	phase := func(word string) (phase rollout.Phase) {
		if err := phase.UnmarshalText([]byte(word)); err != nil {
			t.Fatal(words, err)
		}
		return phase
	}
	p.Reports[rollout.Others] = []rollout.Step{{From: begun, Phase: phase(list[0])}}
	for i := 1; i < len(list); i++ {
		switch list[i] {
		case "paused":
			continue
		case "status":
			if p.BrownoutStatus, err = strconv.Atoi(list[i+1]); err != nil {
				t.Fatal(err)
			}
		case "own":
			p.Reports["CsP2PAVTimeDaily"] = []rollout.Step{{From: begun, Phase: phase(list[i+1])}}
		case "hold":
			reader := func(principal, _ string, _ netip.Addr) bool { return principal == "reader@example.onmicrosoft.com" }
			p.Agreements = []rollout.Agreement{{Match: reader, Held: true, Phase: phase(list[i+1]), Until: from.AddDate(1, 0, 0)}}
		default:
			t.Fatalf("rollout: %s: %s is no word", words, list[i])
		}
		i++
	}
	c.Use(p)
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}
