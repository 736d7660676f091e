package founding

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/web/frame"
)

type loc = *locales.Loc

// stepPage shows one step with what was answered.
func (d *Pages) stepPage(c echo.Context, status int, t turn) error {
	shell, err := d.Shell(c, d.Loc(c).Text("Start a community"), views.Communities)
	if err != nil {
		return err
	}
	l, a := shell.Loc, t.answers
	p := views.Founding{Shell: shell, Action: path(t.founding.ID, t.step), Saved: t.founding.UpdatedAt.Time}
	p.Heading, p.Lead = headings(l, t.step)
	p.Sofar = views.FoundingSofar{Name: a.Name, Purpose: a.Purpose, Kin: chosenKin(l, a)}
	if a.Handle != "" {
		p.Sofar.Address = "@" + a.Handle + "@" + d.o.Host
	}
	left := slices.Index(charter.Steps(), t.founding.Step)
	for i, one := range charter.Steps() {
		p.Steps = append(p.Steps, views.FoundingStep{Label: stepName(l, one), URL: path(t.founding.ID, one), Done: i < left, Current: one == t.step})
		if one == t.step {
			p.Number = i + 1
		}
	}
	p.Fields = d.fields(l, t.step, a)
	switch t.step {
	case "self-test":
		p.Test = selfTest(l, a)
	case "kin":
		if p.Kin, err = d.kin(c.Request().Context(), a); err != nil {
			return err
		}
	case "practice":
		p.Doing, p.Weights = doing(l, a.Activities), leanings(l, a.Weights)
	case "preview":
		d.preview(&p, t)
	}
	if t.no != nil {
		mark(&p, t.no.Field, frame.Sentence(l, t.no))
	}
	return d.Page(c, status, p)
}

// mark puts a refusal to its field, or above the form.
func mark(p *views.Founding, field, sentence string) {
	for i := range p.Fields {
		if p.Fields[i].Name == field {
			p.Fields[i].Error = sentence
			return
		}
	}
	p.Error = sentence
}

// fields are those of a step.
func (d *Pages) fields(l loc, step string, a charter.Answers) []views.FoundingField {
	switch step {
	case "name":
		return []views.FoundingField{
			{Field: ui.Field{Name: "name", Label: l.Text("Name"), Value: a.Name, Max: 120}},
			{Field: ui.Field{Name: "handle", Label: l.Text("Handle"), Value: a.Handle, Code: true, Max: 30, Hint: l.Text("Short, in Latin letters, digits and _. It becomes @handle@%s and cannot be changed later.", d.o.Host)}},
			{Field: ui.Field{Name: "tagline", Label: l.Text("In one sentence"), Value: a.Tagline, Optional: true, Max: 200}},
			options("sector", l.Text("Field of work"), l.Text("Fills later steps with a beginning that you can change."), chosen(sectors(l), a.Sector)),
		}
	case "self-test":
		kinds := []ui.Choice{{Value: db.KindCoP, Label: l.Text("A community of practice")}, {Value: db.KindNetwork, Label: l.Text("A network")}, {Value: db.KindTeam, Label: l.Text("A team space")}}
		list := []views.FoundingField{options("kind", l.Text("Go on as"), "", chosen(kinds, a.Kind))}
		if _, advice := charter.Advise(a.Test); advice != charter.AdviceUnasked {
			list = append(list, views.FoundingField{Field: ui.Field{Name: "seen", Value: "1", Type: "hidden"}, Kind: "hidden"})
		}
		return list
	case "community":
		return append(charterFields(l, step, a.CharterFields),
			options("openness", l.Text("Who reads"), "", chosen(opens(l), a.Openness)),
			options("starts", l.Text("Who starts discussions"), l.Text("Answers are welcome from everybody who may read."), chosen(starts(l), a.Posting)),
			views.FoundingField{Field: ui.Field{Name: "languages", Label: l.Text("Languages"), Value: a.Languages, Optional: true, Code: true, Max: 60, Hint: l.Text("Short codes with spaces between, the usual one first: en fr ar")}})
	case "founders":
		return []views.FoundingField{area("founders", l.Text("Founders"), strings.Join(a.Founders, "\n"), l.Text("One a line: @name@host on any server, also on Mastodon, or a mail address. Three to fifteen make a good beginning; you are one of them already."))}
	case "first":
		return []views.FoundingField{
			{Field: ui.Field{Name: "query", Label: l.Text("First query"), Value: a.Query, Optional: true, Max: 200, Hint: l.Text("A question that members can answer from their own work. It waits as a draft.")}},
			area("query_text", l.Text("What you would write below it"), otherwise(a.QueryText, queryText(l)), ""),
			{Field: ui.Field{Name: "event", Label: l.Text("First event"), Value: a.Event, Optional: true, Max: 200, Hint: l.Text("For example a clinic: two cases, one hour.")}},
			area("event_text", l.Text("What people should know before"), otherwise(a.EventText, eventText(l)), ""),
			{Field: ui.Field{Name: "first", Label: l.Text("First page"), Value: a.First, Optional: true, Max: 200, Hint: l.Text("A checklist or a how-to that several of you already have in a drawer.")}},
			area("welcome", l.Text("Words of welcome"), a.Welcome, ""),
		}
	}
	list := charterFields(l, step, a.CharterFields)
	if step == "governance" {
		list = append(list, views.FoundingField{Field: ui.Field{
			Name: "second", Label: l.Text("Second facilitator"), Value: a.Second, Optional: true, Code: true, Max: 300,
			Hint: l.Text("@name@host on any server. They found it with you and look after it too, once they have signed."),
		}})
	}
	return list
}

