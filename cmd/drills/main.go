// Command drills breaks Copse on purpose and says what was lost: processes are killed at random and
// at named points, Redis and PostgreSQL die or freeze, peers misbehave, disks fill, clocks jump. It
// prints one table and ends with 1 when a bar was missed. docs/reliability.md explains what is
// measured and how to read it.
//
//	go run ./cmd/drills [-only F1,F3] [-short] [-engine sqlite|postgres] [-seed N] [-for 1h] [-bin FILE] [-markdown FILE] [-keep]
//
// A drill is a row in the list of drill.go and a function of a laboratory:
//
//	func myDrill(ctx context.Context, r *rig.Rig) (*rig.Report, error)
//
// There is one file per family of drills. A function starts the processes it wants (r.Start), lets
// r.Load ask things of them, does its harm inside r.Fault, and ends with r.Judge, which waits until
// everything has arrived and compares the ledgers; what else it measured it adds to the report with
// Within, AtMost, Must or Figure. Rows say which engine, Redis and sizes the laboratory needs. In
// the short form (r.Short) a drill must end within 20 seconds, its laboratory included.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "drills:", err)
		stop()
		os.Exit(1)
	}
}

// errMissed: at least one drill missed a bar; the table says which.
var errMissed = errors.New("bars were missed")

// settings are the flags.
type settings struct {
	only, engine, markdown string
	bin                    string
	seed                   uint64
	short, keep            bool
	span                   time.Duration
}

func run(ctx context.Context, args []string) error {
	var s settings
	flags := flag.NewFlagSet("drills", flag.ContinueOnError)
	flags.StringVar(&s.only, "only", "", "run these drills alone, such as F1,F3")
	flags.BoolVar(&s.short, "short", false, "run the short form that is part of the suite")
	flags.StringVar(&s.engine, "engine", "", "run on this engine where a drill can: sqlite or postgres")
	flags.StringVar(&s.bin, "bin", "", "a binary built with -tags drill; without it one is built")
	flags.Uint64Var(&s.seed, "seed", 1, "repeats the choices of a run")
	flags.DurationVar(&s.span, "for", time.Hour, "how long the soak lasts")
	flags.StringVar(&s.markdown, "markdown", "", "write the table between the markers of this file too")
	flags.BoolVar(&s.keep, "keep", false, "keep the folders of the laboratories, logs included")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if s.bin == "" {
		dir, err := os.MkdirTemp("", "copse-drills-")
		if err != nil {
			return fmt.Errorf("make a folder for the binary: %w", err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		if s.bin, err = rig.Build(ctx, ".", dir); err != nil {
			return err
		}
	}
	var reports []*rig.Report
	for _, d := range chosen(s) {
		fmt.Fprintf(os.Stderr, "%s: %s\n", d.id, d.title)
		p, err := d.perform(ctx, rig.Options{Bin: s.bin, Engine: s.engine, Seed: s.seed, Short: s.short, Keep: s.keep, Span: s.span})
		if err != nil {
			return fmt.Errorf("%s: %w", d.id, err)
		}
		fmt.Fprintf(os.Stderr, "%s: %s, %s\n", d.id, p.Took.Round(time.Second), p.Verdict())
		reports = append(reports, p)
	}
	if err := rig.Print(os.Stdout, reports); err != nil {
		return err
	}
	if s.markdown != "" {
		if err := publish(s.markdown, reports); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(reports, func(p *rig.Report) bool { return !p.Good() }) {
		return errMissed
	}
	return nil
}

// chosen are the drills to run, in the order of their numbers.
func chosen(s settings) []drill {
	list := drillTable()
	if s.only != "" {
		ids := strings.Split(s.only, ",")
		list = slices.DeleteFunc(list, func(d drill) bool { return !slices.Contains(ids, d.id) })
	} else {
		list = slices.DeleteFunc(list, func(d drill) bool { return d.apart })
	}
	slices.SortStableFunc(list, func(a, b drill) int { return cmp.Compare(a.number(), b.number()) })
	return list
}

// Markers stand around the table in a document.
const (
	begin = "<!-- drills: begin -->"
	end   = "<!-- drills: end -->"
)

// publish writes the table between the markers of a document.
func publish(file string, reports []*rig.Report) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("publish the table: %w", err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		return fmt.Errorf("publish the table: %s has no markers", file)
	}
	return os.WriteFile(file, []byte(before+begin+"\n\n"+rig.Markdown(reports)+"\n"+end+after), 0o644)
}
