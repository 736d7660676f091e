package main

import (
	"errors"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// words says an error to an admin. Refusals of the rules are codes; here they become sentences with
// the way out.
func words(err error) string {
	if no, is := errors.AsType[*community.Refusal](err); is {
		if s, ok := refusalTable()[no.Code]; ok {
			return s + " (" + no.Code + ")"
		}
		return "The rules say no: " + no.Error() + "."
	}
	if errors.Is(err, db.ErrNewerSchema) {
		return "This database was changed by a newer Copse. Install that version or a later one."
	}
	return err.Error()
}

func refusalTable() map[string]string {
	return map[string]string{
		"handle-invalid":        "A handle has 2 to 30 small letters, digits or underscores.",
		"handle-reserved":       "This handle is kept for the server itself. Choose another.",
		"handle-taken":          "This handle is taken. People and groups share one list; choose another.",
		"email-invalid":         "This is not a mail address.",
		"email-taken":           "Somebody here already uses this mail address.",
		"name-empty":            "Give a name with --name.",
		"name-missing":          "Give a name with --name.",
		"choice-unknown":        "One of the settings has a value that there is not; --help names those there are.",
		"summary-long":          "The summary may have at most 10,000 bytes.",
		"password-short":        "The password needs at least 12 characters.",
		"password-long":         "The password is too long; 1,000 bytes are the most.",
		"password-common":       "This password is among the first that others would try.",
		"title-short":           "The title needs at least 3 letters.",
		"title-long":            "The title may have at most 200 letters; the rest belongs into the text.",
		"text-long":             "The text may have at most 50,000 bytes.",
		"text-invalid":          "The text is not valid UTF-8.",
		"members-only-start":    "Only members start discussions in this group.",
		"followers-only-start":  "Only followers start discussions in this group.",
		"moderators-only-start": "Only its facilitators and moderators start discussions in this group.",
		"banned":                "This person is banned from the group.",
		"suspended":             "This account is suspended.",
		"group-archived":        "This group is archived; nothing can be started in it.",
	}
}
