package locales

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var tavara = time.FixedZone("", 3*3600)

// clock is ten past two on a Friday, the day of the mock-ups.
var clock = time.Date(2026, 11, 20, 14, 10, 0, 0, tavara)

func TestTimes(t *testing.T) {
	t.Parallel()
	monday := time.Date(2026, 11, 16, 9, 30, 0, 0, tavara)
	tests := []struct{ lang, date, long, exact, older string }{
		{"en", "Mon 16 Nov", "Monday 16 November 2026", "Monday 16 November 2026, 09:30 UTC+3", "16 Nov 2025"},
		{"fr", "lun. 16\u00a0nov.", "lundi 16 novembre 2026", "lundi 16 novembre 2026, 09:30 UTC+3", "16\u00a0nov. 2025"},
		{"es", "lun 16 nov", "lunes 16 de noviembre de 2026", "lunes 16 de noviembre de 2026, 09:30 UTC+3", "16 nov 2025"},
		{"ru", "пн, 16\u00a0нояб.", "понедельник, 16 ноября 2026 г.", "понедельник, 16 ноября 2026 г., 09:30 UTC+3", "16\u00a0нояб. 2025"},
		{"zh", "11月16日 周一", "2026年11月16日 星期一", "2026年11月16日 星期一 09:30 UTC+3", "2025年11月16日"},
		{"ar", "الاثنين 16 نوفمبر", "الاثنين 16 نوفمبر 2026", "الاثنين 16 نوفمبر 2026، 09:30 UTC+3", "16 نوفمبر 2025"},
	}
	for _, tt := range tests {
		l := New(tt.lang, tavara, clock)
		got := []string{l.Date(monday), l.LongDate(monday), l.Exact(monday), l.Date(monday.AddDate(-1, 0, 0))}
		want := []string{tt.date, tt.long, tt.exact, tt.older}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.lang, diff)
		}
	}
}

func TestWhen(t *testing.T) {
	t.Parallel()
	l := New("en", tavara, clock)
	tests := []struct {
		ago  time.Duration
		want string
	}{
		{-time.Hour, "now"},
		{59 * time.Second, "now"},
		{time.Minute, "1 min"},
		{59 * time.Minute, "59 min"},
		{4*time.Hour + 50*time.Minute, "4 h"},
		{24*time.Hour - time.Second, "23 h"},
		{24 * time.Hour, "Thu 19 Nov"},
	}
	for _, tt := range tests {
		if got := l.When(clock.Add(-tt.ago)); got != tt.want {
			t.Errorf("%s ago: %q, want %q", tt.ago, got, tt.want)
		}
	}
}

// The day changes with the reader's zone, not the server's.
func TestDate_zoneOfTheReader(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 11, 16, 23, 30, 0, 0, time.UTC)
	if got := New("en", tavara, clock).Stamp(late); got != "Tue 17 Nov, 02:30" {
		t.Errorf("in UTC+3: %s", got)
	}
	if got := New("en", nil, clock).Stamp(late); got != "Mon 16 Nov, 23:30" {
		t.Errorf("in UTC: %s", got)
	}
}

