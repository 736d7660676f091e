package frame_test

import (
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// Whatever the table of rights refuses, the page says which rule it was and who can change that, in
// every language.
func TestSentence_namesTheRule(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"en", "fr", "ar"} {
		l := locales.New(lang, nil, time.Time{})
		for _, row := range rights.Table() {
			for _, openness := range []string{"open", "restricted"} {
				who := row.In(openness).Who()
				if len(who) == 0 {
					continue // nothing of the kind there
				}
				no := &community.Refusal{Kind: community.Forbidden, Code: row.Code, Rule: &community.Rule{Act: row.Act, Who: who}}
				said, plain := frame.Sentence(l, no), frame.Why(l, row.Code)
				if !strings.Contains(said, frame.ActWord(l, row.Act)) || !strings.Contains(said, frame.WhoWords(l, who)) {
					t.Errorf("%s: %s in a group that is %s: %q", lang, row.Act, openness, said)
				}
				if row.Code != "signed-out" && strings.HasSuffix(said, frame.WhoWords(l, who)+".") || plain != "" && !strings.HasPrefix(said, plain) {
					t.Errorf("%s: %s: %q lacks who can change it, or does not begin with %q", lang, row.Act, said, plain)
				}
			}
		}
	}
}

// Where no row of the table said no, none is named.
func TestSentence_withoutRule(t *testing.T) {
	t.Parallel()
	l := locales.New("en", nil, time.Time{})
	if got := frame.Sentence(l, community.Refuse(community.Forbidden, "banned")); strings.Contains(got, "The rule") {
		t.Errorf("a ban says %q", got)
	}
}

func TestWhoWords_leastFirst(t *testing.T) {
	t.Parallel()
	l := locales.New("en", nil, time.Time{})
	for want, who := range map[string][]rights.Standing{
		"Everybody": rights.Standings(), "All members": rights.Standings()[3:], "Followers and members": rights.Standings()[2:],
		"Members after their first month": rights.Standings()[4:], "": nil,
		frame.RoleWord(l, "facilitator") + " · " + frame.RoleWord(l, "moderator"): {rights.Facilitator, rights.Moderator},
	} {
		if got := frame.WhoWords(l, who); got != want {
			t.Errorf("%v are %q, want %q", who, got, want)
		}
	}
}
