package locales

import (
	"strconv"
	"time"
)

// Charter words what a charter has in its own language: headings, rules and what a community says
// of it, plain text; "" for a code that it does not know. args may hold group, person, version, days
// and months.
func Charter(lang, code string, args map[string]string) string {
	l := New(lang, nil, time.Time{})
	for _, one := range []string{charterHeading(l, code), charterLeaning(l, code, args)} {
		if one != "" {
			return one
		}
	}
	number := func(name string) int {
		n, _ := strconv.Atoi(args[name])
		return n
	}
	switch code {
	case "charter-name":
		return l.Text("Charter of %s", args["group"])
	case "charter-rule-consent":
		return l.Count("By consent: a proposal stands when two thirds sign it, or when %d day passes without a concern that nobody could answer.", "By consent: a proposal stands when two thirds sign it, or when %d days pass without a concern that nobody could answer.", number("days"))
	case "charter-rule-majority":
		return l.Text("By majority: a proposal stands when more than half of us sign it.")
	case "charter-rule-all":
		return l.Text("Together: a proposal stands when every one of us signs it.")
	case "charter-rule-facilitator":
		return l.Text("By the facilitators, once every concern has been answered.")
	case "charter-review":
		return l.Count("We look at this charter again after %d month.", "We look at this charter again after %d months.", number("months"))
	case "charter-ask":
		return l.Text("%s asks you to found a community of practice: %s. This is what it is about:", args["person"], args["group"])
	case "charter-ask-how":
		return l.Text("To sign its charter, reply: I sign. Anything else you reply is a comment on the charter that the other founders read; begin with “concern:” to stop it until somebody has answered you.")
	case "charter-ask-others":
		return l.Text("Or sign in your own language: %s", args["words"])
	case "charter-adopted-title":
		return l.Text("Charter, version %s, is in force", args["version"])
	case "charter-adopted":
		return l.Text("The charter of %s, version %s, has been adopted. Who wants to take part finds here what we have agreed on.", args["group"], args["version"])
	}
	return ""
}

// charterHeading words the headings of the numbered parts and of the lists within them.
func charterHeading(l *Loc, code string) string {
	switch code {
	case "charter-clause-domain":
		return l.Text("Domain")
	case "charter-clause-why":
		return l.Text("Why it matters to our organisations")
	case "charter-clause-who":
		return l.Text("Who should join")
	case "charter-clause-behave":
		return l.Text("How we behave")
	case "charter-clause-practice":
		return l.Text("What we work on")
	case "charter-clause-decide":
		return l.Text("How we decide")
	case "charter-clause-quote":
		return l.Text("What may be quoted outside")
	case "charter-clause-worth":
		return l.Text("How we know it is worth it")
	case "charter-inside":
		return l.Text("Inside")
	case "charter-outside":
		return l.Text("Not ours")
	case "charter-activities":
		return l.Text("What we do together")
	}
	return ""
}

// charterLeaning words the orientations of a community (domain.md 2b).
func charterLeaning(l *Loc, code string, args map[string]string) string {
	switch code {
	case "charter-leanings":
		return l.Text("Where we put our time")
	case "charter-leaning":
		return l.Text("%s: %s of 5", args["what"], args["weight"])
	case "charter-leaning-meetings":
		return l.Text("Meetings")
	case "charter-leaning-projects":
		return l.Text("Projects")
	case "charter-leaning-expertise":
		return l.Text("Access to people who know")
	case "charter-leaning-relationships":
		return l.Text("Getting to know one another")
	case "charter-leaning-context":
		return l.Text("Serving our organisations")
	case "charter-leaning-cultivation":
		return l.Text("Looking after the community")
	case "charter-leaning-participation":
		return l.Text("Each in their own way")
	case "charter-leaning-publishing":
		return l.Text("Publishing what we know")
	case "charter-leaning-conversation":
		return l.Text("Open-ended conversation")
	}
	return ""
}
