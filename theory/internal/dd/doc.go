// Package dd is arithmetic with about 106 bits: numbers that are an unevaluated
// sum of two float64, small square matrices of them, and compensated sums of
// float64. It holds what float64 would cancel: 1 - αh, the discriminant of a pair
// of roots, the powers of a matrix.
//
// Sources: Dekker, A floating-point technique for extending the available
// precision, 1971; Knuth, The Art of Computer Programming 2, section 4.2.2; Hida,
// Li, Bailey, Algorithms for quad-double precision arithmetic, 2001; Neumaier,
// Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen, 1974.
package dd
