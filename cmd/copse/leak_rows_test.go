package main

import (
	"maps"
	"strconv"

	"github.com/copse-social/copse/db"
)

// leakPath is an address that has to do with the community, and the same of something that is not
// there; an empty missing says that the address itself is no secret. Face says that who was invited
// may know of it.
type leakPath struct {
	path, missing string
	face          bool
}

// leakRow is one route in the matrix: the addresses to try, and whether they answer ActivityPub too.
type leakRow struct {
	paths     []leakPath
	documents bool
}

// leakRows is the matrix of T45: every route of the instance has a row. A new one belongs here, with
// the addresses under which it could tell of a members-only community.
func leakRows(w *leakWorld) map[string]leakRow {
	rows := make(map[string]leakRow)
	for _, part := range []func(*leakWorld) map[string]leakRow{
		leakDocuments, leakCommunity, leakMoves, leakBelonging, leakAsking, leakCockpit, leakSynthesis, leakOpenness, leakArtifacts, leakCharter, leakPosts, leakPeople, leakOwn, leakWrites,
	} {
		maps.Copy(rows, part(w))
	}
	for _, route := range []string{ // say the same to everybody, whatever is in the database
		"GET /livez", "GET /readyz", "GET /assets/*", "GET /setup", "GET /sign-in", "POST /setup", "POST /sign-in", "POST /sign-out",
		"GET /.well-known/host-meta", "GET /.well-known/host-meta.json", "GET /.well-known/nodeinfo", "POST /lang", "POST /theme",
		"echo_route_not_found /", "echo_route_not_found /*", "echo_route_not_found /admin", "echo_route_not_found /admin/*",
		// take deliveries and answer without a word
		"POST /ap/groups/:id/inbox", "POST /ap/inbox", "POST /ap/instance/inbox", "POST /ap/people/:id/inbox",
	} {
		rows[route] = leakRow{}
	}
	for _, route := range w.shell.Routes() {
		if rest, head := cutHead(route); head {
			rows[route] = rows["GET "+rest]
		}
	}
	return rows
}

// cutHead is the path of a HEAD route.
func cutHead(route string) (path string, head bool) {
	const prefix = "HEAD "
	if len(route) > len(prefix) && route[:len(prefix)] == prefix {
		return route[len(prefix):], true
	}
	return "", false
}

func number(id int64) string { return strconv.FormatInt(id, 10) }

// open is a list of addresses that are no secret; what they answer may still not tell.
func open(paths ...string) leakRow {
	var row leakRow
	for _, p := range paths {
		row.paths = append(row.paths, leakPath{path: p})
	}
	return row
}

// documented says that a row answers ActivityPub too.
func (row leakRow) documented() leakRow {
	row.documents = true
	return row
}

// face is an address of the community that outsiders may know of, unless it is confidential.
func (w *leakWorld) face(before, real, missing, after string) leakRow {
	p := leakPath{path: before + real + after, face: true}
	if w.openness == db.OpennessConfidential {
		p.missing = before + missing + after
	}
	return leakRow{paths: []leakPath{p}}
}

// perPost is an address of each post of the community, which are secret at every level.
func (w *leakWorld) perPost(before, after string) leakRow {
	var row leakRow
	for _, p := range w.posts {
		row.paths = append(row.paths, leakPath{path: before + number(p.ID) + after, missing: before + number(w.posts[0].ID+3) + after})
	}
	return row
}

func (w *leakWorld) starterAt(before, after string) leakRow {
	row := w.perPost(before, after)
	row.paths = row.paths[:1]
	return row
}

