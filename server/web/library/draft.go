package library

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/web/frame"
)

// writing finds the draft of an address for who may work on it.
func (d *Pages) writing(c echo.Context) (*seen, error) {
	s, err := d.artifactAt(c)
	if err != nil {
		return nil, err
	}
	ok, err := d.art.Writes(c.Request().Context(), d.store, s.group, s.a, frame.Me(c))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, echo.ErrNotFound
	}
	return s, nil
}

// draft handles GET /a/:id/draft.
func (d *Pages) draft(c echo.Context) error {
	s, err := d.writing(c)
	if err != nil {
		return err
	}
	if !s.group.Actor.Local && s.a.AuthorID != frame.MyID(c) {
		return frame.See(c, practice.Page(s.a.ID)+"/review")
	}
	return d.draftPage(c, http.StatusOK, s, nil)
}

func (d *Pages) draftPage(c echo.Context, status int, s *seen, no *community.Refusal) error {
	l, a := d.Loc(c), s.a
	shell, err := d.ShellIn(c, a.Title, s.group)
	if err != nil {
		return err
	}
	shell.Head.NoIndex = true
	p := views.ArtifactDraft{
		Shell: shell, Trail: d.trail(l, s, l.Text("Version %d", int(a.Version)+1)), Action: practice.Page(a.ID), Heading: a.Title, State: stageWord(l, a.Stage),
		Revision: int(a.Revision), Elsewhere: !s.group.Actor.Local, Mine: a.AuthorID == frame.MyID(c), Discarded: !a.DiscardedAt.IsZero(), New: a.Drafted(),
	}
	if a.Stage == db.StagePublished {
		p.State = l.Text("Draft of version %d", int(a.Version)+1)
	}
	if !a.Drafted() {
		p.Page = practice.Page(a.ID)
	}
	if no != nil {
		p.Error = d.Sentence(l, no)
	}
	p.Fields = []ui.Field{
		{Name: "title", Label: l.Text("Title"), Value: a.Title, Max: 200},
		{Name: "abstract", Label: l.Text("Abstract"), Hint: l.Text("Who it is for and what it says, in two or three sentences. Other servers show this."), Value: a.Abstract, Optional: true, Max: practice.MaxAbstract},
	}
	d.draftFacts(l, &p, a)
	if err := d.draftBlocks(c, &p, a, no); err != nil {
		return err
	}
	if err := d.draftAside(c, &p, a); err != nil {
		return err
	}
	if err := d.draftFiles(c, &p, a, no); err != nil {
		return err
	}
	if err := d.draftReview(c, &p, s); err != nil {
		return err
	}
	return d.Page(c, status, p)
}

func (d *Pages) draftFacts(l loc, p *views.ArtifactDraft, a *db.Artifact) {
	pick := func(name, label, value string, codes []string, word func(loc, string) string) {
		var choices []ui.Choice
		for _, code := range codes {
			choices = append(choices, ui.Choice{Value: code, Label: word(l, code), Chosen: code == value})
		}
		p.Facts = append(p.Facts, views.Pick{Field: ui.Field{Name: name, Label: label}, Choices: choices})
	}
	plain := func(_ loc, code string) string { return strings.ReplaceAll(code, "-", " ") }
	pick("maturity", l.Text("How settled is it"), a.Maturity, practice.Maturities(), maturityWord)
	pick("validity", l.Text("Strength"), a.Validity, practice.Validities(), validityWord)
	pick("licence", l.Text("Licence"), a.Licence, practice.Licences(), plain)
	p.More = []ui.Field{
		{Name: "audience", Label: l.Text("For whom"), Value: a.Audience, Optional: true, Max: practice.MaxAbstract},
		{Name: "topics", Label: l.Text("Topics"), Hint: l.Text("Words with a space between them"), Value: strings.TrimSpace(a.Topics), Optional: true, Max: 500},
		{Name: "see", Label: l.Text("See also"), Hint: l.Text("Addresses, one on each line, also on other servers"), Value: strings.Join(a.Links.SeeAlso, "\n"), Optional: true, Max: 4000},
	}
}

