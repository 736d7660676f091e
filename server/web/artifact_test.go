package web_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/practice"
)

// sends posts a form with a file.
func (b *browser) sends(path, name string, body []byte, fields ...string) *answer {
	b.h.t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for i := 0; i < len(fields); i += 2 {
		b.h.ok(w.WriteField(fields[i], fields[i+1]))
	}
	if name != "" {
		part, err := w.CreateFormFile("file", name)
		b.h.ok(err)
		_, err = part.Write(body)
		b.h.ok(err)
	}
	b.h.ok(w.Close())
	req := httptest.NewRequest(http.MethodPost, "https://copse.test"+path, &buf)
	req.Header.Set("Content-Type", w.FormDataContentType())
	return b.send(req)
}

func aPicture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// imported is the draft of a file that somebody brought.
func (b *browser) imported(g *db.Group, name, text string) string {
	b.h.t.Helper()
	a := b.sends("/c/"+g.Actor.Handle+"/library/import", name, []byte(text), "kind", "how-to")
	a.want(http.StatusSeeOther)
	return strings.TrimSuffix(a.header.Get("Location"), "/draft")
}

func TestImport_fileBecomesADraft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	b := h.as(amina)
	b.get("/c/water/library/import").want(http.StatusOK).shows(`enctype="multipart/form-data"`, `type="file"`)
	for name, body := range map[string]string{"": "", "a.pdf": "%PDF-1.7", "a.docx": "PK\x03\x04"} {
		b.sends("/c/water/library/import", name, []byte(body), "kind", "how-to", "title", "Kept title").want(http.StatusUnprocessableEntity).shows("Kept title", "file-error")
	}
	b.sends("/c/water/library/import", "a.md", []byte("Text"), "kind", "nosuch", "title", "Kept title").want(http.StatusUnprocessableEntity).shows("Kept title")
	page := b.imported(g, "tanks.html", `<title>Tanks</title><h2>Clean it</h2><p>Never alone<sup><a href="#n">1</a></sup><iframe></iframe></p><ol><li id="n">Leila</li></ol>`)
	b.get(page+"/draft").want(http.StatusOK).shows("Tanks", "Clean it", "Never alone[^1]", "[^1]: Leila", "tanks.html", "iframe")
	h.visitor().get(page + "/draft").hides("Never alone")
	stranger := h.as(h.person("eve"))
	stranger.get(page + "/draft").want(http.StatusNotFound)
	stranger.get("/c/water/library/import").want(http.StatusForbidden)
	stranger.sends("/c/water/library/import", "a.md", []byte("x"), "kind", "how-to").want(http.StatusForbidden)
	stranger.sends(page+"/files", "a.md", []byte("x")).want(http.StatusNotFound)
}

// T30, T37: what is kept is handed out as what its bytes are, never to run, and to who reads the artifact.
func TestT30_filesAreHandedOutAsBytes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	b := h.as(amina)
	page := b.imported(g, "tanks.md", "# Tanks\n\nText")
	b.sends(page+"/files", "lid.png", aPicture(t)).want(http.StatusUnprocessableEntity).shows("label-error")
	b.sends(page+"/files", "", nil).want(http.StatusUnprocessableEntity)
	b.sends(page+"/files", "lid.png", aPicture(t)[:40], "label", "A lid").want(http.StatusUnprocessableEntity)
	b.sends(page+"/files", "lid.png", aPicture(t), "label", "A chain on a lid").want(http.StatusSeeOther)
	note := `{"@context":"https://www.w3.org/ns/activitystreams","type":"Note"}`
	b.sends(page+"/files", "x.jsonld", []byte(note)).want(http.StatusSeeOther)
	b.sends(page+"/files", `we"ird.svg`, []byte(`<svg onload="alert(1)">`)).want(http.StatusSeeOther)
	draft := b.get(page+"/draft").shows("A chain on a lid", "![](https://copse.test"+page+"/files/")
	links := regexp.MustCompile(`href="(/a/[0-9]+/files/[0-9a-f]{64})"`).FindAllStringSubmatch(draft.body, -1)
	if len(links) != 3 {
		t.Fatalf("%d files on the draft\n%s", len(links), draft.body)
	}
	for i, m := range links {
		b.header.Set("Accept", "application/activity+json")
		a := b.get(m[1]).want(http.StatusOK)
		kind, how := "application/octet-stream", "attachment"
		if i == 0 {
			kind, how = "image/png", "inline"
		}
		if got := a.header; got.Get("Content-Type") != kind || !strings.HasPrefix(got.Get("Content-Disposition"), how) ||
			got.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(got.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s: %v", m[1], got)
		}
		h.visitor().get(m[1]).want(http.StatusNotFound) // of a draft
	}
	b.header.Del("Accept")
	b.get(page + "/files/" + strings.Repeat("0", 64)).want(http.StatusNotFound)
	b.get(page + "/files/..%2f..%2fsecret").want(http.StatusNotFound)
}

