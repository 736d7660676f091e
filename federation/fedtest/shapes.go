package fedtest

import (
	"fmt"
	"html"
	"strings"
)

// Target is somebody to write to, as the writer's server knows them.
type Target struct {
	// ID is the actor's IRI, Handle "name@host", URL the page a mention links
	// to (ID if empty).
	ID, Handle, URL string
}

func (g Target) mention() Doc {
	return Doc{"type": "Mention", "href": g.ID, "name": "@" + g.Handle}
}

func (g Target) link() string {
	name, _, _ := strings.Cut(g.Handle, "@")
	page := g.URL
	if page == "" {
		page = g.ID
	}
	return fmt.Sprintf(`<span class="h-card"><a href="%s" class="u-url mention">@<span>%s</span></a></span>`,
		html.EscapeString(page), html.EscapeString(name))
}

// mentionThread is how microblog users start something in a group: a public
// Note that mentions it; the title is the first line.
func mentionThread(a *Actor, g Target, title, text string) Doc {
	content := "<p>" + g.link() + " " + html.EscapeString(title) + "</p><p>" + html.EscapeString(text) + "</p>"
	d := a.note(content)
	d["cc"] = []any{a.Followers, g.ID}
	d["tag"] = []any{g.mention()}
	return d
}

// mentionAnswer reaches the parent's author and those the parent mentions, as a
// client's reply box does; a group that is not mentioned never hears of it.
func mentionAnswer(a *Actor, parent Doc, text string) Doc {
	d := a.note("<p>" + html.EscapeString(text) + "</p>")
	d["inReplyTo"] = parent["id"]
	cc, tags := []any{a.Followers}, []any{}
	if author, ok := parent["attributedTo"].(string); ok {
		cc = append(cc, author)
		tags = append(tags, Doc{"type": "Mention", "href": author, "name": "@author"})
	}
	for _, m := range mentions(parent) {
		cc, tags = append(cc, m["href"]), append(tags, m)
	}
	d["cc"], d["tag"] = cc, tags
	return d
}

// mentions are the Mention tags of a document, single or in a list.
func mentions(d Doc) []Doc {
	var out []Doc
	list, ok := d["tag"].([]any)
	if !ok {
		list = []any{d["tag"]}
	}
	for _, t := range list {
		if tag, ok := t.(Doc); ok && tag["type"] == "Mention" {
			out = append(out, tag)
		}
	}
	return out
}

func lemmyActor(a *Actor, d Doc) {
	d["source"] = Doc{"content": "", "mediaType": "text/markdown"}
	if a.Type != "Group" {
		return
	}
	d["attributedTo"] = a.Moderators
	d["postingRestrictedToMods"], d["sensitive"] = false, false
	d["discoverable"], d["manuallyApprovesFollowers"] = true, false
	d["language"] = []any{Doc{"identifier": "en", "name": "English"}}
}

func lemmyThread(a *Actor, g Target, title, text string) Doc {
	id := a.peer.iri("/post/" + a.peer.number())
	hashtag, _, _ := strings.Cut(g.Handle, "@")
	return Doc{
		"id": id, "type": "Page", "attributedTo": a.ID,
		"to": []any{g.ID, Public}, "cc": []any{}, "audience": g.ID,
		"name": title, "content": "<p>" + html.EscapeString(text) + "</p>\n", "mediaType": "text/html",
		"source":  Doc{"content": text, "mediaType": "text/markdown"},
		"context": id + "/context", "sensitive": false, "attachment": []any{},
		"language": Doc{"identifier": "en", "name": "English"},
		"tag": []any{
			Doc{"type": "Hashtag", "href": id, "name": "#" + hashtag},
			g.mention(),
		},
		"published": a.peer.date(),
	}
}

func lemmyAnswer(a *Actor, parent Doc, text string) Doc {
	id := a.peer.iri("/comment/" + a.peer.number())
	group, _ := parent["audience"].(string)
	d := Doc{
		"id": id, "type": "Note", "attributedTo": a.ID,
		"to": []any{Public}, "cc": []any{group, parent["attributedTo"]}, "audience": group,
		"inReplyTo": parent["id"], "content": "<p>" + html.EscapeString(text) + "</p>\n", "mediaType": "text/html",
		"source":     Doc{"content": text, "mediaType": "text/markdown"},
		"attachment": []any{}, "published": a.peer.date(), "context": parent["context"],
		"tag": []any{Doc{"type": "Mention", "href": parent["attributedTo"], "name": "@author"}},
	}
	return merge(d, nil)
}

func nodebbActor(a *Actor, d Doc) {
	if a.Type == "Group" {
		d["attributedTo"], d["postingRestrictedToMods"] = a.Moderators, false
	}
}

func nodebbThread(a *Actor, g Target, title, text string) Doc {
	id := a.peer.iri("/post/" + a.peer.number())
	content := `<p dir="auto">` + html.EscapeString(text) + "</p>\n"
	at := a.peer.date()
	return Doc{
		"id": id, "type": "Article", "to": []any{Public, g.ID}, "cc": []any{a.Followers},
		"inReplyTo": nil, "published": at, "url": id, "attributedTo": a.ID,
		"context": a.peer.iri("/topic/" + a.peer.number()), "audience": g.ID,
		"summary": content, "name": title, "content": content,
		"preview":    Doc{"type": "Note", "attributedTo": a.ID, "content": content, "published": at, "attachment": []any{}},
		"source":     Doc{"content": text, "mediaType": "text/markdown"},
		"tag":        []any{Doc{"type": "Mention", "href": g.ID, "name": "@" + g.Handle}},
		"attachment": []any{}, "replies": id + "/replies",
	}
}

// nodebbAnswer carries the answerer's own topic as context and the topic's
// title as name, which receivers must not take for a new discussion.
func nodebbAnswer(a *Actor, parent Doc, text string) Doc {
	id := a.peer.iri("/post/" + a.peer.number())
	to := []any{Public, parent["attributedTo"]}
	tags := []any{}
	if group, ok := parent["audience"].(string); ok {
		to = append(to, group)
		tags = append(tags, Doc{"type": "Mention", "href": group, "name": "@group"})
	}
	d := Doc{
		"id": id, "type": "Note", "to": to, "cc": []any{a.Followers}, "inReplyTo": parent["id"],
		"published": a.peer.date(), "url": id, "attributedTo": a.ID, "audience": parent["audience"],
		"context": a.peer.iri("/topic/" + a.peer.number()), "name": parent["name"],
		"content": `<p dir="auto">` + html.EscapeString(text) + "</p>\n",
		"source":  Doc{"content": text, "mediaType": "text/markdown"},
		"tag":     tags, "attachment": []any{}, "replies": id + "/replies",
	}
	return merge(d, nil)
}
