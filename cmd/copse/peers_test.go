package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/vocab"
)

// peersGolden says what becomes of each recorded document: file, way, outcome. The documents
// themselves are others' and lie outside of the repository.
const peersGolden = "testdata/peers.golden"

// The ways in which a document is tried.
const (
	byInbox    = "inbox"    // sent as it stands, signed by its actor
	byFollow   = "follows"  // an actor, which follows somebody here
	byAnnounce = "announce" // a post, which a group that somebody here follows passes on
	byReplay   = "replay"   // a recorded request, made again
)

// TestPeers_golden runs every document recorded from other servers through an instance and
// compares what becomes of it with the golden table; COPSE_TEST_GOLDEN=1 rewrites that. The folder
// is that of COPSE_TEST_FIXTURES, or the one beside the repository.
func TestPeers_golden(t *testing.T) {
	t.Parallel()
	root := fixtures(t)
	if root == "" {
		t.Log("there are no recorded documents on this machine; only the form of the table is checked")
		return
	}
	table := &outcomes{rows: map[string]string{}}
	t.Run("folders", func(t *testing.T) {
		for _, folder := range foldersOf(t, root) {
			t.Run(folder, func(t *testing.T) {
				t.Parallel()
				if folder == "recorded" {
					replayRecorded(t, filepath.Join(root, folder), table)
					return
				}
				tryFolder(t, filepath.Join(root, folder), table)
			})
		}
	})
	table.compare(t)
}

// TestPeers_tableIsWhole: each row of the table has a known way and an outcome with its reason.
func TestPeers_tableIsWhole(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(peersGolden)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]bool{}
	for line := range strings.Lines(string(raw)) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != 3 || !slices.Contains([]string{byInbox, byFollow, byAnnounce, byReplay}, cells[1]) {
			t.Errorf("row %q has not the form file, way, outcome", line)
			continue
		}
		word, reason, _ := strings.Cut(cells[2], " (")
		switch {
		case word == "applied" && reason == "", (word == "ignored" || word == "refused") && len(reason) > 1:
		case cells[1] == byReplay && word == "answered" && len(reason) > 1:
		default:
			t.Errorf("%s: %q is no outcome", cells[0], cells[2])
		}
		file, _, _ := strings.Cut(cells[0], "#")
		files[file] = true
	}
	if len(files) != 382+43 {
		t.Errorf("the table tells of %d files, want 382 documents and 43 requests", len(files))
	}
}

// fixtures is the folder of recorded documents, "" where there is none.
func fixtures(t *testing.T) string {
	t.Helper()
	named := os.Getenv("COPSE_TEST_FIXTURES")
	root := named
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "fixtures")
	}
	if _, err := os.Stat(root); err != nil {
		if named != "" {
			t.Fatalf("COPSE_TEST_FIXTURES names a folder that is not there: %v", err)
		}
		return ""
	}
	return root
}

func foldersOf(t *testing.T, root string) []string {
	t.Helper()
	list, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range list {
		if f.IsDir() {
			names = append(names, f.Name())
		}
	}
	return names
}

// filesOf reads the documents of a folder, in order of their names.
func filesOf(t *testing.T, folder string) (names []string, raw map[string][]byte) {
	t.Helper()
	raw = map[string][]byte{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".json") {
			return err
		}
		names = append(names, path)
		raw[path], err = os.ReadFile(filepath.Join(folder, path))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, raw
}

// trial is one document on its way through an instance.
type trial struct {
	file, way string
	turn      int // actors first, and last what takes others' objects away
	run       func() string
}

