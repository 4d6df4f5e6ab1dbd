// Package nqmkit is what a notebook cell calls: a problem in one line, a
// method in one line, and a question in one line.
//
//	p := nqmkit.PowerLaw(10_000, 1)                 // h_i = 1/i, C = H, θ(0) ~ N(0, I)
//	curves := nqmkit.Expect(p, 5000, nqmkit.SGD(0.3), nqmkit.SGD(1))
//	runs := nqmkit.Sample(p, 1000, nqmkit.Trials(100, 1), nqmkit.SGD(0.3))
//
// Results are plain values of package theory, and nqm/plotting shows each of
// them with plotting.Show.
//
// # Exact answers
//
//	Expect, ExpectAt     expected loss, with its bias, noise and floor
//	LossFan              quantiles of the loss of single runs along the steps; LossQuantiles at one
//	SecondMoments        E θ_i² of every direction
//	StepsToTarget        first hit of a target, with its certificate
//	Tune, TuneLoss       the settings that are Free, chosen together
//	Prove                that none are better, where it is to be had
//	BatchScaling         steps against batch size, tuned at every point
//	Summary, Rate, Damping, StabilityLimit, StabilityWindows, PhaseMap,
//	NoiseScales, BayesGap
//
// # Measurements
//
//	ReadSpectrum         a problem from a file, as tools write what they measured
//	Lanczos              of a Hessian that is known by its products with vectors
//	Leading              its leading eigenvectors, with the gradient and noise along them
//	FromMatrices         of a Hessian and a noise covariance, which ReadMatrix reads
//	Dimension, Part, NegativeCurvature, FlatCurvature, NegativeNoise
//	                     what the file does not say, and what becomes of its faults
//
// The Note of such a problem says what was done to it, and its Band, if it has one,
// how far it may be off: the losses that Expect returns then have a Low and a High.
//
// # Fits to measured numbers
//
//	FitRuns              the noisy quadratic system of runs (N, B, K, loss)
//	FitFadingRuns        the same with a learning rate that fades
//	FitProblem           the fitted problem of a model of any size
//	Predict, PredictRuns the loss of runs that were not made
//	NoiseScaleOfNorms    of gradient norms at two batch sizes
//	HoldOut              how far the fitted laws are off on runs that they never saw
//	TrainingRuns         runs of a table; RunsAlong: of one run's loss curve
//	CriticalBatch        of steps against batch size, by every definition
//	CriticalBatchLaw     its growth with the size of a model; CriticalBatchAt: at a size
//
// # Schedules
//
//	BestSchedule         the best piecewise-constant learning rates of a run
//	BestScheduleFor      the same of a batch size and power, with its conditions
//	ScheduleToTarget     steps to a target under them; SchedulesToTarget at many batch sizes
//	BestBatchSchedule    the best batch sizes for a budget of samples, with a bound
//	CompareSchedules     what each of the two buys
//	RatesApplied         what is applied in each update of a run
//
// # Errors
//
// A cell has no error branch. Every function here panics with one sentence
// that names the value and its valid range; package theory has the same
// questions with errors.
//
// # Sampling
//
// Sample steps the literal update rule with seeded random noise and shares no
// code with the closed forms that Expect evaluates; Check holds one against the
// other and gives a verdict. A method that has no sampled update is refused.
//
//	Sample, SampleAt       loss of runs: mean, standard error, band
//	Observe                the same of a coordinate or any other statistic
//	NewDescent             the literal rule on a loss of one's own
//	CurveOf                the summary of runs that were made elsewhere
//	Check, CheckAgainst    a closed form against its runs, with a verdict
//	Paths, PointAfter      the parameters themselves
//	Compare                two methods on the same noise, with the paired interval
//	SampleStepsToTarget    how long each run takes, as a distribution
//	SkipAhead              runs at chosen steps up to 10^15, exact in law
//	EstimateNoiseScale     estimators of the gradient noise scale, with their bias
//
// What is sampled is a theory.Problem, a Dense or Rotated one, or either with
// StudentT or Rademacher noise, or with Streaming set, which draws fresh inputs.
// Methods are theory.Optimizer, Linear and Torch, KFAC and DiagonalGaussNewton, Adam and its relatives,
// TorchSGD and OptaxSGD, and Custom.
//
// # Randomness
//
// Every sampling call has a seed. Run k draws from streams of its own, keyed by
// the seed, k and the purpose (start, gradient noise, inputs): it is the same
// on any number of cores and among any number of runs, and methods that are
// sampled together share their noise. Any seed is valid, 0 too.
//
// The numbers are the same on every processor as far as math.Sqrt, +, -, * and
// / decide; a schedule's cosine, a power of H, a rotation, and Student's t may
// differ in the last bit between processors.
//
// # Sweeps and tables
//
// Sweep, Grid and SweepAxes ask a question at every value of a number, or of
// several, on all cores: any field of a problem or a method can be varied.
// Save writes the table of any result to CSV or JSON with every digit, TableOf
// returns it, ReadTable reads it back.
//
//	s := nqmkit.Sweep("momentum", []float64{0, 0.5, 0.9}, func(beta float64) any {
//		return nqmkit.StepsToTarget(p, 0.01, nqmkit.Momentum(0.01, beta).Batch(64))
//	})
//	nqmkit.Save("momentum.csv", s)
//
// Cached keeps a result in the user's cache folder, under a name and its inputs,
// to the last bit.
//
// # Long work
//
// What takes more than a second shows its progress with the time left, as one
// line in a notebook or on a terminal, and nowhere else. An interrupt returns
// what was finished by then, marked Partial.
package nqmkit
