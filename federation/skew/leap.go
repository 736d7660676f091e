package skew

import "time"

// patience is how long a clock is doubted that nobody contradicts: no server answers, so nobody can
// say whether it leapt to the right time. What waits must not wait for ever.
const patience = 24 * time.Hour

// leaps follows the clock by what cannot leap, the time that the process runs. Whoever sets the
// clock of the machine, or stops a virtual machine for a while, makes the two disagree.
type leaps struct {
	wall  time.Time
	ran   time.Duration
	by    time.Duration // how far the clock has leapt, in sum, since it was last believed
	since time.Duration // when it was last seen to leap, or the process began
	trust bool          // it was believed once
	count int           // how often answers became worthless
}

// look notes what the clock did since the last time. Answers from before a leap say nothing of the
// clock after it.
func (w *Watch) look() {
	l := &w.leaps
	wall, ran := w.o.Now().Round(0), w.o.Uptime()
	leapt := wall.Sub(l.wall) - (ran - l.ran)
	l.wall, l.ran = wall, ran
	if leapt.Abs() < time.Second { // rounding, and corrections by small steps
		return
	}
	l.by += leapt
	l.count++
	w.offs, w.ring = map[string]time.Duration{}, nil
	if l.by.Abs() > Slack {
		l.since = ran
	}
}

// era is the number of leaps so far.
func (w *Watch) era() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.look()
	return w.leaps.count
}

// Doubtful says that the clock may be wrong: it leapt against the running time of the process, or
// the process has just begun, and no other server has confirmed it since; or several say that it is
// wrong. What cannot be taken back, such as giving up for age, must wait meanwhile. It asks the
// clock at each call, so nothing slips in between a leap and the next look.
func (w *Watch) Doubtful() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.look()
	off, known := w.median()
	l := &w.leaps
	switch {
	case known && off.Abs() > Slack:
		return true
	case len(w.offs) > 0 && off.Abs() <= Slack, l.ran-l.since >= patience:
		l.by, l.trust = 0, true
	}
	return !l.trust || l.by.Abs() > Slack
}
