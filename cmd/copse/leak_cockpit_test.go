package main

// leakCockpit are the pages of what waits, and the way in for facilitators from elsewhere, on which
// nobody is known but by a link that only they have.
func leakCockpit(w *leakWorld) map[string]leakRow {
	return map[string]leakRow{
		"GET /cockpit":           open("/cockpit"),
		"GET /c/:handle/cockpit": w.face("/c/", "quiet", "nosuch", "/cockpit").add(w.face("/c/", "quiet", "nosuch", "/cockpit?kind=welcome")),
		"POST /c/:handle/cockpit/:kind/:object": w.face("/c/", "quiet", "nosuch", "/cockpit/answer/"+number(w.starter.ID)).add(
			w.face("/c/", "quiet", "nosuch", "/cockpit/welcome/"+number(w.group.ActorID))),
		"GET /guest":         open("/guest"),
		"POST /guest":        open("/guest"),
		"POST /guest/leave":  open("/guest/leave"),
		"GET /guest/:token":  open("/guest/NOSUCHTOKEN"),
		"POST /guest/:token": open("/guest/NOSUCHTOKEN"),
	}
}
