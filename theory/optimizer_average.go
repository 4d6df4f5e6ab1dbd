package theory

// Average returns a copy whose answers are about the uniform average of all
// iterates, the start included (Polyak and Juditsky 1992):
//
//	avg(t) = (θ(0) + ... + θ(t)) / (t+1)
func (o Optimizer) Average() Optimizer { return o.TailAverage(0) }

// TailAverage returns a copy whose answers are about θ(t) before step `from`,
// and from there on about the average of the iterates since:
//
//	avg(t) = (θ(from) + ... + θ(t)) / (t-from+1)        t >= from >= 0
func (o Optimizer) TailAverage(from int) Optimizer {
	o.UniformAverage, o.AverageFrom = true, from
	return o
}
