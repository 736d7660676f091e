package vocab

import "github.com/go-json-experiment/json/jsontext"

// InlineContext is an @context written whole into the document, so that
// nobody has to fetch ours. The few addresses in it are ones that JSON-LD
// readers carry with them.
type InlineContext string

// MarshalJSONTo writes the context as the JSON it is.
func (c InlineContext) MarshalJSONTo(enc *jsontext.Encoder) error {
	return enc.WriteValue(jsontext.Value(c))
}

// The contexts of what we send. PlainContext serves collections; documents
// inside another carry none.
const (
	PlainContext InlineContext = `"https://www.w3.org/ns/activitystreams"`

	ActorContext InlineContext = `["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1",` +
		`{"toot":"http://joinmastodon.org/ns#","discoverable":"toot:discoverable","indexable":"toot:indexable",` +
		`"featured":{"@id":"toot:featured","@type":"@id"},"featuredTags":{"@id":"toot:featuredTags","@type":"@id"},` +
		`"memorial":"toot:memorial","manuallyApprovesFollowers":"as:manuallyApprovesFollowers",` +
		`"sensitive":"as:sensitive","Hashtag":"as:Hashtag","movedTo":{"@id":"as:movedTo","@type":"@id"},` +
		`"alsoKnownAs":{"@id":"as:alsoKnownAs","@type":"@id"},` +
		`"schema":"http://schema.org#","PropertyValue":"schema:PropertyValue","value":"schema:value",` +
		`"lemmy":"https://join-lemmy.org/ns#","postingRestrictedToMods":"lemmy:postingRestrictedToMods",` +
		`"sec":"https://w3id.org/security#","Multikey":"sec:Multikey",` +
		`"assertionMethod":{"@id":"sec:assertionMethod","@type":"@id","@container":"@set"},` +
		`"controller":{"@id":"sec:controller","@type":"@id"},` +
		`"publicKeyMultibase":{"@id":"sec:publicKeyMultibase","@type":"sec:multibase"},` +
		`"webfinger":"https://purl.archive.org/socialweb/webfinger#webfinger",` +
		`"implements":{"@id":"https://w3id.org/fep/844e/implements","@type":"@id","@container":"@set"},` +
		`"copse":"https://w3id.org/copse#","repertoire":{"@id":"copse:repertoire","@type":"@id"},` +
		`"accessType":"copse:accessType",` +
		`"upcomingEvents":{"@id":"https://w3id.org/fep/8a8e/upcomingEvents","@type":"@id"}}]`

	// WrapContext is for an act whose object is an address or carries a context of its own: most
	// of what is sent and stored, so it is short.
	WrapContext InlineContext = `["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/v2"]`

	// EmbedContext is for an act with somebody else's document inside, which brings any context of
	// its own. What data-integrity declares is protected: a strict JSON-LD reader such as Fedify
	// drops the whole where the inner document names another version of it. So its terms stand
	// here without that.
	EmbedContext InlineContext = `["https://www.w3.org/ns/activitystreams",{` + proofTerms + `}]`

	// ActivityContext is for an act with a Note or Article inside, or with terms of the forums.
	ActivityContext InlineContext = `["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/v2",{` +
		noteTerms + `,` + ownTerm + `}]`

	ObjectContext InlineContext = `["https://www.w3.org/ns/activitystreams",{` + noteTerms + `,` + ownTerm + `}]`

	// EventContext is for an Event (FEP-8a8e and Mobilizon).
	EventContext InlineContext = `["https://www.w3.org/ns/activitystreams",{` + noteTerms + `,` + eventTerms + `,` + ownTerm + `}]`
)

const ownTerm = `"copse":"https://w3id.org/copse#"`

const proofTerms = `"sec":"https://w3id.org/security#","DataIntegrityProof":"sec:DataIntegrityProof",` +
	`"proof":{"@id":"sec:proof","@type":"@id","@container":"@graph"},` +
	`"cryptosuite":{"@id":"sec:cryptosuite","@type":"sec:cryptosuiteString"},` +
	`"created":{"@id":"http://purl.org/dc/terms/created","@type":"http://www.w3.org/2001/XMLSchema#dateTime"},` +
	`"proofPurpose":{"@id":"sec:proofPurpose","@type":"@vocab"},"assertionMethod":"sec:assertionMethod",` +
	`"verificationMethod":{"@id":"sec:verificationMethod","@type":"@id"},` +
	`"proofValue":{"@id":"sec:proofValue","@type":"sec:multibase"}`

const noteTerms = `"ostatus":"http://ostatus.org#","conversation":"ostatus:conversation",` +
	`"sensitive":"as:sensitive","Hashtag":"as:Hashtag",` +
	`"pt":"https://joinpeertube.org/ns#","commentsEnabled":"pt:commentsEnabled",` +
	`"lemmy":"https://join-lemmy.org/ns#","removeData":"lemmy:removeData","expires":"lemmy:expires",` +
	`"Lock":"lemmy:Lock","Resolve":"lemmy:Resolve","ChooseAnswer":"https://join.piefed.social/ns#ChooseAnswer",` +
	`"sec":"https://w3id.org/security#","digestMultibase":{"@id":"sec:digestMultibase","@type":"sec:multibase"},` +
	`"size":"https://schema.org/contentSize",` +
	`"gts":"https://gotosocial.org/ns#","interactionPolicy":{"@id":"gts:interactionPolicy","@type":"@id"},` +
	`"canQuote":{"@id":"gts:canQuote","@type":"@id"},` +
	`"automaticApproval":{"@id":"gts:automaticApproval","@type":"@id"},` +
	`"quote":{"@id":"https://w3id.org/fep/044f#quote","@type":"@id"},` +
	`"quoteAuthorization":{"@id":"https://w3id.org/fep/044f#quoteAuthorization","@type":"@id"},` +
	`"QuoteRequest":"https://w3id.org/fep/044f#QuoteRequest",` +
	`"history":{"@id":"https://w3id.org/fep/bad1/history","@type":"@id"}`

const eventTerms = `"timezone":"https://w3id.org/fep/8a8e/timezone","joinMode":"https://w3id.org/fep/8a8e/joinMode",` +
	`"eventStatus":"https://w3id.org/fep/8a8e/eventStatus",` +
	`"organizers":{"@id":"https://w3id.org/fep/8a8e/organizers","@type":"@id"},` +
	`"attendees":{"@id":"https://w3id.org/fep/8a8e/attendees","@type":"@id"},` +
	`"VirtualLocation":"https://schema.org/VirtualLocation",` +
	`"maximumAttendeeCapacity":"https://schema.org/maximumAttendeeCapacity",` +
	`"mz":"https://joinmobilizon.org/ns#","participantCount":"mz:participantCount","isOnline":"mz:isOnline",` +
	`"uuid":"https://schema.org/identifier","status":"http://www.w3.org/2002/12/cal/ical#status"`
