package odata

// Set is the set a query asks for, nil for the service document, $metadata and $batch.
func (q *Query) Set() *EntitySet { return q.res.set }

// Target is what the path leads to.
func (q *Query) Target() Target { return q.res.target }

// Key is the key of the entity asked for; false for sets.
func (q *Query) Key() (Value, bool) {
	if q.res.key == nil {
		return Value{}, false
	}
	return *q.res.key, true
}

// Property names the property asked for, empty for everything else.
func (q *Query) Property() string {
	if q.res.property < 0 {
		return ""
	}
	return q.res.set.Type.Properties[q.res.property].Name
}

// Filter prints the parsed $filter back, empty without one.
func (q *Query) Filter() string {
	if q.filter == nil {
		return ""
	}
	return q.filter.String()
}

// OrderBy is $orderby as the client wrote it.
func (q *Query) OrderBy() string { return q.opts.get("$orderby") }

// Select names the chosen properties in wire order, nil for all.
func (q *Query) Select() []string {
	if q.selected.chosen == nil {
		return nil
	}
	names := make([]string, len(q.selected.chosen))
	for i, p := range q.selected.chosen {
		names[i] = q.res.set.Type.Properties[p].Name
	}
	return names
}

// Top is $top; false without one.
func (q *Query) Top() (int, bool) { return q.top.n, q.top.set }

// Skip is $skip; false without one.
func (q *Query) Skip() (int, bool) { return q.skip.n, q.skip.set }

// Counts tells whether $inlinecount=allpages was asked for.
func (q *Query) Counts() bool { return q.count }

// Format is the negotiated format of the answer.
func (q *Query) Format() Format { return q.format }

// DataServiceVersion is the protocol version of the answer, with its trailing semicolon.
func (q *Query) DataServiceVersion() string { return q.vers.response.header() }

// ShiftDates moves the dates that $filter compares with a property by whole days, for a service whose dates stand elsewhere
// than the client believes. Keys and skip tokens stay.
func (q *Query) ShiftDates(property string, days int) {
	if q.filter != nil {
		q.filter = q.filter.shift(property, int64(days)*ticksPerDay)
	}
}
