package federation

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
)

func withLines(fields []vocab.FieldDoc) *vocab.Object {
	doc := &vocab.Object{}
	for _, f := range fields {
		doc.Attachment = append(doc.Attachment, vocab.Attachment{Type: f.Type, Name: f.Name, Value: f.Value})
	}
	return doc
}

func TestKnowing_thereAndBack(t *testing.T) {
	t.Parallel()
	told := &db.Profile{
		Team: "Field team <North>", Job: "Pump & doser technician", Languages: "en yo", Places: "Kessan\nOru Delta",
		Topics: "flow-driven dosers\nfloat valves",
	}
	fields := KnowingFields(told, []string{"float valves (Grace Atieno, Farid Rahimi)", "pumps (Ana)"})
	want := []vocab.FieldDoc{
		{Type: "PropertyValue", Name: "Ask me about", Value: "flow-driven dosers, float valves"},
		{Type: "PropertyValue", Name: "Vouched for", Value: "float valves (Grace Atieno, Farid Rahimi), pumps (Ana)"},
		{Type: "PropertyValue", Name: "Works as", Value: "Pump &amp; doser technician"},
		{Type: "PropertyValue", Name: "Team", Value: "Field team &lt;North&gt;"},
		{Type: "PropertyValue", Name: "Places", Value: "Kessan, Oru Delta"},
		{Type: "PropertyValue", Name: "Languages", Value: "en, yo"},
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("lines of the profile (-want +got):\n%s", diff)
	}
	got := knowingFromWire(7, withLines(fields))
	told.ActorID, told.Shown = 7, db.ShownPublic
	told.Vouched = "float valves (Grace Atieno، Farid Rahimi)\npumps (Ana)"
	if diff := cmp.Diff(told, got); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
	if got := KnowingFields(&db.Profile{}, nil); len(got) != 0 {
		t.Errorf("who tells nothing has lines %v", got)
	}
}

func TestKnowing_ofOthers(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("a topic of its own, ", 40) + strings.Repeat("x", 5000)
	for name, c := range map[string]struct {
		field vocab.FieldDoc
		want  db.Profile
	}{
		"a link of Mastodon":        {vocab.FieldDoc{Name: "Copse", Value: `<a href="https://copse.test/u/ana" rel="me nofollow"><span class="invisible">https://</span>copse.test/u/ana</a>`}, db.Profile{Links: "https://copse.test/u/ana"}},
		"a bare address":            {vocab.FieldDoc{Name: "Web", Value: " https://copse.test/u/ana "}, db.Profile{Links: "https://copse.test/u/ana"}},
		"a script is no address":    {vocab.FieldDoc{Name: "Web", Value: `<a href="javascript:alert(1)">x</a>`}, db.Profile{}},
		"markup is no topic":        {vocab.FieldDoc{Name: "Ask me about", Value: "<b>pumps</b>, , pumps, <script>x</script>wells"}, db.Profile{Topics: "pumps\nwells"}},
		"a line of another meaning": {vocab.FieldDoc{Name: "Pronouns", Value: "she"}, db.Profile{}},
		"codes are codes":           {vocab.FieldDoc{Name: "Languages", Value: "EN, fr; DROP, x, pt-br"}, db.Profile{Languages: "en drop pt-br"}},
		"few and short":             {vocab.FieldDoc{Name: "Places", Value: many}, db.Profile{Places: "a topic of its own\n" + strings.Repeat("x", maxKnownLine)}},
	} {
		c.field.Type, c.want.ActorID, c.want.Shown = "PropertyValue", 7, db.ShownPublic
		if diff := cmp.Diff(&c.want, knowingFromWire(7, withLines([]vocab.FieldDoc{c.field}))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
