package ui

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/frontend/locales"
)

var clock = time.Date(2026, 11, 20, 14, 10, 0, 0, time.UTC)

func english() *locales.Loc { return locales.New("en", nil, clock) }

func show(t *testing.T, c templ.Component) string {
	t.Helper()
	var buf bytes.Buffer
	if err := c.Render(t.Context(), &buf); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestFill(t *testing.T) {
	t.Parallel()
	host, name := Bdi("a.example"), Strong("<Ana>")
	tests := []struct{ sentence, want string }{
		{"from {1}", "from <bdi>a.example</bdi>"},
		{"{2} at {1}", `<strong dir="auto">&lt;Ana&gt;</strong> at <bdi>a.example</bdi>`},
		{"none & nothing", "none &amp; nothing"},
		{"a {brace} and {3}", "a {brace} and {3}"},
		{"an open {1", "an open {1"},
		{"{1}{1}", "<bdi>a.example</bdi><bdi>a.example</bdi>"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, show(t, Fill(tt.sentence, host, name))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.sentence, diff)
		}
	}
}

func TestOrgMark_hueInRange(t *testing.T) {
	t.Parallel()
	for hue, want := range map[int]string{-1: "8", 0: "8", 1: "1", 8: "8", 9: "8"} {
		if got := show(t, OrgMark(Org{Mark: "A", Hue: hue}, "")); !strings.Contains(got, `data-org="`+want+`"`) {
			t.Errorf("hue %d: %s", hue, got)
		}
	}
}

// shape writes a tree as one line: ids, children in brackets, folded ones
// after a bar.
func shape(replies []Reply, depth int) string {
	s := newStep(replies, depth)
	var parts []string
	for _, r := range s.shown {
		part := r.ID
		if r.To != "" {
			part += ">" + r.To
		}
		if len(r.Replies) > 0 {
			part += "(" + shape(r.Replies, depth+1) + ")"
		}
		parts = append(parts, part)
	}
	var line strings.Builder
	line.WriteString(strings.Join(parts, " "))
	if len(s.folded) > 0 {
		line.WriteString(" |")
		for _, r := range s.folded {
			line.WriteString(" " + r.ID)
		}
	}
	return line.String()
}

// chain is replies that each answer the one before.
func chain(ids ...string) []Reply {
	if len(ids) == 0 {
		return nil
	}
	return []Reply{{ID: ids[0], Author: Person{Name: strings.ToUpper(ids[0])}, Replies: chain(ids[1:]...)}}
}

func flat(n int) []Reply {
	replies := make([]Reply, n)
	for i := range replies {
		replies[i].ID = string(rune('a' + i))
	}
	return replies
}

