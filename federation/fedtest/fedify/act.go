package fedify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Refused is the error of an act that the peer, or the server it spoke to, did not
// carry out.
type Refused struct {
	Act string
	// Status is the HTTP status of the other server's answer, 0 when there was none.
	Status int
	// Reason is Fedify's sentence, Detail the beginning of the other server's body.
	Reason, Detail string
}

func (r *Refused) Error() string {
	return fmt.Sprintf("%s: %s (status %d) %s", r.Act, r.Reason, r.Status, r.Detail)
}

// Found is an object as the peer resolved it.
type Found struct {
	ID, Type string
	// JSON is the document as it was sent.
	JSON json.RawMessage
}

// Lookup resolves a handle by WebFinger and fetches the actor, unsigned; it takes
// the id of any object as well.
func (p *Peer) Lookup(ctx context.Context, handle string) (Found, error) {
	return act[Found](ctx, p, "lookup", map[string]any{"handle": handle})
}

// NodeInfo reads what the server at origin tells of itself, by the strict reading
// of the schema.
func (p *Peer) NodeInfo(ctx context.Context, origin string) (json.RawMessage, error) {
	return act[json.RawMessage](ctx, p, "nodeinfo", map[string]any{"iri": origin})
}

// Fetched is a document and the type Fedify reads in it.
type Fetched struct {
	Type     string
	Document json.RawMessage
}

// Fetch GETs an object with the signature of one of the peer's people.
func (p *Peer) Fetch(ctx context.Context, as, iri string) (Fetched, error) {
	return act[Fetched](ctx, p, "fetch", map[string]any{"as": as, "iri": iri})
}

// Collection walks all pages of a collection, signed by as, and lists the ids.
func (p *Peer) Collection(ctx context.Context, as, iri string) ([]string, error) {
	found, err := act[struct{ Items []string }](ctx, p, "collection", map[string]any{"as": as, "iri": iri})
	return found.Items, err
}

// Follow sends a Follow and returns its id. Whether it was accepted is told by
// Following, or by the Accept in the inbox.
func (p *Peer) Follow(ctx context.Context, as, handle string) (string, error) {
	return id(ctx, p, "follow", map[string]any{"as": as, "handle": handle})
}

// Unfollow sends Undo of the last Follow.
func (p *Peer) Unfollow(ctx context.Context, as, handle string) error {
	_, err := id(ctx, p, "unfollow", map[string]any{"as": as, "handle": handle})
	return err
}

// Answer accepts or rejects a Follow that a person of Options.Manual received.
func (p *Peer) Answer(ctx context.Context, follow string, accept bool) error {
	_, err := id(ctx, p, "answer", map[string]any{"follow": follow, "accept": accept})
	return err
}

// Note is a post to be written. Text is HTML; the mentions are put in front of it,
// as Mastodon does.
type Note struct {
	As   string `json:"as"`
	Text string `json:"text"`
	// To are the handles to mention.
	To []string `json:"to,omitempty"`
	// InReplyTo is the id of the parent. Its author and the people it mentions are
	// mentioned, too, unless Alone.
	InReplyTo string `json:"inReplyTo,omitempty"`
	Alone     bool   `json:"alone,omitempty"`
	// Visibility is public (when empty), unlisted, followers or direct.
	Visibility string `json:"visibility,omitempty"`
	// Summary is a content warning.
	Summary string `json:"summary,omitempty"`
	// Queued leaves the delivery to Fedify's queue, which retries; otherwise it is
	// made at once and a refusal is the act's error.
	Queued bool `json:"queued,omitempty"`
	// Personal posts to the mentioned people's own inboxes, not to shared ones.
	Personal bool `json:"personal,omitempty"`
}

// Posted names a post and the Create that carried it.
type Posted struct{ ID, URL, Activity string }

// Post writes a post and sends it to the people mentioned and to the followers.
// With a refusal the post exists all the same, but its id is not told.
func (p *Peer) Post(ctx context.Context, n Note) (Posted, error) {
	return act[Posted](ctx, p, "post", n)
}