func (d *Pages) draftBlocks(c echo.Context, p *views.ArtifactDraft, a *db.Artifact, no *community.Refusal) error {
	kind := d.art.Kinds().Of(a.Kind)
	for i, b := range a.Blocks.List {
		part := kind.Part(b.Code)
		one := views.DraftBlock{Key: b.Key, Code: b.Code, Title: b.Title, Text: b.Text, Number: i + 1, Required: b.Code != "" && part.Required, Callout: part.Callout}
		if b.Clash != nil {
			who, err := d.store.ActorsByID(c.Request().Context(), []int64{b.Clash.By})
			if err != nil {
				return fmt.Errorf("load who wrote block %s: %w", b.Key, err)
			}
			left, right := frame.Differ(b.Text, b.Clash.Text)
			one.Clash = &views.DraftClash{Who: p.Text("Somebody"), Was: b.Clash.Was, Text: b.Clash.Text, Left: left, Right: right}
			if a := who[b.Clash.By]; a != nil {
				one.Clash.Who = a.Label()
			}
			p.Clash = "b-" + b.Key
		}
		if no != nil && no.Field == "block-"+b.Key {
			one.Error = p.Error
		}
		p.Blocks = append(p.Blocks, one)
	}
	return nil
}

// draftAside is who saved when, and what others suggest.
func (d *Pages) draftAside(c echo.Context, p *views.ArtifactDraft, a *db.Artifact) error {
	ctx, l := c.Request().Context(), p.Loc
	saves, err := d.store.ArtifactSaves(ctx, a.ID, 15)
	if err != nil {
		return fmt.Errorf("list saves of artifact %d: %w", a.ID, err)
	}
	for _, s := range saves {
		line := views.SaveLine{Revision: int(s.Revision), When: s.At.Time, By: l.Text("Somebody")}
		if s.Actor != nil {
			line.By = s.Actor.Label()
		}
		p.Saves = append(p.Saves, line)
	}
	list, err := d.store.SuggestionsOn(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("list suggestions on artifact %d: %w", a.ID, err)
	}
	for _, s := range list {
		_, right := frame.Differ(s.Was, s.Text)
		line := views.SuggestionLine{
			ID: strconv.FormatInt(s.ID, 10), Person: d.Face(s.Actor), When: s.At.Time, Right: right, Reason: s.Reason, Answer: s.Answer,
			Open: s.State == db.SuggestionOpen, State: suggestionWord(l, s.State),
		}
		for _, b := range a.Blocks.List {
			if b.Key == s.Block {
				line.Block = b.Title
			}
		}
		p.Suggestions = append(p.Suggestions, line)
	}
	return nil
}

func suggestionWord(l loc, state string) string {
	switch state {
	case db.SuggestionAccepted:
		return l.Text("taken")
	case db.SuggestionDeclined:
		return l.Text("declined")
	}
	return l.Text("open")
}

// draftReview is how far the review is, who can be asked, and whether it can be published.
func (d *Pages) draftReview(c echo.Context, p *views.ArtifactDraft, s *seen) error {
	if !s.group.Actor.Local || p.Discarded {
		return nil
	}
	ctx, l, a := c.Request().Context(), p.Loc, s.a
	st, err := d.art.Stands(ctx, d.store, a)
	if err != nil {
		return err
	}
	p.Review.Stands = l.Text("%d of %d have accepted.", st.Accepts, st.Needed)
	var asked []int64
	for _, v := range st.Reviews {
		asked = append(asked, v.ReviewerID)
		p.Review.Lines = append(p.Review.Lines, d.verdictLine(l, v))
	}
	people, err := d.store.ArtifactReviewers(ctx, s.group.ActorID, 100)
	if err != nil {
		return fmt.Errorf("list who can review in %s: %w", s.group.Actor.URI, err)
	}
	for _, who := range people {
		one := ui.Choice{Value: strconv.FormatInt(who.ID, 10), Label: who.Label() + ", " + d.Face(who).Place, Chosen: who.ID == a.StewardID}
		p.Review.Stewards = append(p.Review.Stewards, one)
		if who.ID != a.AuthorID && !slices.Contains(asked, who.ID) {
			p.Review.People = append(p.Review.People, one)
		}
	}
	err = d.art.May(ctx, d.store, a, artifact.Publishing{By: frame.Me(c)})
	if no, is := frame.Refusal(err); is {
		p.Review.Why = d.Sentence(l, no)
		err = nil
	} else {
		p.Review.Publish = true
	}
	if err != nil {
		return err
	}
	err = d.art.May(ctx, d.store, a, artifact.Publishing{By: frame.Me(c), AsAnIdea: true})
	if _, is := frame.Refusal(err); is {
		return nil
	}
	p.Review.AsAnIdea = err == nil && !p.Review.Publish
	return err
}

