package frame

import (
	"errors"
	"strings"

	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/server/community"
)

// Refusal finds a refusal in an error that a form can show; anything else goes on as an error.
func Refusal(err error) (*community.Refusal, bool) {
	no, is := errors.AsType[*community.Refusal](err)
	return no, is
}

// Sentence says a refusal in the reader's language, with the way out: why, and where the table of
// rights said no, its rule and who can change that.
func Sentence(l *locales.Loc, no *community.Refusal) string {
	if s := Why(l, no.Code); s != "" {
		if !no.Until.IsZero() {
			s += " " + l.Text("Send it again after %s.", l.Stamp(no.Until))
		}
		return strings.TrimSpace(s + " " + ruleWords(l, no))
	}
	if s := ruleWords(l, no); s != "" {
		return s
	}
	return l.Text("This cannot be done here. Ask the facilitators why.")
}

func aboutText(l *locales.Loc, code string) string {
	switch code {
	case "title-short":
		return l.Text("Give it a title of at least three letters.")
	case "title-long":
		return l.Text("The title is too long. Keep it under 200 letters and say the rest below.")
	case "text-empty":
		return l.Text("There is no text yet.")
	case "text-long":
		return l.Text("The text is too long. Keep it under 50,000 letters, or split it.")
	case "text-invalid":
		return l.Text("The text holds characters that cannot be kept. Type it anew where it looks odd.")
	case "discussion-locked":
		return l.Text("This discussion is locked. Your text is kept as a draft.")
	case "slow-mode":
		return l.Text("Everybody waits between two posts here now, so that there is time to think. Your text is kept.")
	case "discussion-gone", "post-gone":
		return l.Text("What this is about was removed. Your text is kept as a draft.")
	case "not-held":
		return l.Text("Somebody has already decided about this.")
	case "pin-answer":
		return l.Text("Only whole discussions can be pinned.")
	}
	return ""
}

func aboutPerson(l *locales.Loc, code string) string {
	switch code {
	case "members-only-start":
		return l.Text("Only members start discussions here. Join the community first; answers are welcome from everybody.")
	case "followers-only-start":
		return l.Text("Only followers start discussions here. Follow the community first.")
	case "moderators-only-start":
		return l.Text("Only facilitators start discussions here.")
	case "banned":
		return l.Text("The facilitators have closed this community to you. You can write to them to appeal.")
	case "blocked":
		return l.Text("One of you has blocked the other.")
	case "not-author":
		return l.Text("Only the person who wrote it can change it.")
	case "not-moderator":
		return l.Text("Only facilitators and moderators of this community can do this.")
	case "group-archived":
		return l.Text("This community is closed. Everything stays readable.")
	case "suspended":
		return l.Text("This account is suspended.")
	case "members-only":
		return l.Text("Only members can do this here.")
	}
	return ""
}

func aboutAccount(l *locales.Loc, code string) string {
	switch code {
	case "handle-taken":
		return l.Text("This handle is taken. Choose another.")
	case "handle-invalid":
		return l.Text("A handle has 2 to 30 small letters, digits or underscores.")
	case "handle-reserved":
		return l.Text("This handle is kept for the server itself. Choose another.")
	case "email-taken":
		return l.Text("Somebody already uses this mail address here.")
	case "email-invalid":
		return l.Text("This is not a mail address.")
	case "password-short":
		return l.Text("Use at least 12 characters. A sentence is easy to remember.")
	case "password-common":
		return l.Text("This password is among the first that others would try.")
	case "password-long":
		return l.Text("The password is too long.")
	case "password-wrong":
		return l.Text("The password is not right.")
	case "name-empty":
		return l.Text("Say what to call you.")
	}
	return ""
}

// Sentence says a refusal in a reader's language, with the way out.
func (fr *Frame) Sentence(l *locales.Loc, no *community.Refusal) string { return Sentence(l, no) }

// Why words a code of the rules, "" for what is none.
func Why(l *locales.Loc, code string) string {
	for _, about := range []func(*locales.Loc, string) string{aboutText, aboutPerson, aboutAccount, aboutCare, aboutCharter, aboutMove, aboutOpenness, aboutArtifact, aboutQuery, aboutSynthesis, aboutDuty} {
		if s := about(l, code); s != "" {
			return s
		}
	}
	return ""
}
