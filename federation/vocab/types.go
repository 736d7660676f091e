package vocab

// The types this package knows, by what they are used as. A type outside
// these tables is kept as sent and belongs to no kind.

// IsActivity tells whether t is an act, of ActivityStreams or of a peer.
func IsActivity(t string) bool {
	switch t {
	case "Create", "Update", "Delete", "Announce", "Follow", "Accept", "TentativeAccept",
		"Reject", "TentativeReject", "Undo", "Like", "Dislike", "EmojiReact", "Add", "Remove",
		"Flag", "Block", "Lock", "Move", "Join", "Leave", "Invite", "Offer", "Ignore", "Read",
		"View", "Question", "QuoteRequest", "ChooseAnswer", "Resolve", "Warn", "PollVote",
		"LikeRequest", "ReplyRequest", "AnnounceRequest", "Listen", "Travel", "Arrive":
		return true
	}
	return false
}

// IsActor tells whether t has an inbox. Feed is Lemmy's and PieFed's set of
// communities.
func IsActor(t string) bool {
	switch t {
	case "Person", "Group", "Application", "Service", "Organization", "Feed":
		return true
	}
	return false
}

// IsPost tells whether t can be a thread starter or a comment. Question
// counts as a post as well as an activity, as everywhere.
func IsPost(t string) bool {
	switch t {
	case "Note", "Article", "Page", "Question", "Event", "Video", "Audio", "Image",
		"Document", "Link":
		return true
	}
	return false
}

// IsCollection tells whether t lists things, whole or one page of them.
func IsCollection(t string) bool {
	switch t {
	case "Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage":
		return true
	}
	return false
}

// known tells whether any table or shape of this package mentions t; it picks
// one type where a peer sends several.
func known(t string) bool {
	return IsActivity(t) || IsActor(t) || IsPost(t) || IsCollection(t) || t == "Tombstone"
}
