// Package theory answers questions about the noisy quadratic model of
// stochastic gradient descent exactly: what one optimizer does to one problem.
//
// # The model
//
// The loss is a quadratic bowl, seen through gradients that carry noise:
//
//	L(θ) = ½ θ' H θ        g(θ) = H θ + ε        E ε = 0        Cov ε = C/B
//
// In the basis of H's eigenvectors the directions do not interact. Direction i
// has the curvature h_i, the gradient-noise variance c_i and the coordinate
// θ_i, and every question about the expected loss is a sum over directions:
//
//	E L(t) = ½ Σ m_i h_i E θ_i(t)²
//
// with m_i the number of equal directions. Only the diagonal of C in that
// basis enters the sum; noise that is correlated between directions leaves the
// expected loss unchanged.
//
// # Symbols
//
//	symbol      in the code       meaning
//	h_i         Curvature         eigenvalue of the Hessian H
//	c_i         Noise             gradient-noise variance of one example
//	m_i         Multiplicity      number of directions with these values
//	E θ_i(0)    Mean              mean of the initial point
//	Var θ_i(0)  Variance          variance of the initial point
//	α           LearningRate
//	B           BatchSize         examples averaged in one gradient
//	t           Steps             number of updates done; t = 0 is the start
//	x           x                 α h, dimensionless
//	σ²          sigma2            α² c/B, variance injected into θ by one step
//
// # Conventions
//
// The loss has the factor ½. The noise variance c_i is that of one example; a
// batch of B has c_i/B. Expected loss is over the initial point and the noise,
// and it is the excess over the minimum, which is 0.
//
// Divergence is an answer, +Inf, and never NaN. A mistake of the caller is an
// error that names the value and its valid range. The package has no
// randomness, starts no goroutine and prints nothing.
//
// # Sources
//
// Zhang, Li, Nado, Martens, Sachdeva, Dahl, Shallue, Grosse: Which Algorithmic
// Choices Matter at Which Batch Sizes? Insights From a Noisy Quadratic Model,
// 2019 (arXiv 1907.04164), called "the paper" throughout.
package theory
