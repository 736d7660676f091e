package rights_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/server/rights"
)

// declared are the values of all constants of type Act in the source of the package.
func declared(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "rights.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var acts []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, is := n.(*ast.ValueSpec)
		if !is || spec.Type == nil {
			return true
		}
		if name, is := spec.Type.(*ast.Ident); is && name.Name == "Act" {
			for _, v := range spec.Values {
				if lit, is := v.(*ast.BasicLit); is {
					acts = append(acts, strings.Trim(lit.Value, `"`))
				}
			}
		}
		return true
	})
	return acts
}

func TestTable_everyActHasOneRow(t *testing.T) {
	t.Parallel()
	var rows []string
	for _, r := range rights.Table() {
		rows = append(rows, string(r.Act))
		for _, cells := range []string{r.Open, r.Closed} {
			if len(cells) != len(rights.Standings()) || strings.Trim(cells, "y-h") != "" {
				t.Errorf("%s: %q does not have one letter for each of %d standings", r.Act, cells, len(rights.Standings()))
			}
		}
		if r.Code == "" {
			t.Errorf("%s has no code to refuse with", r.Act)
		}
	}
	acts := declared(t)
	slices.Sort(acts)
	slices.Sort(rows)
	if diff := cmp.Diff(acts, rows); diff != "" {
		t.Errorf("acts in the code and in the table (-code +table)\n%s", diff)
	}
}

// TestTable_domain holds cells of domain.md 3c that say no.
func TestTable_domain(t *testing.T) {
	t.Parallel()
	for _, no := range []struct {
		act rights.Act
		who rights.Standing
	}{
		{rights.Read, rights.Follower},
		{rights.Admit, rights.Member},
		{rights.Admit, rights.Expert},
		{rights.Grant, rights.Core},
		{rights.Grant, rights.Moderator},
		{rights.Remove, rights.Core},
		{rights.Ban, rights.Sponsor},
		{rights.Draft, rights.Member},
		{rights.Vote, rights.Newcomer},
		{rights.Start, rights.Sponsor},
		{rights.NameFacilitator, rights.Core},
		{rights.Release, rights.Member},
		{rights.Release, rights.Moderator},
		{rights.Release, rights.Admin},
	} {
		row, _ := rights.Of(no.act)
		if row.In("private").Allow(no.who) {
			t.Errorf("%s may %s", no.who, no.act)
		}
	}
	if _, known := rights.Of("fly"); known {
		t.Error("an act without a row is in the table")
	}
}

func TestStartBy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		policy, openness string
		least            rights.Standing
		code             string
	}{
		{rights.ByAnyone, "open", rights.Person, "members-only-start"},
		{rights.ByFollowers, "open", rights.Follower, "followers-only-start"},
		{rights.ByMembers, "open", rights.Newcomer, "members-only-start"},
		{rights.ByModerators, "open", rights.Facilitator, "moderators-only-start"},
		{rights.ByAnyone, "private", rights.Newcomer, "members-only-start"},
		{rights.ByFollowers, "restricted", rights.Newcomer, "members-only-start"},
		{rights.ByModerators, "private", rights.Facilitator, "moderators-only-start"},
	} {
		row := rights.StartBy(c.policy, c.openness)
		who := row.In(c.openness).Who()
		if len(who) == 0 || who[0] != c.least || row.Code != c.code {
			t.Errorf("%s in a %s group: from %v on, %s; want %s, %s", c.policy, c.openness, who, row.Code, c.least, c.code)
		}
	}
}
