package fetch

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// viaHostMeta finds a WebFinger endpoint that is not at its usual place
// (RFC 6415). encoding/xml neither fetches nor expands what a DTD names.
func (c *Client) viaHostMeta(ctx context.Context, host, resource string, a ask) (*answer, error) {
	meta, err := c.wellKnown(ctx, host, "/.well-known/host-meta",
		ask{accept: "application/xrd+xml, application/xml, text/xml", limit: maxJRD})
	if err != nil {
		return nil, err
	}
	if err := mediaType(meta.header, "application/xrd+xml", "application/xml", "text/xml"); err != nil {
		return nil, err
	}
	template, err := lrdd(meta.body)
	if err != nil {
		return nil, err
	}
	u, err := c.target(strings.Replace(template, "{uri}", url.QueryEscape(resource), 1))
	if err != nil {
		return nil, fmt.Errorf("host-meta template: %w", err)
	}
	return c.get(ctx, u, a)
}

// lrdd answers the template of the first usable lrdd link.
func lrdd(body []byte) (string, error) {
	var xrd struct {
		XMLName xml.Name `xml:"XRD"`
		Links   []struct {
			Rel      string `xml:"rel,attr"`
			Template string `xml:"template,attr"`
		} `xml:"Link"`
	}
	if err := xml.NewDecoder(bytes.NewReader(body)).Decode(&xrd); err != nil {
		return "", fmt.Errorf("%w: host-meta", ErrMalformed)
	}
	for _, l := range xrd.Links {
		if l.Rel == "lrdd" && strings.Count(l.Template, "{uri}") == 1 {
			return l.Template, nil
		}
	}
	return "", errors.Join(ErrNotFound, errors.New("host-meta names no WebFinger"))
}