func otherwise(own, other string) string {
	if own != "" {
		return own
	}
	return other
}

// charterFields are those of a step that go into the charter; "" is all of them.
func charterFields(l loc, step string, f db.CharterFields) []views.FoundingField {
	var list []views.FoundingField
	add := func(of string, fields ...views.FoundingField) {
		if step == "" || step == of {
			list = append(list, fields...)
		}
	}
	purpose := area("purpose", l.Text("Domain, in two or three sentences"), f.Purpose, l.Text("Start with a verb: keeping, growing, repairing, teaching."))
	outside := area("outside", l.Text("Outside"), strings.Join(f.Outside, "\n"), l.Text("One a line: at least one thing this community will not take on."))
	purpose.Optional, outside.Optional = false, false
	add("domain", purpose, area("inside", l.Text("Inside"), strings.Join(f.Inside, "\n"), l.Text("One a line")), outside,
		area("why", l.Text("Why does it matter to your organisation?"), f.Why, ""),
		area("join", l.Text("Why would people want to take part?"), f.Join, l.Text("Can wait. Ask your founders.")))
	add("community", area("who", l.Text("Who should join?"), f.Who, l.Text("By what they do, not by their title.")),
		area("behaviours", l.Text("How do you treat one another, and how does trust grow?"), f.Behaviours, ""))
	add("practice", area("knowledge", l.Text("What knowledge matters?"), f.Knowledge, ""),
		views.FoundingField{Field: ui.Field{Name: "rhythm", Label: l.Text("Rhythm"), Value: f.Rhythm, Optional: true, Max: 200, Hint: l.Text("For example: a clinic every month, a digest every week")}})
	add("governance", options("rule", l.Text("How is the charter adopted and changed?"), "", chosen(rules(l), f.Rule)),
		views.FoundingField{Field: ui.Field{Name: "days", Label: l.Text("Days that a proposal stands"), Value: printed(f.Days, 14), Type: "number", Optional: true}},
		area("roles", l.Text("Who looks after it?"), f.Roles, l.Text("You are its first facilitator. Two are better.")),
		area("attributed", l.Text("What may be quoted outside?"), f.Attributed, ""),
		area("measures", l.Text("How will you know that it is worth it?"), f.Measures, ""),
		views.FoundingField{Field: ui.Field{Name: "review", Label: l.Text("Months until you look at the charter again"), Value: printed(f.ReviewIn, 12), Type: "number", Optional: true}})
	return list
}

