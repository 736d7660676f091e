package vocab

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDecode_parts reads one small object each, in the forms peers write it.
func TestDecode_parts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		part       func(*Object) any
		want       any
	}{
		{"source as text", `{"source":"a"}`, func(o *Object) any { return *o.Source }, Source{Content: "a"}},
		{"source with more", `{"source":{"mediaType":"text/markdown","x":1,"content":"a"}}`, func(o *Object) any { return *o.Source }, Source{Content: "a", MediaType: "text/markdown"}},
		{"source null", `{"source":null}`, func(o *Object) any { return o.Source == nil }, true},
		{
			"emoji", `{"tag":{"type":"Emoji","id":"https://a.test/e","name":":blob:","icon":{"type":"Image","url":"https://a.test/b.png"},"updated":"x"}}`,
			func(o *Object) any { return o.Tag },
			[]Tag{{Type: "Emoji", Name: ":blob:", ID: "https://a.test/e", Icon: "https://a.test/b.png"}},
		},
		{
			"label named twice", `{"tag":[{"type":"CommunityPostTag","name":"News","preferredUsername":"news"}]}`,
			func(o *Object) any { return o.Tag[0].Name }, "News",
		},
		{"empty tag", `{"tag":[{}, {"x":1}]}`, func(o *Object) any { return len(o.Tag) }, 0},
		{"attachment as address", `{"attachment":"https://a.test/1"}`, func(o *Object) any { return o.Attachment }, []Attachment{{Type: "Link", URL: "https://a.test/1"}}},
		{
			"attachment with links", `{"attachment":[{"type":"Audio","duration":"PT5S","url":[{"type":"Link","href":"https://a.test/1.mp3","mediaType":"audio/mpeg"}]}]}`,
			func(o *Object) any { return o.Attachment },
			[]Attachment{{Type: "Audio", URL: "https://a.test/1.mp3", Duration: "PT5S"}},
		},
		{"size of nonsense", `{"attachment":[{"type":"Image","url":"https://a.test/1","width":-5,"height":1e300,"size":"big"}]}`, func(o *Object) any { return o.Attachment }, []Attachment{{Type: "Image", URL: "https://a.test/1"}}},
		{"huge width", `{"attachment":[{"type":"Image","url":"https://a.test/1","width":9000000000}]}`, func(o *Object) any { return o.Attachment[0].Width }, 1<<31 - 1},
		{"picture list", `{"image":[{"type":"Image"},{"type":"Image","url":"https://a.test/2"},"https://a.test/3"]}`, func(o *Object) any { return o.Image.URL }, "https://a.test/2"},
		{"place by name", `{"location":"Hanoi"}`, func(o *Object) any { return o.Location }, []Place{{Name: "Hanoi"}}},
		{
			"places", `{"location":[{"type":"VirtualLocation","url":"https://meet.test/1"},{"type":"Place","address":"1 High Street","latitude":1e9,"longitude":"x","more":1}]}`,
			func(o *Object) any { return o.Location },
			[]Place{{Type: "VirtualLocation", URL: "https://meet.test/1"}, {Type: "Place", Address: "1 High Street"}},
		},
		{
			"poll of many", `{"anyOf":[{"name":"a","replies":{"totalItems":2,"x":1},"x":1},{"name":""}],"closed":true}`,
			func(o *Object) any { return o.Poll },
			Poll{Multiple: true, Options: []Option{{"a", 2}}},
		},
		{
			"policy", `{"interactionPolicy":{"canReply":"x","canLike":{"x":1,"manualApproval":"as:Public"},"x":1}}`,
			func(o *Object) any { return *o.InteractionPolicy },
			Policy{CanLike: &Permission{Manual: []string{Public}}},
		},
		{"shared inbox above", `{"sharedInbox":"https://a.test/i"}`, func(o *Object) any { return o.SharedInbox }, "https://a.test/i"},
		{"shared inbox among endpoints", `{"endpoints":{"oauth":"x","sharedInbox":"https://a.test/i"}}`, func(o *Object) any { return o.SharedInbox }, "https://a.test/i"},
		{"generator by id", `{"generator":"https://a.test/"}`, func(o *Object) any { return o.Implements == nil }, true},
		{"generator", `{"generator":{"name":"X","implements":"https://a.test/f","url":1}}`, func(o *Object) any { return o.Implements }, []string{"https://a.test/f"}},
		{"features of an application", `{"implements":[{"href":"https://a.test/f","name":"F"}]}`, func(o *Object) any { return o.Implements }, []string{"https://a.test/f"}},
		{"collection as an actor's member", `{"followers":{"id":"https://a.test/f","type":"Collection"},"outbox":["https://a.test/o"]}`, func(o *Object) any { return o.Followers + o.Outbox }, "https://a.test/fhttps://a.test/o"},
		{"quote by its old names", `{"_misskey_quote":"https://a.test/q"}`, func(o *Object) any { return o.Quote }, "https://a.test/q"},
		{"approval", `{"replyAuthorization":"https://a.test/s"}`, func(o *Object) any { return o.ApprovedBy }, "https://a.test/s"},
		{"tombstone", `{"type":"Tombstone","formerType":"Note","deleted":"2026-01-05T12:00:00Z"}`, func(o *Object) any { return []any{o.FormerType, o.Deleted.Year()} }, []any{"Note", 2026}},
		{"move", `{"origin":"https://a.test/1","target":{"id":"https://a.test/2"},"result":"https://a.test/3","instrument":["https://a.test/4"]}`, func(o *Object) any { return o.Origin.IRI + o.Target.IRI + o.Result.IRI + o.Instrument.IRI }, "https://a.test/1https://a.test/2https://a.test/3https://a.test/4"},
		{"moved person", `{"movedTo":"https://b.test/u","memorial":true,"suspended":true}`, func(o *Object) any { return []any{o.MovedTo, o.Memorial, o.Suspended} }, []any{"https://b.test/u", true, true}},
		{"field", `{"type":"PropertyValue","name":"Team","value":"x"}`, func(o *Object) any { return o.Value }, "x"},
		{"flags of threads", `{"stickied":true,"distinguished":true,"commentsEnabled":false}`, func(o *Object) any { return []any{o.Stickied, o.Distinguished, *o.CommentsEnabled} }, []any{true, true, false}},
		{"event with organisers", `{"organizers":[{"id":"https://a.test/g"},"https://a.test/u"],"attendees":"https://a.test/a","isOnline":true,"eventStatus":"EventCancelled","externalParticipationUrl":"https://a.test/j"}`, func(o *Object) any {
			return []any{len(o.Organizers), o.Attendees.IRI, o.Online, o.Status, o.JoinURL}
		}, []any{2, "https://a.test/a", true, "EventCancelled", "https://a.test/j"}},
		{"roles of nonsense", `{"copse:roles":{"https://a.test/u":5,"https://a.test/v":"steward"}}`, func(o *Object) any { return o.Roles }, map[string]string{"https://a.test/v": "steward"}},
		{"proof that is none", `{"proof":"x"}`, func(o *Object) any { return o.Proof == nil }, true},
		{"list of proofs", `{"proof":[{"type":"A"},{"type":"B"}]}`, func(o *Object) any { return string(o.Proof) }, `[{"type":"A"},{"type":"B"}]`},
		{"link by itself", `{"type":"Link","href":"https://a.test/1"}`, func(o *Object) any { return o.Href }, "https://a.test/1"},
		{"hidden addressees", `{"bto":"https://a.test/1","bcc":["https://a.test/2"]}`, func(o *Object) any { return []any{o.Bto, o.Bcc, o.Audiences()} }, []any{[]string{"https://a.test/1"}, []string{"https://a.test/2"}, []string{}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, c.part(decode(t, c.body))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.body, diff)
			}
		})
	}
}

