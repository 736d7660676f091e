package frame

import (
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
)

// RoleWord is the word for a role, "" for what is none.
func RoleWord(l *locales.Loc, role string) string {
	switch role {
	case db.RoleFacilitator:
		return l.TextIn("role", "Facilitator")
	case db.RoleModerator:
		return l.TextIn("role", "Moderator")
	case db.RoleCore:
		return l.TextIn("role", "Core group")
	case db.RoleExpert:
		return l.TextIn("role", "Subject expert")
	case db.RoleSteward:
		return l.TextIn("role", "Steward")
	case db.RoleSponsor:
		return l.TextIn("role", "Sponsor")
	}
	return ""
}

// RoleHint is what a role is for, in a sentence (domain.md 3c).
func RoleHint(l *locales.Loc, role string) string {
	switch role {
	case db.RoleFacilitator:
		return l.Text("Looks after the community: its settings, roles, members and reports.")
	case db.RoleModerator:
		return l.Text("Looks at reports and first posts, removes, locks and bans.")
	case db.RoleCore:
		return l.Text("Carries the community: takes members in, invites, names experts and drafts the charter.")
	case db.RoleExpert:
		return l.Text("Knows the subject: is asked first, and reviews.")
	case db.RoleSteward:
		return l.Text("Keeps a topic and its pages in order.")
	case db.RoleSponsor:
		return l.Text("Answers for the community in an organisation, and names a facilitator where there is none.")
	}
	return ""
}

// LanguageName is a language by its own name where the house speaks it, else its code.
func LanguageName(code string) string {
	for _, l := range locales.Languages() {
		if l.Code == code {
			return l.Name
		}
	}
	return code
}

// Speaks names the languages behind some codes.
func Speaks(codes string) string {
	var names []string
	for code := range strings.FieldsSeq(codes) {
		names = append(names, LanguageName(code))
	}
	return strings.Join(names, ", ")
}
