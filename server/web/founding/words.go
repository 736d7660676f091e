package founding

import (
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/server/charter"
)

func stepName(l loc, step string) string {
	switch step {
	case "name":
		return l.Text("Name and handle")
	case "self-test":
		return l.Text("Is it a community?")
	case "kin":
		return l.Text("Look for kin")
	case "domain":
		return l.Text("Domain")
	case "community":
		return l.TextIn("step", "Community")
	case "practice":
		return l.TextIn("step", "Practice")
	case "governance":
		return l.Text("Governance")
	case "founders":
		return l.Text("Founders")
	case "first":
		return l.Text("First three things")
	}
	return l.Text("Preview")
}

// headings are the question of a step and what it is for.
func headings(l loc, step string) (heading, lead string) {
	switch step {
	case "name":
		return l.Text("What is it called?"), l.Text("A name that says what people do, and a handle by which others find it from any server.")
	case "self-test":
		return l.Text("Is it a community, or does something else serve you better?"), l.Text("Five questions, one minute. There is no score and nobody is turned away.")
	case "kin":
		return l.Text("Is there one already?"), l.Text("Communities here and on servers that this one has met, with similar words. To join one is less work than to start one.")
	case "domain":
		return l.Text("What do you care about together?"), l.Text("The domain gives a community its identity. Write it as you would say it to a colleague. It becomes the first part of your charter.")
	case "community":
		return l.Text("Who is it for?"), l.Text("People who do the work, and how they treat one another.")
	case "practice":
		return l.Text("What will you work on?"), l.Text("The knowledge that matters and what you will do together. It can grow later.")
	case "governance":
		return l.Text("How do you decide?"), l.Text("Little, and written down. Everything here can be changed by the rule you choose.")
	case "founders":
		return l.Text("Who founds it with you?"), l.Text("They are asked to sign the charter. A signature by reply counts as much as one on this page.")
	case "first":
		return l.Text("What happens in the first weeks?"), l.Text("A community that begins with three things to do keeps its first members.")
	}
	return l.Text("Read it as others will"), l.Text("Nothing is public yet. The founders are asked to sign; then the charter is adopted by the rule you chose, and the community is listed.")
}

// testQuestions are the self-test: a question and what it means.
func testQuestions(l loc) []ui.Choice {
	return []ui.Choice{
		{Label: l.Text("Do you share a concern that will still matter in two years?"), Value: l.Text("Not a task with an end date")},
		{Label: l.Text("Are the people you have in mind the ones who do the work?"), Value: l.Text("Nurses and technicians, not only those who report on them")},
		{Label: l.Text("Will they come back, again and again?"), Value: l.Text("Not one workshop and a mailing list")},
		{Label: l.Text("Do they help one another because it helps them?"), Value: l.Text("Rather than because a contract says so")},
		{Label: l.Text("Is there someone who will look after it, two hours a week?"), Value: l.Text("A facilitator. Two are better")},
	}
}

// adviceWords says what a self-test comes to; nothing before all is answered.
func adviceWords(l loc, yes int, advice string) (title, text string) {
	switch charter.Advice(advice) {
	case charter.AdviceCop:
		return l.Text("A community of practice"), l.Text("Five of five. Go on.")
	case charter.AdviceYoung:
		return l.Text("Likely a community, not yet on its feet"), l.Text("%d of five. Start small: two meetings with the same eight people show whether they come back. Name a second person who looks after it before you invite more than fifteen.", yes)
	case charter.AdviceTeam:
		return l.Text("A team may serve you better"), l.Text("%d of five. A task with an end, or a contract, is the work of a team: give it a team space, and keep the community for what stays.", yes)
	case charter.AdviceNetwork:
		return l.Text("A network may serve you better"), l.Text("%d of five. Where people know of one another's work without doing it, a network of contacts is less effort for everybody.", yes)
	case charter.AdviceList:
		return l.Text("A mailing list may serve you better"), l.Text("%d of five. Where few come back, news by mail reaches more people with less work.", yes)
	}
	return "", ""
}

