package odata

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// number is a System.Decimal: an integer below 2^96 with a scale of 0 to 28, which arithmetic keeps.
type number struct{ decimal.Decimal }

const maxScale = 28

var (
	maxCoefficient = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 96), big.NewInt(1))
	bigTen         = big.NewInt(10)
)

func integerNumber(n int64) number { return number{decimal.New(n, 0)} }

// text is the number's invariant form with its scale: 2.50.
func (n number) text() string { return n.StringFixed(-n.Exponent()) }

// parseDecimal reads a decimal number, with an exponent or without. What does not fit 28 places is rounded half to even.
func parseDecimal(s string) (number, bool) {
	s = strings.Trim(s, xmlSpace)
	mantissa, exponent, hasExponent := cutExponent(s)
	exp := 0
	if hasExponent {
		var err error
		if exp, err = strconv.Atoi(exponent); err != nil || exp > 1<<20 || exp < -1<<20 {
			return number{}, false
		}
	}
	negative := strings.HasPrefix(mantissa, "-")
	digits := strings.TrimPrefix(strings.TrimPrefix(mantissa, "-"), "+")
	whole, frac, _ := strings.Cut(digits, ".")
	if whole+frac == "" || strings.Trim(whole+frac, "0123456789") != "" {
		return number{}, false
	}
	all := strings.TrimLeft(whole+frac, "0")
	scale := len(frac) - exp
	if len(all)-scale > 30 {
		return number{}, false
	}
	if scale > maxScale+len(all) {
		return number{decimal.New(0, -maxScale)}, true
	}
	c, _ := new(big.Int).SetString("0"+all, 10)
	if negative {
		c.Neg(c)
	}
	return fit(c, scale)
}

func cutExponent(s string) (mantissa, exponent string, found bool) {
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// fit makes a Decimal of a coefficient and a scale, rounding half to even once; not ok means overflow.
func fit(c *big.Int, scale int) (number, bool) {
	if scale < 0 {
		c, scale = new(big.Int).Mul(c, power(-scale)), 0
	}
	drop := max(scale-maxScale, 0)
	if excess := len(new(big.Int).Abs(c).String()) - 29; excess > drop {
		drop = excess
	}
	for ; drop <= scale; drop++ {
		if r := roundOff(c, drop); r.CmpAbs(maxCoefficient) <= 0 {
			return number{decimal.NewFromBigInt(r, int32(drop-scale))}, true
		}
	}
	return number{}, false
}

func power(n int) *big.Int { return new(big.Int).Exp(bigTen, big.NewInt(int64(n)), nil) }

// roundOff takes n decimal digits off an integer, rounding half to even.
func roundOff(c *big.Int, n int) *big.Int {
	if n == 0 {
		return c
	}
	unit := power(n)
	q, r := new(big.Int).QuoRem(c, unit, new(big.Int))
	switch r.Lsh(r, 1).CmpAbs(unit) {
	case 1:
	case 0:
		if q.Bit(0) == 0 {
			return q
		}
	default:
		return q
	}
	if c.Sign() < 0 {
		return q.Sub(q, big.NewInt(1))
	}
	return q.Add(q, big.NewInt(1))
}

func (n number) scale() int { return int(-n.Exponent()) }

func (n number) add(o number) (number, bool) { return refit(n.Decimal.Add(o.Decimal)) }
func (n number) sub(o number) (number, bool) { return refit(n.Decimal.Sub(o.Decimal)) }
func (n number) mul(o number) (number, bool) { return refit(n.Decimal.Mul(o.Decimal)) }

func refit(d decimal.Decimal) (number, bool) { return fit(d.Coefficient(), int(-d.Exponent())) }

// div divides to 28 places; a quotient that ends sooner keeps no zeros beyond the operands' own scales.
func (n number) div(o number) (number, bool) {
	if o.IsZero() {
		return number{}, false
	}
	const places = 2*maxScale + 2
	a := new(big.Int).Mul(n.Coefficient(), power(places+o.scale()))
	q, r := a.QuoRem(a, o.Coefficient(), new(big.Int))
	scale := places + n.scale()
	if r.Sign() != 0 { // a last digit that keeps the rest from looking like an exact half
		q.Mul(q, bigTen)
		q.Add(q, big.NewInt(int64(n.Sign()*o.Sign())))
		scale++
	}
	least := max(n.scale()-o.scale(), 0)
	digit := new(big.Int)
	for scale > least {
		t, m := new(big.Int).QuoRem(q, bigTen, digit)
		if m.Sign() != 0 {
			break
		}
		q, scale = t, scale-1
	}
	return fit(q, scale)
}

// mod is the remainder with the dividend's sign.
func (n number) mod(o number) (number, bool) {
	if o.IsZero() {
		return number{}, false
	}
	return refit(n.Decimal.Mod(o.Decimal))
}

// trim takes the zeros off the end of the fraction.
func (n number) trim() number {
	c, scale := n.Coefficient(), n.scale()
	for scale > 0 {
		q, r := new(big.Int).QuoRem(c, bigTen, new(big.Int))
		if r.Sign() != 0 {
			break
		}
		c, scale = q, scale-1
	}
	return number{decimal.NewFromBigInt(c, int32(-scale))}
}