func leakDocuments(w *leakWorld) map[string]leakRow {
	group := func(after string) leakRow {
		return w.face("/ap/groups/", number(w.group.ActorID), number(w.group.ActorID+3), after).documented()
	}
	rows := map[string]leakRow{
		"GET /ap/groups/:id":     group(""),
		"GET /ap/contexts/:id":   w.starterAt("/ap/contexts/", "").documented(),
		"GET /ap/objects/:id":    w.perPost("/ap/objects/", "").documented(),
		"GET /ap/activities/:id": w.activities().documented(),

		"GET /ap/moves/:id/:part/:after": w.archive(),
		"GET /.well-known/webfinger":     w.face("/.well-known/webfinger?resource=acct:", "quiet", "nosuch", "@home.example"),
		"GET /nodeinfo/2.0":              open("/nodeinfo/2.0"),
		"GET /nodeinfo/2.1":              open("/nodeinfo/2.1"),
		"GET /ap/instance":               open("/ap/instance").documented(),
	}
	for _, part := range []string{"events", "featured", "featured-tags", "followers", "following", "moderation-log", "moderators", "outbox", "repertoire"} {
		rows["GET /ap/groups/:id/"+part] = group("/" + part).add(group("/" + part + "?page=1"))
	}
	for _, part := range []string{"likes", "replies", "shares"} {
		rows["GET /ap/objects/:id/"+part] = w.perPost("/ap/objects/", "/"+part).documented()
	}
	person := "/ap/people/" + number(w.actor("mia").ID)
	rows["GET /ap/people/:id"] = open(person).documented()
	for _, part := range []string{"featured", "featured-tags", "followers", "following", "outbox"} {
		rows["GET /ap/people/:id/"+part] = open(person+"/"+part, person+"/"+part+"?page=1").documented()
		rows["GET /ap/instance/"+part] = open("/ap/instance/"+part, "/ap/instance/"+part+"?page=1").documented()
	}
	return rows
}

// add appends the addresses of another row.
func (row leakRow) add(other leakRow) leakRow {
	row.paths = append(row.paths, other.paths...)
	return row
}

// activities are the addresses of the activities about posts of the community.
func (w *leakWorld) activities() leakRow {
	var row leakRow
	for _, p := range w.posts {
		if p.CreateActivityID != 0 {
			row.paths = append(row.paths, leakPath{
				path: "/ap/activities/" + number(p.CreateActivityID), missing: "/ap/activities/" + number(p.CreateActivityID+3),
			})
		}
	}
	return row
}

func leakCommunity(w *leakWorld) map[string]leakRow {
	page := func(after string) leakRow { return w.face("/c/", "quiet", "nosuch", after) }
	return map[string]leakRow{
		"GET /c/:handle":             page("").add(page("?sort=new")).documented(),
		"GET /c/:handle/feed.atom":   page("/feed.atom"),
		"GET /c/:handle/log":         page("/log"),
		"GET /c/:handle/appeal":      page("/appeal"),
		"GET /c/:handle/new":         page("/new"),
		"GET /c/:handle/people":      page("/people").add(page("/people?q=mia")),
		"GET /c/:handle/people/:who": page("/people/mia"),
		"GET /c/:handle/settings":    page("/settings"),
		"GET /c/:handle/slow":        page("/slow"),
		"GET /follow/:handle":        w.face("/follow/", "quiet", "nosuch", ""),
		"GET /follow/c/:handle":      w.face("/follow/c/", "quiet", "nosuch", ""),
		"GET /follow/d/:id":          w.starterAt("/follow/d/", ""),
		"GET /communities":           open("/communities", "/communities?q=quiet", "/communities?q=canarynamed"),
		"GET /search": open("/search?q=quiet", "/search?q=canary", "/search?q=%23canarytag", "/search?q=canarytitle",
			"/search?q=canarybody", "/search?q=canarynamed", "/search?q=canaryreply"),
		"GET /authorize_interaction": open("/authorize_interaction?uri=" + w.starter.URI),
		"GET /":                      open("/"),
	}
}

func leakPosts(w *leakWorld) map[string]leakRow {
	rows := map[string]leakRow{"GET /d/:id": w.perPost("/d/", "").documented(), "GET /p/:id": w.perPost("/p/", "").documented()}
	for _, part := range []string{"delete", "edit", "hide", "history", "lock", "move", "pin", "receipts", "remove", "reply", "report", "restore", "slow"} {
		rows["GET /p/:id/"+part] = w.perPost("/p/", "/"+part)
	}
	held := w.perPost("/held/", "")
	rows["GET /held/:id"] = held
	rows["GET /reports/:id"] = leakRow{paths: []leakPath{{path: "/reports/" + number(w.report), missing: "/reports/" + number(w.report+3)}}}
	rows["GET /reports"] = open("/reports")
	return rows
}

