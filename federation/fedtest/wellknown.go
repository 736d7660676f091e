package fedtest

import (
	"net/http"
	"strings"
)

// wellKnown answers WebFinger and NodeInfo, and whether it did.
func (p *Peer) wellKnown(w http.ResponseWriter, r *http.Request) bool {
	switch r.URL.Path {
	case "/.well-known/webfinger":
		p.webFinger(w, r)
	case "/.well-known/nodeinfo":
		p.json(w, "application/json", Doc{"links": []any{
			Doc{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": p.iri("/nodeinfo/2.0")},
			Doc{"rel": "https://www.w3.org/ns/activitystreams#Application", "href": p.Instance().ID},
		}})
	case "/nodeinfo/2.0":
		p.json(w, "application/json; charset=utf-8", Doc{
			"version":   "2.0",
			"software":  Doc{"name": p.kind.Software, "version": p.kind.Version},
			"protocols": []any{"activitypub"},
			"services":  Doc{"inbound": []any{}, "outbound": []any{}},
			"usage":     Doc{"users": Doc{}}, "openRegistrations": false, "metadata": Doc{"nodeName": p.kind.Title},
		})
	default:
		return false
	}
	return true
}

func (p *Peer) webFinger(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	custom, scripted := p.served[r.RequestURI]
	p.mu.Unlock()
	if scripted {
		custom.write(w, r)
		return
	}
	a := p.named(r.URL.Query().Get("resource"))
	if a == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	links := []any{Doc{"rel": "self", "type": mediaActivity, "href": a.ID}}
	if !strings.EqualFold(p.kind.Software, "nodebb") {
		links = append(links,
			Doc{"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": a.URL},
			Doc{"rel": "http://ostatus.org/schema/1.0/subscribe", "template": p.iri("/authorize_interaction?uri={uri}")})
	}
	p.json(w, "application/jrd+json; charset=utf-8", Doc{
		"subject": "acct:" + a.Handle(), "aliases": []any{a.URL, a.ID}, "links": links,
	})
}

// named finds the actor of a resource: a handle or an id. Names are compared as
// written, like GoToSocial does.
func (p *Peer) named(resource string) *Actor {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.actors {
		if resource == "acct:"+a.Handle() || resource == a.ID {
			return a
		}
	}
	return nil
}

func (p *Peer) json(w http.ResponseWriter, media string, d Doc) {
	w.Header().Set("Content-Type", media)
	_, _ = w.Write(p.encode(d))
}
