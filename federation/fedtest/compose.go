package fedtest

import (
	"html"
	"strings"
	"time"
)

const dateForm = "2006-01-02T15:04:05Z"

func (p *Peer) date() string { return p.net.now().UTC().Format(dateForm) }

// note is a public Note nobody is told of yet, not stored.
func (a *Actor) note(content string) Doc {
	n := a.peer.number()
	id := a.ID + "/statuses/" + n
	d := Doc{
		"@context": "https://www.w3.org/ns/activitystreams",
		"id":       id, "type": "Note", "url": a.URL + "/" + n, "attributedTo": a.ID,
		"to": []any{Public}, "cc": []any{}, "sensitive": false,
		"content": content, "contentMap": Doc{"en": content},
		"published": a.peer.date(), "tag": []any{}, "attachment": []any{},
		"replies": Doc{
			"id": id + "/replies", "type": "Collection",
			"first": Doc{"type": "CollectionPage", "partOf": id + "/replies", "items": []any{}},
		},
	}
	if a.Followers != "" {
		d["cc"] = []any{a.Followers}
	}
	return d
}

// Note is a public post of the actor, to its followers, put at its id. Members
// in with replace those made up; nil takes one away.
func (a *Actor) Note(text string, with ...Doc) Doc {
	return a.peer.Put(merge(a.note("<p>"+html.EscapeString(text)+"</p>"), with))
}

// Thread starts a discussion in a group, in the shape the kind gives it, put at
// its id: a Note that mentions the group, a Page, an Article.
func (a *Actor) Thread(group Target, title, text string, with ...Doc) Doc {
	return a.peer.Put(merge(a.peer.kind.thread(a, group, title, text), with))
}

// Answer replies to a document of anybody's, put at its id and addressed as the
// kind's software would: microblogs to the parent's author and those it
// mentions, forums to the group.
func (a *Actor) Answer(parent Doc, text string, with ...Doc) Doc {
	return a.peer.Put(merge(a.peer.kind.answer(a, parent, text), with))
}

// Activity is one by the actor, with an id of the host's own form, put there
// unless the kind hides its activities. Of a Doc as object, "to" and "cc" are
// copied; an object that is a string is addressed itself.
func (a *Actor) Activity(kind string, object any, with ...Doc) Doc {
	d := Doc{
		"@context": "https://www.w3.org/ns/activitystreams",
		"id":       a.peer.iri("/activities/" + a.peer.number()), "type": kind, "actor": a.ID, "object": object,
	}
	switch o := object.(type) {
	case string:
		d["to"] = []any{o}
	case Doc:
		d["to"], d["cc"], d["audience"], d["published"] = o["to"], o["cc"], o["audience"], o["published"]
	}
	merge(d, with)
	if id, _ := d["id"].(string); !a.peer.kind.HidesActivities && !strings.Contains(id, "#") {
		a.peer.Put(d) // an id with a fragment, as NodeBB's are, is asked for at its document
	}
	return d
}

// Create wraps a document of the actor's own.
func (a *Actor) Create(object Doc, with ...Doc) Doc { return a.Activity("Create", object, with...) }

// Update wraps the document after an edit: members in change are laid over
// object, "updated" is set, and the new form is put at its id.
func (a *Actor) Update(object, change Doc, with ...Doc) Doc {
	at := a.peer.net.now().Add(time.Second).UTC().Format(dateForm)
	return a.Activity("Update", a.peer.Put(merge(object, []Doc{{"updated": at}, change})), with...)
}

// Announce is a boost (object an id) or a group's announcement of a whole
// activity (object a Doc, FEP-1b12).
func (a *Actor) Announce(object any, with ...Doc) Doc {
	base := Doc{"to": []any{Public}, "cc": []any{a.Followers}, "published": a.peer.date()}
	return a.Activity("Announce", object, append([]Doc{base}, with...)...)
}

// Undo takes an activity of the actor back, the whole of it embedded.
func (a *Actor) Undo(activity Doc, with ...Doc) Doc {
	return a.Activity("Undo", activity, with...)
}