func leakPeople(*leakWorld) map[string]leakRow {
	return map[string]leakRow{
		"GET /u/:handle":        open("/u/mia", "/u/mod", "/u/left").documented(),
		"GET /u/:handle/report": open("/u/mia/report"),
		"GET /follow/u/:handle": open("/follow/u/mia"),
	}
}

// leakOwn are pages about whoever asks, and those of admins.
func leakOwn(*leakWorld) map[string]leakRow {
	rows := make(map[string]leakRow)
	for _, path := range []string{
		"/drafts", "/notifications", "/settings", "/settings/access", "/settings/communities", "/settings/reading",
		"/admin/federation", "/admin/log", "/admin/people", "/admin/settings", "/admin/federation/lists", "/admin/federation/lists.csv",
		"/admin/persons",
	} {
		rows["GET "+path] = open(path)
	}
	rows["GET /notifications/:ids"] = open("/notifications/1", "/notifications/2")
	rows["GET /admin/persons/:id"] = open("/admin/persons/1", "/admin/persons/2")
	rows["GET /admin/federation/:host"] = open("/admin/federation/peer.example", "/admin/federation/fan.example")
	rows["GET /admin/federation/:host/purge"] = open("/admin/federation/peer.example/purge", "/admin/federation/fan.example/purge")
	rows["GET /admin/federation/:host/export"] = open("/admin/federation/peer.example/export")
	return rows
}

// leakWrites are tried by outsiders alone: with members they would do what they say.
func leakWrites(w *leakWorld) map[string]leakRow {
	rows := map[string]leakRow{
		"POST /d/:id/replies":              w.perPost("/d/", "/replies"),
		"POST /held/:id":                   w.perPost("/held/", ""),
		"POST /reports/:id":                {paths: []leakPath{{path: "/reports/" + number(w.report)}}},
		"POST /follow/:handle":             w.face("/follow/", "quiet", "nosuch", ""),
		"POST /follow/c/:handle":           w.face("/follow/c/", "quiet", "nosuch", ""),
		"POST /follow/d/:id":               w.starterAt("/follow/d/", ""),
		"POST /follow/u/:handle":           open("/follow/u/mia"),
		"POST /c/:handle/people/:who/:act": w.face("/c/", "quiet", "nosuch", "/people/mia/ban"),
		"POST /c/:handle/appeal":           w.face("/c/", "quiet", "nosuch", "/appeal"),
	}
	for _, act := range []string{"follow", "join", "leave", "new", "settings", "slow", "unfollow"} {
		rows["POST /c/:handle/"+act] = w.face("/c/", "quiet", "nosuch", "/"+act)
	}
	for _, act := range []string{"delete", "edit", "hide", "like", "lock", "move", "pin", "remove", "report", "restore", "slow"} {
		rows["POST /p/:id/"+act] = w.perPost("/p/", "/"+act)
	}
	for _, path := range []string{
		"/drafts", "/drafts/drop", "/notifications/read", "/notifications/unread", "/read", "/settings", "/settings/communities",
		"/settings/password", "/settings/reading", "/settings/sessions/end", "/admin/federation", "/admin/federation/lists", "/admin/settings",
	} {
		rows["POST "+path] = open(path)
	}
	for route, path := range map[string]string{
		"POST /settings/sessions/:session/end": "/settings/sessions/1/end", "POST /u/:handle/follow": "/u/mia/follow",
		"POST /u/:handle/report": "/u/mia/report", "POST /u/:handle/unfollow": "/u/mia/unfollow",
		"POST /admin/federation/:host/:act": "/admin/federation/peer.example/wake", "POST /admin/people/:account/:act": "/admin/people/1/none",
		"POST /admin/persons/:id/:act":               "/admin/persons/1/none",
		"POST /admin/federation/:host/dead/:id/:act": "/admin/federation/peer.example/dead/1/retry",
		"POST /admin/federation/:host/purge":         "/admin/federation/peer.example/purge",
		"POST /admin/federation/:host/policy":        "/admin/federation/peer.example/policy",
	} {
		rows[route] = open(path)
	}
	return rows
}