func printed(n, otherwise int) string {
	if n <= 0 {
		n = otherwise
	}
	return strconv.Itoa(n)
}

func area(name, label, value, hint string) views.FoundingField {
	return views.FoundingField{Kind: "area", Field: ui.Field{Name: name, Label: label, Value: value, Hint: hint, Optional: true, Max: 4000}}
}

func options(name, label, hint string, choices []ui.Choice) views.FoundingField {
	return views.FoundingField{Kind: "options", Field: ui.Field{Name: name, Label: label, Hint: hint}, Choices: choices}
}

func chosen(list []ui.Choice, value string) []ui.Choice {
	for i := range list {
		list[i].Chosen = list[i].Value == value
	}
	return list
}

// selfTest is the second step.
func selfTest(l loc, a charter.Answers) *views.SelfTest {
	t := &views.SelfTest{}
	for i, q := range testQuestions(l) {
		yes, answered := a.Test[strconv.Itoa(i+1)]
		t.Questions = append(t.Questions, views.SelfQuestion{
			Name: "q" + strconv.Itoa(i+1), Text: q.Label, Hint: q.Value, Answered: answered, Yes: yes,
		})
	}
	yes, advice := charter.Advise(a.Test)
	if title, text := adviceWords(l, yes, string(advice)); title != "" {
		t.Advice = &views.SelfAdvice{Title: title, Text: text}
	}
	return t
}

// kin looks for communities that are there already, here and on servers that we have met, by the
// words of name and sentence.
func (d *Pages) kin(ctx context.Context, a charter.Answers) ([]views.Kin, error) {
	words := telling(a.Name + " " + a.Tagline + " " + a.Purpose)
	list, err := d.store.KinOf(ctx, words, 8)
	if err != nil {
		return nil, fmt.Errorf("look for kin: %w", err)
	}
	var out []views.Kin
	for _, g := range list {
		out = append(out, views.Kin{
			Name: g.Actor.Label(), Address: "@" + g.Actor.Acct(), URL: "/c/" + d.PathHandle(g.Actor), Tagline: g.Tagline,
			Org: d.Org(g.Actor.Host), Members: int(g.MembersCount), Field: "kin-" + g.Actor.Acct(), Chosen: a.Kin[g.Actor.Acct()],
		})
	}
	return out, nil
}

// telling are the words by which kin may be found: longer ones, each once, few.
func telling(text string) []string {
	var words []string
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \n\t.,;:!?()\"'/-", r) }) {
		if len([]rune(w)) > 3 && !slices.Contains(words, w) && len(words) < 8 {
			words = append(words, w)
		}
	}
	return words
}

