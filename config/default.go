package config

import "time"

// successorPage documents the Graph report that takes the place of all three legacy reports.
const successorPage = "https://learn.microsoft.com/graph/api/reportroot-getskypeforbusinesspeertopeeractivityminutecounts"

// Default gives the configuration without file, environment and flags. It has no tenant, so by itself it is not yet
// valid for serving.
func Default() *Config {
	return &Config{
		Listen:          "127.0.0.1:8080",
		TLS:             TLS{MinVersion: "1.2"},
		Admin:           Admin{Listen: "127.0.0.1:9090", Metrics: "open"},
		Store:           Store{Kind: StoreSQLite, Path: "rwsgate.db"},
		Refresh:         Refresh{Every: Duration(6 * time.Hour), Timeout: Duration(90 * time.Second), FirstWait: Duration(10 * time.Second)},
		History:         History{Visible: "1y", Unfinished: "serve"},
		UnknownTimezone: "reject",
		Cache:           Cache{MaxAnswers: 10000, MaxBytes: 64 * MiB},
		Auth:            Auth{Anonymous: "none"},
		Rollout:         defaultRollout(),
		Ledger:          Ledger{Identity: "full", Retention: 25 * Month},
		Limits:          defaultLimits(),
		Log:             Log{Level: "info", Format: "json"},
	}
}

func defaultLimits() Limits {
	return Limits{
		MaxURL: 16 * KiB, FilterLength: 8 * KiB, FilterDepth: 100, FilterNodes: 1000,
		PageSize: 1000, RequestsPerSecond: 1000, Concurrency: 1024, Connections: 4096,
		HeaderTimeout: Duration(5 * time.Second), Drain: Duration(20 * time.Second), DrainDelay: Duration(time.Second),
	}
}

// The date of deprecation is that of the Deprecation header in DESIGN "Rollout": @1517184000.
func defaultRollout() Rollout {
	return Rollout{
		Successor:      MustURL(successorPage),
		Deprecation:    Time{time.Unix(1517184000, 0).UTC()},
		BrownoutStatus: 503,
		BrownoutStop:   "new-client",
		Digest:         Digest{Day: Monday, At: 8 * 60, Zone: "UTC", Body: "text"},
	}
}