// Edit gives a post new text and sends Update to everybody who got the post.
func (p *Peer) Edit(ctx context.Context, as, post, text string) error {
	_, err := id(ctx, p, "edit", map[string]any{"as": as, "id": post, "text": text})
	return err
}

// Delete sends Delete of a post; from then on a GET of it answers 410.
func (p *Peer) Delete(ctx context.Context, as, post string) error {
	_, err := id(ctx, p, "delete", map[string]any{"as": as, "id": post})
	return err
}

// Like sends a Like to the object's author and returns its id.
func (p *Peer) Like(ctx context.Context, as, object string) (string, error) {
	return id(ctx, p, "like", map[string]any{"as": as, "object": object})
}

// Unlike sends Undo of the last Like of the object.
func (p *Peer) Unlike(ctx context.Context, as, object string) error {
	_, err := id(ctx, p, "unlike", map[string]any{"as": as, "object": object})
	return err
}

// Announce boosts an object, to its author and to the followers of as.
func (p *Peer) Announce(ctx context.Context, as, object string) (string, error) {
	return id(ctx, p, "announce", map[string]any{"as": as, "object": object})
}

// Unannounce sends Undo of the last boost of the object.
func (p *Peer) Unannounce(ctx context.Context, as, object string) error {
	_, err := id(ctx, p, "unannounce", map[string]any{"as": as, "object": object})
	return err
}

// Send delivers an activity that the test writes out itself, to handles or ids of
// actors: Flag, Block, Move and whatever has no method here.
func (p *Peer) Send(ctx context.Context, as string, activity any, to ...string) error {
	_, err := id(ctx, p, "send", map[string]any{"as": as, "to": to, "activity": activity})
	return err
}

// Leave sends Delete of a person to the followers and to those named; from then on
// a GET of the actor answers 410, so that a server which does not know the key yet
// cannot verify the Delete.
func (p *Peer) Leave(ctx context.Context, as string, to ...string) error {
	_, err := id(ctx, p, "leave", map[string]any{"as": as, "to": to})
	return err
}

// Rotate gives a person new keys under the old key ids.
func (p *Peer) Rotate(ctx context.Context, as string) error {
	_, err := id(ctx, p, "rotate", map[string]any{"as": as})
	return err
}

// Refuse makes all inboxes of the peer answer status; 0 ends that. With seconds
// above 0 the answer carries Retry-After.
func (p *Peer) Refuse(ctx context.Context, status, seconds int) error {
	body := map[string]any{"status": status}
	if seconds > 0 {
		body["retryAfter"] = seconds
	}
	_, err := act[json.RawMessage](ctx, p, "refuse", body)
	return err
}

func id(ctx context.Context, p *Peer, name string, body any) (string, error) {
	done, err := act[struct{ ID string }](ctx, p, name, body)
	return done.ID, err
}

// act posts body to the peer's desk and reads the answer as a T.
func act[T any](ctx context.Context, p *Peer, name string, body any) (T, error) {
	var done T
	words, err := json.Marshal(body)
	if err != nil {
		return done, fmt.Errorf("word %s: %w", name, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.control+name, bytes.NewReader(words))
	if err != nil {
		return done, fmt.Errorf("ask for %s: %w", name, err)
	}
	return done, p.ask(req, name, &done)
}

// ask sends a request to the desk and reads the answer into into.
func (p *Peer) ask(req *http.Request, name string, into any) error {
	resp, err := p.client.Do(req)
	if err != nil {
		return fmt.Errorf("ask for %s: %w", name, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("read the answer to %s: %w", name, err)
	}
	if resp.StatusCode != http.StatusOK {
		no := struct {
			Error, Detail string
			Status        int
		}{Error: string(text)}
		_ = json.Unmarshal(text, &no) // plain text stays the reason
		return &Refused{Act: name, Status: no.Status, Reason: no.Error, Detail: no.Detail}
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("read the answer to %s: %w", name, err)
	}
	return nil
}
