package vocab

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func peer(t *testing.T, name string) *Object {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "peers", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	o, err := Decode(body)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return o
}

// same fails when the two differ.
func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// TestPeers decodes every document of testdata and, where
// COPSE_TEST_FIXTURES names a folder of recorded ones, those as well. Each
// must be read or refused with a reason that a caller can tell.
func TestPeers(t *testing.T) {
	t.Parallel()
	folders := []string{filepath.Join("testdata", "peers")}
	if recorded := os.Getenv("COPSE_TEST_FIXTURES"); recorded != "" {
		folders = append(folders, recorded)
	}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".json") {
				return err
			}
			body, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			o, err := Decode(body)
			switch {
			case err == nil:
				t.Logf("%s: read, type %q", path, o.Type)
			case errors.Is(err, ErrMalformed) || errors.Is(err, ErrTooLarge):
				t.Logf("%s: refused, %v", path, err)
			default:
				t.Errorf("%s: %v", path, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestPeers_mastodonPerson(t *testing.T) {
	t.Parallel()
	o := peer(t, "mastodon-person")
	yes := true
	same(t, "profile", o.Profile, Profile{
		PreferredUsername: "binh", Webfinger: "binh@masto.example",
		Inbox: "https://masto.example/users/binh/inbox", Outbox: "https://masto.example/users/binh/outbox",
		Followers: "https://masto.example/users/binh/followers", Following: "https://masto.example/users/binh/following",
		Featured: "https://masto.example/users/binh/collections/featured", FeaturedTags: "https://masto.example/users/binh/collections/tags",
		SharedInbox: "https://masto.example/inbox", Discoverable: &yes, AlsoKnownAs: []string{"https://old.example/users/binh"},
		PublicKeys:       []Key{{ID: "https://masto.example/users/binh#main-key", Owner: "https://masto.example/users/binh", PEM: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"}},
		AssertionMethods: []Multikey{{ID: "https://masto.example/users/binh#ed", Controller: "https://masto.example/users/binh", PublicKeyMultibase: "z6MkAAAA"}},
	})
	same(t, "icon", *o.Icon, Attachment{Type: "Image", MediaType: "image/png", URL: "https://masto.example/a.png", Name: "a pump"})
	same(t, "fields", o.Attachment, []Attachment{{Type: "PropertyValue", Name: "Team", Value: `<a href="https://team.example">team</a>`}})
	same(t, "url", o.URL, "https://masto.example/@binh")
}

func TestPeers_mastodonCreate(t *testing.T) {
	t.Parallel()
	o := peer(t, "mastodon-create-note")
	note := o.Inner().Object
	same(t, "author", note.Author(), o.Actor.IRI)
	same(t, "language", note.Language, "en")
	same(t, "conversation", note.Conversation, "tag:masto.example,2026-11-01:objectId=7:objectType=Conversation")
	same(t, "attachment", note.Attachment, []Attachment{{
		Type: "Document", MediaType: "image/jpeg", URL: "https://files.masto.example/1.jpg",
		Name: "A drilling rig", Blurhash: "UBL", Width: 1280, Height: 720,
	}})
	same(t, "replies", note.Replies.Object.First.Object.Items, []Ref{{IRI: "https://other.example/n/2"}})
	same(t, "next page", note.Replies.Object.First.Object.Next.IRI, "https://masto.example/users/binh/statuses/1/replies?page=true")
	same(t, "likes", *note.Likes.Object.TotalItems, 3)
	same(t, "shares", *note.Shares.Object.TotalItems, 0)
	same(t, "may be quoted by", note.InteractionPolicy.CanQuote.Automatic, []string{Public})
	if !note.Mentions("https://h.example/ap/groups/1") || !note.Addresses("https://h.example/ap/groups/1") || note.Addresses("https://h.example/c/water") {
		t.Error("the group is not mentioned and addressed by its id")
	}
}

func TestPeers_question(t *testing.T) {
	t.Parallel()
	o := peer(t, "mastodon-question")
	closed := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	same(t, "poll", o.Poll, Poll{Options: []Option{{"Hand", 3}, {"Solar", 1}}, Closed: &closed, VotersCount: 4})
}

func TestPeers_gotosocial(t *testing.T) {
	t.Parallel()
	stub := peer(t, "gotosocial-key-stub")
	same(t, "owner", stub.PublicKeys[0].Owner, stub.ID)
	same(t, "inbox of a stub", stub.Inbox, "")

	o := peer(t, "gotosocial-create")
	note := o.Inner().Object
	if !o.IsPublic() || !note.IsPublic() || !note.Mentions("https://h.example/ap/groups/1") {
		t.Error("single values of to, cc and tag are not read")
	}
	same(t, "policy", *note.InteractionPolicy, Policy{
		CanAnnounce: &Permission{Automatic: []string{"https://gts.example/users/alice"}},
		CanLike:     &Permission{Automatic: []string{Public}},
		CanReply:    &Permission{Automatic: []string{Public}, Manual: []string{"https://gts.example/users/alice/followers"}},
	})
	same(t, "source", *note.Source, Source{Content: "Title\n\nBody", MediaType: "text/plain"})
	same(t, "warning", note.Summary, "behind this")
}

func TestPeers_lemmy(t *testing.T) {
	t.Parallel()
	g := peer(t, "lemmy-group")
	same(t, "moderators", g.Moderators, "https://lemmy.example/c/pumps/moderators")
	same(t, "language", g.Language, "fr")
	same(t, "labels", g.Tag, []Tag{{Type: "CommunityPostTag", Name: "news", ID: "https://lemmy.example/c/pumps/tag/news"}})
	if !g.PostingRestrictedToMods || !g.ManuallyApprovesFollowers {
		t.Error("flags lost")
	}

	announce := peer(t, "lemmy-announce-create")
	create := announce.Inner().Object
	page := create.Inner().Object
	same(t, "types", []string{announce.Type, create.Type, page.Type}, []string{"Announce", "Create", "Page"})
	same(t, "audience", page.Audience, []string{"https://lemmy.example/c/pumps"})
	same(t, "link", page.Attachment, []Attachment{{Type: "Link", URL: "https://example.com/paper", MediaType: "text/html; charset=utf-8"}})
	same(t, "context", page.Context, "https://lemmy.example/post/55/context")
	same(t, "comments", *page.CommentsEnabled, true)
	same(t, "wrapped bytes start", string(create.Raw[:40]), `{"actor":"https://lemmy.example/u/ana","`)

	end := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	for _, name := range []string{"lemmy-block", "mbin-block"} {
		if b := peer(t, name); b.EndTime == nil || !b.EndTime.Equal(end) || b.Summary != "spam" || b.Target.IRI == "" {
			t.Errorf("%s: end %v, reason %q, target %q", name, b.EndTime, b.Summary, b.Target.IRI)
		}
	}
	if !peer(t, "lemmy-block").RemoveData {
		t.Error("removeData lost")
	}
}

func TestPeers_nodebb(t *testing.T) {
	t.Parallel()
	same(t, "id", peer(t, "nodebb-like").ID, "https://bb.example/uid/1#activity/like/https://h.example/ap/objects/5")
	o := peer(t, "nodebb-article")
	same(t, "replies", o.Replies, Ref{IRI: "https://bb.example/post/4/replies"})
	same(t, "preview", o.Preview.Content, "<p>Short. Long.</p>\n")
	same(t, "parent", o.Parent(), "")
	if o.Updated != nil {
		t.Error("updated: null reads as a time")
	}
}

func TestPeers_peertube(t *testing.T) {
	t.Parallel()
	o := peer(t, "peertube-video")
	same(t, "author", o.Author(), "https://tube.example/accounts/ana")
	same(t, "page", o.URL, "https://tube.example/w/1")
	same(t, "icon", o.Icon.URL, "https://tube.example/t.jpg")
	same(t, "language", o.Language, "en")
	same(t, "likes", o.Likes.IRI, "https://tube.example/videos/watch/1/likes")
}

func TestPeers_mobilizon(t *testing.T) {
	t.Parallel()
	o := peer(t, "mobilizon-event")
	same(t, "event", o.Event, Event{
		Timezone: "Europe/London", Status: "CONFIRMED", JoinMode: "free", Category: "SCIENCE", Capacity: 40, Participants: 7,
		Location: []Place{{
			Type: "Place", Name: "The Centre", Latitude: 50.66, Longitude: -3.53,
			Address: "1 High Street, EX6, Exeter, United Kingdom",
		}},
	})
	same(t, "start", *o.StartTime, time.Date(2026, 12, 11, 19, 0, 0, 0, time.UTC))
	same(t, "actor", o.Actor.IRI, "https://mz.example/@ana")
}

func TestPeers_otherGroups(t *testing.T) {
	t.Parallel()
	pie := peer(t, "piefed-group")
	same(t, "moderators", pie.Moderators, "https://pie.example/c/pumps/moderators")
	same(t, "keys", len(pie.PublicKeys), 1)

	smith := peer(t, "smithereen-group")
	same(t, "access", smith.AccessType, "closed")
	same(t, "moderators of a list", smith.Moderators, "")
	same(t, "administrators", len(smith.AttributedTo), 2)

	ours := peer(t, "copse-group")
	same(t, "features", ours.Implements, []string{"https://datatracker.ietf.org/doc/html/rfc9421", "https://w3id.org/copse#members-only"})
	same(t, "repertoire", ours.Repertoire, "https://h.example/ap/groups/1/repertoire")
	same(t, "access", ours.AccessType, "restricted")
}

func TestPeers_copseTerms(t *testing.T) {
	t.Parallel()
	o := peer(t, "copse-artifact")
	respond, ended := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)
	same(t, "terms", o.Terms, Terms{
		Kind: "artifact", Title: "Siting a well", State: "open", RespondBy: &respond, ArtifactKind: "consolidated-reply",
		Stage: "published", Version: 3, VersionOf: "https://h.example/ap/objects/6", Versions: "https://h.example/ap/objects/7/versions",
		ChangeNote: "More on clay", Contributors: []Contributor{{Actor: "https://h.example/ap/people/2", Role: "author"}},
		License: "CC-BY-4.0", DerivedFrom: []string{"https://b.example/ap/objects/1"}, About: "Dry wells", ReviewBy: "2027-12-01",
		Applies: "https://h.example/ap/objects/1", Consolidates: "https://h.example/ap/objects/5",
		Sources:           []Cited{{Object: "https://masto.example/n/1", Author: "https://masto.example/users/binh", Used: "quoted", Consent: "https://masto.example/stamps/1"}},
		ConsolidatedReply: "https://h.example/ap/objects/9", Verdict: "accept", Series: "https://h.example/ap/objects/s",
		Roles: map[string]string{"https://h.example/ap/people/2": "facilitator"}, AccessEnded: &ended,
	})
	same(t, "file", o.Attachment[0], Attachment{
		Type: "Document", URL: "https://media.h.example/7.pdf", MediaType: "application/pdf",
		Name: "Siting a well", Size: 48213, Digest: "zQmAAAA",
	})
	same(t, "proof", string(o.Proof), `{"type":"DataIntegrityProof","cryptosuite":"eddsa-jcs-2022","proofValue":"z1"}`)
	same(t, "stamp", o.QuoteAuth, "https://masto.example/stamps/1")
	same(t, "target", o.Target.IRI, "https://h.example/ap/groups/1/repertoire")
}

func TestDecode_collections(t *testing.T) {
	t.Parallel()
	o := decode(t, `{"id":"https://a.test/c","type":"OrderedCollection","totalItems":2.0,"first":"https://a.test/c?page=1","last":"https://a.test/c?page=2"}`)
	same(t, "first", o.First, Ref{IRI: "https://a.test/c?page=1"})
	same(t, "total", *o.TotalItems, 2)

	page := decode(t, `{"type":"OrderedCollectionPage","partOf":"https://a.test/c","next":{"id":"https://a.test/c?page=3"},
		"orderedItems":["https://a.test/1",{"type":"Note","id":"https://a.test/2"},{"type":"Link","href":"https://a.test/3"},null,7]}`)
	var ids []string
	for _, r := range page.Items {
		ids = append(ids, r.IRI)
	}
	same(t, "items", ids, []string{"https://a.test/1", "https://a.test/2", "https://a.test/3"})
	same(t, "next", page.Next.IRI, "https://a.test/c?page=3")
	same(t, "part of", page.PartOf, "https://a.test/c")

	single := decode(t, `{"type":"Collection","items":"https://a.test/1"}`)
	same(t, "one item", single.Items, []Ref{{IRI: "https://a.test/1"}})
}

func TestDecode_keyByItself(t *testing.T) {
	t.Parallel()
	k := decode(t, `{"id":"https://a.test/u#k","type":"Key","owner":"https://a.test/u","publicKeyPem":"PEM"}`)
	same(t, "owner", k.Owner, "https://a.test/u")
	same(t, "pem", k.PublicKeyPem, "PEM")
	same(t, "key as id", decode(t, `{"publicKey":"https://a.test/u#k","assertionMethod":"https://a.test/u#e"}`).PublicKeys, []Key{{ID: "https://a.test/u#k"}})
}