func TestPreview_keepsNothingButWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	b := h.as(amina)
	page := b.imported(g, "tanks.md", "# Tanks\n\n## One\n\nFirst\n\n## Two\n\nSecond")
	typed := form("title", "Tanks, typed", "revision", "1", "key", "own-1", "title-own-1", "One", "text-own-1", "Typed **loud**")
	b.post(page+"/preview", typed).want(http.StatusOK).shows("Tanks, typed", "Typed <strong>loud</strong>", "Typed **loud**", `id="preview"`)
	draft := b.get(page+"/draft").hides("loud", "typed")
	keys := regexp.MustCompile(`name="key" value="([^"]+)"`).FindAllStringSubmatch(draft.body, -1)
	if len(keys) < 2 {
		t.Fatalf("%d blocks\n%s", len(keys), draft.body)
	}
	last, before := keys[len(keys)-1][1], keys[len(keys)-2][1]
	move := form("title", "Tanks", "revision", "1", "up", last, "title-"+last, "Last", "text-"+last, "b", "title-"+before, "Before", "text-"+before, "a")
	move["key"] = []string{before, last}
	b.follow(b.post(page+"/draft", move)).want(http.StatusOK)
	after := regexp.MustCompile(`name="key" value="([^"]+)"`).FindAllStringSubmatch(b.get(page+"/draft").body, -1)
	if len(after) != 2 || after[0][1] != last {
		t.Errorf("after moving up: %v", after)
	}
	stranger := h.as(h.person("eve"))
	stranger.post(page+"/preview", typed).want(http.StatusNotFound)
}

// published publishes the draft of a page as an idea.
func (h *house) published(b *browser, page string) {
	h.t.Helper()
	b.post(page+"/do/publish", form("idea", "1", "note", "First")).leads(page)
}

func TestFiles_ofWhatIsPublished(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	for _, row := range []struct {
		handle   string
		openness string
		cache    string
		stranger int
	}{
		{"open", db.OpennessOpen, "private, max-age=31536000, immutable", http.StatusOK},
		{"closed", db.OpennessPrivate, "private, no-cache", http.StatusNotFound},
	} {
		g := h.group(row.handle, amina, func(n *community.NewGroup) { n.Openness = row.openness })
		b := h.as(amina)
		a := b.sends("/c/"+row.handle+"/library/import", "tanks.md", []byte("# Tanks\n\n## What it is\n\nA [way](https://who.test/)[^1].\n\n[^1]: Leila\n"), "kind", "story")
		page := strings.TrimSuffix(a.want(http.StatusSeeOther).header.Get("Location"), "/draft")
		b.sends(page+"/files", "log.csv", []byte("ward,mg\n3,0.2\n"), "label", "A month of readings").want(http.StatusSeeOther)
		h.filled(g, page)
		h.published(b, page)
		shown := b.get(page).want(http.StatusOK).shows("A month of readings", `dim sm">1`, `class="footnote-ref"`, "log.csv")
		link := regexp.MustCompile(page + `/files/[0-9a-f]{64}`).FindString(shown.body)
		stranger := h.visitor()
		file := stranger.get(link).want(row.stranger)
		if row.stranger != http.StatusOK {
			file.hides("ward")
			continue
		}
		if got := file.header; got.Get("Cache-Control") != row.cache || got.Get("Content-Type") != "text/csv" || file.body != "ward,mg\n3,0.2\n" {
			t.Errorf("%s: %v %q", row.handle, got, file.body)
		}
		stranger.header.Set("If-None-Match", file.header.Get("ETag"))
		stranger.get(link).want(http.StatusNotModified)
		b.post(page+"/do/unfile", form("digest", link[len(link)-64:])).want(http.StatusSeeOther)
		h.visitor().get(link).want(http.StatusOK) // the version keeps it
	}
}

