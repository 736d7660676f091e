package query

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// says is what is said of a query, or of an answer to one.
type says struct {
	about string // its address
	words string // why, or what is asked
	vocab.QuerySays
}

func (r *Rules) doc(g *db.Group, s says) vocab.ActivityDoc {
	return vocab.ActivityDoc{
		AtContext: vocab.ActivityContext, Type: "Add", Audience: g.Actor.URI, Object: s.about, Target: g.Actor.URI + Queries,
		Summary: s.words, QuerySays: s.QuerySays,
	}
}

// state tells other Copse servers where a query of a group of ours stands. All others read it in the
// group's own words.
func (r *Rules) state(ctx context.Context, tx *db.Store, g *db.Group, q *db.Query) error {
	reply, err := tx.QueryReply(ctx, q.PostID)
	if err != nil {
		return fmt.Errorf("load reply to query %d: %w", q.PostID, err)
	}
	s := says{about: q.Post.URI, words: q.Why}
	s.QuerySays = vocab.QuerySays{
		State: q.State, RespondBy: q.ClosesAt.Time, QueryKind: q.Kind, Outcome: q.Outcome, DuplicateOf: q.DuplicateOf,
		ConsolidatedReply: reply,
	}
	return r.tell(ctx, tx, g, q.Post, s)
}

// kind tells them what kind of response a post is.
func (r *Rules) kind(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post, kind string) error {
	return r.tell(ctx, tx, g, p, says{about: p.URI, QuerySays: vocab.QuerySays{ResponseKind: kind}})
}

func (r *Rules) tell(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post, s says) error {
	doc := r.doc(g, s)
	to := db.Audience{FollowersOf: g.ActorID, Software: []string{"copse"}}
	doc.To = []string{vocab.Public, g.Actor.FollowersURI}
	if g.Openness != db.OpennessOpen {
		doc.To, to.Promise = []string{g.Actor.FollowersURI}, db.PromiseKept
	}
	audience := []db.Audience{to}
	if !p.Local && p.Door == "peer" && g.Openness == db.OpennessOpen {
		audience = append(audience, federation.ToActors(p.Author))
	}
	_, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: p.URI, GroupID: g.ActorID, PostID: p.ID, Doc: doc, Public: g.Openness == db.OpennessOpen, To: audience,
	})
	if err != nil {
		return fmt.Errorf("say where query %d stands: %w", p.DiscussionID, err)
	}
	return nil
}

// request sends what somebody of ours wants of a query in a group elsewhere; the group decides.
func (r *Rules) request(ctx context.Context, tx *db.Store, a acting, s Step) error {
	return r.ask(ctx, tx, a.by, a.g, says{about: a.q.Post.URI, words: s.Words, QuerySays: vocab.QuerySays{
		State: wanted(s.Do), Outcome: s.Outcome, DuplicateOf: s.Of,
	}})
}

func (r *Rules) ask(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, s says) error {
	doc := r.doc(g, s)
	doc.To = []string{g.Actor.URI}
	_, err := r.pub.Publish(ctx, tx, federation.Outgoing{Actor: by, ObjectURI: s.about, GroupID: g.ActorID, Doc: doc, To: []db.Audience{federation.ToActors(g.Actor)}})
	if err != nil {
		return fmt.Errorf("ask %s about %s: %w", g.Actor.URI, s.about, err)
	}
	return nil
}

// wanted is the state that a step leads to, which is how it is asked for; extended is said by name.
func wanted(do string) string {
	return map[string]string{
		Open: db.QueryOpen, Clarify: db.QueryClarifying, Extend: extended, Close: db.QueryConsolidating, Reopen: db.QueryReopened,
		Withdraw: db.QueryWithdrawn, Duplicate: db.QueryDuplicate,
	}[do]
}

// extended is asked for and is no state.
const extended = "extended"

// stepOf is wanted the other way round; "" where nothing of the sort is asked for.
func stepOf(state string) string {
	for _, do := range []string{Open, Clarify, Extend, Close, Reopen, Withdraw, Duplicate} {
		if wanted(do) == state {
			return do
		}
	}
	return ""
}

