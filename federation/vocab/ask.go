package vocab

import "slices"

// IsPublic tells whether the document addresses everybody, openly or quietly.
func (o *Object) IsPublic() bool {
	return slices.Contains(o.To, Public) || slices.Contains(o.Cc, Public)
}

// Audiences returns to, cc and audience without repeats, in this order. The
// hidden bto and bcc are never among them.
func (o *Object) Audiences() []string {
	all := make([]string, 0, len(o.To)+len(o.Cc)+len(o.Audience))
	seen := make(map[string]bool, cap(all))
	for _, list := range [][]string{o.To, o.Cc, o.Audience} {
		for _, iri := range list {
			if !seen[iri] {
				seen[iri] = true
				all = append(all, iri)
			}
		}
	}
	return all
}

// Addresses tells whether iri stands in to, cc or audience.
func (o *Object) Addresses(iri string) bool {
	return slices.Contains(o.To, iri) || slices.Contains(o.Cc, iri) || slices.Contains(o.Audience, iri)
}

// Mentions tells whether a Mention tag points at iri.
func (o *Object) Mentions(iri string) bool {
	for _, t := range o.Tag {
		if t.Type == "Mention" && t.Href == iri {
			return true
		}
	}
	return false
}

// Inner returns the first object of an activity, or a zero Ref.
func (o *Object) Inner() Ref {
	if len(o.Object) == 0 {
		return Ref{}
	}
	return o.Object[0]
}

// Author returns the one actor the object is attributed to. Of a list it
// takes the only Person (PeerTube writes channel and owner); any other list
// has no author, because servers would each pick another one.
func (o *Object) Author() string {
	if len(o.AttributedTo) == 1 {
		return o.AttributedTo[0].IRI
	}
	author := ""
	for _, r := range o.AttributedTo {
		switch {
		case r.Object == nil:
			return ""
		case r.Object.Type != "Person":
		case author != "":
			return ""
		default:
			author = r.IRI
		}
	}
	return author
}

// Parent returns the id of the post this one answers, or "".
func (o *Object) Parent() string {
	if len(o.InReplyTo) == 0 {
		return ""
	}
	return o.InReplyTo[0].IRI
}

// IsTombstone tells whether the object says it was deleted (FEP-4f05).
func (o *Object) IsTombstone() bool { return o.Type == "Tombstone" }

// Has tells whether t is among the types.
func (o *Object) Has(t string) bool { return slices.Contains(o.Types, t) }
