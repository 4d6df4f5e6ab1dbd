package assignment

import (
	"os"
	"path/filepath"
	"testing"

	"nqm/notebooks/internal/lesson"
)

// Each of these answers is wrong in a way that its visible checks let through:
// the mistakes of a hurried student, and the lecture's own.
var hollow = map[string][]wrongAnswer{
	"01_sgd_by_hand": {
		{"step", "step-test", "func Step(theta, h, alpha, noise float64) float64 {\n\treturn theta - alpha*h*theta + noise\n}"},
		{"moment", "moment-test", "func SecondMoment(start, h, c, alpha, batch float64, t int) float64 {\n\tfor range t {\n\t\tstart = (1-alpha*h)*(1-alpha*h)*start + alpha*alpha*c/(batch*batch)\n\t}\n\treturn start\n}"},
		{"floor", "floor-test", "func Floors() (stiff, flat float64) { return 0.5, 0.005 }\nfunc LargestLearningRate() float64 { return 0.02 }\nfunc LossAtTheLimit() float64 { return 33 }"},
		{"loss", "loss-test", "func Loss(curvature []float64, alpha, batch float64, t int) float64 {\n\tsum := 0.0\n\tfor _, h := range curvature {\n\t\tx := alpha * h\n\t\ta := math.Pow(1-x, 2*float64(t))\n\t\tsum += h / 2 * (a + (1-a)*alpha*alpha*h/batch/(x*(2-x)))\n\t}\n\treturn sum\n}"},
		{"sample", "sample-test", "func AverageLoss(curvature []float64, alpha float64, t, trials int, rng *rand.Rand) float64 {\n\ttotal := 0.0\n\tfor range trials {\n\t\tfor _, h := range curvature {\n\t\t\ttheta := 1.0\n\t\t\tfor range t {\n\t\t\t\ttheta -= alpha * (h*theta + rng.NormFloat64())\n\t\t\t}\n\t\t\ttotal += h * theta * theta / 2\n\t\t}\n\t}\n\treturn total / float64(trials)\n}"},
	},
	"02_averages_and_momentum": {
		{"step", "step-test", "func HeavyBall(theta, velocity, h, alpha, beta, noise float64) (float64, float64) {\n\tvelocity = beta*velocity + h*(theta-alpha*beta*velocity) + noise\n\treturn theta - alpha*velocity, velocity\n}"},
		{"regime", "regime-test", "func Regime(x, beta float64) string {\n\tif beta > (1-x)*(1-x) {\n\t\treturn \"ringing\"\n\t}\n\treturn \"monotone\"\n}"},
		{"numbers", "numbers-test", "func NoiseRatio() float64 { return 10 }\nfunc FactorPerStep() float64 { return 0.95 }\nfunc HalfLife() float64 { return 10 }"},
		{"average", "average-test", "func AverageFactor(x, gamma float64) float64 {\n\ta := 1 - x\n\treturn (1 - gamma) * (1 + a) / ((1 + gamma) * (1 - a))\n}"},
		{"loss", "loss-test", "func HeavyBallLoss(curvature []float64, alpha, beta, batch float64, t int) float64 {\n\tsum := 0.0\n\tfor _, h := range curvature {\n\t\ttt, tv, vv := 1.0, 0.0, 0.0\n\t\tfor range t {\n\t\t\tvv = beta*beta*vv + 2*beta*h*tv + h*h*tt + h\n\t\t\tcross := beta*tv + h*tt\n\t\t\ttt, tv = tt-2*alpha*cross+alpha*alpha*vv, cross-alpha*vv\n\t\t}\n\t\tsum += h * tt / 2\n\t}\n\treturn sum\n}"},
		{"winner", "winner-test", "func Winners() (after50, after500 string) { return \"momentum\", \"momentum\" }"},
	},
	"03_preconditioning_and_batch_size": {
		{"step", "step-test", "func PreconditionedStep(theta, h, alpha, power, noise float64) float64 {\n\treturn theta - alpha*(math.Pow(h, 1-power)*theta+noise)\n}"},
		{"floor", "floor-test", "func SteadyVariance(h, c, alpha, power, batch float64) float64 {\n\treturn alpha * c * math.Pow(h, -2*power) / (h * (2 - alpha*math.Pow(h, 1-power)))\n}"},
		{"limits", "limits-test", "func Limits() (plain, half, newton, gainOfBatch64 float64) { return 0.04, 0.04, 0.04, 64 }"},
		{"scale", "scale-test", "func NoiseScale(curvature, noise, square []float64) float64 {\n\tabove, below := 0.0, 0.0\n\tfor i, h := range curvature {\n\t\tabove += noise[i]\n\t\tbelow += h * h * square[i]\n\t}\n\treturn above / below\n}"},
		{"critical", "critical-test", "func CriticalBatch(batch, steps []float64) float64 {\n\tcritical := batch[0]\n\tfor i, b := range batch {\n\t\tif b*steps[i] <= 1.2*batch[0]*steps[0] {\n\t\t\tcritical = b\n\t\t}\n\t}\n\treturn critical\n}"},
		{"tune", "tune-test", "func Tune(p theory.Problem, target, batch, power float64) (float64, int) {\n\tbest, fewest := 0.0, math.MaxInt\n\tfor alpha := 0.001; alpha < 2; alpha += 0.001 {\n\t\ts, _ := theory.StepsToTarget(p, target, theory.SGD(alpha), 0)\n\t\tif s.Outcome == theory.Reached && s.Steps < fewest {\n\t\t\tbest, fewest = alpha, s.Steps\n\t\t}\n\t}\n\treturn best, fewest\n}"},
	},
	"04_research_project": {
		{"step", "step-test", "func QHMStep(theta, d, h, alpha, beta, nu, noise float64) (float64, float64) {\n\td = beta*d + (1-beta)*(h*theta+noise)\n\treturn theta - alpha*((1-nu)*h*theta+nu*d), d\n}"},
		{"system", "system-test", "func QHMSystem(h, alpha, beta, nu float64) nqmkit.System {\n\tnu *= nu\n\treturn nqmkit.System{\n\t\tState:   [][]float64{{1 - alpha*h*(1-nu*beta), -alpha * nu * beta}, {(1 - beta) * h, beta}},\n\t\tNoise:   []float64{-alpha * (1 - nu*beta), 1 - beta},\n\t\tReadout: []float64{1, 0},\n\t}\n}"},
		{"sample", "sample-test", "func SampleQHM(curvature []float64, alpha, beta, nu float64, t, trials int, rng *rand.Rand) (float64, float64) {\n\tsum, squares := 0.0, 0.0\n\tfor range trials {\n\t\tloss := 0.0\n\t\tfor _, h := range curvature {\n\t\t\ttheta, d := 1.0, 0.0\n\t\t\tfor range t {\n\t\t\t\tg := h*theta + math.Sqrt(h)*rng.NormFloat64()\n\t\t\t\td = beta*d + (1-beta)*g\n\t\t\t\ttheta -= alpha * ((1-nu)*g + nu*d)\n\t\t\t}\n\t\t\tloss += h * theta * theta / 2\n\t\t}\n\t\tsum, squares = sum+loss, squares+loss*loss\n\t}\n\tn := float64(trials)\n\treturn sum / n, math.Sqrt(squares/n - sum*sum/n/n)\n}"},
		{"sweep", "sweep-test", "func Sweep(p nqmkit.Problem, target float64, method func(alpha float64) theory.Method, rates []float64) []float64 {\n\tvar steps []float64\n\tfor _, alpha := range rates {\n\t\ts := nqmkit.StepsToTarget(p, target, method(alpha))\n\t\tif s.Outcome == theory.Diverges {\n\t\t\ts.Steps = math.MaxInt\n\t\t}\n\t\tx := float64(s.Steps)\n\t\tif s.Outcome == theory.Diverges {\n\t\t\tx = math.Inf(1)\n\t\t}\n\t\tsteps = append(steps, x)\n\t}\n\treturn steps\n}"},
	},
}

