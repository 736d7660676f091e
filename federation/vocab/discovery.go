package vocab

import (
	"fmt"
	"html"
)

// JRD is the answer of WebFinger (RFC 7033) and of NodeInfo's discovery.
type JRD struct {
	Subject string    `json:"subject,omitzero"`
	Aliases []string  `json:"aliases,omitzero"`
	Links   []JRDLink `json:"links"`
}

// JRDLink is one link of a JRD.
type JRDLink struct {
	Rel      string `json:"rel"`
	Type     string `json:"type,omitzero"`
	Href     string `json:"href,omitzero"`
	Template string `json:"template,omitzero"`
}

// ActivityType is the media type Mastodon compares a self link with, byte for
// byte.
const ActivityType = "application/activity+json"

// WebFinger answers for an actor: its id as self, its page for people.
func WebFinger(handle, id, page string) JRD {
	j := JRD{Subject: "acct:" + handle, Aliases: []string{id}}
	if page != "" && page != id {
		j.Aliases = append(j.Aliases, page)
		j.Links = append(j.Links, JRDLink{Rel: "http://webfinger.net/rel/profile-page", Type: "text/html", Href: page})
	}
	j.Links = append(j.Links, JRDLink{Rel: "self", Type: ActivityType, Href: id})
	return j
}

// HostMeta tells old peers where WebFinger is; base is scheme and host.
func HostMeta(base string) []byte {
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>
<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
  <Link rel="lrdd" type="application/jrd+json" template="%s/.well-known/webfinger?resource={uri}"/>
</XRD>
`, html.EscapeString(base))
}

// NodeInfoDoc describes this instance (FEP-f1d5). Version is 2.0 or 2.1;
// repository and homepage belong to 2.1 only.
type NodeInfoDoc struct {
	Version           string         `json:"version"`
	Software          SoftwareDoc    `json:"software"`
	Protocols         []string       `json:"protocols"`
	Services          ServicesDoc    `json:"services"`
	OpenRegistrations bool           `json:"openRegistrations"`
	Usage             UsageDoc       `json:"usage"`
	Metadata          map[string]any `json:"metadata"`
}

// SoftwareDoc names the software.
type SoftwareDoc struct {
	Name       string `json:"name"`
	Version    string `json:"version"`
	Repository string `json:"repository,omitzero"`
	Homepage   string `json:"homepage,omitzero"`
}

// ServicesDoc lists other networks; empty here, but the schema wants it.
type ServicesDoc struct {
	Inbound  []string `json:"inbound"`
	Outbound []string `json:"outbound"`
}

// UsageDoc holds the counts people compare instances by.
type UsageDoc struct {
	Users         UsersDoc `json:"users"`
	LocalPosts    int      `json:"localPosts"`
	LocalComments int      `json:"localComments"`
}

// UsersDoc counts local people.
type UsersDoc struct {
	Total          int `json:"total"`
	ActiveMonth    int `json:"activeMonth"`
	ActiveHalfyear int `json:"activeHalfyear"`
}

// NodeInfoLinks is the discovery document; application is the id of the
// instance actor (FEP-2677).
func NodeInfoLinks(base, application string) JRD {
	return JRD{Links: []JRDLink{
		{Rel: "http://nodeinfo.diaspora.software/ns/schema/2.0", Href: base + "/nodeinfo/2.0"},
		{Rel: "http://nodeinfo.diaspora.software/ns/schema/2.1", Href: base + "/nodeinfo/2.1"},
		{Rel: "https://www.w3.org/ns/activitystreams#Application", Href: application},
	}}
}
