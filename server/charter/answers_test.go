package charter_test

import (
	"errors"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
)

func TestAdvise(t *testing.T) {
	t.Parallel()
	for answers, want := range map[string]charter.Advice{
		"yyyyy": charter.AdviceCop, "yyyyn": charter.AdviceYoung, "yynyn": charter.AdviceYoung, "nnnnn": charter.AdviceTeam,
		"ynnnn": charter.AdviceTeam, "ynnyn": charter.AdviceNetwork, "nnnny": charter.AdviceTeam, "yynnn": charter.AdviceTeam, "": charter.AdviceUnasked, "yy": charter.AdviceUnasked,
	} {
		test := map[string]bool{}
		for i, c := range answers {
			test[string(rune('1'+i))] = c == 'y'
		}
		if _, got := charter.Advise(test); got != want {
			t.Errorf("%s: %s, want %s", answers, got, want)
		}
	}
}

func TestSteps_orderAndEnds(t *testing.T) {
	t.Parallel()
	if charter.After("name") != "self-test" || charter.Before("self-test") != "name" || charter.Before("name") != "name" || charter.After("preview") != "preview" {
		t.Error("the steps do not follow one another")
	}
}

func TestAnswers_keptAndRead(t *testing.T) {
	t.Parallel()
	f := &db.Founding{}
	a := charter.Answers{Name: "Cold", Handle: "cold", Test: map[string]bool{"1": true}, Founders: []string{"@bo@b.test"}}
	a.Purpose = "Keeping cold"
	if err := charter.KeepAnswers(f, a); err != nil {
		t.Fatal(err)
	}
	got, err := charter.ReadAnswers(f)
	if err != nil || got.Purpose != a.Purpose || !got.Test["1"] || got.Founders[0] != a.Founders[0] {
		t.Errorf("%+v, %v", got, err)
	}
	f.Answers = "{"
	if _, err := charter.ReadAnswers(f); err == nil {
		t.Error("broken answers are read")
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	good := charter.Answers{Name: "Cold", Handle: "cold", CharterFields: fields("")}
	for _, row := range []struct {
		step, want string
		change     func(a *charter.Answers)
	}{
		{"name", "", func(*charter.Answers) {}},
		{"name", "name-missing", func(a *charter.Answers) { a.Name = " " }},
		{"name", "handle-invalid", func(a *charter.Answers) { a.Handle = "Cold chain" }},
		{"domain", "outside-missing", func(a *charter.Answers) { a.Outside = nil }},
		{"practice", "", func(a *charter.Answers) { a.Outside = nil }},
		{"governance", "days-range", func(a *charter.Answers) { a.Days = -1 }},
		{"founders", "", func(a *charter.Answers) { a.Founders = []string{"@bo@b.test", "grace@mail.test"} }},
		{"founders", "founder-address", func(a *charter.Answers) { a.Founders = []string{"grace"} }},
		{"founders", "founders-many", func(a *charter.Answers) { a.Founders = make([]string, 16) }},
	} {
		a := good
		row.change(&a)
		err := charter.Check(row.step, a)
		no, _ := errors.AsType[*community.Refusal](err)
		if (no == nil && row.want != "") || (no != nil && no.Code != row.want) {
			t.Errorf("%s: %v, want %q", row.step, err, row.want)
		}
	}
}