// A wrongAnswer is an answer to an exercise that loses its test.
type wrongAnswer struct{ exercise, test, code string }

// Every assignment gives a perfect answer all marks and an empty one none; and
// what its visible checks let through its hidden ones find.
func TestAssignments(t *testing.T) {
	assignments, err := All(environment(t).Root)
	if err != nil {
		t.Fatal(err)
	}
	if len(assignments) < 4 {
		t.Errorf("%d assignments, want four at least", len(assignments))
	}
	for _, a := range assignments {
		t.Run(a.Name, func(t *testing.T) {
			t.Parallel()
			deceived := submission{student: "hollow", answers: map[string]string{}}
			for _, w := range hollow[a.Name] {
				deceived.answers[w.exercise] = w.code
				deceived.loses = append(deceived.loses, w.test)
			}
			submissions := []submission{deceived}
			if a.Name != "01_sgd_by_hand" { // whose others TestHardSubmissions has
				submissions = append(submissions, submission{student: "perfect"}, submission{student: "empty", empty: true})
			}
			course := testSubmissions(t, a.Name, submissions)
			if err := runAsHandedIn(t, course.Submission("hollow", a.Name)); err != nil {
				t.Errorf("the visible checks find what only the hidden ones should: %v", err)
			}
		})
	}
}

// runAsHandedIn executes a student's notebook as the student would.
func runAsHandedIn(t *testing.T, path string) error {
	t.Helper()
	l := lesson.Lesson{Dir: t.TempDir(), Name: "own"}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(l.Dir, "own.ipynb"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	worker, err := lesson.Start(t.Context(), environment(t))
	if err != nil {
		t.Fatal(err)
	}
	defer worker.Close()
	return worker.Execute(l, func(int, int) {})
}
