// Package networks holds the noisy quadratic model against training: real networks on
// real data, their curvature and gradient noise, and the model's prediction beside
// what training does.
//
//	net := networks.MLP(networks.Digits(), 32)
//
// Networks are softmax regression, MLP and Conv, in float64, with backpropagation, the
// gradients of examples, and products with the Hessian and the Gauss-Newton matrix
// written out here; they agree with another engine to 10^-13. Functions are
// a model that is defined elsewhere.
//
// Methods are those of nqmkit, the same code that steps quadratics. As there, every
// function panics with one sentence that names the value and its valid range.
package networks
