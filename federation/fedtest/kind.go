package fedtest

import (
	"strings"

	"github.com/copse-social/copse/federation/sign"
)

// Kind is how one software behaves, as far as its peers can tell. Start from
// one of the constructors and change fields for a variant:
//
//	k := fedtest.Mastodon()
//	k.Version, k.Scheme = "4.7.0", sign.RFC9421
type Kind struct {
	// Software and Version are what NodeInfo says.
	Software, Version string
	// Title is what the host calls itself there.
	Title string
	// Scheme is how it signs.
	Scheme sign.Scheme
	// Unknown are the schemes it does not verify, and the status it answers to
	// them.
	Unknown map[sign.Scheme]int
	// SignedReads: actors and objects are answered to valid signatures only
	// (401). Keys, WebFinger and NodeInfo stay open.
	SignedReads bool
	// HidesActivities: activities have ids but answer 404.
	HidesActivities bool
	// SharedInbox: the host has one inbox for all, and says so.
	SharedInbox bool
	// Mismatch is the status for an activity whose actor is not its signer.
	Mismatch int
	// Deleted is the status of a deleted object; 200 serves its Tombstone.
	Deleted int
	// Proofs: actors publish an Ed25519 key for FEP-8b32.
	Proofs bool
	// MediaType of served documents and sent activities.
	MediaType string

	// Refuses looks at each activity whose signature is good and answers 0, or
	// the status it is refused with and why. Nil takes everything.
	Refuses func(activity Doc) (status int, why string)

	paths  func(p *Peer, name, kind string) paths
	actor  func(a *Actor, d Doc)
	thread func(a *Actor, g Target, title, text string) Doc
	answer func(a *Actor, parent Doc, text string) Doc
	// instance are path and type of the instance actor, whose name is the host.
	instancePath, instanceType string
}

// paths are an actor's addresses below its host.
type paths struct {
	id, url, key                               string
	followers, following, featured, moderators string
}

const (
	mediaActivity = "application/activity+json"
	mediaLD       = `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`
)

// Mastodon is Mastodon 4.5: verifies both schemes, signs Cavage, answers
// unsigned reads, serves its activities.
func Mastodon() Kind {
	return Kind{
		Software: "mastodon", Version: "4.5.2", Scheme: sign.Cavage, SharedInbox: true,
		Mismatch: 401, Deleted: 404, MediaType: mediaActivity + "; charset=utf-8",
		paths: func(_ *Peer, name, _ string) paths {
			id := "/users/" + name
			return paths{
				id: id, url: "/@" + name, key: id + "#main-key",
				followers: id + "/followers", following: id + "/following", featured: id + "/collections/featured",
			}
		},
		actor: func(a *Actor, d Doc) {
			d["manuallyApprovesFollowers"] = false
			d["discoverable"], d["indexable"] = true, true
			d["featuredTags"] = a.ID + "/collections/tags"
			d["tag"], d["attachment"] = []any{}, []any{}
		},
		thread: mentionThread, answer: mentionAnswer,
		instancePath: "/actor", instanceType: "Application",
	}
}

// GoToSocial is GoToSocial 0.20: every read of an actor or object must be
// signed, keys are documents of their own, activities cannot be fetched,
// RFC 9421 is refused, and there is no shared inbox. Lock, QuoteRequest and an
// Update that holds only an id get 500, unknown types 400.
func GoToSocial() Kind {
	return Kind{
		Software: "gotosocial", Version: "0.20.0", Scheme: sign.Cavage,
		Unknown: map[sign.Scheme]int{sign.RFC9421: 401}, SignedReads: true, HidesActivities: true,
		Mismatch: 500, Deleted: 404, MediaType: mediaActivity, Refuses: gotosocialManners,
		paths: func(_ *Peer, name, _ string) paths {
			id := "/users/" + name
			return paths{
				id: id, url: "/@" + name, key: id + "/main-key",
				followers: id + "/followers", following: id + "/following", featured: id + "/collections/featured",
			}
		},
		actor: func(_ *Actor, d Doc) {
			d["manuallyApprovesFollowers"], d["discoverable"] = true, true
			d["tag"] = []any{}
		},
		thread: mentionThread, answer: mentionAnswer,
		instancePath: "/users/HOST", instanceType: "Service",
	}
}

// Lemmy is Lemmy 1.0: communities are Groups that announce whole activities,
// threads are Pages, comments Notes. Objects it could not decode get 400.
func Lemmy() Kind {
	return Kind{
		Software: "lemmy", Version: "1.0.0", Scheme: sign.Cavage,
		Unknown: map[sign.Scheme]int{sign.RFC9421: 400}, SharedInbox: true,
		Mismatch: 400, Deleted: 410, MediaType: mediaActivity, Refuses: lemmyManners,
		paths: func(_ *Peer, name, kind string) paths {
			id := "/u/" + name
			p := paths{id: id, url: id, key: id + "#main-key"}
			if kind == "Group" {
				id = "/c/" + name
				p = paths{
					id: id, url: id, key: id + "#main-key", followers: id + "/followers",
					featured: id + "/featured", moderators: id + "/moderators",
				}
			}
			return p
		},
		actor: lemmyActor, thread: lemmyThread, answer: lemmyAnswer,
		instancePath: "/", instanceType: "Application",
	}
}

// NodeBB is NodeBB 4.15: numbered actors, categories as Groups, titled topics
// as Articles with a context of their own; answers 400 to RFC 9421.
func NodeBB() Kind {
	return Kind{
		Software: "nodebb", Version: "4.15.1", Scheme: sign.Cavage,
		Unknown: map[sign.Scheme]int{sign.RFC9421: 400}, SharedInbox: true,
		Mismatch: 403, Deleted: 200, MediaType: mediaLD, Refuses: nodebbManners,
		paths: func(p *Peer, name, kind string) paths {
			n := p.number()
			if kind == "Group" {
				id := "/category/" + n
				return paths{id: id, url: id + "/" + name, key: id + "#key", moderators: id + "/moderators"}
			}
			id := "/uid/" + n
			return paths{
				id: id, url: "/user/" + name, key: id + "#key",
				followers: id + "/followers", following: id + "/following",
			}
		},
		actor: nodebbActor, thread: nodebbThread, answer: nodebbAnswer,
		instancePath: "/actor", instanceType: "Application",
	}
}

// scheme answers https, and http for lab hosts with a port.
func scheme(host string) string {
	if strings.Contains(host, ":") {
		return "http"
	}
	return "https"
}
