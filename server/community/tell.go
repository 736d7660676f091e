package community

import (
	"context"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
)

// Notice is what a group has to say to one person.
type Notice struct {
	To *db.Actor
	// Code names the sentence, as in a Refusal: "held", "banned", "followers-only-start".
	Code string
	// About is the post it is about, where there is one; it need not be stored (id 0). Its text goes
	// back to its author, so that what was refused isn't lost.
	About *db.Post
	// Words are what a steward says to the person, in place of the sentence of the code; they are
	// said each time.
	Words string
	// Person is somebody else the sentence names, such as who invites.
	Person string
	// Whom is who it is about, where another Copse acts on that.
	Whom *db.Actor
	// Until is when a refusal ends by itself. It is said once a minute at most, for it gives a text back.
	Until time.Time
	// Link leads to where the person can do something; empty is the group's page.
	Link string
}

// Tell says one thing to one person in the group's voice, at most once a day, and answers false
// where it was said before. People of ours get a notification; others a direct Note, because their
// server shows nothing else (wire.md 4.3).
func (r *Rules) Tell(ctx context.Context, tx *db.Store, g *db.Group, n Notice) (bool, error) {
	if !g.Actor.Local || !g.Actor.Active() || !n.To.Active() || n.To.Type == db.ActorGroup {
		return false, nil
	}
	again := 24 * time.Hour
	if !n.Until.IsZero() {
		again = time.Minute
	}
	told, err := tx.ToldSince(ctx, g.ActorID, n.To.ID, n.Code, db.At(tx.Now().Add(-again)))
	if err != nil {
		return false, fmt.Errorf("see what %s was told: %w", n.To.URI, err)
	}
	if told && n.Words == "" {
		return false, nil
	}
	if n.To.Local {
		return true, notifyNotice(ctx, tx, g, n)
	}
	p, err := r.writeNotice(ctx, tx, g, n)
	if err != nil || p == nil {
		return false, err
	}
	return true, r.sendNotice(ctx, tx, p, n)
}

func notifyNotice(ctx context.Context, tx *db.Store, g *db.Group, n Notice) error {
	line := db.Notification{Kind: db.NotifyRefused, ActorID: g.ActorID, GroupID: g.ActorID, Note: n.Code}
	switch {
	case n.Code == "held":
		line.Kind = db.NotifyHeld
	case strings.HasPrefix(n.Code, "join-"):
		line.Kind = db.NotifyJoin
	}
	if n.About != nil {
		line.PostID = n.About.ID
	}
	return Notify(ctx, tx, n.To.ID, line)
}

// writeNotice stores the direct Note; nil where nobody gave words for it.
func (r *Rules) writeNotice(ctx context.Context, tx *db.Store, g *db.Group, n Notice) (*db.Post, error) {
	lang := noticeLanguage(g, n)
	link := n.Link
	if link == "" {
		link = r.iris.GroupPage(g.Actor.Handle)
	}
	words := n.Words
	if words == "" && r.words != nil {
		words = r.words(lang, n.Code, map[string]string{
			"group": g.Actor.Label(), "handle": "@" + g.Actor.Acct(), "person": n.To.Label(), "other": n.Person, "link": link,
			"until": n.Until.UTC().Format("2006-01-02 15:04 UTC"),
		})
	}
	if words == "" {
		r.log.WarnContext(ctx, "nothing to say", "code", n.Code, "lang", lang)
		return nil, nil //nolint:nilnil // silence is an answer, not a fault
	}
	id := tx.NewID()
	p := &db.Post{
		ID: id, URI: r.iris.Object(id), GroupID: g.ActorID, AuthorID: g.ActorID, Author: g.Actor, Local: true,
		Kind: db.KindNote, Content: noticeHTML(words, link, n), Lang: lang, State: db.PostPublished, StateReason: n.Code,
		Visibility: db.VisibilityDirect,
	}
	var parent *db.Post
	if n.About != nil && n.About.ID != 0 {
		parent = n.About
	}
	if err := tx.CreatePost(ctx, p, parent); err != nil {
		return nil, fmt.Errorf("store notice to %s: %w", n.To.URI, err)
	}
	return p, tx.PutMentions(ctx, p.ID, []int64{n.To.ID})
}

// noticeLanguage is the language of what the person wrote, else of the group, else English.
func noticeLanguage(g *db.Group, n Notice) string {
	if n.About != nil && n.About.Lang != "" {
		return n.About.Lang
	}
	if first, _, _ := strings.Cut(g.Languages, " "); first != "" {
		return first
	}
	return "en"
}

// noticeHTML names the person (no microblog shows a direct Note otherwise), says the words, gives
// back what was written, and leads on.
func noticeHTML(words, link string, n Notice) string {
	page := n.To.URL
	if page == "" {
		page = n.To.URI
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<p><span class="h-card"><a href="%s" class="u-url mention">@<span>%s</span></a></span> %s</p>`,
		html.EscapeString(page), html.EscapeString(n.To.Handle), html.EscapeString(words))
	if n.About != nil && n.About.Title+n.About.Content != "" {
		b.WriteString("<blockquote>" + content.Reduce(content.WithTitle(n.About.Title, n.About.Content)) + "</blockquote>")
	}
	fmt.Fprintf(&b, `<p><a href="%[1]s">%[1]s</a></p>`, html.EscapeString(link))
	return content.Sanitise(b.String())
}

// sendNotice sends the Note to the person's own inbox and nowhere else.
func (r *Rules) sendNotice(ctx context.Context, tx *db.Store, p *db.Post, n Notice) error {
	doc := vocab.PostDoc{
		ID: p.URI, Type: "Note", AttributedTo: p.Author.URI, To: []string{n.To.URI}, Content: p.Content,
		ContentMap: map[string]string{p.Lang: p.Content}, URL: r.iris.PostPage(p.ID), Published: p.PublishedAt.Time,
		Tag: []vocab.TagDoc{{Type: "Mention", Href: n.To.URI, Name: "@" + n.To.Acct()}},
	}
	if n.About != nil {
		doc.InReplyTo = n.About.URI
	}
	if strings.HasPrefix(n.Code, "join-") {
		doc.Kind = n.Code // another Copse shows it where it belongs; all others as a message
		if n.Whom != nil {
			doc.TermsDoc.About = n.Whom.URI
		}
	}
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: p.Author, ObjectURI: p.URI, GroupID: p.GroupID, PostID: p.ID, To: toInboxes(n.To),
		Doc: vocab.ActivityDoc{Type: "Create", To: doc.To, Object: &doc},
	})
	if err != nil {
		return fmt.Errorf("send notice to %s: %w", n.To.URI, err)
	}
	p.CreateActivityID = act.ID
	return tx.SavePost(ctx, p)
}
