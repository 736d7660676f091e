package main

import "github.com/copse-social/copse/db"

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

// leakCharter are the pages of what a community has agreed on, and of its beginning.
func leakCharter(w *leakWorld) map[string]leakRow {
	page := func(after string) leakRow { return w.face("/c/", "quiet", "nosuch", after) }
	document := func(after string) leakRow {
		return w.face("/ap/groups/", number(w.group.ActorID), number(w.group.ActorID+3), after).documented()
	}
	versions := func(after string) leakRow {
		var row leakRow
		for i, c := range w.charters {
			p := leakPath{path: "/ap/charters/" + number(c.ID) + after}
			if i > 0 || w.openness != db.OpennessRestricted { // what is proposed is on its home page
				p.missing = "/ap/charters/" + number(c.ID+3) + after
			}
			row.paths = append(row.paths, p)
		}
		return row.documented()
	}
	return map[string]leakRow{
		"GET /ap/charters/:id": versions(""), "GET /ap/charters/:id/context": versions("/context"),
		"GET /ap/groups/:id/charter": document("/charter"), "GET /ap/groups/:id/charter/versions": document("/charter/versions"),
		"GET /c/:handle/charter":                   page("/charter").documented(),
		"GET /c/:handle/charter/:version":          page("/charter/1").add(page("/charter/2")),
		"GET /c/:handle/charter/compare":           page("/charter/compare?from=1&to=2"),
		"GET /c/:handle/charter/write":             page("/charter/write"),
		"GET /c/:handle/charter/:version/pdf":      page("/charter/1/pdf").add(page("/charter/2/pdf")),
		"GET /c/:handle/charter/:version/markdown": page("/charter/1/markdown").add(page("/charter/2/markdown")),
		"GET /c/:handle/flyer.pdf":                 page("/flyer.pdf"),
		"GET /c/:handle/flyer":                     page("/flyer"),
		"GET /c/:handle/flyer.svg":                 page("/flyer.svg"),
		"GET /c/:handle/life":                      page("/life"),
		"POST /c/:handle/life":                     page("/life"),
		"POST /c/:handle/life/archive":             page("/life/archive"),
		"POST /c/:handle/life/kin":                 page("/life/kin"),
		"GET /c/:handle/charter/:version/print":    page("/charter/1/print").add(page("/charter/2/print")),
		"GET /c/:handle/launch":                    page("/launch"),
		"POST /c/:handle/launch":                   page("/launch"),
		"POST /c/:handle/charter/write":            page("/charter/write"),
		"POST /c/:handle/charter/:version/:act":    page("/charter/2/propose").add(page("/charter/1/sign")),
		"GET /start":                               open("/start"),
		"POST /start":                              open("/start"),
		"GET /start/:id":                           open("/start/1"),
		"GET /start/:id/:step":                     open("/start/1/domain"),
		"POST /start/:id/:step":                    open("/start/1/domain"),
		"POST /start/:id/drop":                     open("/start/1/drop"),
	}
}
