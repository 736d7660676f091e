package main

import "github.com/copse-social/copse/db"

// archive are the pages of the archive of the community, which is on its way to another instance: for
// that instance and nobody else, not even for who reads all that is in it.
func (w *leakWorld) archive() leakRow {
	m := &db.Move{
		URI: "https://home.example/ap/activities/4711", Side: db.MoveLeaving, State: db.MoveCopying, Group: w.group.ActorID,
		Peer: w.group.ActorID + 1, Host: "next.example", Handle: "quiet",
	}
	w.ok(w.store.CreateMove(w.ctx, m))
	var row leakRow
	for _, part := range []string{"group", "charters", "members", "roles", "posts", "log"} {
		row.paths = append(row.paths, leakPath{
			path: "/ap/moves/" + number(m.ID) + "/" + part + "/0", missing: "/ap/moves/" + number(m.ID+3) + "/" + part + "/0",
		})
	}
	return row
}

// leakMoves are the pages about a community on its way. While it is, nobody but its members and those
// who decide about it may know; the admins of its server are among those.
func leakMoves(w *leakWorld) map[string]leakRow {
	rows := map[string]leakRow{"GET /moves": open("/moves")}
	for route, after := range map[string]string{
		"GET /c/:handle/move": "/move", "POST /c/:handle/move": "/move", "POST /c/:handle/move/:act": "/move/agree",
	} {
		rows[route] = w.face("/c/", "quiet", "nosuch", after)
	}
	return rows
}
