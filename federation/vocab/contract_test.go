package vocab

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

// These tests are named after the receivers whose demands they hold
// (wire.md 2 and 3). They look at the bytes we send as that receiver does.

// members returns the encoded document as a receiver without our types sees it.
func members(t *testing.T, doc any) map[string]any {
	t.Helper()
	body, err := Encode(doc)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestLemmyShape(t *testing.T) {
	t.Parallel()
	comment := noteDoc()
	comment.InReplyTo = "https://h.example/ap/objects/32"
	for name, doc := range map[string]PostDoc{"query": noteDoc(), "comment": comment, "article": articleDoc()} {
		for _, problem := range lemmyDrops(members(t, doc)) {
			t.Errorf("%s: %s", name, problem)
		}
	}
	if g := members(t, groupDoc()); !isString(g["attributedTo"]) || !isString(g["inbox"]) || !isString(g["preferredUsername"]) {
		t.Error("group: attributedTo, inbox or preferredUsername is no string")
	}
}

// TestLemmyShape_seesFaults proves that the checks above can fail.
func TestLemmyShape_seesFaults(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(map[string]any){
		"author list":        func(m map[string]any) { m["attributedTo"] = []any{author} },
		"audience object":    func(m map[string]any) { m["audience"] = map[string]any{"id": group} },
		"audience elsewhere": func(m map[string]any) { m["audience"] = "https://h.example/ap/groups/2" },
		"context object":     func(m map[string]any) { m["context"] = map[string]any{"id": post} },
		"to of objects":      func(m map[string]any) { m["to"] = []any{map[string]any{"id": group}} },
		"plain media type":   func(m map[string]any) { m["mediaType"] = "text/plain" },
		"video attachment": func(m map[string]any) {
			m["attachment"] = []any{map[string]any{"type": "Video", "url": "https://x.test/"}}
		},
		"link without href": func(m map[string]any) {
			m["attachment"] = []any{map[string]any{"type": "Link", "url": "https://x.test/"}}
		},
		"foreign id":    func(m map[string]any) { m["id"] = "https://other.example/1" },
		"not public":    func(m map[string]any) { m["to"], m["cc"] = []any{group}, nil },
		"list of types": func(m map[string]any) { m["type"] = []any{"Note"} },
		"broken time":   func(m map[string]any) { m["published"] = "today" },
	} {
		m := members(t, noteDoc())
		if spoil(m); len(lemmyDrops(m)) == 0 {
			t.Errorf("%s passes", name)
		}
	}
}

// lemmyDrops lists what would make Lemmy drop a public post.
func lemmyDrops(m map[string]any) []string {
	var bad []string
	check := func(ok bool, problem string) {
		if !ok {
			bad = append(bad, problem)
		}
	}
	for _, name := range []string{"type", "id", "attributedTo", "audience", "content", "published"} {
		check(isString(m[name]), name+" is not one string")
	}
	check(m["context"] == nil || isString(m["context"]), "context is not a string")
	addressed := append(stringsOf(m["to"]), stringsOf(m["cc"])...)
	check(len(addressed) == length(m["to"])+length(m["cc"]), "to or cc holds something else than strings")
	check(slices.Contains(addressed, Public), "public post without Public")
	to := stringsOf(m["to"])
	check(len(to) > 0 && m["audience"] == to[0], "audience is not the first of to")
	id, _ := m["id"].(string)
	by, _ := m["attributedTo"].(string)
	check(SameOrigin(id, by), "id on another host than the author")
	published, _ := m["published"].(string)
	_, ok := parseTime(published)
	check(ok, "published is no time")
	check(m["mediaType"] == nil || m["mediaType"] == "text/html" || m["mediaType"] == "text/markdown", "mediaType")
	if source, ok := m["source"].(map[string]any); ok {
		check(source["mediaType"] == "text/markdown", "source is not Markdown")
	}
	for _, item := range listOf(m["attachment"]) {
		a, _ := item.(map[string]any)
		place := map[string]string{"Link": "href", "Image": "url", "Document": "url"}[stringOf(a["type"])]
		check(place != "" && isString(a[place]), "attachment of type "+stringOf(a["type"]))
	}
	for _, name := range []string{"image", "icon"} {
		if a, ok := m[name].(map[string]any); ok {
			check(a["type"] == "Image" && isString(a["url"]), name+" is not an Image with url")
		}
	}
	return bad
}

func TestNodeBBTitle(t *testing.T) {
	t.Parallel()
	m := members(t, noteDoc())
	source := m["source"].(map[string]any)
	title, body, ok := strings.Cut(stringOf(source["content"]), "\n\n")
	if !ok || title != m["copse:title"] || body == "" || strings.ContainsAny(title, "*\n") || strings.HasPrefix(title, "#") {
		t.Errorf("source begins with %q, title is %q", title, m["copse:title"])
	}
	if source["mediaType"] != "text/markdown" {
		t.Error("NodeBB reads the source only when it is Markdown")
	}
	if !strings.HasPrefix(stringOf(m["content"]), "<p><strong>"+title+"</strong></p>") {
		t.Errorf("content begins with %.60q", m["content"])
	}
	if _, named := m["name"]; named {
		t.Error("a Note with a name is folded away by GoToSocial")
	}
	if !isString(m["attributedTo"]) {
		t.Error("NodeBB refuses attributedTo as a list")
	}
}

func TestGoToSocialReplies(t *testing.T) {
	t.Parallel()
	for name, replies := range map[string]*CollectionDoc{
		"full":  Replies(post+"/replies", 2, []string{"https://a.test/1", "https://b.test/2"}, post+"/replies?page=1"),
		"empty": Replies(post+"/replies", 0, nil, ""),
	} {
		m := members(t, PostDoc{Type: "Note", AttributedTo: author, Replies: replies})
		r, _ := m["replies"].(map[string]any)
		first, _ := r["first"].(map[string]any)
		_, items := first["items"].([]any)
		if r["type"] != "Collection" || first["type"] != "CollectionPage" || first["partOf"] != r["id"] || !items {
			t.Errorf("%s: not crawled: %v", name, r)
		}
		if _, has := first["next"]; has != (name == "full") {
			t.Errorf("%s: next page: %v", name, has)
		}
	}
	policy := members(t, noteDoc())["interactionPolicy"].(map[string]any)
	if len(policy) != 1 || policy["canQuote"] == nil {
		t.Errorf("a policy with more than canQuote restricts replies and boosts: %v", policy)
	}
}

func TestMastodonActor(t *testing.T) {
	t.Parallel()
	for _, doc := range []ActorDoc{groupDoc(), groupDoc().Stub()} {
		m := members(t, doc)
		if !slices.Contains(stringsOf(m["@context"]), "https://www.w3.org/ns/activitystreams") {
			t.Errorf("@context lacks ActivityStreams: %v", m["@context"])
		}
		key := m["publicKey"].(map[string]any)
		if owner, _, _ := strings.Cut(stringOf(key["id"]), "#"); owner != m["id"] || key["owner"] != m["id"] {
			t.Errorf("the key is not taken from the actor: %v", key)
		}
		if m["type"] != "Group" || stringOf(m["inbox"]) == "" || stringOf(m["preferredUsername"]) == "" {
			t.Errorf("unusable actor: %v", m)
		}
	}
	stub := members(t, groupDoc().Stub())
	for _, name := range []string{"name", "summary", "attributedTo", "url", "discoverable"} {
		if _, has := stub[name]; has {
			t.Errorf("an unsigned reader learns %s", name)
		}
	}
}

// TestDecode_ownDocuments: another Copse reads what this one writes.
func TestDecode_ownDocuments(t *testing.T) {
	t.Parallel()
	body, err := Encode(ActivityDoc{
		AtContext: ActivityContext, ID: "https://h.example/ap/activities/44", Type: "Create", Actor: author,
		To: []string{group, Public}, Object: noteDoc(),
	})
	if err != nil {
		t.Fatal(err)
	}
	o, err := DecodeActivity(body)
	if err != nil {
		t.Fatal(err)
	}
	note := o.Inner().Object
	if note.Kind != "query" || note.Title == "" || note.State != "open" || note.RespondBy == nil || !note.Mentions(group) ||
		note.Language != "en" || len(note.Attachment) != 3 || *note.Replies.Object.TotalItems != 7 || note.Author() != author {
		t.Errorf("%+v", note)
	}
	gBody, err := Encode(groupDoc())
	if err != nil {
		t.Fatal(err)
	}
	g := decode(t, string(gBody))
	if g.Moderators != group+"/moderators" || g.SharedInbox == "" || len(g.Implements) != 2 || g.PublicKeys[0].Owner != g.ID || !g.Indexable {
		t.Errorf("%+v", g.Profile)
	}
}

func isString(v any) bool   { _, ok := v.(string); return ok }
func stringOf(v any) string { s, _ := v.(string); return s }
func listOf(v any) []any    { l, _ := v.([]any); return l }
func length(v any) int      { return len(listOf(v)) }
func stringsOf(v any) []string {
	var out []string
	for _, item := range listOf(v) {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
