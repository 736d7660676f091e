package doctor

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// activity is of a type that means nothing, in the name of the instance: taken by nobody.
func activity(p Public) string {
	return fmt.Sprintf(`{"@context":"https://www.w3.org/ns/activitystreams","type":"Travel","actor":%q}`, p.Actor)
}

// inbox sends an activity without a signature: Copse itself must be the one to refuse it, not a
// firewall or challenge page before it.
func (d *Doctor) inbox(ctx context.Context, p Public) error {
	return d.refused(ctx, p, activity(p))
}

// bodyLimit is inbox with nearly as much as an activity may have.
func (d *Doctor) bodyLimit(ctx context.Context, p Public) error {
	body := activity(p)
	return d.refused(ctx, p, body+strings.Repeat(" ", 1<<20-1024-len(body)))
}

func (d *Doctor) refused(ctx context.Context, p Public, body string) error {
	res, err := d.post(ctx, p, body)
	if err != nil {
		return err
	}
	if res.status != http.StatusUnauthorized || !strings.HasPrefix(res.header.Get("Content-Type"), "application/problem+json") {
		return fmt.Errorf("something before Copse answered %d to %d bytes", res.status, len(body))
	}
	return nil
}

// signature sends the instance a request under its own key, by the way that those of others take.
// Copse takes none from itself, and says by 403 instead of 401 that the signature fits.
func (d *Doctor) signature(ctx context.Context, p Public) error {
	body := activity(p)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.SharedInbox, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/activity+json")
	if err := p.Sign(req, []byte(body)); err != nil {
		return fmt.Errorf("sign a request: %w", err)
	}
	res, err := d.do(req)
	switch {
	case err != nil:
		return err
	case res.status == http.StatusForbidden && strings.HasPrefix(res.header.Get("Content-Type"), "application/problem+json"):
		return nil
	case res.status == http.StatusUnauthorized:
		return fmt.Errorf("a request signed here does not fit any more when it arrives: others cannot write to this instance either")
	}
	return fmt.Errorf("something before Copse answered %d to a signed request", res.status)
}

func (d *Doctor) post(ctx context.Context, p Public, body string) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.SharedInbox, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("Content-Type", "application/activity+json")
	return d.do(req)
}