// preview fills the last step: the community as it will be met by door.
func (d *Pages) preview(p *views.Founding, t turn) {
	l, a := p.Loc, t.answers
	lang, _, _ := strings.Cut(a.Languages, " ")
	if lang == "" {
		lang = "en"
	}
	say := func(code string) string {
		return locales.Charter(lang, code, map[string]string{"person": p.Viewer.Name, "group": a.Name})
	}
	others := locales.Charter(lang, "charter-ask-others", map[string]string{"words": charter.SignHint()})
	page := d.o.Host + "/c/" + a.Handle + "/charter"
	v := &views.FoundPreview{
		Name: a.Name, Address: p.Sofar.Address, Purpose: a.Purpose, Openness: frame.OpennessOf(&db.Group{Openness: a.Openness}),
		Note: []string{say("charter-ask"), "“" + a.Purpose + "”", say("charter-ask-how"), others, page}, Deciding: deciding(l, a),
		Org: d.Org(d.o.Host), Asked: len(a.Founders), FirstURL: path(t.founding.ID, "first"), FoundersURL: path(t.founding.ID, "founders"),
	}
	v.Mail = strings.Join([]string{say("charter-ask"), a.Purpose, say("charter-ask-how"), others, page}, "\n\n")
	for label, value := range map[string]string{l.Text("Inside"): strings.Join(a.Inside, ", "), l.Text("Outside"): strings.Join(a.Outside, ", ")} {
		if value != "" {
			v.Facts = append(v.Facts, ui.Choice{Label: label, Value: value})
		}
	}
	slices.SortFunc(v.Facts, func(x, y ui.Choice) int { return strings.Compare(x.Label, y.Label) })
	for _, k := range chosenKin(l, a) {
		v.Facts = append(v.Facts, ui.Choice{Label: k.Value, Value: k.Label})
	}
	for _, one := range []struct{ label, step, text string }{
		{l.Text("Domain"), "domain", a.Purpose},
		{l.Text("Why it matters"), "domain", a.Why},
		{l.Text("Who should join"), "community", a.Who},
		{l.Text("How we treat one another"), "community", a.Behaviours},
		{l.Text("What knowledge matters"), "practice", a.Knowledge},
		{l.Text("How we decide"), "governance", a.Rule},
	} {
		v.Missing = append(v.Missing, ui.Choice{Label: one.label, Value: path(t.founding.ID, one.step), Chosen: one.text != ""})
	}
	for _, one := range plan(l, a) {
		v.First = append(v.First, ui.Choice{Label: one.Kind, Value: one.Title})
	}
	p.Preview = v
	p.Groups = asked(l, p.Viewer.Handle, a)
	v.Asked = len(p.Groups) - 1
}

// asked are the founders and how each is asked.
func asked(l loc, me string, a charter.Answers) []views.FoundersLine {
	list := []views.FoundersLine{{Address: me, Way: l.Text("you sign now"), Icon: "st-done", Signs: true}}
	second, named := "@"+strings.TrimPrefix(a.Second, "@"), slices.Clone(a.Founders)
	if a.Second != "" && !slices.ContainsFunc(named, func(one string) bool { return strings.EqualFold("@"+strings.TrimPrefix(one, "@"), second) }) {
		named = append(named, second)
	}
	for _, one := range named {
		line := views.FoundersLine{Address: one, Way: l.Text("asked by a direct message, on any server"), Icon: "client"}
		if charter.ByMail(one) {
			line.Way, line.Icon = l.Text("asked by mail"), "mail"
		}
		line.Too = strings.EqualFold("@"+strings.TrimPrefix(one, "@"), second)
		list = append(list, line)
	}
	return list
}

// chosenKin are the communities that a new one wants to be kin of, and how.
func chosenKin(l loc, a charter.Answers) []ui.Choice {
	var list []ui.Choice
	for at, how := range a.Kin {
		if relation := relationOf(how); relation != "" {
			list = append(list, ui.Choice{Label: "@" + at, Value: kinWord(l, relation)})
		}
	}
	slices.SortFunc(list, func(x, y ui.Choice) int { return strings.Compare(x.Label, y.Label) })
	return list
}

// leanings are the fields for the nine orientations.
func leanings(l loc, weights map[string]int) []views.FoundingField {
	amounts := []ui.Choice{
		{Value: "", Label: l.Text("Cannot tell yet")},
		{Value: "1", Label: l.Text("1, now and then")},
		{Value: "2", Label: "2"},
		{Value: "3", Label: l.Text("3, regularly")},
		{Value: "4", Label: "4"},
		{Value: "5", Label: l.Text("5, at the heart of it")},
	}
	var list []views.FoundingField
	for _, o := range charter.Orientations() {
		chosen := slices.Clone(amounts)
		for i := range chosen {
			chosen[i].Chosen = weights[o] > 0 && chosen[i].Value == strconv.Itoa(weights[o])
		}
		list = append(list, options("weight-"+o, locales.Charter(l.Lang.Code, "charter-leaning-"+o, nil), "", chosen))
	}
	return list
}