func TestTree_shape(t *testing.T) {
	t.Parallel()
	forked := chain("a", "b", "c", "d")
	last := &forked[0].Replies[0].Replies[0].Replies[0]
	last.Replies = append(chain("e", "f"), chain("g")...)
	long := chain("r")
	long[0].Replies = flat(8)
	tests := []struct {
		name    string
		replies []Reply
		want    string
	}{
		{"nothing", nil, ""},
		{"four steps", chain("a", "b", "c", "d"), "a(b(c(d)))"},
		{"what is deeper joins the fourth and names whom it answers", chain("a", "b", "c", "d", "e", "f"), "a(b(c(d e>D f>E)))"},
		{"a fork below the fourth", forked, "a(b(c(d e>D f>E g>D)))"},
		{"a branch folds from the sixth reply on", long, "r(a b c d e | f g h)"},
		{"the top level never folds", flat(8), "a b c d e f g h"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, shape(tt.replies, 1)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// The page is handed the same tree again for a fragment: laying it out must
// not change it.
func TestTree_leavesItsInputAlone(t *testing.T) {
	t.Parallel()
	replies := chain("a", "b", "c", "d", "e", "f")
	first := shape(replies, 1)
	if second := shape(replies, 1); first != second {
		t.Errorf("first %s, then %s", first, second)
	}
}

func TestTree_newInsideAFoldOpensIt(t *testing.T) {
	t.Parallel()
	r := chain("r")
	r[0].Replies = flat(8)
	if got := show(t, Tree(english(), r)); !strings.Contains(got, `<details class="branch"><summary>`) {
		t.Errorf("an old branch isn't folded: %s", got)
	}
	r[0].Replies[7].Replies = []Reply{{ID: "z", New: true}}
	if got := show(t, Tree(english(), r)); !strings.Contains(got, `<details class="branch" open>`) {
		t.Error("a new reply is hidden in a fold")
	}
}

func TestSplitNew(t *testing.T) {
	t.Parallel()
	old := Reply{ID: "old", Replies: []Reply{{ID: "inside", New: true}}}
	fresh := Reply{ID: "fresh", New: true}
	before, after := SplitNew([]Reply{old, fresh, old})
	if len(before) != 1 || len(after) != 2 {
		t.Errorf("%d before and %d after the line, want 1 and 2", len(before), len(after))
	}
	if _, after := SplitNew([]Reply{old}); after != nil {
		t.Error("a new reply in an old branch moved the branch")
	}
}

func TestReplyActs(t *testing.T) {
	t.Parallel()
	r := Reply{ID: "7", Author: Person{Name: "Ana"}, Helpful: 3}
	tests := []struct {
		name       string
		may        Acts
		has, lacks []string
	}{
		{"signed out", Acts{}, []string{"3 found it helpful"}, []string{"<button", "<details", "<a "}},
		{"member", Acts{Like: true, Reply: true, Report: true, Thread: "/d/1"}, []string{`formaction="/p/7/like"`, `href="/d/1?to=7#write"`, "/p/7/report"}, []string{"/edit", "/remove", "/lock", "/pin", "/receipts"}},
		{"author", Acts{Edit: true, Delete: true, Receipts: true}, []string{"/p/7/edit", "/p/7/delete", "/p/7/receipts"}, []string{"/remove", "/like"}},
		{"facilitator", Acts{Remove: true, Pin: true, Lock: true}, []string{"/p/7/remove", "/p/7/pin", "/p/7/lock", "Pin", "Lock"}, []string{"/edit", "Unpin"}},
	}
	for _, tt := range tests {
		r.May = tt.may
		got := show(t, ReplyActs(english(), r))
		for _, want := range tt.has {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %s in %s", tt.name, want, got)
			}
		}
		for _, not := range tt.lacks {
			if strings.Contains(got, not) {
				t.Errorf("%s: %s in %s", tt.name, not, got)
			}
		}
	}
}

func TestHelpful_pressedSendsTheOpposite(t *testing.T) {
	t.Parallel()
	r := Reply{ID: "7", May: Acts{Like: true}}
	if got := show(t, ReplyActs(english(), r)); !strings.Contains(got, `name="on" value="1" aria-pressed="false"`) {
		t.Errorf("not liked: %s", got)
	}
	r.Liked = true
	if got := show(t, ReplyActs(english(), r)); !strings.Contains(got, `name="on" value="0" aria-pressed="true"`) {
		t.Errorf("liked: %s", got)
	}
}

func TestGone_sentence(t *testing.T) {
	t.Parallel()
	day := clock.AddDate(0, 0, -2)
	tests := []struct {
		gone Gone
		want string
	}{
		{Gone{Self: true, At: day}, "Removed by its author on Wed 18 Nov."},
		{Gone{At: day}, "Removed by the server it came from on Wed 18 Nov."},
		{Gone{By: "Ruben", At: day}, "Removed by Ruben on Wed 18 Nov."},
		{Gone{By: "Ruben", At: day, Reason: "advertising"}, "Removed by Ruben on Wed 18 Nov: advertising"},
	}
	for _, tt := range tests {
		if got := tt.gone.Sentence(english()); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestInput_tellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	got := show(t, Input(Field{Name: "handle", Label: "Handle", Hint: "Small letters", Value: "Ana!", Error: "Too many signs.", Code: true, Max: 30}))
	for _, want := range []string{
		`<label for="handle">Handle</label>`, `aria-describedby="handle-hint handle-error"`, `aria-invalid="true"`,
		`id="handle-hint"`, `id="handle-error"`, ` required`, `maxlength="30"`, `spellcheck="false"`, `value="Ana!"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if got := show(t, Input(Field{Name: "a", Optional: true})); strings.Contains(got, "required") || strings.Contains(got, "aria-") || strings.Contains(got, "value=") {
		t.Errorf("an empty optional field: %s", got)
	}
}

func TestErrorSummary(t *testing.T) {
	t.Parallel()
	if got := show(t, ErrorSummary(english(), "", Field{Name: "a"})); got != "" {
		t.Errorf("without errors: %s", got)
	}
	got := show(t, ErrorSummary(english(), "", Field{Name: "a"}, Field{Name: "b", Error: "Mend b."}))
	if !strings.Contains(got, `<a href="#b">Mend b.</a>`) || strings.Contains(got, `"#a"`) {
		t.Error(got)
	}
}

// A failed send never clears the text.
func TestCompose_keepsWhatWasWritten(t *testing.T) {
	t.Parallel()
	got := show(t, Compose(english(), Composer{
		Action: "/d/7/replies", Label: "Your reply", Submit: "Reply", Text: "first\n</textarea>", Error: "Say more.", DraftKey: "reply:7",
		Hidden: []Pair{{"to", "12"}}, MayPreview: true, Audiences: []Choice{{Value: "public", Label: "Everyone"}},
	}))
	for _, want := range []string{
		"first\n&lt;/textarea&gt;</textarea>", `aria-describedby="write-error"`, `name="draft" value="reply:7"`, `name="to" value="12"`,
		`formaction="/d/7/replies?preview=1#compose"`, `name="audience" value="public"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestCompose_audience(t *testing.T) {
	t.Parallel()
	two := []Choice{{Value: "public", Label: "Everyone"}, {Value: "members", Label: "Members", Chosen: true}}
	got := show(t, Compose(english(), Composer{Audiences: two}))
	if !strings.Contains(got, `<option value="members" selected>`) {
		t.Error(got)
	}
	if got := show(t, Compose(english(), Composer{})); strings.Contains(got, "audience") {
		t.Errorf("asked for an audience where there is none to choose: %s", got)
	}
}

func TestOrigin_note(t *testing.T) {
	t.Parallel()
	tests := map[Origin]string{
		{}:                         "on the web",
		{Door: ByMail}:             "by mail",
		{ByClient, "Mastodon"}:     "from <bdi>Mastodon</bdi>",
		{ByPeer, "health.example"}: "from <bdi>health.example</bdi>",
	}
	for from, want := range tests {
		if got := show(t, from.Note(english())); !strings.Contains(got, want) || !strings.Contains(got, "#i-"+from.icon()) {
			t.Errorf("%+v: %s", from, got)
		}
	}
}

func TestPagination_leftOutOnOnePage(t *testing.T) {
	t.Parallel()
	if got := show(t, Pagination(english(), Pages{})); got != "" {
		t.Error(got)
	}
	if got := show(t, Pagination(english(), Pages{Older: "/?before=7"})); !strings.Contains(got, `rel="next"`) || strings.Contains(got, `rel="prev"`) {
		t.Error(got)
	}
}
