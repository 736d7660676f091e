package locales

import "time"

// Query is what is said of a query: by a community to everybody or to one person, or as the name of a
// part of it, for a code of the rules; "" where there is nothing to say. args hold group, title, link,
// number, closes, days, responses, organisations, why and of.
func Query(lang, code string, args map[string]string) string {
	l := New(lang, nil, time.Time{})
	switch code {
	case "query-tried":
		return l.Text("Already tried:")
	case "query-limits":
		return l.Text("Limits:")
	case "query-wanted":
		return l.Text("Wanted by:")
	case "query-pointer":
		return l.Text("Asked in %s. Please answer there, so that all answers stay together:", args["group"])
	case "query-half":
		return l.Text("Half time. Useful responses so far: %s, from organisations: %s. Open until %s.", args["responses"], args["organisations"], args["closes"])
	case "query-closing":
		return l.Text("This query closes on %s. Useful responses so far: %s. What comes later is kept and marked late.", args["closes"], args["responses"])
	case "query-extended":
		return l.Text("This query stays open longer, until %s.", args["closes"])
	case "query-closed":
		return l.Text("This query is closed. Useful responses: %s, from organisations: %s. Thank you. A consolidated reply follows.", args["responses"], args["organisations"])
	case "query-unanswered":
		return l.Text("This query has closed without a useful response. It stays here, marked as unanswered; an answer is welcome at any time.")
	case "query-reopened":
		return l.Text("This query is open again until %s: %s", args["closes"], args["why"])
	case "query-withdrawn":
		return l.Text("Whoever asked this has taken the query back. No more responses are needed.")
	case "query-duplicate":
		return l.Text("This was asked before. The answers are here: %s", args["of"])
	}
	return queryTold(l, code, args)
}

// queryTold is what one person is told.
func queryTold(l *Loc, code string, args map[string]string) string {
	title := args["title"]
	switch code {
	case "query-taken":
		return l.Text("Your query %s in %s is open until %s: “%s”. Answers arrive as replies. To take it back, answer this with “withdraw”.", args["number"], args["group"], args["closes"], title)
	case "query-opened":
		return l.Text("Your query “%s” in %s is open until %s.", title, args["group"], args["closes"])
	case "query-clarify":
		return l.Text("Before your query “%s” in %s opens, a facilitator asks:", title, args["group"])
	case "query-sorry":
		return l.Text("We are sorry: nobody in %s could answer your query “%s” in time. It stays visible as unanswered.", args["group"], title)
	case "query-outcome":
		return l.Text("Two weeks ago your query “%s” closed in %s. Did the answers help? Answer with “helped”, “partly” or “no”, and what you did next.", title, args["group"])
	case "query-outcome-thanks":
		return l.Text("Thank you: it is kept with your query “%s” in %s.", title, args["group"])
	case "query-withdrawn-yours":
		return l.Text("Your query “%s” in %s is taken back.", title, args["group"])
	case "query-nudge":
		return l.Text("Somebody asks in %s what you may know: “%s”. Could you answer? If you would rather not be asked, answer “no”.", args["group"], title)
	case "query-unasked":
		return l.Text("Understood: %s will not ask you to help any more.", args["group"])
	}
	return ""
}
