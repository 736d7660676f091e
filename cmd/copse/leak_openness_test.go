package main

// leakOpenness are the pages of who reads a community, and of what is opened to everybody. What is
// sent to them is tried by outsiders alone.
func leakOpenness(w *leakWorld) map[string]leakRow {
	rows := map[string]leakRow{
		"GET /p/:id/release": w.perPost("/p/", "/release"), "POST /p/:id/release": w.perPost("/p/", "/release"),
		"GET /admin/trust": open("/admin/trust"), "POST /admin/trust/:group": open("/admin/trust/" + number(w.group.ActorID)),
	}
	for route, after := range map[string]string{
		"GET /c/:handle/openness": "/openness", "GET /c/:handle/openness/end": "/openness/end?host=" + w.peer.Host,
		"GET /c/:handle/openness/change": "/openness/change?level=private", "POST /c/:handle/openness/change": "/openness/change",
		"POST /c/:handle/openness/trust": "/openness/trust", "POST /c/:handle/openness/end": "/openness/end", "POST /c/:handle/openness/copies": "/openness/copies",
	} {
		rows[route] = w.face("/c/", "quiet", "nosuch", after)
	}
	return rows
}
