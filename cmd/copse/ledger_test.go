package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// Every row that the ledger has to have is there, and names a test that is there, or says what has no
// door yet; so do the rows of the scenarios.
func TestDocs_ledger(t *testing.T) {
	t.Parallel()
	tests, named := allTests(t), regexp.MustCompile("`(Test\\w+)")
	ledger := readDoc(t, "docs/ledger.md")
	for doc, text := range map[string]string{"docs/ledger.md": ledger, "docs/scenarios.md": readDoc(t, "docs/scenarios.md")} {
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			if !tests[m[1]] {
				t.Errorf("%s names %s, which is no test", doc, m[1])
			}
		}
	}
	want := []string{"S01", "S02", "S03", "S04", "S05", "S21", "S23", "S25"}
	for n := range 25 {
		want = append(want, fmt.Sprintf("L%02d", n+1))
	}
	for _, row := range want {
		_, rest, found := strings.Cut(ledger, "\n| "+row+" | ")
		line, _, _ := strings.Cut(rest, "\n")
		if !found || !named.MatchString(line) && !strings.Contains(line, noDoor) {
			t.Errorf("docs/ledger.md: row %s names no test", row)
		}
	}
}

// allTests are the names of all tests of the repository.
func allTests(t *testing.T) map[string]bool {
	t.Helper()
	names, found := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`), map[string]bool{}
	eachTest(t, func(_ string, text []byte) {
		for _, m := range names.FindAllSubmatch(text, -1) {
			found[string(m[1])] = true
		}
	})
	return found
}
