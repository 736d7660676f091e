package library

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/web/frame"
)

// deed is one act on an artifact: what to say when it is done, and whether it belongs to the draft.
type deed struct {
	said  string
	draft bool
	do    func(ctx context.Context, tx *db.Store, a *db.Artifact) error
}

// act handles POST /a/:id/do/:act.
func (d *Pages) act(c echo.Context) error {
	s, err := d.artifactAt(c)
	if err != nil {
		return err
	}
	what, known := d.deeds(c, s)[c.Param("act")]
	if !known {
		return echo.ErrNotFound
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		a, err := tx.ArtifactByID(ctx, s.a.ID)
		if err != nil {
			return err
		}
		return what.do(ctx, tx, a)
	})
	if no, is := frame.Refusal(err); is {
		if what.draft {
			return d.draftPage(c, http.StatusUnprocessableEntity, s, no)
		}
		d.Flash(c, d.Sentence(d.Loc(c), no), "")
		return frame.See(c, practice.Page(s.a.ID))
	}
	if err != nil {
		return fmt.Errorf("%s artifact %d: %w", c.Param("act"), s.a.ID, err)
	}
	d.Flash(c, what.said, "")
	if what.draft && c.Param("act") != "publish" {
		return frame.See(c, practice.Page(s.a.ID)+"/draft")
	}
	return frame.See(c, practice.Page(s.a.ID))
}

func (d *Pages) deeds(c echo.Context, s *seen) map[string]deed {
	l, me := d.Loc(c), frame.Me(c)
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(c.FormValue(name), 10, 64)
		return n
	}
	return map[string]deed{
		"ask":     {l.Text("The reviewers are asked."), true, d.asking(c)},
		"publish": {l.Text("Published."), true, d.publishing(c)},
		"answer": {l.Text("Answered."), true, func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
			return d.art.Answer(ctx, tx, a, artifact.Answered{By: me, Reviewer: number("reviewer"), Text: c.FormValue("text")})
		}},
		"decide": {l.Text("Decided."), true, func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
			in := artifact.Decision{By: me, ID: number("suggestion"), Accept: c.FormValue("accept") != "", Reason: c.FormValue("reason")}
			return d.art.DecideSuggestion(ctx, tx, a, in)
		}},
		"describe": {l.Text("Saved."), true, func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
			return d.art.DescribeFile(ctx, tx, a, artifact.Describing{By: me, Digest: c.FormValue("digest"), Label: c.FormValue("label")})
		}},
		"unfile": {l.Text("Taken out."), true, func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
			return d.art.DropFile(ctx, tx, a, artifact.Describing{By: me, Digest: c.FormValue("digest")})
		}},
		"chapter": {l.Text("Saved."), true, func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
			return d.art.Arrange(ctx, tx, a, artifact.Arranging{By: me, Chapter: number("chapter"), Move: int(number("move"))})
		}},
		"discard": {l.Text("Done. It can be brought back."), true, func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
			return d.art.Discard(ctx, tx, a, me)
		}},
		"restore": {l.Text("It is back."), true, func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
			return d.art.Restore(ctx, tx, a, me, number("revision"))
		}},
		"submit": {l.Text("Offered to %s.", s.group.Actor.Host), true, func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
			return d.art.Submit(ctx, tx, a, me)
		}},
		"retire": {l.Text("Retired. It stays readable."), false, func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
			return d.art.Retire(ctx, tx, a, me)
		}},
		"renew": {l.Text("It holds for another year."), false, func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
			return d.art.Confirm(ctx, tx, a, me)
		}},
		"tend": {l.Text("You look after it. Thank you."), false, func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
			return d.art.LookAfter(ctx, tx, a, me)
		}},
		"unname": {l.Text("Your name is taken out, here and on other servers."), false, func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
			return d.art.Unname(ctx, tx, a, me)
		}},
		"keep": {"", false, func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
			return d.keep(ctx, tx, c, a, func(k *db.ArtifactKept) { k.Saved = !k.Saved })
		}},
		"progress": {l.Text("Kept, for you alone."), false, func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
			form, err := c.FormParams()
			if err != nil {
				return echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
			}
			return d.keep(ctx, tx, c, a, func(k *db.ArtifactKept) {
				k.Progress = db.ArtifactProgress{Done: form["done"][:min(len(form["done"]), practice.MaxBlocks)], Answer: clip(form.Get("answer"))}
			})
		}},
	}
}

// clip bounds what somebody keeps for themselves.
func clip(text string) string {
	r := []rune(text)
	return string(r[:min(len(r), 5000)])
}

// keep changes what the reader keeps about an artifact.
func (d *Pages) keep(ctx context.Context, tx *db.Store, c echo.Context, a *db.Artifact, change func(*db.ArtifactKept)) error {
	k, err := tx.KeptOf(ctx, d.Account(c).ID, a.ID)
	if err != nil {
		return err
	}
	change(k)
	return tx.PutKept(ctx, k)
}

func (d *Pages) asking(c echo.Context) func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
	return func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
		form, err := c.FormParams()
		if err != nil {
			return echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
		}
		in := artifact.Asking{By: frame.Me(c), Override: form.Get("override")}
		for _, one := range form["reviewer"][:min(len(form["reviewer"]), 20)] {
			id, err := strconv.ParseInt(one, 10, 64)
			if err != nil {
				return echo.ErrNotFound
			}
			who, err := tx.ActorByID(ctx, id)
			if err != nil {
				return err
			}
			in.Reviewers = append(in.Reviewers, who)
		}
		return d.art.AskReview(ctx, tx, a, in)
	}
}

func (d *Pages) publishing(c echo.Context) func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
	return func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
		in := artifact.Publishing{By: frame.Me(c), Note: c.FormValue("note"), AsAnIdea: c.FormValue("idea") != ""}
		in.Months, _ = strconv.Atoi(c.FormValue("months"))
		if id, err := strconv.ParseInt(c.FormValue("steward"), 10, 64); err == nil {
			who, err := tx.ActorByID(ctx, id)
			if err != nil && !errors.Is(err, db.ErrNotFound) {
				return err
			}
			if err == nil {
				in.Steward = who
			}
		}
		_, err := d.art.Publish(ctx, tx, a, in)
		return err
	}
}