// TestDecode_laterMembersDoNotHideEarlierOnes: where two members say the same
// in other words, the document's order must not decide who is believed.
func TestDecode_laterMembersDoNotHideEarlierOnes(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"summary":"a","summaryMap":{"en":"b"},"name":"a","nameMap":{"en":"b"}}`,
		`{"content":"a","contentMap":{"en":"b"}}`,
	} {
		o := decode(t, body)
		if got := o.Summary + o.Name + o.Content; strings.Contains(got, "b") {
			t.Errorf("%s: %q", body, got)
		}
	}
	o := decode(t, `{"contentMap":{"en":"b"},"content":"a"}`)
	if o.Content != "a" || o.Language != "en" {
		t.Errorf("content %q, language %q", o.Content, o.Language)
	}
}

func TestRef(t *testing.T) {
	t.Parallel()
	if !(Ref{}).IsZero() || (Ref{IRI: "x"}).IsZero() || (Ref{Object: &Object{}}).IsZero() {
		t.Error("IsZero is wrong")
	}
	o := decode(t, `{"object":{"type":"Note","content":"anonymous"}}`)
	if r := o.Inner(); r.IRI != "" || r.IsZero() || r.Object.Content != "anonymous" {
		t.Errorf("an object without id reads as %+v", r)
	}
}

func TestErrors_sayWhy(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"id":1}`:                  "id is not a string",
		`{"actor":5}`:               "not an address",
		`{"a":"\u0000"}`:            "NUL",
		`[]`:                        "not a JSON object",
		`{"a":1,"a":2}`:             "duplicate",
		strings.Repeat(`{"a":`, 40): "nested",
		`{"a":[` + strings.Repeat("[],", 9999) + `1]}`: "values",
	} {
		_, err := Decode([]byte(body))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want it to say %q", body, err, want)
		}
		if err != nil && len(err.Error()) > 2*maxShort {
			t.Errorf("an error of %d bytes quotes the document", len(err.Error()))
		}
	}
}
