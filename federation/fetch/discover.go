package fetch

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// maxHead is how much of a page is read for its links (T33): heads are first,
// and whole pages are none of our business.
const maxHead = 256 << 10

// Discover is Object for an address a person pasted: where the host answers
// with a page instead, the document the page names as its other form is
// fetched. The page itself speaks for nobody.
func (c *Client) Discover(ctx context.Context, address string) (doc *Document, err error) {
	defer c.ended(ctx, kindPage, time.Now(), &err)
	u, err := c.target(strings.TrimSpace(address))
	if err != nil {
		return nil, fmt.Errorf("discover: %w", err)
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	if doc, err = c.discover(ctx, u); err != nil {
		return nil, fmt.Errorf("discover %s: %w", clip(u.String()), err)
	}
	return doc, nil
}

func (c *Client) discover(ctx context.Context, u *url.URL) (*Document, error) {
	ans, err := c.get(ctx, u, ask{accept: acceptAP + ", text/html;q=0.5", limit: maxPage, signed: true})
	if err != nil {
		return nil, err
	}
	if activityType(ans.header) == nil {
		return c.Object(ctx, u.String())
	}
	if err := mediaType(ans.header, "text/html", "application/xhtml+xml"); err != nil {
		return nil, err
	}
	href, err := alternate(ans.body, ans.url)
	if err != nil {
		return nil, err
	}
	return c.Object(ctx, href)
}

// maxPage lets big pages pass whose head is all we read.
const maxPage = 4 << 20

// alternate finds <link rel="alternate" type="application/activity+json">. It
// reads tokens, never builds a tree, and looks no further than maxHead.
func alternate(page []byte, base *url.URL) (string, error) {
	z := html.NewTokenizer(bytes.NewReader(page[:min(len(page), maxHead)]))
	z.SetMaxBuf(maxHead)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return "", fmt.Errorf("%w: page without ActivityPub form", ErrWrongType)
		case html.StartTagToken, html.SelfClosingTagToken:
			name, attrs := z.TagName()
			if string(name) == "body" {
				return "", fmt.Errorf("%w: page without ActivityPub form", ErrWrongType)
			}
			if string(name) != "link" || !attrs {
				continue
			}
			if href, ok := alternateLink(z); ok {
				ref, err := url.Parse(href)
				if err != nil {
					return "", fmt.Errorf("%w: alternate link", ErrMalformed)
				}
				return base.ResolveReference(ref).String(), nil
			}
		}
	}
}

// alternateLink reads the attributes of the link the tokenizer stands at.
func alternateLink(z *html.Tokenizer) (href string, ok bool) {
	rel, media := "", ""
	for more := true; more; {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "rel":
			rel = string(value)
		case "type":
			media = string(value)
		case "href":
			href = strings.TrimSpace(string(value))
		}
	}
	isAlternate := slices.Contains(strings.Fields(strings.ToLower(rel)), "alternate")
	return href, isAlternate && selfType(media) && href != ""
}