// deciding says when a charter is adopted.
func deciding(l loc, a charter.Answers) string {
	n, days := len(a.Founders)+1, a.Days
	if days <= 0 {
		days = 14
	}
	switch a.Rule {
	case charter.RuleMajority:
		return l.Count("when %d of you has signed", "when %d of you have signed", n/2+1)
	case charter.RuleAll:
		return l.Text("when all of you have signed")
	case charter.RuleFacilitator:
		return l.Text("when a facilitator says so and no concern is open")
	}
	return l.Count("when two thirds have signed, or after %d day without an open concern", "when two thirds have signed, or after %d days without an open concern", days)
}

func rules(l loc) []ui.Choice {
	return []ui.Choice{
		{Value: charter.RuleConsent, Label: l.Text("By consent: two thirds sign, or time passes without an open concern")},
		{Value: charter.RuleMajority, Label: l.Text("By majority: more than half sign")},
		{Value: charter.RuleAll, Label: l.Text("Together: everybody signs")},
		{Value: charter.RuleFacilitator, Label: l.Text("By a facilitator, once every concern is answered")},
	}
}

func opens(l loc) []ui.Choice {
	return []ui.Choice{
		{Value: db.OpennessOpen, Label: l.Text("Everybody, on any server")},
		{Value: db.OpennessRestricted, Label: l.Text("Members; anybody may ask to join")},
		{Value: db.OpennessPrivate, Label: l.Text("Members; listed by name only")},
		{Value: db.OpennessConfidential, Label: l.Text("Members; not listed anywhere")},
	}
}

func starts(l loc) []ui.Choice {
	return []ui.Choice{
		{Value: db.PostMembers, Label: l.Text("Members")},
		{Value: db.PostAnyone, Label: l.Text("Anybody")},
		{Value: db.PostFollowers, Label: l.Text("Followers and members")},
		{Value: db.PostModerators, Label: l.Text("Facilitators and moderators")},
	}
}

// sectors are the fields of work with a preset (domain.md P22).
func sectors(l loc) []ui.Choice {
	return []ui.Choice{
		{Value: "", Label: l.Text("Something else")},
		{Value: "health", Label: l.Text("Health")},
		{Value: "government", Label: l.Text("Government")},
		{Value: "education", Label: l.Text("Education")},
		{Value: "development", Label: l.Text("Development and relief")},
		{Value: "association", Label: l.Text("Professional association")},
		{Value: "company", Label: l.Text("Company")},
	}
}

// preset fills what is still empty with a beginning for a field of work.
func (d *Pages) preset(c echo.Context, a *charter.Answers) {
	l := d.Loc(c)
	put := func(into *string, text string) {
		if *into == "" {
			*into = text
		}
	}
	if a.Sector == "" {
		return
	}
	put(&a.Behaviours, l.Text("Say where it was and what it cost. Say what failed. Nobody sells. What is said in confidence stays here."))
	put(&a.Rhythm, l.Text("One meeting a month, a digest every week"))
	switch a.Sector {
	case "health":
		put(&a.Attributed, l.Text("Published pages freely, with credit. Talk only with the author's word. Patients have no names here."))
	case "government", "company":
		put(&a.Attributed, l.Text("What is said may be used; who said it and for whom they work may not be told."))
	default:
		put(&a.Attributed, l.Text("Published pages freely, with credit. Talk only with the author's word."))
	}
	put(&a.Measures, l.Text("Once a year we ask every member one question and publish the answer."))
}

// doing are the activities that a community may choose (domain.md E06 to E16); they are kept in the
// words of who chose them.
func doing(l loc, have []string) []ui.Choice {
	list := []string{
		l.Text("Solving problems together"), l.Text("Asking where to find something"), l.Text("Asking who has done it before"),
		l.Text("Reusing what others made"), l.Text("Deciding and coordinating"), l.Text("Building an argument"),
		l.Text("Growing confidence, with a mentor"), l.Text("Discussing what is new"), l.Text("Writing up projects"),
		l.Text("Visiting one another"), l.Text("Mapping knowledge and gaps"),
	}
	for _, one := range have { // chosen in another language
		if !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	var out []ui.Choice
	for _, one := range list {
		out = append(out, ui.Choice{Value: one, Label: one, Chosen: slices.Contains(have, one)})
	}
	return out
}
