// Package search finds roots and minima of functions that are costly and smooth
// in the large: where a function of a number or of a whole number changes its
// sign (Bracket, Count), and where one of several variables in a box is lowest
// (Newton by given derivatives, Descent by differences).
package search