// speak says in the group's own words what has become of a query, as an answer to it: at most once in
// a day of one query, else when that is over (domain.md 3a.3).
func (r *Rules) speak(ctx context.Context, tx *db.Store, g *db.Group, q *db.Query, code string) error {
	if q.Post.State != db.PostPublished {
		return nil
	}
	if !q.SaidAt.IsZero() && tx.Now().Sub(q.SaidAt.Time) < db.SayAgain {
		q.Unsaid = code
		return tx.PutQuery(ctx, q)
	}
	c, err := counts(ctx, tx, q)
	if err != nil {
		return err
	}
	q.SaidAt, q.Unsaid = tx.Now(), ""
	if err := tx.PutQuery(ctx, q); err != nil {
		return err
	}
	words := r.sentence(g, q, code, c)
	if words == "" {
		return nil
	}
	d := &exchange.Draft{Author: g.Actor, Group: g, Parent: q.Post, Source: words, Lang: r.language(g, q), Door: "web"}
	if _, err := r.ex.Speak(ctx, tx, d, exchange.Speech{Kind: db.KindNote, Unlisted: true}); err != nil {
		return fmt.Errorf("speak of query %d: %w", q.PostID, err)
	}
	return nil
}

func (r *Rules) language(g *db.Group, q *db.Query) string {
	if q.Post.Lang != "" {
		return q.Post.Lang
	}
	first, _, _ := strings.Cut(g.Languages, " ")
	return first
}

// sentence is what is said of a query. What somebody else wrote into it goes in without marks.
func (r *Rules) sentence(g *db.Group, q *db.Query, code string, c Count) string {
	return r.words(r.language(g, q), code, map[string]string{
		"group": g.Actor.Label(), "title": unmarked(q.Post.Title), "link": r.iris.DiscussionPage(q.PostID), "why": unmarked(q.Why),
		"of": q.DuplicateOf, "number": strconv.FormatInt(q.PostID%100_000, 10), "closes": moment(q.ClosesAt), "days": strconv.FormatInt(q.Days, 10),
		"responses": strconv.Itoa(c.Useful), "organisations": strconv.Itoa(c.Organisations),
	})
}

// unmarked takes from a line what Markdown would read as marks.
func unmarked(s string) string {
	return strings.NewReplacer("*", "", "_", " ", "`", "", "[", "(", "]", ")", "<", "", ">", "", "#", "", "@", "", "\\", "").Replace(s)
}

func moment(t db.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// tellAsker says something to who asks, and to nobody else: to one of ours on the page of the query,
// to others in a direct message. What they are told comes from the group, never who did it.
func (r *Rules) tellAsker(ctx context.Context, tx *db.Store, q *db.Query, code, words string) error {
	who, err := asker(ctx, tx, q)
	if err != nil || who == nil {
		return err
	}
	g, err := groupOf(ctx, tx, q)
	if err != nil {
		return err
	}
	return r.tellPerson(ctx, tx, g, q, told{who, code, words})
}

// told is something for one person about a query.
type told struct {
	who         *db.Actor
	code, words string
}

func (r *Rules) tellPerson(ctx context.Context, tx *db.Store, g *db.Group, q *db.Query, t told) error {
	if t.who.Local {
		note := t.code
		if t.words != "" {
			note += " " + t.words
		}
		line := db.Notification{Kind: db.NotifyQuery, ActorID: g.ActorID, GroupID: g.ActorID, PostID: q.PostID, Note: note}
		return community.Notify(ctx, tx, t.who.ID, line)
	}
	c, err := counts(ctx, tx, q)
	if err != nil {
		return err
	}
	say := r.sentence(g, q, t.code, c)
	if t.words != "" {
		say = strings.TrimSpace(say + " " + t.words)
	}
	_, err = r.com.Tell(ctx, tx, g, community.Notice{
		To: t.who, Code: t.code, Words: say, Link: r.iris.DiscussionPage(q.PostID),
		About: &db.Post{ID: q.PostID, URI: q.Post.URI, GroupID: g.ActorID, DiscussionID: q.PostID, Lang: q.Post.Lang, Visibility: db.VisibilityDirect},
	})
	return err
}

// tellResponders tells those who answered once that a query is open again.
func (r *Rules) tellResponders(ctx context.Context, tx *db.Store, q *db.Query) error {
	list, err := tx.ResponsesTo(ctx, maxResponses, q.PostID)
	if err != nil {
		return fmt.Errorf("load responses: %w", err)
	}
	done := map[int64]bool{q.AskerID: true}
	for _, one := range list {
		if done[one.AuthorID] {
			continue
		}
		done[one.AuthorID] = true
		line := db.Notification{Kind: db.NotifyQuery, ActorID: q.GroupID, GroupID: q.GroupID, PostID: q.PostID, Note: "query-reopened"}
		if err := community.Notify(ctx, tx, one.AuthorID, line); err != nil {
			return err
		}
	}
	return nil
}

// said is what a group elsewhere has said of a query.
type said struct {
	state     string
	closes    *time.Time
	kind      string
	outcome   string
	duplicate string
	why       string
	at        db.Time
}

// errEarly is that what is spoken of has not come yet.
func errEarly(about string) error {
	return errors.Join(fmt.Errorf("look for %s", about), federation.ErrEarly)
}
