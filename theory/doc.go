// Package theory answers questions about the noisy quadratic model of
// stochastic gradient descent exactly: what one method does to one problem.
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
// expected loss unchanged. It does change the law of the loss, which is then
// refused (Problem.Correlated).
//
// A Problem is a fact: curvatures, noise and start. A method is a choice, batch
// size included. Both are plain values. Optimizer is one struct whose zero
// fields are neutral, with methods that return changed copies:
//
//	theory.SGD(0.3)
//	theory.Momentum(0.03, 0.9).Batch(64)
//	theory.Nesterov(0.1, 0.9).Precondition(0.5).EMA(0.99)
//	theory.QHM(1, 0.9, 0.7)
//	theory.SGD(0.5).Lookahead(5, 0.5).Cosine()
//	theory.ScheduleFree(0.5, 0.9)
//	theory.SGD(0.5).EMA(0.999).Debiased()
//
// A method of one's own is a Linear: its matrices for one curvature.
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
//	β           Momentum          what the velocity keeps in each step
//	ν           VelocityWeight    of quasi-hyperbolic momentum
//	γ           Decay             of the exponential moving average
//	p           Power             of the preconditioner H^-p
//	k, s        LookaheadSteps, SlowStep
//	t           Steps             number of updates done; t = 0 is the start
//	x           x                 α h, dimensionless
//	σ²          sigma2            α² c/B, variance injected into θ by one step
//	A_t         Factor            E θ(t) / E θ(0) in one direction
//
// In the file of the second-order recurrence p is the product of its two roots.
//
// # Conventions
//
// The loss has the factor ½. The noise variance c_i is that of one example; a
// batch of B has c_i/B. Expected loss is over the initial point and the noise,
// and it is the excess over the minimum, which is 0.
//
// Momentum is v' = β v + g(θ), θ' = θ - α v', without dampening and with the
// gradient at the current point. Torch and FromAveraged convert from other
// conventions. The moving average is avg' = γ avg + (1-γ) θ', avg(0) = θ(0); it
// takes in the new iterate. The uniform average includes θ(0). Lookahead is
// read at its slow weights. H^-p acts on the whole stochastic gradient. A
// schedule without a length is stretched to the last step that is asked for.
//
// Divergence is an answer, +Inf, and never NaN. A mistake of the caller, and a question that has
// no answer for a method, is an error that names the value or the reason. The
// package has no randomness, starts no goroutine and prints nothing.
//
// # From a setting to an answer
//
// Settings is one table of the fields of Optimizer. A setting may bring a rule, and
// a rule is one step in a direction with x = αh, under the schedule's factor f,
//
//	z' = z - N z + b (x ρ'z + αε)
//
// N, b and the point ρ whose gradient is taken being at most linear in f (type Rule).
// Slow weights and averages are further variables of the same system. Damping,
// stability, streaming noise, the choice of engine and what is refused are read off
// it, so that a new rule has them all.
//
// # Two engines
//
// Where the system has two variables at most, one tap of noise and a start that
// fits, it is a recurrence of second order with a closed form that is an equality
// for every t, double roots included (see the types kernel and recurrence): SGD,
// momentum, Nesterov and the moving average of SGD. The paper's theorems about
// momentum and averages are upper bounds with the same bias; PaperBound has them
// for comparison.
//
// Along equally spaced steps one point gives the next by a few multiplications,
// and the closed form is taken up again before rounding builds up.
//
// Every other system (averages of momentum, QHM, uniform averages, Lookahead,
// schedules, Linear) is followed by doubling the time: V_2t = V_t + A^t V_t A^t'
// adds positive terms only. The
// matrices are kept in 106 bits and as their deviation from the identity, so
// that tiny curvatures keep their digits. The two engines agree on what both
// can do.
//
// Multiplicative noise (Problem.Streaming) couples the directions. Its second
// moments are stepped one by one, at a cost of directions times steps.
//
// # Error bounds
//
// Against the literal update rules in arithmetic of 1152 bits:
//
//	what                                          bound    largest found
//	factor, noise of the closed forms, t <= 10^15 10^-12   2·10^-13
//	the same along (almost) equally spaced steps  10^-12   5·10^-13
//	general engine, constant and composed         10^-12   10^-13
//	schedules that change in every step           t·10^-15 10^-13 at t = 100
//	sums by quadrature against exact sums         10^-12   (tested at 10^-12)
//	probabilities of the loss, small ones too     10^-9    4·10^-13
//
// Noise is meant relatively; the factor of a ringing mode relative to its
// amplitude, as it has zeros. Next to the zero of 1 - αh f, in a step of a
// schedule and in an average of iterates that flip, the factor has 10^-12 of
// itself, as far as the schedule's own f has it: that of a cosine is a float64.
// Three things are outside the bounds: numbers that underflow, a Linear whose
// State has lost the curvature to rounding, and the noise of uniform averages
// over a schedule that is beyond the limit of stability for some steps, in which
// what has grown cancels (10^-6 found at t = 50).
//
// Sums over directions are compensated. A problem given by a list is summed
// exactly, but for one case below. A power law is summed by quadrature along its index at a cost that
// does not grow with its dimension, refined until two resolutions agree to
// 10^-11; Curve.Modes and Curve.SumError report it.
//
// # What is followed step by step
//
// A method that changes in every step, and a schedule that does, cost directions times
// steps. A power law is followed at the nodes of its quadrature. A list is followed as it
// is where that takes about a second at most, and a longer one at Chebyshev
// points of log h, a few hundred, closer where the responses bend: sums (Expect,
// StepsToTarget) until halves agree with the whole to 10^-11, and answers about each
// direction (Moments, LossLawOf, LossFan, NoiseScalesOf) until the interpolated responses
// do. So 10^5 steps on a list of 10^4 or a power law of any size
// take seconds with up to three variables. Where directions ring all along the run and
// no such points do, the list itself is followed: d directions up to 5·10^8/d steps of two
// variables, fewer of more, a quarter where averages of iterates are kept in 106 bits; beyond,
// the error says how many steps are possible.
//
// # Answers
//
//	Expect, ExpectedLoss             loss, its bias and noise, its deviation, floor
//	Moments, SecondMoments           the law of each coordinate
//	SteadyState, SteadyVariance      the limits
//	RateOf, DampingOf                spectral radius, regime of each direction
//	StabilityLimit                   least learning rate that is not stable
//	StabilityWindows                 all that are
//	EffectiveLearningRate            where it applies
//	PhaseMapOf                       where momentum is stable, and how fast
//	BestSGD, -Momentum, -Nesterov    best fixed settings without noise
//	StepsToTarget                    first hit, with its certificate
//	Tune, TuneLoss                   settings that are Free
//	Prove                            that none are better
//	BestSchedule                     best piecewise-constant learning rates found
//	ScheduleToTarget                 fewest steps found to a target under them
//	BestBatchSchedule                best batch sizes for a budget of samples, with a bound
//	CompareSchedules                 what each of the two buys
//	LossFan                          quantiles of the loss along the steps
//	LossQuantiles, LossProbability   the law of the loss; LossLawOf, LossLawsOf have it, and that of averages
//	SummaryOf, NoiseScalesOf         traces, noise scales
//	BayesBound, -Samples, -Gap       what no method can beat
//	PaperBound                       the published upper bounds
//	FitRuns, FitFadingRuns           the noisy quadratic system of runs
//	FitCritical                      critical batch sizes of measured points
//
// A question whose answer is a type is asked by its name with Of. Arguments go
// problem, steps or target, method, rest. Results go through encoding/json and back
// without loss, infinities included; EncodeJSON does so for types of one's own.
//
// # Sources
//
// Zhang, Li, Nado, Martens, Sachdeva, Dahl, Shallue, Grosse: Which Algorithmic
// Choices Matter at Which Batch Sizes? Insights From a Noisy Quadratic Model,
// 2019 (arXiv 1907.04164), called "the paper" throughout. "The lecture" is a
// course page about that paper, whose errors the tests named TestLecture list.
//
// Goh: Why Momentum Really Works, Distill 2017. McCandlish, Kaplan, Amodei: An
// Empirical Model of Large-Batch Training, 2018 (arXiv 1812.06162). Zhang,
// Lucas, Hinton, Ba: Lookahead Optimizer, 2019 (arXiv 1907.08610). Lessard,
// Recht, Packard: Analysis and Design of Optimization Algorithms via Integral
// Quadratic Constraints, 2016. Polyak, Juditsky: Acceleration of Stochastic
// Approximation by Averaging, 1992. Paquette, Paquette, Xiao, Pennington: 4+3
// Phases of Compute-Optimal Neural Scaling Laws, 2024 (arXiv 2405.15074). Imhof:
// Computing the Distribution of Quadratic Forms in Normal Variables, 1961.
package theory
