package federation_test

import (
	"context"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
)

// recorded reads the documents of other servers: ours of vocab's testdata and, where
// COPSE_TEST_FIXTURES names a folder, those as well.
func recorded(t *testing.T) map[string]*vocab.Object {
	t.Helper()
	folders := []string{filepath.Join("vocab", "testdata", "peers")}
	if more := os.Getenv("COPSE_TEST_FIXTURES"); more != "" {
		folders = append(folders, more)
	}
	docs := make(map[string]*vocab.Object)
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".json") {
				return err
			}
			body, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if o, err := vocab.Decode(body); err == nil && vocab.IsWebIRI(o.ID) {
				docs[path] = o
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return docs
}

// TestPeers_activitiesEnd works off what other servers were recorded to send, in a network where
// every recorded document stands at its id. Each activity is applied or ends with a reason of its
// own, and every actor that can be read is stored.
func TestPeers_activitiesEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	docs := recorded(t)
	byID := make(map[string][]byte)
	for _, o := range docs {
		byID[o.ID] = o.Raw
	}
	world := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := byID["https://"+r.Host+r.URL.RequestURI()]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", vocab.ActivityType)
		_, _ = w.Write(body)
	})
	for _, o := range docs {
		h.net.Handle(vocab.Host(o.ID), world)
		h.net.Handle(vocab.Host(o.Actor.IRI), world)
	}
	paths := make(map[int64]string)
	for path, o := range docs {
		if vocab.IsActor(o.Type) {
			if _, err := h.resolver.Actor(ctx, o.ID); err != nil {
				t.Logf("%s: %v", path, err)
			}
		}
		if !vocab.IsActivity(o.Type) || !vocab.IsWebIRI(o.Actor.IRI) {
			continue
		}
		rc := &db.Receipt{
			Hash: db.HashOf([]byte(o.ID), o.Raw, []byte(path)), ActivityURI: o.ID, Type: o.Type,
			ActorURI: o.Actor.IRI, Host: vocab.Host(o.ID), Body: o.Raw,
		}
		if _, err := h.store.ActorByURI(ctx, o.Actor.IRI); err != nil {
			stranger := &db.Actor{URI: o.Actor.IRI, Type: db.ActorGroup, Handle: "x", Host: rc.Host, FetchedAt: db.At(h.clock.now())}
			if err := h.store.UpsertRemoteActor(ctx, stranger); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := h.store.AddReceipt(ctx, rc); err != nil {
			t.Fatal(err)
		}
		paths[rc.ID] = path
	}
	applied := make(map[string]bool)
	for _, in := range h.settle() {
		applied[paths[in.Receipt.ID]] = true
		if in.Actor == nil || in.Activity == nil || len(in.Body) == 0 {
			t.Errorf("%s: applied %+v", paths[in.Receipt.ID], in)
		}
	}
	for _, path := range paths {
		rc, err := h.store.ReceiptByURI(ctx, docs[path].ID, docs[path].Actor.IRI)
		if err != nil || rc.Reason == "internal" {
			t.Errorf("%s: %+v, %v", path, rc, err)
			continue
		}
		t.Logf("%s: %s, applied %v, ended %q", path, rc.Type, applied[path], rc.Reason)
	}
}
