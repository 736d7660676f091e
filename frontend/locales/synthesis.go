package locales

import "time"

// Synthesis is what stands in a consolidated reply beside what its editors write, and what a community
// says of it, for a code of the rules; "" where there is nothing to say. args hold title, people,
// responses and organisations.
func Synthesis(lang, code string, args map[string]string) string {
	l := New(lang, nil, time.Time{})
	switch code {
	case "synthesis-pointer":
		return l.Text("Consolidated reply: %s. With thanks to %s.", args["title"], args["people"])
	case "synthesis-said":
		return l.Text("Responses: %s, from organisations: %s. The numbers lead to them.", args["responses"], args["organisations"])
	case "synthesis-no-consensus":
		return l.Text("This is a summary of what members said. It is not a consensus, and no policy of their organisations.")
	case "synthesis-anonymous":
		return l.Text("somebody who is not named")
	case "synthesis-outcome-helped":
		return l.Text("It helped.")
	case "synthesis-outcome-partly":
		return l.Text("It helped in part.")
	case "synthesis-outcome-no":
		return l.Text("It did not help.")
	case "synthesis-next":
		return l.Text("Says what came of it.")
	case "synthesis-added":
		return l.Text("Takes in responses that came later: %s.", args["responses"])
	case "synthesis-place":
		return l.Text("Place")
	case "synthesis-done":
		return l.Text("What was done")
	case "synthesis-result":
		return l.Text("Result")
	case "synthesis-from":
		return l.Text("From")
	}
	return ""
}