func (d *Pages) verdictLine(l loc, v *db.ArtifactReview) views.VerdictLine {
	line := views.VerdictLine{
		Person: d.Face(v.Reviewer), Value: strconv.FormatInt(v.ReviewerID, 10), Verdict: verdictWord(l, v.Verdict), Done: v.Verdict != "",
		Interest: v.Interest, Comment: v.Comment, Answer: v.Answer,
	}
	if v.Verdict == "" {
		line.Verdict = l.Text("asked, until %s", l.Date(v.DueAt.Time))
	}
	for _, code := range practice.Criteria() {
		if answer := v.Criteria.Answers[code]; answer != "" {
			line.Criteria = append(line.Criteria, ui.Choice{Label: criterionWord(l, code), Value: answerWord(l, answer)})
		}
	}
	return line
}

func criterionWord(l loc, code string) string {
	switch code {
	case "clear":
		return l.Text("Clear for those it is for")
	case "correct":
		return l.Text("Correct")
	case "complete":
		return l.Text("Complete enough")
	case "context":
		return l.Text("Says where it holds")
	case "sources":
		return l.Text("Sources and credit are named")
	}
	return l.Text("Safe to apply")
}

func answerWord(l loc, code string) string {
	switch code {
	case "yes":
		return l.Text("Yes")
	case "partly":
		return l.Text("Partly")
	}
	return l.Text("No")
}

// save handles POST /a/:id/draft.
func (d *Pages) save(c echo.Context) error {
	s, err := d.writing(c)
	if err != nil {
		return err
	}
	in, err := readDraft(c)
	if err != nil {
		return err
	}
	clash := false
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		a, err := tx.ArtifactByID(ctx, s.a.ID)
		if err != nil {
			return err
		}
		clash, err = d.art.Save(ctx, tx, a, in)
		return err
	})
	if no, is := frame.Refusal(err); is {
		s.a.Title, s.a.Abstract, s.a.Blocks.List = in.Title, in.Abstract, in.Blocks // what was typed stays
		return d.draftPage(c, http.StatusUnprocessableEntity, s, no)
	}
	if err != nil {
		return fmt.Errorf("save artifact %d: %w", s.a.ID, err)
	}
	if !clash {
		d.Flash(c, d.Loc(c).Text("Saved."), "")
	}
	return frame.See(c, practice.Page(s.a.ID)+"/draft")
}

// readDraft reads the form of a draft.
func readDraft(c echo.Context) (artifact.Saving, error) {
	form, err := c.FormParams()
	if err != nil {
		return artifact.Saving{}, echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
	}
	in := artifact.Saving{By: frame.Me(c), Title: form.Get("title"), Abstract: form.Get("abstract")}
	in.Revision, _ = strconv.ParseInt(form.Get("revision"), 10, 64)
	in.Facts = artifact.Facts{
		Audience: form.Get("audience"), Topics: form.Get("topics"), Licence: form.Get("licence"), Maturity: form.Get("maturity"),
		Validity: form.Get("validity"), SeeAlso: practice.Addresses(form.Get("see")),
	}
	for _, key := range form["key"] {
		if form.Get("drop-"+key) != "" {
			continue
		}
		in.Blocks = append(in.Blocks, db.Block{Key: key, Code: form.Get("code-" + key), Title: form.Get("title-" + key), Text: form.Get("text-" + key)})
		if form.Get("settle-"+key) != "" {
			in.Settled = append(in.Settled, key)
		}
	}
	if form.Get("new-title") != "" || form.Get("new-text") != "" {
		in.Blocks = append(in.Blocks, db.Block{Key: practice.FreeKey(in.Blocks), Title: form.Get("new-title"), Text: form.Get("new-text")})
	}
	in.Blocks = moved(in.Blocks, form.Get("up"), -1)
	in.Blocks = moved(in.Blocks, form.Get("down"), 1)
	return in, nil
}
