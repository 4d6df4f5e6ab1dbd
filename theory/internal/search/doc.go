// Package search finds minima of smooth functions in a box: Newton by given
// derivatives, for many variables, and Descent by differences, for a few.
package search
