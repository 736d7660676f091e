package synthesis

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
)

// Hear takes an answer to the message that showed somebody a reply: what it says is an objection, and
// who wrote it is told once that it was taken, or why not. It says false of any other message.
func (r *Rules) Hear(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	if in.Object == nil || in.Via != nil || in.Object.Doc.IsPublic() || in.Object.Doc.Parent() == "" {
		return federation.Outcome{}, false, nil
	}
	notice, err := tx.PostByURI(ctx, in.Object.Doc.Parent())
	if missing(err) || err == nil && (!notice.Local || notice.StateReason != noticeLook || notice.AuthorID != notice.GroupID) {
		return federation.Outcome{}, false, nil
	}
	if err != nil {
		return federation.Outcome{}, false, fmt.Errorf("load answered notice: %w", err)
	}
	g, err := tx.ActorByID(ctx, notice.GroupID)
	if err != nil {
		return federation.Outcome{}, false, fmt.Errorf("load group of notice: %w", err)
	}
	quote, text := protest(in.Object.Doc.Content, g.URI, g.URL)
	if agrees(text) {
		return federation.Done(), true, nil
	}
	before, err := tx.ObjectionsTo(ctx, notice.ReplyToID)
	if err != nil {
		return federation.Outcome{}, false, fmt.Errorf("load objections to %d: %w", notice.ReplyToID, err)
	}
	if slices.ContainsFunc(before, func(o *db.Objection) bool { return o.URI == in.Object.Doc.ID }) {
		return federation.Ignored("nothing-new"), true, nil
	}
	err = r.Object(ctx, tx, notice.ReplyToID, Protest{By: in.Actor, Quote: quote, Text: text, Door: "client", URI: in.Object.Doc.ID})
	no, is := refusal(err)
	if err != nil && !is {
		return federation.Outcome{}, true, err
	}
	if !is {
		return federation.Done(), true, r.answer(ctx, tx, notice, in.Actor, noticeObjected)
	}
	if no.Code != "synthesis-not-shown" {
		return federation.Refused(no.Code), true, nil
	}
	return federation.Refused(no.Code), true, r.answer(ctx, tx, notice, in.Actor, noticeTooLate)
}

// Codes of what somebody who answered is told.
const (
	noticeObjected = "synthesis-objected"
	noticeTooLate  = "synthesis-object-late"
)

func (r *Rules) answer(ctx context.Context, tx *db.Store, notice *db.Post, to *db.Actor, code string) error {
	d, err := r.load(ctx, tx, notice.ReplyToID)
	if err != nil {
		return err
	}
	_, err = r.com.Tell(ctx, tx, d.Group, community.Notice{To: to, Code: code, About: d.Query.Post, Link: r.iris.DiscussionPage(d.QueryID)})
	if err != nil {
		return fmt.Errorf("answer %s: %w", to.URI, err)
	}
	return nil
}

// sentence is what somebody puts between quotation marks: what they object to.
var sentence = regexp.MustCompile(`["“«„「]\s*([^"”»“」]{8,})\s*["”»“」]`)

// blockquote is a quotation as Markdown makes one.
var blockquote = regexp.MustCompile(`(?s)<blockquote[^>]*>(.*?)</blockquote>`)

// protest parts a message into the sentence it is about and what it says. Handles that a client put
// before it, and the group that a server names below, are left out; a line that begins with > is quoted.
func protest(html string, groups ...string) (quote, text string) {
	html = content.StripQuotedVia(html, groups...)
	if m := blockquote.FindStringSubmatch(html); m != nil {
		quote, html = strings.TrimSpace(content.Text(m[1])), blockquote.ReplaceAllString(html, "")
	}
	var said []string
	for line := range strings.Lines(content.Text(html)) {
		line = strings.TrimSpace(line)
		if rest, is := strings.CutPrefix(line, ">"); is {
			quote = strings.TrimSpace(quote + " " + strings.TrimSpace(rest))
			continue
		}
		for strings.HasPrefix(line, "@") {
			_, rest, _ := strings.Cut(line, " ")
			line = strings.TrimSpace(rest)
		}
		if line != "" {
			said = append(said, line)
		}
	}
	text = strings.Join(said, "\n")
	if m := sentence.FindStringSubmatch(text); quote == "" && m != nil {
		quote = strings.TrimSpace(m[1])
	}
	return quote, text
}

// agrees says that a message is nothing but consent, in any of our languages.
func agrees(text string) bool {
	words := []string{
		"ok", "okay", "fine", "yes", "i agree", "agreed", "thanks", "thank you", "oui", "d'accord", "merci", "sí", "de acuerdo", "gracias",
		"نعم", "موافق", "شكرا", "да", "согласен", "согласна", "спасибо", "好", "好的", "同意", "谢谢",
	}
	said := strings.ToLower(strings.ReplaceAll(strings.Trim(text, " .!。！\n"), "’", "'"))
	return said == "" || slices.Contains(words, said)
}
