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

// leakSynthesis are the pages on which answers become a consolidated reply.
func leakSynthesis(w *leakWorld) map[string]leakRow {
	return map[string]leakRow{
		"GET /d/:id/synthesis": w.perPost("/d/", "/synthesis"), "POST /d/:id/synthesis": w.perPost("/d/", "/synthesis"),
		"GET /d/:id/synthesis/look": w.perPost("/d/", "/synthesis/look"), "POST /d/:id/synthesis/object": w.perPost("/d/", "/synthesis/object"),
	}
}
