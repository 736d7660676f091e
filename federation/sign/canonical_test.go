package sign_test

import (
	"strings"
	"testing"

	"github.com/copse-social/copse/federation/sign"
)

func TestCanonical_rfc8785(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		// §3.2.2 and §3.2.3, the examples of the RFC.
		`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],` +
			`"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`: `{"literals":[null,true,false],` +
			`"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
		`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",` +
			`"\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`: `{"\r":"Carriage Return",` +
			`"1":"One","` + "\u0080" + `":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign",` +
			`"😀":"Emoji: Grinning Face","` + "\ufb33" + `":"Hebrew Letter Dalet With Dagesh"}`,
		` { "b" : 1 , "a" : [ ] } `: `{"a":[],"b":1}`,
		`-0`:                        `0`,
		`"<&>"`:                     `"<&>"`,
		`9007199254740991`:          `9007199254740991`,
		`1e20`:                      `100000000000000000000`,
		`100000000000000000000`:     `100000000000000000000`,
		`1e21`:                      `1e+21`,
	} {
		got, err := sign.Canonical([]byte(in))
		if err != nil || string(got) != want {
			t.Errorf("%s:\ngot  %s, %v\nwant %s", in, got, err, want)
		}
	}
}

func TestCanonical_leavesItsInputAlone(t *testing.T) {
	t.Parallel()
	in := []byte(`{"b":1, "a":2}`)
	if _, err := sign.Canonical(in); err != nil || string(in) != `{"b":1, "a":2}` {
		t.Errorf("input is now %s, %v", in, err)
	}
}

func TestCanonical_refused(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", " ", "{", "nul", `{"a":1}{"b":2}`, `{"a":1,"a":1}`, `{"a":1,"\u0061":1}`, "\"\xff\"", `"\ud800"`,
		"9007199254740993", "-9007199254740993", "1000000000000000000001", "1e999", "01", `{a:1}`, `[1,]`, "\ufeff{}",
		strings.Repeat("[", 33) + strings.Repeat("]", 33),
		"[" + strings.Repeat("0,", 30_000) + "0]",
		`"` + strings.Repeat("a", 1<<20) + `"`,
	} {
		if got, err := sign.Canonical([]byte(in)); err == nil {
			t.Errorf("%.40q became %.40s", in, got)
		}
	}
}
