package odata

import "strconv"

// appendDouble writes a Double as .NET's "R" format and XmlConvert do: 1.5, 1E+20, INF, -INF, NaN.
func appendDouble(dst []byte, f float64) []byte { return strconv.AppendFloat(dst, f, 'g', -1, 64) }

// appendSingle writes a Single as .NET's "R" format and XmlConvert do.
func appendSingle(dst []byte, f float64) []byte { return strconv.AppendFloat(dst, f, 'g', -1, 32) }
