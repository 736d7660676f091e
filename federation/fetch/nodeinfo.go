package fetch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	relNodeInfo = "http://nodeinfo.diaspora.software/ns/schema/"
	relInstance = streams + "#Application"
)

// Software is what a host says it runs; from it follows the dialect we speak
// with it. It is a claim, good for manners and not for trust.
type Software struct {
	// Name is lower case: "mastodon", "lemmy"; at most 64 letters, digits and
	// hyphens.
	Name string
	// Version is free text without control characters, at most 64 bytes.
	Version string
	// ActivityPub tells whether the host lists the protocol.
	ActivityPub bool
	// Title is what the host calls itself (metadata.nodeName), at most 1,000 bytes as they came:
	// hostile text until it is cleaned.
	Title string
	// Instance is the instance actor's id if the host links it (FEP-2677).
	Instance string
}

// NodeInfo reads schema 2.1, 2.0 or 1.0, whichever is the newest offered.
func (c *Client) NodeInfo(ctx context.Context, host string) (sw *Software, err error) {
	defer c.ended(ctx, kindNodeInfo, time.Now(), &err)
	if host, err = Host(host); err != nil {
		return nil, err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	sw, err = c.nodeInfo(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("nodeinfo %s: %w", host, err)
	}
	return sw, nil
}

func (c *Client) nodeInfo(ctx context.Context, host string) (*Software, error) {
	ans, err := c.wellKnown(ctx, host, "/.well-known/nodeinfo", plainJSON)
	if err != nil {
		return nil, err
	}
	if err := mediaType(ans.header, "application/json", "application/jrd+json"); err != nil {
		return nil, err
	}
	href, instance, err := c.nodeInfoLinks(ans.body, host)
	if err != nil {
		return nil, err
	}
	u, err := c.target(href)
	if err != nil {
		return nil, err
	}
	if ans, err = c.get(ctx, u, plainJSON); err != nil {
		return nil, err
	}
	if err := mediaType(ans.header, "application/json"); err != nil {
		return nil, err
	}
	sw, err := readSoftware(ans.body)
	if err != nil {
		return nil, err
	}
	sw.Instance = instance
	return sw, nil
}

// plainJSON is the only Accept GoToSocial answers here; it gives 406 to an
// ActivityPub one.
var plainJSON = ask{accept: "application/json", limit: maxJRD}

// nodeInfoLinks picks the newest schema on the host's own site: a claim about
// software is read only from whom it is about.
func (c *Client) nodeInfoLinks(body []byte, host string) (href, instance string, err error) {
	var doc struct {
		Links []struct {
			Rel  string `json:"rel"`
			Href string `json:"href"`
		} `json:"links"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return "", "", fmt.Errorf("%w: nodeinfo links", ErrMalformed)
	}
	best := ""
	for _, l := range doc.Links {
		u, err := c.target(l.Href)
		if err != nil || Site(u.Host) != Site(host) {
			continue
		}
		version, isSchema := strings.CutPrefix(l.Rel, relNodeInfo)
		switch {
		case l.Rel == relInstance:
			instance = l.Href
		case isSchema && version > best && slices.Contains([]string{"1.0", "1.1", "2.0", "2.1", "2.2"}, version):
			best, href = version, l.Href
		}
	}
	if href == "" {
		return "", "", fmt.Errorf("%w: no schema linked", ErrNotFound)
	}
	return href, instance, nil
}

func readSoftware(body []byte) (*Software, error) {
	var doc struct {
		Software struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"software"`
		// Protocols is a list from 2.0 on, and lists by direction in 1.0.
		Protocols any `json:"protocols"`
		// Metadata is free; Mastodon writes an empty list for none.
		Metadata any `json:"metadata"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return nil, fmt.Errorf("%w: nodeinfo", ErrMalformed)
	}
	name := strings.ToLower(strings.TrimSpace(doc.Software.Name))
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	}
	if name == "" || len(name) > 64 || strings.ContainsFunc(name, odd) {
		return nil, fmt.Errorf("%w: software name", ErrMalformed)
	}
	return &Software{
		Name:        name,
		Version:     version(doc.Software.Version),
		ActivityPub: speaks(doc.Protocols),
		Title:       nodeName(doc.Metadata),
	}, nil
}

func nodeName(metadata any) string {
	list, _ := metadata.(map[string]any)
	name, _ := list["nodeName"].(string)
	return name[:min(len(name), 1000)]
}

func version(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
	return s[:min(len(s), 64)]
}

func speaks(protocols any) bool {
	switch p := protocols.(type) {
	case []any:
		return slices.Contains(p, any("activitypub"))
	case map[string]any:
		return speaks(p["inbound"]) || speaks(p["outbound"])
	}
	return false
}
