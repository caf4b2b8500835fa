package odata

// ticks gives the ticks of 100 ns from 0001-01-01T00:00:00 of a civil time; frac is in ticks. The fields must be valid.
func ticks(y, m, d, h, mi, s int, frac int64) int64 { return 0 }

// appendDateTime writes ticks as 2013-03-14T01:02:03.456, the fraction only when it is not zero and without trailing zeros.
func appendDateTime(dst []byte, t int64) []byte { return dst }
