package cache

import (
	"strconv"
	"time"

	"golang.org/x/sync/singleflight"

	"rwsgate/translate"
)

// RowsKey names everything that the rows of a report depend on.
type RowsKey struct {
	Tenant  string
	Report  string
	Zone    string        // canonical name
	View    string        // method and all other options that change rows, configuration generation included
	Version int64         // of the history
	Today   translate.Day // local date of the zone
}

// String gives the key in a form that no other key has.
func (k RowsKey) String() string {
	b := make([]byte, 0, 96)
	for _, s := range [...]string{k.Tenant, k.Report, k.Zone, k.View} {
		b = strconv.AppendInt(b, int64(len(s)), 10)
		b = append(append(b, ':'), s...)
	}
	b = strconv.AppendInt(append(b, 'v'), k.Version, 10)
	return string(strconv.AppendInt(append(b, 'd'), int64(k.Today), 10))
}

// RowsOptions bound a cache of rows. Zero values mean 2,000 entries, 32 MiB, an hour.
type RowsOptions struct {
	MaxEntries int
	MaxBytes   int64
	TTL        time.Duration
}

// Rows keeps what was computed for a report: T is what the caller's computation gives. It is safe for concurrent use.
type Rows[T any] struct {
	kept   *bounded[T]
	flight singleflight.Group
}

// NewRows makes an empty cache of rows.
func NewRows[T any](o RowsOptions) *Rows[T] {
	if o.MaxEntries == 0 {
		o.MaxEntries = 2000
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 32 << 20
	}
	if o.TTL <= 0 {
		o.TTL = DefaultTTL
	}
	return &Rows[T]{kept: newBounded[T](o.MaxEntries, o.MaxBytes, o.TTL)}
}

// Get gives the value under key, or computes and keeps it. Callers that miss the same key at the same time share one
// computation, its error and its panic. compute says how many bytes its value takes. Values are shared: nobody may
// change one. The bool says whether the value was there already.
func (r *Rows[T]) Get(key RowsKey, compute func() (value T, bytes int, err error)) (T, bool, error) {
	name := key.String()
	if v, ok := r.kept.get(name); ok {
		return v, true, nil
	}
	v, err, _ := r.flight.Do(name, func() (any, error) {
		if kept, ok := r.kept.peek(name); ok { // the flight before ended between the look and this one
			return kept, nil
		}
		value, bytes, err := compute()
		if err == nil {
			r.kept.put(name, value, int64(bytes+len(name)+answerOverhead))
		}
		return value, err
	})
	if err != nil {
		var zero T
		return zero, false, err
	}
	return v.(T), false, nil
}

// Stats gives the counters.
func (r *Rows[T]) Stats() Stats { return r.kept.stats() }
