package plotting

import (
	"fmt"
	"os"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"nqm/theory"
)

// Show puts the picture of each value into the notebook's cell, or prints its
// numbers as text outside a notebook. It takes
//
//	theory.Problem                             spectrum and noise
//	theory.Curve, []theory.Curve               expected loss
//	theory.SampledCurve, []theory.SampledCurve sampled loss with its band
//	theory.Agreement, []theory.Agreement       theory against samples
//	theory.Paths, []theory.Paths               two coordinates on loss contours
//	Frames                                     figures with a slider
//	theory.PhaseMap                              convergence over learning rate and momentum
//	theory.BestRates, []theory.BestRates, theory.ScheduleSteps, []theory.ScheduleSteps
//	                                           learning rates in pieces
//	theory.BestBatches                batch sizes in pieces
//	theory.ScheduleComparison                  what each of the two buys
//	theory.Summary                             dimensions, condition number, noise scales
//	theory.PairedCurve                         difference of two methods with its interval
//	theory.SampledSteps, []theory.SampledSteps share of runs at the target
//	theory.ScaleEstimates, []theory.ScaleEstimates
//	                                           estimators of the noise scale, and its exact value
//	theory.NoiseScales                         noise scales along the path
//	theory.Gap, []theory.Gap                   loss and the Bayes bound
//	theory.Damping, []theory.Damping, theory.Rate, theory.BestSettings
//	                                           how the mean of a direction moves
//	theory.Steps, []theory.Steps               steps to target, with the certificate
//	theory.Tuned, []theory.Tuned               best settings, with the certificate
//	theory.Scaling                             steps to target against batch size
//	theory.Sweep                               its curves, or its numbers over one axis or two
//	Figure                                     itself
//
// It panics with one sentence on any other value, and on a figure that cannot
// be drawn truly.
func Show(values ...any) {
	for _, v := range values {
		if err := show(v); err != nil {
			panic(err)
		}
	}
	if gonbui.IsNotebook {
		gonbui.Sync()
	}
}

func show(value any) error {
	p, err := shownOf(value)
	if err != nil {
		return err
	}
	if !gonbui.IsNotebook {
		_, err := fmt.Fprintln(os.Stdout, p.text())
		return err
	}
	b, err := p.bundle()
	if err != nil {
		return err
	}
	gonbui.SendData(&protocol.DisplayData{Data: b, Metadata: map[string]any{}})
	return nil
}

// FigureOf returns the obvious picture of a value; see Show for the values. Of
// Frames it is the one that stands for all.
// The error says that the value has none, or cannot be drawn truly.
func FigureOf(value any) (Figure, error) {
	p, err := shownOf(value)
	return p.Figure, err
}

// picture is what is shown of a value: a figure, and with it the frames that
// it stands for, if there are any.
type picture struct {
	Figure
	frames *Frames
}

func shownOf(value any) (picture, error) {
	if f, ok := value.(Frames); ok {
		if err := f.Validate(); err != nil {
			return picture{}, err
		}
		f = f.aligned()
		return picture{f.start(), &f}, nil
	}
	f, err := pictureOf(value)
	if err == nil {
		err = f.Validate()
	}
	if err != nil {
		return picture{}, err
	}
	return picture{Figure: f}, nil
}

func pictureOf(value any) (Figure, error) {
	switch v := value.(type) {
	case Figure:
		return v, nil
	case theory.Problem:
		return Spectrum(v), v.Validate()
	case theory.Curve:
		return LossCurves([]theory.Curve{v}), nil
	case []theory.Curve:
		return LossCurves(v), nil
	case theory.SampledCurve:
		return SampledCurves([]theory.SampledCurve{v}), nil
	case []theory.SampledCurve:
		return SampledCurves(v), nil
	case theory.Agreement:
		return Agreement([]theory.Agreement{v}), nil
	case []theory.Agreement:
		return Agreement(v), nil
	case theory.PairedCurve:
		return PairedDifference(v), nil
	case theory.SampledSteps:
		return TimeToTarget([]theory.SampledSteps{v}), nil
	case []theory.SampledSteps:
		return TimeToTarget(v), nil
	case theory.ScaleEstimates:
		return ScaleEstimators([]theory.ScaleEstimates{v}), nil
	case []theory.ScaleEstimates:
		return ScaleEstimators(v), nil
	case theory.NoiseScales:
		return NoiseScales(v), nil
	case theory.Gap:
		return BayesGaps([]theory.Gap{v}), nil
	case []theory.Gap:
		return BayesGaps(v), nil
	case theory.Damping:
		return Dampings([]theory.Damping{v}), nil
	case []theory.Damping:
		return Dampings(v), nil
	case theory.Rate:
		return RateOfDecay(v), nil
	case theory.BestSettings:
		return BestPair(v), nil
	case theory.Summary:
		return Summary(v), nil
	case theory.Steps:
		return StepsToTarget([]theory.Steps{v}), nil
	case []theory.Steps:
		return StepsToTarget(v), nil
	case theory.Tuned:
		return Tuned([]theory.Tuned{v}), nil
	case []theory.Tuned:
		return Tuned(v), nil
	case theory.Scaling:
		return BatchScaling(v), nil
	case theory.PhaseMap:
		return PhaseMap(v), nil
	case theory.BestRates:
		return Schedules([]theory.BestRates{v}), nil
	case []theory.BestRates:
		return Schedules(v), nil
	case theory.ScheduleSteps:
		return scheduleSteps([]theory.ScheduleSteps{v})
	case []theory.ScheduleSteps:
		return scheduleSteps(v)
	case theory.BestBatches:
		return BatchSchedules([]theory.BestBatches{v}), nil
	case theory.ScheduleComparison:
		return ScheduleComparison(v), nil
	case theory.Paths:
		return Paths([]theory.Paths{v})
	case []theory.Paths:
		return Paths(v)
	case Swept:
		return Sweep(v)
	}
	return Figure{}, fmt.Errorf("plotting: a %T has no picture: give a problem, a result of nqmkit or a Figure", value)
}

// text returns the figure as plain text: title, numbers, caption, notes.
func (f Figure) text() string {
	parts := []string{f.Title, "\n\n", f.Table.String(), "\n", f.Caption}
	for _, n := range f.notes() {
		parts = append(parts, "\n", n)
	}
	return strings.TrimSpace(strings.Join(parts, ""))
}
