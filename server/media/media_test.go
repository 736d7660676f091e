package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"
)

func pixels(t *testing.T, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	m.Set(0, 0, color.White)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestShelf_keepsOnce(t *testing.T) {
	t.Parallel()
	s := NewShelf(t.TempDir())
	for range 2 {
		digest, err := s.Put([]byte("hello"))
		if err != nil || digest != Digest([]byte("hello")) {
			t.Fatalf("put: %s, %v", digest, err)
		}
	}
	body, err := s.Read(Digest([]byte("hello")))
	if err != nil || string(body) != "hello" {
		t.Errorf("read %q, %v", body, err)
	}
	f, err := s.Open(Digest([]byte("hello")))
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	for _, name := range []string{"../../etc/passwd", "", strings.Repeat("a", 64), strings.Repeat("A", 64)} {
		if _, err := s.Open(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("open %q: %v", name, err)
		}
		if _, err := s.Read(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("read %q: %v", name, err)
		}
	}
}

func TestT50_filesThatNobodyNamesGo(t *testing.T) {
	t.Parallel()
	s := NewShelf(t.TempDir())
	old, young, named := put(t, s, "old"), put(t, s, "young"), put(t, s, "named")
	for _, digest := range []string{old, named} {
		long := time.Now().Add(-48 * time.Hour)
		if err := os.Chtimes(s.path(digest), long, long); err != nil {
			t.Fatal(err)
		}
	}
	gone := 0
	for folder := range 256 {
		n, err := s.Sweep(byte(folder), time.Now().Add(-24*time.Hour), func(digest string) (bool, error) { return digest == named, nil })
		if err != nil {
			t.Fatal(err)
		}
		gone += n
	}
	if gone != 1 {
		t.Errorf("%d gone", gone)
	}
	for digest, there := range map[string]bool{old: false, young: true, named: true} {
		if _, err := s.Read(digest); (err == nil) != there {
			t.Errorf("%s there: %v", digest, err)
		}
	}
	if _, err := NewShelf(s.dir+"/none").Sweep(7, time.Now(), nil); err != nil {
		t.Errorf("no shelf yet: %v", err)
	}
}

func put(t *testing.T, s *Shelf, text string) string {
	t.Helper()
	digest, err := s.Put([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

func TestT30_whatAFileIsCalledCountsForNothing(t *testing.T) {
	t.Parallel()
	note := `{"@context":"https://www.w3.org/ns/activitystreams","type":"Note","id":"https://copse.test/ap/objects/1"}`
	for name, body := range map[string]string{
		"x.png": note, "x.json": note, "x.jsonld": note, "x.txt": note, "x.md": "\n " + note, "x.activity": note, "x.csv": note,
	} {
		if got := KindOf(name, []byte(body)); got != Other {
			t.Errorf("%s is handed out as %s", name, got)
		}
	}
}

func TestT37_activeFiles(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a.svg": `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "a.txt": `<html><script>alert(1)</script>`, "a.html": "<!doctype html>", "a.md": "  <script>",
		"a.xml": `<?xml version="1.0"?>`,
	} {
		if got := KindOf(name, []byte(body)); got != Other || Shown(got) {
			t.Errorf("%s is handed out as %s", name, got)
		}
	}
	for name, want := range map[string]string{"a.csv": "text/csv", "a.md": "text/markdown", "a.txt": "text/plain", "a.exe": Other} {
		if got := KindOf(name, []byte("plain, words")); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if got := KindOf("x.docx", []byte("PK\x03\x04")); !strings.Contains(got, "wordprocessing") {
		t.Errorf("a Word file is %s", got)
	}
	if got := KindOf("evil.html", []byte("%PDF-1.7")); got != "application/pdf" || Shown(got) {
		t.Errorf("a PDF is %s", got)
	}
}

func TestReadPicture_writesAnew(t *testing.T) {
	t.Parallel()
	hidden := append(pixels(t, 4, 3), []byte("GPS 12.5")...)
	p, err := ReadPicture(hidden)
	if err != nil || p.Width != 4 || p.Height != 3 || p.MediaType != PNG || bytes.Contains(p.Body, []byte("GPS")) {
		t.Errorf("%+v, %v", p, err)
	}
	var j, g bytes.Buffer
	m := image.NewRGBA(image.Rect(0, 0, 8, 8))
	frame := image.NewPaletted(m.Bounds(), color.Palette{color.Black, color.White})
	err = errors.Join(jpeg.Encode(&j, m, nil), gif.EncodeAll(&g, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{5, 5}}))
	if err != nil {
		t.Fatal(err)
	}
	if p, err := ReadPicture(j.Bytes()); err != nil || p.MediaType != JPEG || p.Still {
		t.Errorf("%v, %v", p.MediaType, err)
	}
	if p, err := ReadPicture(g.Bytes()); err != nil || p.MediaType != PNG || !p.Still {
		t.Errorf("%v, %v, %v", p.MediaType, p.Still, err)
	}
	if !IsPicture(j.Bytes()) || !IsPicture(g.Bytes()) || IsPicture([]byte("text")) {
		t.Error("pictures are not known by their bytes")
	}
}

func TestT38_picturesThatGrow(t *testing.T) {
	t.Parallel()
	huge := pixels(t, 1, 1)
	binary.BigEndian.PutUint32(huge[16:], 65535)
	binary.BigEndian.PutUint32(huge[20:], 65535)
	for name, body := range map[string][]byte{
		"65,535 by 65,535": huge, "cut short": pixels(t, 40, 40)[:60], "TIFF": []byte("II*\x00\x08\x00\x00\x00"), "nothing": nil,
	} {
		if _, err := ReadPicture(body); !errors.Is(err, ErrPicture) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
