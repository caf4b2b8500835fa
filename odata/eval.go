package odata

// filter is a compiled $filter; safe for concurrent use.
type filter struct{}

// compileFilter parses and binds a $filter over entities of type t.
func compileFilter(m *Model, t *EntityType, text string) (*filter, *Error) { return &filter{}, nil }

// match tells whether a row satisfies the filter. It allocates nothing for rows of numbers, dates and strings.
func (f *filter) match(rows RowSource, row int) (bool, *Error) { return true, nil }

// String prints the filter back; it parses to an equal filter.
func (f *filter) String() string { return "" }

// shift moves every DateTime literal that is compared with the named property by a number of ticks.
func (f *filter) shift(property string, ticks int64) *filter { return f }