// tryFolder runs one folder through an instance of its own: first the actors, so that they are
// known, then everything else, and at the end deletions.
func tryFolder(t *testing.T, folder string, table *outcomes) {
	t.Helper()
	names, raw := filesOf(t, folder)
	w := newPeersWorld(t, "copse.test")
	w.begin()
	var trials []trial
	for _, name := range names {
		for n, part := range partsOf(unscrubbed(raw[name], name)) {
			w.gather(part)
			one := w.trialOf(part)
			if one.file = filepath.Base(folder) + "/" + name; n > 0 {
				one.file += "#" + strconv.Itoa(n)
			}
			trials = append(trials, one)
		}
	}
	slices.SortStableFunc(trials, func(a, b trial) int { return a.turn - b.turn })
	for n, one := range trials {
		if one.turn > 0 && (n == 0 || trials[n-1].turn == 0) {
			w.joinAll()
		}
		table.add(one.file, one.way, one.run())
	}
}

// unscrubbed gives Mbin's recordings ids and dates again, which were taken out of them.
func unscrubbed(raw []byte, name string) []byte {
	for n := 1; bytes.Contains(raw, []byte("SCRUBBED_ID")); n++ {
		raw = bytes.Replace(raw, []byte("SCRUBBED_ID"), fmt.Appendf(nil, "https://kbin.test/%s/%d", name, n), 1)
	}
	return bytes.ReplaceAll(raw, []byte("SCRUBBED_DATE"), []byte("2026-01-05T08:00:00Z"))
}

// trialOf picks how a document is tried. What is neither actor nor post is sent to the inbox as it
// stands, by its own actor or by a stranger.
func (w *peersWorld) trialOf(raw []byte) trial {
	doc, err := vocab.Decode(raw)
	switch {
	case err == nil && vocab.IsActor(doc.Type) && doc.ID != "":
		return trial{way: byFollow, run: func() string { return w.followed(doc.ID) }}
	case err == nil && vocab.IsPost(doc.Type) && vocab.IsWebIRI(doc.ID):
		return trial{way: byAnnounce, turn: 1, run: func() string { return w.announced(doc) }}
	case err == nil && vocab.IsWebIRI(doc.Actor.IRI):
		return trial{way: byInbox, turn: turnOf(doc), run: func() string { return w.post(doc.Actor.IRI, raw) }}
	}
	return trial{way: byInbox, turn: 1, run: func() string { return w.post("https://stranger.test/somebody", raw) }}
}

func turnOf(act *vocab.Object) int {
	switch {
	case act.Type != "Delete":
		return 1
	case act.Inner().IRI != act.Actor.IRI:
		return 2
	}
	return 3 // the actor itself
}

// partsOf is a document and the activities and bodies that some recordings wrap: PieFed's lists of
// activities, WordPress's answers over HTTP.
func partsOf(raw []byte) [][]byte {
	parts := [][]byte{raw}
	var doc fedtest.Doc
	if json.Unmarshal(raw, &doc) != nil || doc["type"] != nil || doc["@context"] != nil {
		return parts
	}
	for _, member := range slices.Sorted(maps.Keys(doc)) {
		switch v := doc[member].(type) {
		case string:
			if member == "body" && json.Valid([]byte(v)) {
				parts = append(parts, []byte(v))
			}
		case []any:
			for _, item := range v {
				if inner, ok := item.(fedtest.Doc); ok && inner["actor"] != nil {
					text, _ := json.Marshal(inner)
					parts = append(parts, text)
				}
			}
		}
	}
	return parts
}

// outcomes collects the rows of the table.
type outcomes struct {
	mu   sync.Mutex
	rows map[string]string
}

func (o *outcomes) add(file, way, outcome string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rows[file] = file + "\t" + way + "\t" + outcome + "\n"
}

func (o *outcomes) compare(t *testing.T) {
	t.Helper()
	var text strings.Builder
	for _, file := range slices.Sorted(maps.Keys(o.rows)) {
		text.WriteString(o.rows[file])
	}
	if os.Getenv("COPSE_TEST_GOLDEN") != "" {
		if err := os.WriteFile(peersGolden, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(peersGolden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(text.String(), "\n")); diff != "" {
		t.Errorf("what becomes of recorded documents (-want +got):\n%s", diff)
	}
}
