package odata

// orderBy is a compiled $orderby; safe for concurrent use.
type orderBy struct{}

// compileOrderBy parses and binds a $orderby. The caller appends ",Date asc" (the key) when the set is paged.
func compileOrderBy(m *Model, t *EntityType, text string) (*orderBy, *Error) { return &orderBy{}, nil }

// compare orders two rows: negative when i comes first; nulls first ascending.
func (o *orderBy) compare(rows RowSource, i, j int) (int, *Error) { return i - j, nil }
