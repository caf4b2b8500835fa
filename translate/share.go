package translate

import "math/bits"

// share splits total into whole parts in proportion to the weights: largest remainder, ties to the earlier part. The
// parts add up to total exactly. Total must not be negative, the weights neither, and their sum above zero.
func share(total int64, weights []int64) []int64 {
	out := make([]int64, len(weights))
	shareInto(out, make([]uint64, len(weights)), total, weights)
	return out
}

// shareInto is share without allocation; rests is working space. All three have the length of weights.
func shareInto(out []int64, rests []uint64, total int64, weights []int64) {
	var whole uint64
	for _, w := range weights {
		whole += uint64(w)
	}
	left := total
	for i, w := range weights {
		hi, lo := bits.Mul64(uint64(total), uint64(w))
		q, r := bits.Div64(hi, lo, whole) // w <= whole, so hi < whole and the quotient fits
		out[i], rests[i] = int64(q), r
		left -= int64(q)
	}
	for ; left > 0; left-- {
		best := 0
		for i, r := range rests {
			if r > rests[best] {
				best = i
			}
		}
		out[best]++
		rests[best] = 0
	}
}
