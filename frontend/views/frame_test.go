package views

import (
	"bytes"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/copse-social/copse/frontend/ui"
)

func show(t *testing.T, c templ.Component) string {
	t.Helper()
	var buf bytes.Buffer
	if err := c.Render(t.Context(), &buf); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestHead_tellsMachines(t *testing.T) {
	t.Parallel()
	page := string(render(t, sample{page: landingFull, out: true}, "en"))
	for _, want := range []string{
		`<title>WASH Alliance</title>`,
		`<link rel="canonical" href="https://wash.example/">`,
		`<link rel="alternate" type="application/activity+json" href="https://wash.example/actor">`,
		`<link rel="alternate" type="application/atom+xml" href="/feed.atom">`,
		`<meta property="og:site_name" content="WASH Alliance">`,
		`<meta property="article:published_time" content="2026-11-20T11:10:00Z">`,
		`<meta name="fediverse:creator" content="@thandiwe@wash.example">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the head lacks %s", want)
		}
	}
}

func TestHead_withoutScriptsInTheBuild(t *testing.T) {
	t.Parallel()
	s := signedOut("en")
	page := show(t, Landing{Shell: s}.View())
	if got, want := strings.Contains(page, "<script"), s.script() != ""; got != want {
		t.Errorf("script element: %v, scripts in the build: %v", got, want)
	}
}

func TestShell_theme(t *testing.T) {
	t.Parallel()
	s := signedOut("en")
	if page := show(t, Landing{Shell: s}.View()); strings.Contains(page, "data-theme") {
		t.Error("without a choice the page has a theme")
	}
	s.Theme = "dark"
	if page := show(t, Landing{Shell: s}.View()); !strings.Contains(page, `<html lang="en" dir="ltr" data-theme="dark">`) {
		t.Error("the chosen theme isn't on the root")
	}
}

func TestShell_navigationByRole(t *testing.T) {
	t.Parallel()
	tests := []struct {
		viewer     Viewer
		reports    bool
		federation bool
	}{
		{Viewer{}, false, false},
		{Viewer{Facilitates: true}, true, false},
		{Viewer{Admin: true}, true, true},
	}
	for _, tt := range tests {
		s := signedOut("en")
		s.Viewer = &tt.viewer
		page := show(t, Home{Shell: s}.View())
		if got := strings.Contains(page, `href="/reports"`); got != tt.reports {
			t.Errorf("%+v: reports in the navigation: %v", tt.viewer, got)
		}
		if got := strings.Contains(page, `href="/admin/federation"`); got != tt.federation {
			t.Errorf("%+v: federation in the navigation: %v", tt.viewer, got)
		}
	}
}

func TestViewer_mayStart(t *testing.T) {
	t.Parallel()
	v := Viewer{}
	for i := range 12 {
		v.Communities = append(v.Communities, NavCommunity{Name: string(rune('a' + i)), MayPost: i != 0, Current: i == 11})
	}
	var got strings.Builder
	for _, c := range v.mayStart() {
		got.WriteString(c.Name)
	}
	if got.String() != "lbcdefghi" {
		t.Errorf("offers %s, want the current one, then eight where the reader may post", got.String())
	}
}

// Missing, removed and members-only give the same page, so nothing but the
// address may differ.
func TestProblem_404saysNothing(t *testing.T) {
	t.Parallel()
	s := signedOut("en")
	s.Path = "/d/1"
	a := show(t, Problem{Shell: s, Status: 404}.View())
	b := show(t, Problem{Shell: s, Status: 404, Kept: true, Retry: 0}.View())
	if a != b {
		t.Error("two answers for the same address differ")
	}
}

// T36: what people and other servers send never becomes markup or a script
// address, whichever field it comes through.
func TestT36_hostileText(t *testing.T) {
	t.Parallel()
	evil := `"><script>alert(1)</script><svg onload=alert(1)>{1}%s`
	who := ui.Person{Name: evil, Initials: evil, Handle: evil, URL: "javascript:alert(1)", Place: evil, Org: ui.Org{Name: evil, Mark: evil, Hue: 99}}
	s := signedIn("en")
	s.Title, s.Path, s.Query, s.Flash.Text = evil, evil, evil, evil
	s.Instance.Org, s.Instance.Host, s.Viewer.Person = who.Org, evil, who
	s.Head = Head{Canonical: "javascript:alert(1)", Graph: &OpenGraph{Title: evil, Description: evil, URL: evil}}
	s.Viewer.Communities = []NavCommunity{{Name: evil, Handle: evil, MayPost: true}}
	reply := ui.Reply{
		ID: evil, Author: who, Role: evil, To: evil, At: clock, Lang: evil, May: ui.Acts{Like: true, Reply: true, Edit: true, Thread: "javascript:alert(1)"},
		From: ui.Origin{Door: ui.ByPeer, From: evil}, Files: []ui.File{{Name: evil, URL: "javascript:alert(1)"}},
	}
	pages := map[string]Page{
		"discussion": Discussion{
			Shell: s, ID: evil, Heading: evil, Community: ui.Link{Label: evil, URL: "javascript:alert(1)"}, Opening: reply,
			Replies:  []ui.Reply{reply, {ID: evil, Gone: &ui.Gone{By: evil, Reason: evil, At: clock}, Locked: &ui.Lock{By: evil, Reason: evil, At: clock}}},
			Composer: &ui.Composer{Action: "javascript:alert(1)", Label: evil, Submit: evil, Text: "</textarea>" + evil, Error: evil, DraftKey: evil, MayPreview: true},
			Trouble:  []Trouble{{Host: evil}}, Address: evil, ByOrg: []OrgCount{{who.Org, 1}},
		},
		"community": Cop{
			Shell: s, Name: evil, Handle: evil, Address: evil, Org: who.Org, Facilitators: []ui.Person{who},
			Talk:   []DiscussionRow{{ID: evil, Title: evil, Author: who, Excerpt: evil, Lang: evil}},
			Remote: &Remote{Host: evil, URL: "javascript:alert(1)"}, Languages: []ui.Link{{Label: evil, URL: evil}},
		},
		"sign-in": SignIn{Shell: s, Login: evil, Error: evil, Back: evil, Ways: []ui.Link{{Label: evil, URL: "javascript:alert(1)"}}},
		"problem": Problem{Shell: s, Status: 404, Words: evil, RequestID: evil, Detail: evil, Near: []ui.Link{{Label: evil, URL: "javascript:alert(1)"}}},
	}
	for name, p := range pages {
		doc := parse(t, []byte(show(t, p.View())))
		for _, problem := range policyProblems(doc) {
			t.Errorf("%s: %s", name, problem)
		}
		for _, n := range doc.elements {
			for _, key := range []string{"href", "src", "action", "formaction"} {
				if strings.HasPrefix(attr(n, key), "javascript:") {
					t.Errorf("%s: %s on %s runs a script", name, key, n.Data)
				}
			}
		}
	}
}
