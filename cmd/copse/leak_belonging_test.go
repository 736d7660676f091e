package main

// leakBelonging are the pages of joining and of who belongs. What is sent to them is tried by
// outsiders alone.
func leakBelonging(w *leakWorld) map[string]leakRow {
	rows := map[string]leakRow{
		"GET /settings/knowledge":    open("/settings/knowledge"),
		"POST /settings/knowledge":   open("/settings/knowledge"),
		"POST /settings/doors":       open("/settings/doors"),
		"POST /settings/doors/close": open("/settings/doors/close"),
		"POST /u/:handle/endorse":    open("/u/mia/endorse"),
	}
	for route, after := range map[string]string{
		"GET /c/:handle/join": "/join", "GET /c/:handle/requests": "/requests", "GET /c/:handle/members": "/members", "GET /c/:handle/rights": "/rights",
		"POST /c/:handle/join/:act": "/join/stay", "POST /c/:handle/requests/:who": "/requests/mia",
		"POST /c/:handle/requests/:who/vouch": "/requests/mia/vouch", "POST /c/:handle/invitations": "/invitations",
		"POST /c/:handle/invitations/:who/withdraw": "/invitations/mia/withdraw",
		"POST /c/:handle/tend/offer":                "/tend/offer", "POST /c/:handle/tend/:who": "/tend/mia",
	} {
		rows[route] = w.face("/c/", "quiet", "nosuch", after)
	}
	return rows
}
