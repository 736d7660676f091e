package main

// leakAsking are the pages of asking, and what is done with queries.
func leakAsking(w *leakWorld) map[string]leakRow {
	page := func(after string) leakRow { return w.face("/c/", "quiet", "nosuch", after) }
	return map[string]leakRow{
		"GET /c/:handle/queries":     page("/queries").add(page("/queries?tab=closed")),
		"GET /c/:handle/ask":         page("/ask"),
		"POST /c/:handle/ask":        page("/ask"),
		"GET /c/:handle/ask/near":    page("/ask/near?title=fridge"),
		"POST /c/:handle/ask/served": page("/ask/served"),
		"POST /d/:id/query":          w.perPost("/d/", "/query"),
		"POST /p/:id/kind":           w.perPost("/p/", "/kind"),
	}
}