func TestZoneName(t *testing.T) {
	t.Parallel()
	tests := map[int]string{0: "UTC", 3 * 3600: "UTC+3", -5 * 3600: "UTC-5", 19800: "UTC+5:30", -12600: "UTC-3:30"}
	for seconds, want := range tests {
		if got := zoneName(clock.In(time.FixedZone("x", seconds))); got != want {
			t.Errorf("%d s: %q, want %q", seconds, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	tests := []struct {
		lang string
		n    int
		want string
	}{
		{"en", 0, "0"},
		{"en", 999, "999"},
		{"en", 1840, "1,840"},
		{"en", 1234567, "1,234,567"},
		{"fr", 1840, "1\u202f840"},
		{"es", 1840, "1840"},
		{"es", 18400, "18.400"},
		{"ru", 18400, "18\u00a0400"},
		{"ar", 1840, "1,840"},
		{"en", -1840, "-1840"},
	}
	for _, tt := range tests {
		if got := New(tt.lang, nil, clock).Number(tt.n); got != tt.want {
			t.Errorf("%s %d: %q, want %q", tt.lang, tt.n, got, tt.want)
		}
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	tests := map[int64]string{0: "1\u00a0KB", 500: "1\u00a0KB", 348160: "340\u00a0KB", 5 << 20: "5\u00a0MB"}
	for bytes, want := range tests {
		if got := New("en", nil, clock).Size(bytes); got != want {
			t.Errorf("%d bytes: %q, want %q", bytes, got, want)
		}
	}
}

func TestGreeting(t *testing.T) {
	t.Parallel()
	tests := map[int]string{4: "Good evening, Ana", 5: "Good morning, Ana", 12: "Good afternoon, Ana", 18: "Good evening, Ana"}
	for hour, want := range tests {
		now := time.Date(2026, 11, 20, hour, 0, 0, 0, tavara)
		if got := New("en", tavara, now).Greeting("Ana"); got != want {
			t.Errorf("%d o'clock: %q, want %q", hour, got, want)
		}
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	l := New("en", nil, clock)
	tests := []struct {
		text string
		args []any
		want string
	}{
		{"%d replies by %s", []any{1840, "Ana"}, "1,840 replies by Ana"},
		{"%2$s has %1$d", []any{int64(3), "Ana"}, "Ana has 3"},
		{"none", []any{1}, "none"},
		{"%s and %s", []any{"one"}, "one and "},
		{"100 %% of %s", []any{"it"}, "100 % of it"},
		{"40 % done, %d", []any{2}, "40 % done, 2"},
		{"end %", []any{2}, "end %"},
		{"%9$x", []any{2}, "%9$x"},
		{"%s", []any{"%s"}, "%s"}, // what people wrote is never a format
	}
	for _, tt := range tests {
		if got := l.fill(tt.text, tt.args); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestCount_english(t *testing.T) {
	t.Parallel()
	l := New("en", nil, clock)
	tests := map[int]string{0: "0 trees", 1: "1 tree", 2: "2 trees", 1001: "1,001 trees"}
	for n, want := range tests {
		if got := l.Count("%d tree", "%d trees", n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// Every language chooses among as many forms as its header announces.
func TestPluralForms(t *testing.T) {
	t.Parallel()
	tests := map[string]map[int]int{
		"en": {0: 1, 1: 0, 2: 1},
		"es": {0: 1, 1: 0, 2: 1},
		"fr": {0: 0, 1: 0, 2: 1},
		"ru": {1: 0, 2: 1, 5: 2, 11: 2, 21: 0, 22: 1, 112: 2},
		"zh": {0: 0, 1: 0, 5: 0},
		"ar": {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 11: 4, 99: 4, 100: 5, 103: 3, 111: 4},
	}
	for lang, forms := range tests {
		for n, want := range forms {
			if got := catalogues()[lang].form(n); got != want {
				t.Errorf("%s, %d: form %d, want %d", lang, n, got, want)
			}
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	c, err := parse([]byte(`msgid ""
msgstr ""
"Language: xx\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"

msgid "Done"
msgstr "Fertig"

msgctxt "order"
msgid "Open"
msgstr "Offen"

msgid "Left alone"
msgstr ""

msgid "%d tree"
msgid_plural "%d trees"
msgstr[0] "%d Baum"
msgstr[1] "%d Bäume"

msgid "%d half"
msgid_plural "%d halves"
msgstr[0] "%d Hälfte"
msgstr[1] ""
`))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{
		c.text("Done"), c.text("Open"), c.textIn("order", "Open"), c.textIn("state", "Open"),
		c.text("Left alone"), c.text("Unknown"), c.count("%d tree", "%d trees", 0), c.count("%d tree", "%d trees", 2),
		c.count("%d half", "%d halves", 1), c.count("%d half", "%d halves", 2),
	}
	want := []string{"Fertig", "Open", "Offen", "Open", "Left alone", "Unknown", "%d Baum", "%d Bäume", "%d half", "%d halves"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := parse([]byte("msgid \"\"\nmsgstr \"\"\n")); err == nil {
		t.Error("a catalogue without a plural rule was taken")
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		header string
		chosen []string
		want   string
	}{
		{"", nil, "en"},
		{"fr-CH, fr;q=0.9, en;q=0.8", nil, "fr"},
		{"de, ru;q=0.3, ar;q=0.7", nil, "ar"},
		{"zh-Hant-TW", nil, "zh"},
		{"fr;q=0, es;q=0.1", nil, "es"},
		{"fr;q=7, es;q=0.1", nil, "es"},
		{"fr;q=x, es;q=0.1", nil, "es"},
		{"fr", []string{"", "AR"}, "ar"},
		{"fr", []string{"xx", "es"}, "es"},
		{"fr", []string{"", "ru", "es"}, "ru"},
		{"*", nil, "en"},
	}
	for _, tt := range tests {
		if got := Match(tt.header, tt.chosen...); got != tt.want {
			t.Errorf("%q %v: %s, want %s", tt.header, tt.chosen, got, tt.want)
		}
	}
}

func TestNew_unknownLanguageReadsEnglish(t *testing.T) {
	t.Parallel()
	l := New("xx", nil, clock)
	if l.Lang.Code != "en" || l.Lang.Dir != "ltr" || l.Zone != time.UTC {
		t.Errorf("%+v", l.Lang)
	}
	if ar := New("ar", nil, clock); ar.Lang.Dir != "rtl" {
		t.Errorf("Arabic reads %s", ar.Lang.Dir)
	}
}
