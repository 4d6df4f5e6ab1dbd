package assignment

import (
	"encoding/json"
	"os"
	"runtime"
	"time"
)

// A Plan is what grading is about to do.
type Plan struct {
	All, Fresh int // hand-ins, and how many of them are new or have changed
	Cores      int
	// Pace is what the last grading of this course has taken; zero if there was none.
	Pace Pace
}

// A Pace is how long one core takes for one hand-in, in seconds: to judge it, and to
// write it into the gradebook and its page of feedback.
type Pace struct{ Judging, After float64 }

// afterJudging is how much longer a hand-in takes after judging than before, as long
// as the course has not measured it.
const afterJudging = 1.3

// feedbackPart is the part of the time after judging that pages of feedback take.
const feedbackPart = 0.65

const paceFile = "pace.json"

// plan says how much there is to do.
func (c Course) plan(works []*work) Plan {
	p := Plan{All: len(works), Cores: runtime.NumCPU()}
	if data, err := os.ReadFile(c.own(paceFile)); err == nil {
		json.Unmarshal(data, &p.Pace)
	}
	for _, w := range works {
		if w.isFresh() {
			p.Fresh++
		}
	}
	return p
}

// Takes is how long the plan will take, by the course's last grading; 0 if there was
// none.
func (p Plan) Takes() time.Duration { return p.of(p.Fresh, p.Pace.Judging+p.Pace.After) }

// of is how long all cores take for n hand-ins.
func (p Plan) of(n int, seconds float64) time.Duration {
	return time.Duration(float64(n) * seconds / float64(p.Cores) * float64(time.Second))
}

// pace is the pace that some hand-ins have shown which have been judged since the
// start.
func (p Plan) pace(judged int, since time.Duration) Pace {
	pace := p.Pace
	if judged >= p.Cores {
		pace.Judging = since.Seconds() * float64(p.Cores) / float64(judged)
		if pace.After == 0 {
			pace.After = afterJudging * pace.Judging
		}
	}
	return pace
}

// left is how long the plan will still take when some hand-ins have been judged.
func (p Plan) left(judged int, since time.Duration) time.Duration {
	pace := p.pace(judged, since)
	return p.of(p.Fresh-judged, pace.Judging) + p.of(p.Fresh, pace.After)
}

// after is how long a part of what follows judging will take.
func (p Plan) after(part float64) time.Duration { return p.of(p.Fresh, part*p.Pace.After) }

// keepPace keeps how long hand-ins have taken, if there were some.
func (c Course) keepPace(p Plan, judging, after time.Duration) error {
	if p.Fresh < p.Cores {
		return nil
	}
	each := func(d time.Duration) float64 { return d.Seconds() * float64(p.Cores) / float64(p.Fresh) }
	return c.keepJSON(Pace{each(judging), each(after)}, paceFile)
}
