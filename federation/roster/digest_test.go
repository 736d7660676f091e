package roster

import (
	"slices"
	"strings"
	"testing"
)

func TestDigest(t *testing.T) {
	t.Parallel()
	names := []string{"https://b.example/ana", "https://b.example/bo", "https://b.example/cy"}
	whole := Digest(names)
	slices.Reverse(names)
	if again := Digest(names); again != whole {
		t.Errorf("the order counts: %s, %s", whole, again)
	}
	if twice := Digest(append(names, names[0], names[0])); twice != whole {
		t.Errorf("XOR of one name twice is not nothing: %s", twice)
	}
	if none := Digest(nil); none != strings.Repeat("0", 64) {
		t.Errorf("of nobody: %s", none)
	}
	// printf %s abc | sha256sum
	if abc := Digest([]string{"abc"}); abc != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("of one: %s", abc)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	want := claim{collection: "https://a.example/f", url: "https://a.example/f?page=1", digest: "0a"}
	if got := read(want.String()); got != want {
		t.Errorf("read %+v, want %+v", got, want)
	}
	if got := read(`digest="0A",url="https://a.example/f?page=1" , collectionId="https://a.example/f", more="x"`); got != want {
		t.Errorf("read %+v, want %+v", got, want)
	}
}

// Whoever speaks of another server's followers is not heard.
func TestHear_onlyOfOwnFollowers(t *testing.T) {
	t.Parallel()
	for header, heard := range map[string]bool{
		claim{"https://a.example/f", "https://a.example/f?page=1", "00"}.String(): true,
		claim{"https://b.example/f", "https://a.example/f?page=1", "00"}.String(): false,
		claim{"https://a.example/f", "https://b.example/f?page=1", "00"}.String(): false,
		claim{"https://a.example/f", "https://a.example/f?page=1", ""}.String():   false,
		"": false,
	} {
		r := New(Options{})
		r.Hear(t.Context(), "https://a.example/g", header)
		if _, _, found := r.next(); found != heard {
			t.Errorf("%q heard: %v, want %v", header, found, heard)
		}
	}
}
