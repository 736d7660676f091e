package federation

import (
	"net/url"
	"strconv"
	"strings"
)

// IRIs builds and reads every address of ours. Ids under /ap are opaque and permanent; pages are
// for people. cmd/copse walks all builders against the router in a test.
type IRIs struct {
	base string // scheme and host, no slash at the end
	host string
}

// NewIRIs takes the public base address of the instance.
func NewIRIs(base *url.URL) IRIs {
	return IRIs{base: base.Scheme + "://" + strings.ToLower(base.Host), host: strings.ToLower(base.Host)}
}

// Base is scheme and host, without a slash at the end.
func (i IRIs) Base() string { return i.base }

// Host is our host name as it stands in handles; with a port only in a laboratory.
func (i IRIs) Host() string { return i.host }

// Ours says that an address belongs to this instance.
func (i IRIs) Ours(iri string) bool { return strings.HasPrefix(iri, i.base+"/") }

func (i IRIs) numbered(kind string, id int64) string {
	return i.base + "/ap/" + kind + "/" + strconv.FormatInt(id, 10)
}

// Instance is the actor of the server itself (FEP-d556).
func (i IRIs) Instance() string { return i.base + "/ap/instance" }

// SharedInbox takes activities for anybody here.
func (i IRIs) SharedInbox() string { return i.base + "/ap/inbox" }

// Group is the id of a community of ours.
func (i IRIs) Group(id int64) string { return i.numbered("groups", id) }

// Person is the id of a person of ours.
func (i IRIs) Person(id int64) string { return i.numbered("people", id) }

// Object is the id of a post of ours.
func (i IRIs) Object(id int64) string { return i.numbered("objects", id) }

// Activity is the id of an activity of ours.
func (i IRIs) Activity(id int64) string { return i.numbered("activities", id) }

// Context is the collection of all posts of a discussion (FEP-7888).
func (i IRIs) Context(discussionID int64) string { return i.numbered("contexts", discussionID) }

// Charter is the id of one version of what a group of ours agreed on.
func (i IRIs) Charter(id int64) string { return i.numbered("charters", id) }

// Parts of an actor or object, as paths below its id.
const (
	Inbox        = "/inbox"
	Outbox       = "/outbox"
	Followers    = "/followers"
	Following    = "/following"
	Featured     = "/featured"
	FeaturedTags = "/featured-tags"
	Moderators   = "/moderators"
	Replies      = "/replies"
	Likes        = "/likes"
	Shares       = "/shares"
	CharterPart  = "/charter"  // of a group: what it agreed on, whichever version is in force
	Versions     = "/versions" // of a charter
)

// Fragments of an actor's id that name its keys.
const (
	MainKey  = "#main-key"
	ProofKey = "#ed25519"
)

// Page is an address for people, from a path that begins with a slash.
func (i IRIs) Page(path string) string { return i.base + path }

// GroupPage is the page of a community: handle alone for ours, handle@host for others.
func (i IRIs) GroupPage(handle string) string { return i.base + "/c/" + handle }

// PersonPage is the page of a person.
func (i IRIs) PersonPage(handle string) string { return i.base + "/u/" + handle }

// DiscussionPage is the page of a whole discussion.
func (i IRIs) DiscussionPage(id int64) string { return i.base + "/d/" + strconv.FormatInt(id, 10) }

// PostPage leads to one answer within its discussion.
func (i IRIs) PostPage(id int64) string { return i.base + "/p/" + strconv.FormatInt(id, 10) }

// ID reads the number out of an address of ours of a kind: groups, people, objects, activities or
// contexts. Anything below or behind the number is refused.
func (i IRIs) ID(kind, iri string) (int64, bool) {
	rest, ok := strings.CutPrefix(iri, i.base+"/ap/"+kind+"/")
	if !ok {
		return 0, false
	}
	id, err := strconv.ParseInt(rest, 10, 64)
	return id, err == nil && id > 0 && strconv.FormatInt(id, 10) == rest
}

// DiscussionID reads the discussion out of a context or page address of ours.
func (i IRIs) DiscussionID(iri string) (int64, bool) {
	if id, ok := i.ID("contexts", iri); ok {
		return id, true
	}
	rest, ok := strings.CutPrefix(iri, i.base+"/d/")
	id, err := strconv.ParseInt(rest, 10, 64)
	return id, ok && err == nil && id > 0
}
