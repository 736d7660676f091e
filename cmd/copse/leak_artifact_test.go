package main

import (
	"context"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/artifact"
)

// knowledge makes a draft and a published artifact, each full of canaries.
func (w *leakWorld) knowledge() {
	for _, publish := range []bool{false, true} {
		w.tx(func(ctx context.Context, tx *db.Store) error {
			a, err := w.artifact.Begin(ctx, tx, artifact.Beginning{
				Group: w.group, Author: w.actor("mia"), Kind: "checklist", Title: canaryTitle, Abstract: canaryBefore,
				Blocks: []db.Block{{Key: "audience", Code: "audience", Title: "For whom", Text: canaryBefore}, {Key: "items", Code: "items", Title: "Points", Text: canaryTitle}},
			})
			if err != nil {
				return err
			}
			w.artifacts = append(w.artifacts, a.ID)
			if publish {
				_, err = w.artifact.Publish(ctx, tx, a, artifact.Publishing{By: w.actor("mod"), AsAnIdea: true})
			}
			return err
		})
	}
}

// leakArtifacts are the library of a community, and the pages and documents of what it keeps: a draft
// (artifacts[0]) and one that is published (artifacts[1]).
func leakArtifacts(w *leakWorld) map[string]leakRow {
	at := func(before, after string) leakRow {
		var row leakRow
		for _, id := range w.artifacts {
			row.paths = append(row.paths, leakPath{path: before + number(id) + after, missing: before + number(w.artifacts[0]+3) + after})
		}
		return row
	}
	rows := map[string]leakRow{
		"GET /c/:handle/library":         w.face("/c/", "quiet", "nosuch", "/library"),
		"GET /c/:handle/library/new":     w.face("/c/", "quiet", "nosuch", "/library/new"),
		"POST /c/:handle/library/new":    w.face("/c/", "quiet", "nosuch", "/library/new"),
		"GET /c/:handle/library/import":  w.face("/c/", "quiet", "nosuch", "/library/import"),
		"POST /c/:handle/library/import": w.face("/c/", "quiet", "nosuch", "/library/import"),
		"GET /a/:id/files/:digest":       at("/a/", "/files/"+strings.Repeat("ab", 32)),
		"POST /a/:id/files":              at("/a/", "/files"),
		"POST /a/:id/preview":            at("/a/", "/preview"),
		"GET /a/:id/v/:number":           at("/a/", "/v/1"),
		"GET /a/:id/v/:number/:form":     at("/a/", "/v/1/md").add(at("/a/", "/v/1/print")).add(at("/a/", "/v/1/epub")).add(at("/a/", "/v/1/docx")).add(at("/a/", "/v/1/pdf")).add(at("/a/", "/v/1/ris")),
		"GET /a/:id/compare":             at("/a/", "/compare?from=1&to=1"),
		"POST /a/:id/do/:act":            at("/a/", "/do/keep").add(at("/a/", "/do/discard")),

		"GET /ap/objects/:id/versions":         at("/ap/objects/", "/versions").documented(),
		"GET /ap/objects/:id/versions/:number": at("/ap/objects/", "/versions/1").documented(),
	}
	rows["GET /a/:id"] = at("/a/", "")
	for _, part := range []string{"draft", "review", "suggest", "reuse"} {
		rows["GET /a/:id/"+part] = at("/a/", "/"+part)
		rows["POST /a/:id/"+part] = at("/a/", "/"+part)
	}
	return rows
}
