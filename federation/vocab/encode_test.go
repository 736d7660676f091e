package vocab

import (
	"bytes"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

const (
	group  = "https://h.example/ap/groups/112233445566778899"
	author = "https://h.example/ap/people/22"
	post   = "https://h.example/ap/objects/33"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// golden compares doc, encoded and indented, with testdata/golden/name.json.
// COPSE_TEST_GOLDEN=1 rewrites the file. It returns what was encoded.
func golden(t *testing.T, name string, doc any) []byte {
	t.Helper()
	body, err := Encode(doc)
	if err != nil {
		t.Fatal(err)
	}
	pretty := jsontext.Value(bytes.Clone(body))
	if err := pretty.Indent(jsontext.WithIndent("  ")); err != nil {
		t.Fatalf("%s: %v in %s", name, err, body)
	}
	pretty = append(pretty, '\n')
	path := filepath.Join("testdata", "golden", name+".json")
	if os.Getenv("COPSE_TEST_GOLDEN") != "" {
		if err := os.WriteFile(path, pretty, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(pretty)); diff != "" {
		t.Errorf("%s changed on the wire (-want +got):\n%s", name, diff)
	}
	return body
}

func groupDoc() ActorDoc {
	return ActorDoc{
		AtContext: ActorContext, ID: group, Type: "Group",
		PreferredUsername: "watersafety", Webfinger: "watersafety@h.example", Name: "Water safety practice",
		Summary: "<p>What we share and how we work.</p>", Source: Markdown("What we share and how we work."),
		URL: "https://h.example/c/watersafety", Icon: &ImageDoc{Type: "Image", MediaType: "image/png", URL: "https://media.h.example/1.png"},
		Inbox: group + "/inbox", Outbox: group + "/outbox", Followers: group + "/followers", Following: group + "/following",
		Featured: group + "/featured", AttributedTo: group + "/moderators", Repertoire: group + "/repertoire", UpcomingEvents: group + "/events",
		ManuallyApprovesFollowers: new(false), Discoverable: new(true), Indexable: new(true),
		PostingRestrictedToMods: new(false), AccessType: "open", Sensitive: new(false),
		Endpoints:       &EndpointsDoc{SharedInbox: "https://h.example/ap/inbox"},
		PublicKey:       &KeyDoc{ID: group + "#main-key", Owner: group, PublicKeyPem: "PEM"},
		AssertionMethod: []MultikeyDoc{{ID: group + "#ed25519", Type: "Multikey", Controller: group, PublicKeyMultibase: "z6Mk"}},
		Generator: &GeneratorDoc{Type: "Application", Name: "Copse", Implements: []FeatureDoc{
			{Href: "https://datatracker.ietf.org/doc/html/rfc9421"}, {Href: "https://w3id.org/copse#members-only"},
		}},
		Published: noon,
	}
}

func noteDoc() PostDoc {
	return PostDoc{
		ID: post, Type: "Note", AttributedTo: author, To: []string{group, Public}, Cc: []string{"https://masto.example/users/binh"}, Audience: group,
		Context: "https://h.example/ap/contexts/33", Conversation: "https://h.example/ap/contexts/33",
		Content:    `<p><strong>How deep should a borehole be?</strong></p><p>Clay & sand.</p><p>via <a href="https://h.example/c/watersafety" class="u-url mention">@watersafety@h.example</a></p>`,
		ContentMap: map[string]string{"en": "<p><strong>How deep should a borehole be?</strong></p>"},
		Source:     Markdown("How deep should a borehole be?\n\nClay & sand."), URL: "https://h.example/d/33", Published: noon,
		Sensitive: new(false), CommentsEnabled: new(true),
		Tag: []TagDoc{
			{Type: "Mention", Href: group, Name: "@watersafety@h.example"},
			{Type: "Mention", Href: "https://masto.example/users/binh", Name: "@binh@masto.example"},
			{Type: "Hashtag", Href: "https://h.example/tags/wells", Name: "#wells"},
		},
		Attachment: []AttachmentDoc{
			{Type: "Link", Href: "https://example.org/paper"},
			{Type: "Image", URL: "https://media.h.example/2.png", MediaType: "image/png", Name: "A drilling rig", Width: 800, Height: 600},
			{Type: "Document", URL: "https://media.h.example/3.pdf", MediaType: "application/pdf", Name: "Notes", Size: 48213, Digest: "zQm"},
		},
		Replies: Replies(post+"/replies", 7, []string{"https://masto.example/n/1"}, post+"/replies?page=1"),
		Likes:   Count(post+"/likes", 3), Shares: Count(post+"/shares", 0),
		InteractionPolicy: &PolicyDoc{CanQuote: &PermissionDoc{AutomaticApproval: []string{Public}}},
		TermsDoc:          TermsDoc{Kind: "query", Title: "How deep should a borehole be?", State: "open", RespondBy: noon.AddDate(0, 0, 14)},
	}
}

func TestGolden_actors(t *testing.T) {
	t.Parallel()
	g := groupDoc()
	golden(t, "group", g)
	golden(t, "group_stub", g.Stub())
	golden(t, "person", ActorDoc{
		AtContext: ActorContext, ID: author, Type: "Person", PreferredUsername: "ana", Webfinger: "ana@h.example", Name: "Ana Silva",
		URL: "https://h.example/@ana", Inbox: author + "/inbox", Outbox: author + "/outbox", Followers: author + "/followers",
		Following: author + "/following", Featured: author + "/featured", ManuallyApprovesFollowers: new(false), Discoverable: new(true), Indexable: new(false),
		Attachment:  []FieldDoc{{Type: "PropertyValue", Name: "Organisation", Value: "Health Example"}},
		AlsoKnownAs: []string{"https://old.example/users/ana"}, Endpoints: &EndpointsDoc{SharedInbox: "https://h.example/ap/inbox"},
		PublicKey: &KeyDoc{ID: author + "#main-key", Owner: author, PublicKeyPem: "PEM"}, Published: noon,
	})
	golden(t, "instance", ActorDoc{
		AtContext: ActorContext, ID: "https://h.example/ap/instance", Type: "Application", PreferredUsername: "h.example", Inbox: "https://h.example/ap/inbox",
		PublicKey:  &KeyDoc{ID: "https://h.example/ap/instance#main-key", Owner: "https://h.example/ap/instance", PublicKeyPem: "PEM"},
		Implements: []FeatureDoc{{Href: "https://datatracker.ietf.org/doc/html/rfc9421", Name: "RFC-9421: HTTP Message Signatures"}},
	})
}

func TestGolden_posts(t *testing.T) {
	t.Parallel()
	note := noteDoc()
	note.AtContext = ObjectContext
	golden(t, "note", note)
	golden(t, "article", articleDoc())
	golden(t, "event", PostDoc{
		AtContext: EventContext, ID: post, Type: "Event", AttributedTo: author, To: []string{group, Public}, Audience: group, Name: "Pump day",
		Summary: "<p>Tue 3 March 2026, 14:00-15:30 Africa/Nairobi, online</p>", Content: "<p>Bring a pump.</p>", URL: "https://h.example/e/33",
		EventDoc: EventDoc{
			Actor: author, StartTime: noon, EndTime: noon.Add(90 * time.Minute), Timezone: "Africa/Nairobi", Organizers: []string{group},
			Location: []PlaceDoc{{Type: "VirtualLocation", Name: "Room", URL: "https://meet.example/1"}}, EventStatus: "EventScheduled",
			Status: "CONFIRMED", JoinMode: "free", Capacity: 40, ParticipantCount: new(0), IsOnline: new(true), Attendees: Count(post+"/attendees", 0),
			Cycle: Raw(`{"before":{"agenda":"https://h.example/ap/objects/40"}}`),
		},
		TermsDoc: TermsDoc{Series: "https://h.example/ap/objects/1"},
	})
	golden(t, "tombstone", TombstoneDoc{AtContext: PlainContext, ID: post, Type: "Tombstone", FormerType: "Note", Deleted: noon})
}

func articleDoc() PostDoc {
	return PostDoc{
		AtContext: ObjectContext, ID: post, Type: "Article", AttributedTo: "https://h.example/ap/people/library", To: []string{group, Public}, Audience: group,
		Context: "https://h.example/ap/contexts/33", Target: &TargetDoc{ID: group + "/repertoire", Type: "OrderedCollection", AttributedTo: group},
		Name: "Siting a well", Summary: "How to choose a place.", Content: "<p>Body</p>", ContentMap: map[string]string{"en": "<p>Body</p>"},
		Source: Markdown("Body"), Preview: &PostDoc{Type: "Note", AttributedTo: "https://h.example/ap/people/library", Content: "<p>How to choose a place.</p>"},
		URL: "https://h.example/a/33", Published: noon, Updated: noon.Add(time.Hour + 250*time.Millisecond),
		Image:   &ImageDoc{Type: "Image", MediaType: "image/png", URL: "https://media.h.example/4.png", Name: "A well"},
		Replies: Replies(post+"/replies", 0, nil, ""), Quote: "https://masto.example/n/1", QuoteAuth: "https://masto.example/stamps/1", History: post + "/history",
		TermsDoc: TermsDoc{
			ArtifactKind: "consolidated-reply", Stage: "published", Version: 3, ChangeNote: "More on clay", License: "CC-BY-4.0",
			Versions: post + "/versions", Contributors: []Contributor{{Actor: author, Role: "author"}}, DerivedFrom: []string{"https://b.example/ap/objects/1"},
			Consolidates: "https://h.example/ap/objects/5", Sources: []Cited{{Object: "https://masto.example/n/1", Used: "quoted"}}, ReviewBy: "2027-12-01",
		},
	}
}

func TestGolden_activities(t *testing.T) {
	t.Parallel()
	note := noteDoc()
	act := func(kind string, object any) ActivityDoc {
		return ActivityDoc{
			AtContext: ActivityContext, ID: "https://h.example/ap/activities/44", Type: kind, Actor: group,
			To: []string{group, Public}, Cc: []string{group + "/followers"}, Object: object, Published: noon,
		}
	}
	create := act("Create", note)
	create.Actor, create.Audience = author, group
	golden(t, "create", create)

	stored := Raw(`{"@context": "https://www.w3.org/ns/activitystreams", "id":"https://b.example/1#Create", "type":"Create","actor":"https://b.example/u", "n": 1.0}`)
	golden(t, "announce_wrapped", act("Announce", stored))
	golden(t, "announce_id", act("Announce", post))

	update := act("Update", note)
	update.Updated = noon.Add(time.Hour)
	golden(t, "update", update)

	remove := act("Delete", TombstoneDoc{ID: post, Type: "Tombstone", FormerType: "Note", Deleted: noon})
	remove.Summary = "off topic"
	golden(t, "delete_by_moderator", remove)

	follow := ActivityDoc{ID: "https://masto.example/f/1", Type: "Follow", Actor: "https://masto.example/users/binh", Object: group}
	golden(t, "accept", ActivityDoc{AtContext: ActivityContext, ID: group + "#accept/1", Type: "Accept", Actor: group, To: []string{"https://masto.example/users/binh"}, Object: follow})
	golden(t, "undo_announce", act("Undo", ActivityDoc{ID: "https://h.example/ap/activities/43", Type: "Announce", Actor: group, Object: post}))
	golden(t, "flag", ActivityDoc{AtContext: ActivityContext, ID: "https://h.example/ap/activities/45", Type: "Flag", Actor: "https://h.example/ap/instance", Object: []string{"https://masto.example/n/1", "https://masto.example/users/binh"}, Summary: "spam", Content: "spam"})

	block := act("Block", "https://masto.example/users/spam")
	block.Target, block.EndTime, block.Expires, block.RemoveData, block.Summary = group, noon, noon, new(true), "spam"
	golden(t, "block", block)

	add := act("Add", post)
	add.Target = group + "/repertoire"
	golden(t, "add", add)
	move := act("Move", post)
	move.Origin, move.Target = group, "https://h.example/ap/groups/2"
	golden(t, "move", move)
	quote := act("Accept", ActivityDoc{ID: "https://b.example/q/1", Type: "QuoteRequest", Actor: "https://b.example/u", Object: post, Instrument: "https://b.example/n/1"})
	quote.Result = "https://h.example/ap/stamps/1"
	golden(t, "accept_quote", quote)
}

func TestGolden_collections(t *testing.T) {
	t.Parallel()
	golden(t, "moderators", Ordered(group+"/moderators", []string{author}))
	golden(t, "context_empty", Ordered("https://h.example/ap/contexts/33", nil))
	golden(t, "outbox", CollectionDoc{AtContext: PlainContext, ID: group + "/outbox", Type: "OrderedCollection", TotalItems: new(50), First: group + "/outbox?page=1", Last: group + "/outbox?page=3"})
	golden(t, "outbox_page", CollectionDoc{
		AtContext: PlainContext, ID: group + "/outbox?page=1", Type: "OrderedCollectionPage", PartOf: group + "/outbox", Next: group + "/outbox?page=2",
		OrderedItems: []any{Raw(`{"id":"https://h.example/ap/activities/44","type":"Announce"}`), "https://h.example/ap/activities/45"},
	})
	golden(t, "roles", CollectionDoc{ID: group + "/moderators", Type: "OrderedCollection", Roles: map[string]string{"https://h.example/ap/people/b": "steward", "https://h.example/ap/people/a": "facilitator"}})
}

func TestGolden_discovery(t *testing.T) {
	t.Parallel()
	golden(t, "webfinger", WebFinger("watersafety@h.example", group, "https://h.example/c/watersafety"))
	golden(t, "nodeinfo_links", NodeInfoLinks("https://h.example", "https://h.example/ap/instance"))
	info := NodeInfoDoc{
		Version: "2.1", Software: SoftwareDoc{Name: "copse", Version: "0.1.0", Repository: "https://github.com/copse-social/copse"},
		Protocols: []string{"activitypub"}, Services: ServicesDoc{Inbound: []string{}, Outbound: []string{}},
		Usage: UsageDoc{Users: UsersDoc{Total: 12, ActiveMonth: 3, ActiveHalfyear: 7}, LocalPosts: 30, LocalComments: 90}, Metadata: map[string]any{"nodeName": "Health Example"},
	}
	golden(t, "nodeinfo_2_1", info)
}

func TestHostMeta(t *testing.T) {
	t.Parallel()
	var doc struct {
		Link []struct {
			Rel      string `xml:"rel,attr"`
			Template string `xml:"template,attr"`
		} `xml:"Link"`
	}
	if err := xml.Unmarshal(HostMeta("https://h.example"), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Link) != 1 || doc.Link[0].Rel != "lrdd" || doc.Link[0].Template != "https://h.example/.well-known/webfinger?resource={uri}" {
		t.Errorf("%+v", doc)
	}
	if strings.Contains(string(HostMeta(`https://h"><x>`)), "<x>") {
		t.Error("the base address is not escaped")
	}
}

func TestEncode_rawBytesStay(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		`{ "a" : 1.0,  "b":"\u003cp\u003e \/ é \u00e9" }`,
		`"https://a.test/1"`,
		`{"a":"\"\\u0000raw0\\u0000\""}`,
		`[ ]`,
	} {
		body, err := Encode(ActivityDoc{Type: "Announce", Actor: group, Object: Raw(raw), Result: Raw(`{"r": 2}`), Proof: Raw(`{ "p":1 }`)})
		if err != nil {
			t.Fatal(err)
		}
		want := `{"type":"Announce","actor":"` + group + `","object":` + raw + `,"result":{"r": 2},"proof":{ "p":1 }}`
		if string(body) != want {
			t.Errorf("got  %s\nwant %s", body, want)
		}
	}
}

func TestEncode_refuses(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]any{
		"raw that is no JSON":       ActivityDoc{Object: Raw(`{"a":`)},
		"empty raw":                 []any{Raw(nil)},
		"raw with two values":       ActivityDoc{Object: Raw(`{}{}`)},
		"NUL in a text":             ActivityDoc{Summary: "a\x00b"},
		"text like a stand-in":      ActivityDoc{Summary: heldName(0), Object: Raw(`{}`)},
		"bytes that are not UTF-8":  ActivityDoc{Summary: "\xff"},
		"what JSON has no form for": ActivityDoc{Object: make(chan int)},
	} {
		if body, err := Encode(doc); err == nil {
			t.Errorf("%s: written as %s", name, body)
		}
	}
}

func TestEncode_sameBytesEachTime(t *testing.T) {
	t.Parallel()
	doc := CollectionDoc{ID: "x", Type: "Collection", Roles: map[string]string{"a": "1", "b": "2", "c": "3", "d": "4", "e": "5"}}
	first, err := Encode(doc)
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if again, _ := Encode(doc); !bytes.Equal(first, again) {
			t.Fatalf("%s\n%s", first, again)
		}
	}
}

func TestEncode_times(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 2*60*60)
	for want, when := range map[string]time.Time{
		`"2026-01-05T12:00:00Z"`:     noon,
		`"2026-01-05T10:00:00Z"`:     time.Date(2026, 1, 5, 12, 0, 0, 0, zone),
		`"2026-01-05T12:00:00.25Z"`:  noon.Add(250 * time.Millisecond),
		`"2026-01-05T12:00:00.123Z"`: noon.Add(123456789),
	} {
		if got, err := Encode(when); err != nil || string(got) != want {
			t.Errorf("%v: %s, %v; want %s", when, got, err, want)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	doc := ActivityDoc{AtContext: ActivityContext, ID: "https://h.example/ap/activities/44", Type: "Create", Actor: author, Object: noteDoc()}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Encode(doc); err != nil {
			b.Fatal(err)
		}
	}
}
