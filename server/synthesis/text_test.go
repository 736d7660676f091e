package synthesis

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCited(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]int{
		"Shade it [2].":                     {2},
		"Shade it [2, 5] and clean [5][1].": {1, 2, 5},
		"All of them [2-4], [7–8].":         {2, 3, 4, 7, 8},
		"A link [2](https://x.test) is not": nil,
		"nor [2][ref], nor ![3], nor \\[4]": nil,
		"nor [0], [a], [], [12345]":         nil,
		"too wide [1-9999] names its start": {1},
		"backwards [5-2]":                   {5},
		"ثلّج الخزان [٢] ثم [3]":            {3},
	} {
		if diff := cmp.Diff(want, Cited(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestLinked_linksWhatHasAnAddress(t *testing.T) {
	t.Parallel()
	address := func(n int) string {
		if n > 3 {
			return ""
		}
		return "https://a.test/p/" + strconv.Itoa(n)
	}
	got := Linked("Shade [1, 9] it [2](https://x.test).", address)
	want := `Shade [\[1\]](<https://a.test/p/1>) \[9\] it [2](https://x.test).`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := Linked("nothing", address); got != "nothing" {
		t.Errorf("a text without marks became %s", got)
	}
}

func TestWords_ofEachScript(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"":                             0,
		"Lids, mats, a clean [2].":     5, // the number reads as a word
		"Don't raise 0.4 mg/L – ever.": 6,
		"لا ترفع الجرعة مرة أخرى": 5,
		"不要再加氯":                          5,
		strings.Repeat("one two\n", 100): 200,
	} {
		if got := Words(text); got != want {
			t.Errorf("%q has %d words, want %d", text, got, want)
		}
	}
}

func TestUnsupported_sentencesWithoutResponse(t *testing.T) {
	t.Parallel()
	text := "# Heat and light\n\nA tank at 38 °C loses twice as fast [3]. Mats cost 40 dollars. Lids help.[2]\n\n" +
		"What to do:\n\n- close it [1]\n- clean it\n\n| a | b |\n\n清洁水箱。遮阳[4]。"
	want := []string{"Mats cost 40 dollars.", "clean it", "清洁水箱。"}
	if diff := cmp.Diff(want, Unsupported(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTable_readsWhatItWrote(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		runes := []rune("ab| \\\n-:é[2]")
		var b strings.Builder
		for range random.IntN(8) {
			b.WriteRune(runes[random.IntN(len(runes))])
		}
		return b.String()
	}
	flat := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	for range 2000 {
		var rows, want []Row
		for range random.IntN(5) {
			r := Row{Place: text(), Done: text(), Result: text(), From: "[2]"}
			rows = append(rows, r)
			want = append(want, Row{Place: flat(r.Place), Done: flat(r.Done), Result: flat(r.Result), From: r.From})
		}
		if diff := cmp.Diff(want, Rows(Table(rows))); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
}

func TestRows_leavesEverythingElse(t *testing.T) {
	t.Parallel()
	got := Rows("Before\n| Place | Done | Result | From |\n|:--|---|--:|---|\n| a | b |\n|\n| x | y | z | [1] |\nafter | it")
	want := []Row{{"Place", "Done", "Result", "From"}, {"x", "y", "z", "[1]"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if Table([]Row{{}, {Place: " "}}) != "" {
		t.Error("empty rows make a table")
	}
}
