package odata

import "slices"

// Page is the outcome of a query: which rows of the source to write, in which order.
type Page struct {
	Source RowSource
	Rows   []int  // indexes into Source
	Count  int64  // of all that match the filter; -1 unless $inlinecount=allpages
	Next   string // absolute URL of the next page, empty on the last
}

// Apply filters, orders and pages the rows of the query's set, stable for equal rows. The error is an *Error.
func (q *Query) Apply(rows RowSource) (Page, error) {
	p, err := q.apply(rows)
	if err != nil {
		return Page{}, err
	}
	return p, nil
}

func (q *Query) apply(rows RowSource) (Page, *Error) {
	p := Page{Source: rows, Count: -1}
	if q.take.set && q.take.n <= 0 && !q.count {
		return p, nil // nothing is read, so nothing can fail
	}
	index, err := q.matching(rows)
	if err != nil {
		return p, err
	}
	if q.count {
		p.Count = int64(len(index))
	}
	if index, err = q.behindToken(rows, index); err != nil {
		return p, err
	}
	if q.order != nil {
		if err = sortRows(q.order, rows, index); err != nil {
			return p, err
		}
	}
	p.Rows = q.cut(index)
	p.Next = q.nextLink(rows, p.Rows)
	return p, nil
}

// matching gives the rows that satisfy the key and the filter.
func (q *Query) matching(rows RowSource) ([]int, *Error) {
	n := rows.Len()
	index := make([]int, 0, n)
	keyAt := -1
	if q.res.key != nil {
		keyAt = q.res.set.Type.Property(q.res.set.Type.Key)
	}
	for i := 0; i < n; i++ {
		if keyAt >= 0 && !sameKey(rows.Value(i, keyAt), *q.res.key) {
			continue
		}
		if q.filter != nil {
			ok, err := q.filter.match(rows, i)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
		}
		index = append(index, i)
	}
	return index, nil
}

// sameKey compares key values; how a date was written, with Z or without, is no part of it.
func sameKey(a, b Value) bool {
	a.UTC, b.UTC = false, false
	return a == b
}

// behindToken drops the rows up to the one the skip token names.
func (q *Query) behindToken(rows RowSource, index []int) ([]int, *Error) {
	if q.token == nil {
		return index, nil
	}
	kept := index[:0]
	for _, i := range index {
		behind, err := q.order.after(rows, i, *q.token)
		if err != nil {
			return nil, err
		}
		if behind {
			kept = append(kept, i)
		}
	}
	return kept, nil
}

// sortRows orders indexes. Rows that already ascend, or strictly descend, cost one pass: sources are ordered by key.
func sortRows(o *orderBy, rows RowSource, index []int) *Error {
	ascending, descending := true, true
	for i := 1; i < len(index) && (ascending || descending); i++ {
		c, err := o.compare(rows, index[i-1], index[i])
		if err != nil {
			return err
		}
		ascending, descending = ascending && c <= 0, descending && c > 0
	}
	switch {
	case ascending:
		return nil
	case descending:
		slices.Reverse(index)
		return nil
	}
	var failed *Error
	slices.SortStableFunc(index, func(i, j int) int {
		c, err := o.compare(rows, i, j)
		if err != nil && failed == nil {
			failed = err
		}
		return c
	})
	return failed
}

// cut applies $skip and $top or the page size. Negative numbers skip nothing and take nothing.
func (q *Query) cut(index []int) []int {
	if q.skip.set && q.skip.n > 0 {
		index = index[min(q.skip.n, len(index)):]
	}
	if q.take.set {
		index = index[:max(0, min(q.take.n, len(index)))]
	}
	return index
}

// carried are the options of next links before $top, in their order; $skip and $format are dropped.
var carried = [...]string{"$filter", "$expand", "$orderby", "$inlinecount", "$select"}

// nextLink gives the address of the next page: there is one behind every full page, unless $top ends there.
func (q *Query) nextLink(rows RowSource, page []int) string {
	if !q.paged() || len(page) != q.res.set.PageSize || q.vers.response == version1 || q.top.set && q.top.n <= q.res.set.PageSize {
		return ""
	}
	link := append(q.appendFeedURL(make([]byte, 0, 256)), '?')
	for _, name := range carried {
		if value := q.opts.get(name); value != "" {
			link = append(append(link, name...), '=')
			link = append(appendOption(link, value), '&')
		}
	}
	if q.top.set {
		link = append(link, "$top="...)
		link = append(appendInt(link, int64(q.top.n-q.res.set.PageSize)), '&')
	}
	link = append(link, "$skiptoken="...)
	return string(q.order.appendToken(link, rows, page[len(page)-1]))
}

// appendFeedURL writes the address of the feed as the client wrote it, without query and without empty parentheses.
func (q *Query) appendFeedURL(dst []byte) []byte {
	path := q.req.slashedPath()
	if len(path) > 2 && path[len(path)-2:] == "()" {
		path = path[:len(path)-2]
	}
	return appendPath(append(dst, q.req.ServiceRoot...), path)
}
