package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// binary is the copse that all drills break.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "copse-drills-")
		if err == nil {
			defer func() { _ = os.RemoveAll(dir) }()
			binary, err = rig.Build(context.Background(), "../..", dir)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// Each drill in its short form. The full form, with the figures that are published, is "make drills".
func TestDrills(t *testing.T) {
	t.Parallel()
	for _, d := range chosen(settings{}) {
		t.Run(d.id, func(t *testing.T) {
			t.Parallel()
			p, err := d.perform(t.Context(), rig.Options{Bin: binary, Short: true, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			var table strings.Builder
			if err := rig.Print(&table, []*rig.Report{p}); err != nil {
				t.Fatal(err)
			}
			t.Logf("%s\n%s", p.Took, &table)
			if !p.Good() {
				t.Errorf("%s: %s", d.title, strings.Join(p.Broken, "; "))
			}
		})
	}
}

func TestChosen(t *testing.T) {
	t.Parallel()
	ids := func(s settings) string {
		var list []string
		for _, d := range chosen(s) {
			list = append(list, d.id)
		}
		return strings.Join(list, " ")
	}
	if got := ids(settings{only: "F10,F2"}); got != "F2 F10" {
		t.Errorf("named drills: %q, want them by number", got)
	}
	if got := ids(settings{}); strings.Contains(got, "F21") || !strings.HasPrefix(got, "F1 F2 ") {
		t.Errorf("without names: %q, want all but the soak", got)
	}
	if got := ids(settings{only: "F21"}); got != "F21" {
		t.Errorf("the soak, named: %q", got)
	}
}

func TestPublish(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "page.md")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("before\n" + begin + "\nold\n" + end + "\nafter\n")
	if err := publish(file, []*rig.Report{{Drill: "F1", Fault: "kill"}}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"before\n" + begin, "| F1 | kill |", end + "\nafter\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "old") {
		t.Error("the old table is still there")
	}
	write("no markers")
	if err := publish(file, nil); err == nil {
		t.Error("a page without markers was taken")
	}
}
