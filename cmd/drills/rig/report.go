package rig

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is what a drill comes to.
type Report struct {
	// Drill is such as F1, Fault what was done.
	Drill, Fault string
	// Accepted is how much the instance answered 2xx to, Delivered how much the peers took.
	Accepted, Delivered int
	// Lost, Effects (effects that happened twice) and Order (violations per object) must be 0.
	Lost, Effects, Order int
	// Wire is how much peers got twice, WireWorst the most that one kill caused at one host.
	Wire, WireWorst int
	// Drain is how long it took until nothing was on its way.
	Drain time.Duration
	// Quiet and Faulty are p95 from the answer to a post to its arrival at healthy hosts, outside
	// of faults and within.
	Quiet, Faulty time.Duration
	// RSS is the peak memory of the largest copse process, in bytes.
	RSS int64
	// Own and Files are the peaks of its parts: its own memory, and pages of files, which the system
	// takes back when it needs them.
	Own, Files int64
	// Figures are further measurements, Broken the bars that were missed.
	Figures, Broken []string
	// Took is how long the drill ran.
	Took time.Duration

	lenient bool // the short form runs beside other things, and breaks no bar of time: those belong to the full form
}

// Figure notes a measurement that has no bar.
func (p *Report) Figure(format string, args ...any) {
	p.Figures = append(p.Figures, fmt.Sprintf(format, args...))
}

// Within notes how long something took, which must be at most bar; in the short form it is only noted.
func (p *Report) Within(what string, took, bar time.Duration) {
	text := fmt.Sprintf("%s %s (bar %s)", what, round(took), bar)
	p.Figures = append(p.Figures, text)
	if took > bar && !p.lenient {
		p.Broken = append(p.Broken, text)
	}
}

// AtMost notes a number that must not exceed bar.
func (p *Report) AtMost(what string, n, bar int) {
	text := fmt.Sprintf("%s %d (bar %d)", what, n, bar)
	p.Figures = append(p.Figures, text)
	if n > bar {
		p.Broken = append(p.Broken, text)
	}
}

// Must notes that something which has to be so is not.
func (p *Report) Must(what string, so bool) {
	if !so {
		p.Broken = append(p.Broken, what)
	}
}

// Good says that no bar was missed.
func (p *Report) Good() bool { return len(p.Broken) == 0 }

// Verdict is "pass", or which bars were missed.
func (p *Report) Verdict() string {
	if p.Good() {
		return "pass"
	}
	return "FAIL: " + strings.Join(p.Broken, "; ")
}

func round(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(10 * time.Millisecond)
}

// columns are the cells of a report, in the order of the table's head.
func (p *Report) columns() []string {
	return []string{
		p.Drill, p.Fault, fmt.Sprint(p.Accepted), fmt.Sprint(p.Delivered), fmt.Sprint(p.Lost), fmt.Sprint(p.Effects),
		fmt.Sprintf("%d (%d)", p.Wire, p.WireWorst), fmt.Sprint(p.Order), round(p.Drain).String(),
		round(p.Quiet).String() + " / " + round(p.Faulty).String(), fmt.Sprintf("%d MiB", p.RSS>>20), p.Verdict(),
	}
}

func head() []string {
	return []string{
		"drill", "fault", "accepted", "delivered", "lost", "duplicate effects", "wire duplicates (worst per host and kill)",
		"order", "drain", "p95 quiet / fault", "peak RSS", "verdict",
	}
}

// Print writes the table for a terminal, the further figures below.
func Print(w io.Writer, list []*Report) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	short := []string{"drill", "fault", "accepted", "delivered", "lost", "effects", "wire", "order", "drain", "p95", "RSS", "verdict"}
	fmt.Fprintln(t, strings.Join(short, "\t"))
	for _, p := range list {
		fmt.Fprintln(t, strings.Join(p.columns(), "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, p := range list {
		for _, f := range p.Figures {
			fmt.Fprintf(w, "%-4s %s\n", p.Drill, f)
		}
	}
	return nil
}

// Markdown is the table as documents hold it, the further figures in a list below.
func Markdown(list []*Report) string {
	var b strings.Builder
	row := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	row(head())
	b.WriteString(strings.Repeat("|---", len(head())) + "|\n")
	for _, p := range list {
		row(p.columns())
	}
	b.WriteString("\n")
	for _, p := range list {
		if len(p.Figures) > 0 {
			fmt.Fprintf(&b, "- **%s**: %s.\n", p.Drill, strings.Join(p.Figures, "; "))
		}
	}
	return b.String()
}
