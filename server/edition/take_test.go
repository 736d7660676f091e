package edition

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/server/document"
	"github.com/copse-social/copse/server/media"
)

func drawing(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
}

func TestTake_markdown(t *testing.T) {
	t.Parallel()
	taken, err := Take("tanks.md", []byte("---\ntitle: \"Tanks\"\nabstract: For two people.\nlayout: page\n---\n# Tanks\n\nDrain it[^1]. ![lid]("+drawing(t)+") ![far](https://spy.test/a.png)\n\n"+
		"A <b>bold</b> claim, `<i>`\n\n```\n<i> ![x](y.png)\n```\n\n[^1]: slowly\n"))
	if err != nil {
		t.Fatal(err)
	}
	if taken.Title != "Tanks" || taken.Abstract != "For two people." || len(taken.Pictures) != 1 || taken.Pictures[0].Words != "lid" {
		t.Errorf("%+v", taken)
	}
	at := func(digest string) string { return "https://copse.test/" + digest[:4] }
	want := "Drain it[^1]. ![lid](" + at(taken.Pictures[0].Digest) + ") [far](<https://spy.test/a.png>)\n\nA <b>bold</b> claim, `<i>`\n\n```\n<i> ![x](y.png)\n```\n\n[^1]: slowly"
	if diff := cmp.Diff(want, taken.Text(at)); diff != "" {
		t.Error(diff)
	}
	lost := []document.Loss{{What: document.LostField, Detail: "layout", Count: 1}, {What: document.LostFetch, Detail: "https://spy.test/a.png", Count: 1}, {What: document.LostHTML, Detail: "<b>", Count: 1}, {What: document.LostHTML, Detail: "</b>", Count: 1}}
	if diff := cmp.Diff(lost, taken.Lost); diff != "" {
		t.Error(diff)
	}
}

func TestTake_html(t *testing.T) {
	t.Parallel()
	taken, err := Take("a.html", []byte(`<h1>Tanks</h1><p>Drain <img alt="lid" src="`+drawing(t)+`"><img src="data:image/png;base64,aGV5" alt="broken"></p>`))
	if err != nil {
		t.Fatal(err)
	}
	text := taken.Text(func(digest string) string { return "at:" + media.Digest([]byte("x"))[:1] })
	if taken.Title != "Tanks" || !strings.Contains(text, "![lid](at:") || !strings.Contains(text, "broken") || len(taken.Lost) != 1 || taken.Lost[0].What != document.LostPicture {
		t.Errorf("%q, %s, %v", taken.Title, text, taken.Lost)
	}
}

func TestTake_refuses(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"a.pdf": "%PDF-1.7", "a.md": "\xff\xfe", "b.md": "", "a.docx": "no zip", "c.md": "a\x00b"} {
		if _, err := Take(name, []byte(body)); !errors.Is(err, document.ErrForm) {
			t.Errorf("%s: %v, want ErrForm", name, err)
		}
	}
	if _, err := Take("a.md", make([]byte, MaxTaken+1)); !errors.Is(err, document.ErrLarge) {
		t.Errorf("too large: %v", err)
	}
}

func TestWords_ofTextsAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, name, body, want string }{
		{"text/csv", "a.csv", "ward,mg\n3,0.2", "ward,mg\n3,0.2"},
		{media.Other, "a.html", "<p>ward <b>3</b></p><script>x</script>", "ward 3"},
		{"application/pdf", "a.pdf", "%PDF ward", ""},
		{media.PNG, "a.png", "ward", ""},
	} {
		if got := Words(c.kind, c.name, []byte(c.body)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
