package fedtest

import (
	"fmt"
	"net/http"
	"slices"
)

// What a kind refuses besides bad signatures: each check answers 0, or the
// status and why. Only refusals seen on running servers or written in their
// code are here; what a server drops in silence it also takes in silence.

// gotosocialManners are those of GoToSocial 0.20's inbox.
func gotosocialManners(d Doc) (status int, why string) {
	kind, _ := d["type"].(string)
	object, whole := d["object"].(Doc)
	switch {
	case !slices.Contains(streamsTypes, kind) && kind != "Lock" && kind != "QuoteRequest":
		return http.StatusBadRequest, "unknown type " + kind
	case kind == "Lock" || kind == "QuoteRequest":
		return http.StatusInternalServerError, kind
	case kind == "Update" && !whole:
		return http.StatusInternalServerError, "Update whose object is only an id"
	case kind == "Move" && reference(d["object"]) != reference(d["actor"]):
		return http.StatusBadRequest, "Move of a post"
	case kind == "Flag" && len(many(d["object"])) < 2:
		return http.StatusBadRequest, "Flag without the person"
	case kind == "Create" && whole && object["to"] == nil && object["cc"] == nil:
		return http.StatusBadRequest, "object without to and cc"
	}
	return 0, ""
}

// streamsTypes are the activity types of ActivityStreams, all that GoToSocial's
// parser knows.
var streamsTypes = []string{
	"Accept", "Add", "Announce", "Arrive", "Block", "Create", "Delete", "Dislike", "Flag", "Follow", "Ignore",
	"Invite", "Join", "Leave", "Like", "Listen", "Move", "Offer", "Question", "Read", "Reject", "Remove",
	"TentativeAccept", "TentativeReject", "Travel", "Undo", "Update", "View",
}

// nodebbManners: since August 2026 a list in attributedTo is an attack.
func nodebbManners(d Doc) (status int, why string) {
	if o := innermost(d); o != nil {
		if _, list := o["attributedTo"].([]any); list {
			return http.StatusBadRequest, "list in attributedTo"
		}
	}
	return 0, ""
}

// lemmyManners are the shapes Lemmy 1.0 can decode; anything else fails to
// parse, and the whole activity with it.
func lemmyManners(d Doc) (status int, why string) {
	o := innermost(d)
	if o == nil || !slices.Contains([]string{"Note", "Page", "Article", "Video", "Event"}, text(o["type"])) {
		return 0, ""
	}
	for _, check := range []func(Doc) string{lemmyReferences, lemmyAudience, lemmyBody} {
		if why := check(o); why != "" {
			return http.StatusBadRequest, why
		}
	}
	return 0, ""
}

func lemmyReferences(o Doc) string {
	for _, member := range []string{"attributedTo", "context", "audience"} {
		if _, single := o[member].(string); o[member] != nil && !single {
			return member + " is not one string"
		}
	}
	for _, member := range []string{"to", "cc"} {
		for _, v := range many(o[member]) {
			if _, single := v.(string); v != nil && !single {
				return member + " holds more than strings"
			}
		}
	}
	if o["attributedTo"] == nil {
		return "no attributedTo"
	}
	return ""
}

func lemmyAudience(o Doc) string {
	audience := text(o["audience"])
	if audience == "" {
		return ""
	}
	addressed := append(many(o["to"]), many(o["cc"])...)
	if !slices.Contains(addressed, any(audience)) {
		return fmt.Sprintf("audience %s is neither in to nor in cc", audience)
	}
	return ""
}

func lemmyBody(o Doc) string {
	if media := text(o["mediaType"]); media != "" && media != "text/html" && media != "text/markdown" {
		return "mediaType " + media
	}
	if o["inReplyTo"] != nil && (text(o["type"]) != "Note" || text(o["content"]) == "") {
		return "a comment is a Note with content"
	}
	for _, a := range many(o["attachment"]) {
		entry, _ := a.(Doc)
		switch {
		case a == nil:
		case text(entry["type"]) == "Link" && text(entry["href"]) != "":
		case slices.Contains([]string{"Image", "Document"}, text(entry["type"])) && text(entry["url"]) != "":
		default:
			return "attachment that is no Link, Image or Document with one address"
		}
	}
	return ""
}

// innermost is the object at the bottom of wrapped activities, nil for an id.
func innermost(d Doc) Doc {
	for range 4 {
		inner, ok := d["object"].(Doc)
		if !ok {
			if d["attributedTo"] != nil {
				return d
			}
			return nil
		}
		d = inner
	}
	return nil
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