// filled gives every required part of a draft a text.
func (h *house) filled(g *db.Group, page string) {
	h.t.Helper()
	id, err := strconv.ParseInt(strings.TrimPrefix(page, "/a/"), 10, 64)
	h.ok(err)
	h.do(func(ctx context.Context, tx *db.Store) error {
		a, err := tx.ArtifactByID(ctx, id)
		if err != nil {
			return err
		}
		if a.GroupID != g.ActorID {
			h.t.Errorf("%s is in group %d", page, a.GroupID)
		}
		kinds, err := practice.LoadKinds("")
		if err != nil {
			return err
		}
		for _, p := range kinds.Of(a.Kind).Blocks {
			if p.Required {
				a.Blocks.List = append(a.Blocks.List, db.Block{Key: "filled-" + p.Code, Code: p.Code, Title: p.Label("en"), Text: "Text of " + p.Code})
			}
		}
		return tx.SaveArtifact(ctx, a)
	})
}

func TestWords_ofAPicture(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	b := h.as(amina)
	page := b.imported(g, "tanks.html", `<h1>Tanks</h1><p>Look: <img src="data:image/png;base64,`+base64.StdEncoding.EncodeToString(aPicture(t))+`"></p>`)
	h.filled(g, page)
	draft := b.get(page+"/draft").shows("unsaid-0", "picture-1.png")
	digest := regexp.MustCompile(page + `/files/([0-9a-f]{64})`).FindStringSubmatch(draft.body)[1]
	b.post(page+"/do/publish", form("idea", "1")).want(http.StatusUnprocessableEntity)
	b.post(page+"/do/describe", form("digest", digest, "label", "A chain on a lid")).want(http.StatusSeeOther)
	b.get(page + "/draft").hides("unsaid-0").shows("A chain on a lid")
	b.post(page+"/do/describe", form("digest", strings.Repeat("0", 64), "label", "x")).want(http.StatusNotFound)
}

func TestChapters_ofABook(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina := h.person("amina")
	g := h.group("water", amina)
	b := h.as(amina)
	var chapters []string
	for _, title := range []string{"Draining", "Rinsing"} {
		page := b.imported(g, "a.md", "# "+title+"\n\n## What to do\n\nText")
		h.filled(g, page)
		h.published(b, page)
		chapters = append(chapters, strings.TrimPrefix(page, "/a/"))
	}
	a := b.post("/c/water/library/new", form("kind", "book", "title", "All about tanks"))
	book := strings.TrimSuffix(a.want(http.StatusSeeOther).header.Get("Location"), "/draft")
	b.get(book+"/draft").shows("Draining", "Rinsing", `id="chapters"`)
	for _, id := range chapters {
		b.post(book+"/do/chapter", form("chapter", id)).want(http.StatusSeeOther)
	}
	b.post(book+"/do/chapter", form("chapter", chapters[1], "move", "-1")).want(http.StatusSeeOther)
	body := b.get(book + "/draft").want(http.StatusOK).body
	list := body[strings.Index(body, `id="chapters"`):]
	if strings.Index(list, "Rinsing") > strings.Index(list, "Draining") {
		t.Errorf("the chapters are out of order: %s", list)
	}
	b.post(book+"/do/chapter", form("chapter", strings.TrimPrefix(book, "/a/"))).want(http.StatusUnprocessableEntity)
	h.as(h.person("eve")).post(book+"/do/chapter", form("chapter", chapters[0])).want(http.StatusNotFound)
}
