package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// threatsPage is the list of what an attacker may try and the tests that hold him off.
const threatsPage = "docs/threats.md"

// noDoor begins what stands in the place of tests where the house has no door for a threat yet.
const noDoor = "no door yet: "

// threatsHeld are the numbers of the threats that must have a row, as their ranges.
var threatsHeld = [][2]int{{1, 49}, {51, 60}}

// TestDocs_threats holds the page to the code: each row names all tests of its threat, which are
// those whose names begin with TestT and its number, and no other; a threat with tests has a row,
// and a row has tests, or says why there is no door for it. COPSE_TEST_GOLDEN=1 rewrites the names,
// not the words.
func TestDocs_threats(t *testing.T) {
	t.Parallel()
	tests := threatTests(t)
	row := regexp.MustCompile(`^\| (T\d\d) \| ([^|]+) \| ([^|]+) \|`)
	page, seen := strings.Builder{}, []string{}
	was := readDoc(t, threatsPage)
	for line := range strings.Lines(was) {
		m := row.FindStringSubmatch(line)
		if m == nil {
			page.WriteString(line)
			continue
		}
		names := tests[m[1]]
		if why, none := strings.CutPrefix(m[3], noDoor); none && len(names) == 0 && len(why) > 20 {
			names = []string{m[3]}
		}
		if len(names) == 0 {
			t.Errorf("%s: %s has no test and no reason why it has none", threatsPage, m[1])
		}
		if len(seen) > 0 && seen[len(seen)-1] >= m[1] {
			t.Errorf("%s: %s follows %s", threatsPage, m[1], seen[len(seen)-1])
		}
		seen = append(seen, m[1])
		page.WriteString("| " + m[1] + " | " + m[2] + " | " + strings.Join(names, ", ") + " |\n")
	}
	for _, held := range threatsHeld {
		for n := held[0]; n <= held[1]; n++ {
			if !slices.Contains(seen, fmt.Sprintf("T%02d", n)) {
				t.Errorf("%s has no row T%02d", threatsPage, n)
			}
		}
	}
	for threat, names := range tests {
		if !slices.Contains(seen, threat) {
			t.Errorf("%s has no row %s for %s", threatsPage, threat, strings.Join(names, ", "))
		}
	}
	if os.Getenv("COPSE_TEST_GOLDEN") != "" {
		if err := os.WriteFile(filepath.Join(root, threatsPage), []byte(page.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := gocmp.Diff(page.String(), was); diff != "" {
		t.Errorf("%s is not current, make golden rewrites it (-tests +page):\n%s", threatsPage, diff)
	}
}

// threatTests are the names of all tests about a threat, in order.
func threatTests(t *testing.T) map[string][]string {
	t.Helper()
	name := regexp.MustCompile(`(?m)^func TestT(\d\d)_(\w+)\(`)
	tests := map[string][]string{}
	eachTest(t, func(path string, text []byte) {
		for _, m := range name.FindAllSubmatch(text, -1) {
			threat := "T" + string(m[1])
			tests[threat] = append(tests[threat], "`"+string(m[2])+"` ("+filepath.ToSlash(filepath.Dir(path))+")")
		}
	})
	for threat := range tests {
		slices.Sort(tests[threat])
		tests[threat] = slices.Compact(tests[threat])
	}
	return tests
}

// eachTest hands every file of tests to do, with its path from the top of the repository.
func eachTest(t *testing.T, do func(path string, text []byte)) {
	t.Helper()
	top := os.DirFS(root)
	err := fs.WalkDir(top, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := fs.ReadFile(top, path)
		if err == nil {
			do(path, text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
