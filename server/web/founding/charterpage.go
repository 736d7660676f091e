package founding

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// Charter handles GET /c/:handle/charter: the version in force, or the first proposal.
func (d *Pages) Charter(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	all, err := d.readable(c, h)
	if err != nil {
		return err
	}
	for _, state := range []string{db.CharterAdopted, db.CharterProposed, db.CharterDraft} {
		for _, one := range all {
			if one.State == state {
				return d.charterPage(c, http.StatusOK, view{here: h, all: all, one: one})
			}
		}
	}
	return d.charterPage(c, http.StatusOK, view{here: h})
}

// version handles GET /c/:handle/charter/:version.
func (d *Pages) version(c echo.Context) error {
	v, err := d.viewAt(c)
	if err != nil {
		return err
	}
	return d.charterPage(c, http.StatusOK, v)
}

// view is one version of one community, with all that the reader may see, newest first.
type view struct {
	*here
	all  []*db.Charter
	one  *db.Charter
	says string // why the last act did not work
}

func (d *Pages) viewAt(c echo.Context) (view, error) {
	h, err := d.groupAt(c)
	if err != nil {
		return view{}, err
	}
	all, err := d.readable(c, h)
	if err != nil {
		return view{}, err
	}
	i := slices.IndexFunc(all, func(one *db.Charter) bool { return strconv.FormatInt(one.Version, 10) == c.Param("version") })
	if i < 0 {
		return view{}, echo.ErrNotFound
	}
	return view{here: h, all: all, one: all[i]}, nil
}

// readable lists the versions that the reader may read, newest first. Where the reader may not know
// what a group says there is no charter either; a founder who is asked may.
func (d *Pages) readable(c echo.Context, h *here) ([]*db.Charter, error) {
	ctx := c.Request().Context()
	list, err := d.store.ChartersOf(ctx, h.group.ActorID)
	if err != nil {
		return nil, fmt.Errorf("list charters of %s: %w", h.group.Actor.URI, err)
	}
	var out []*db.Charter
	for _, one := range list {
		ok, err := d.charter.Readable(ctx, d.store, h.group, one, frame.Me(c))
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, one)
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	if public := h.group.Openness == db.OpennessOpen || h.group.Openness == db.OpennessRestricted; public {
		return nil, nil
	}
	if reads, err := d.may(ctx, h.group, frame.Me(c), rights.Read); err != nil || !reads {
		return nil, errors.Join(err, echo.ErrNotFound)
	}
	return nil, nil
}

func (d *Pages) charterPage(c echo.Context, status int, v view) error {
	shell, err := d.ShellIn(c, d.Loc(c).Text("Charter"), v.group)
	if err != nil {
		return err
	}
	p := views.Charter{Shell: shell, Error: v.says, None: v.one == nil}
	if p.CommunityHead, err = d.head(c, v.here); err != nil {
		return err
	}
	if err := d.lifeLines(c, v.group, &p); err != nil {
		return err
	}
	if p.Kin, err = d.kinLines(c, v.group); err != nil {
		return err
	}
	if _, p.Launch, err = d.founded(c, v.group); err != nil {
		return err
	}
	if p.Acts.Amend, err = d.may(c.Request().Context(), v.group, frame.Me(c), rights.Propose); err != nil {
		return err
	}
	p.Acts.Amend = p.Acts.Amend && v.group.Actor.Local
	if v.one == nil {
		return d.Page(c, status, p)
	}
	p.Files, p.PDF = d.files(p.Loc, v), d.o.Press.Ready()
	d.text(&p, v)
	d.versions(&p, v)
	if err := d.said(c, &p, v); err != nil {
		return err
	}
	if err := d.acts(c, &p, v); err != nil {
		return err
	}
	return d.Page(c, status, p)
}

// text is what the version says.
func (d *Pages) text(p *views.Charter, v view) {
	one := v.one
	p.Version, p.State, p.Lang, p.Note = int(one.Version), one.State, one.Language, one.ChangeNote
	p.When = one.CreatedAt.Time
	for _, t := range []db.Time{one.ProposedAt, one.AdoptedAt} {
		if !t.IsZero() {
			p.When = t.Time
		}
	}
	if !v.group.Actor.Local {
		p.Body, p.Original = ui.HTML(one.Text), one.URI
		return
	}
	for _, clause := range d.charter.Clauses(one.Language, one.Fields) {
		p.Clauses = append(p.Clauses, views.Clause{Code: clause.Code, Title: clause.Title, Body: ui.HTML(content.Markdown(clause.Text))})
	}
}

// versions is the history beside it.
func (d *Pages) versions(p *views.Charter, v view) {
	base := "/c/" + d.PathHandle(v.group.Actor) + "/charter/"
	for i, one := range v.all {
		line := views.CharterVersion{
			Link: ui.Link{Label: p.Text("Version %d", int(one.Version)), URL: base + strconv.FormatInt(one.Version, 10)},
			Note: one.ChangeNote, State: views.CharterWord(p.Shell, one.State), When: one.AdoptedAt.Time, Current: one == v.one,
		}
		if line.When.IsZero() {
			line.When = one.ProposedAt.Time
		}
		if i+1 < len(v.all) && v.group.Actor.Local {
			line.Compare = fmt.Sprintf("%scompare?from=%d&to=%d", base, v.all[i+1].Version, one.Version)
		}
		if one.State == db.CharterProposed && one != v.one {
			p.Proposed = &ui.Link{Label: line.Label, URL: line.URL}
		}
		p.Versions = append(p.Versions, line)
	}
}

// said is who signed and what was said about it.
func (d *Pages) said(c echo.Context, p *views.Charter, v view) error {
	ctx := c.Request().Context()
	names, err := d.store.SignaturesOf(ctx, v.one.ID)
	if err != nil {
		return fmt.Errorf("list signatures: %w", err)
	}
	for _, s := range names {
		word, icon := door(p.Loc, s.Door)
		p.Signed = append(p.Signed, views.Signed{Person: d.Face(s.Actor), Door: word, Icon: icon, Text: s.Text, At: s.At.Time})
		p.Acts.Signed = p.Acts.Signed || s.ActorID == frame.MyID(c)
	}
	if v.one.State != db.CharterProposed && v.one.State != db.CharterAdopted {
		return nil
	}
	remarks, err := d.store.RemarksOn(ctx, v.one.ID)
	if err != nil {
		return fmt.Errorf("list remarks: %w", err)
	}
	for _, r := range remarks {
		word, icon := door(p.Loc, r.Door)
		p.Remarks = append(p.Remarks, views.CharterRemark{
			Person: d.Face(r.Actor), ID: r.ID, Concern: r.Kind == db.RemarkConcern, Settled: !r.SettledAt.IsZero(), Text: r.Text,
			Door: word, Icon: icon, At: r.At.Time,
			Settle: v.one.State == db.CharterProposed && r.SettledAt.IsZero() && v.group.Actor.Local && (r.ActorID == frame.MyID(c) || v.standing.Role == db.RoleFacilitator),
		})
	}
	return nil
}

// door words how something came.
func door(l loc, name string) (word, icon string) {
	switch name {
	case charter.DoorClient:
		return l.Text("from a client such as Mastodon"), "client"
	case charter.DoorPeer:
		return l.Text("from their own server"), "peer"
	case "mail":
		return l.Text("by mail"), "mail"
	}
	return l.Text("on the web"), "web"
}

// acts are what the reader may do to the version; each is asked again when it is done.
func (d *Pages) acts(c echo.Context, p *views.Charter, v view) error {
	me, one := frame.Me(c), v.one
	p.Acts.Action = "/c/" + d.PathHandle(v.group.Actor) + "/charter/" + strconv.FormatInt(one.Version, 10)
	local := v.group.Actor.Local
	if one.State == db.CharterProposed && local {
		if err := d.standingOf(c.Request().Context(), p, one); err != nil {
			return err
		}
	}
	if me == nil || !v.group.ArchivedAt.IsZero() {
		return nil
	}
	steward := v.standing.Role == db.RoleFacilitator
	switch one.State {
	case db.CharterDraft:
		p.Acts.Propose = local && (steward || me.ID == one.AuthorID)
	case db.CharterProposed:
		voice := !local
		if local {
			var err error
			if voice, err = d.charter.Voice(c.Request().Context(), d.store, v.group, one, me); err != nil {
				return err
			}
		}
		p.Acts.Sign, p.Acts.Say = voice && !p.Acts.Signed, voice
		p.Acts.Adopt = local && steward && one.Fields.Rule == charter.RuleFacilitator
		p.Acts.Withdraw = local && (v.standing.Moderates() || me.ID == one.AuthorID)
	case db.CharterAdopted: // a founder may still be reading when the others have decided
		late, err := d.late(c.Request().Context(), v, me)
		if err != nil {
			return err
		}
		p.Acts.Sign = late && !p.Acts.Signed
	}
	return nil
}

// late says that somebody was asked to found a community of ours that has begun meanwhile.
func (d *Pages) late(ctx context.Context, v view, me *db.Actor) (bool, error) {
	if !v.group.Actor.Local || v.one.Version != 1 {
		return false, nil
	}
	list, err := d.store.FoundersOf(ctx, v.group.ActorID)
	if err != nil {
		return false, fmt.Errorf("list founders of %s: %w", v.group.Actor.URI, err)
	}
	return slices.ContainsFunc(list, func(f *db.Founder) bool { return f.ActorID == me.ID }), nil
}

// standingOf says how far a proposal is.
func (d *Pages) standingOf(ctx context.Context, p *views.Charter, one *db.Charter) error {
	needed, of, err := d.charter.Needed(ctx, d.store, one)
	if err != nil {
		return err
	}
	switch {
	case needed == 0:
		p.Decides = p.Text("A facilitator declares it adopted once every concern is answered.")
	case one.DecideAt.IsZero():
		p.Decides = p.Text("%d of %d have signed; %d are needed.", len(p.Signed), of, needed)
	default:
		p.Decides = p.Text("%d of %d have signed. It is adopted when %d have, or on %s if no concern is open.", len(p.Signed), of, needed, p.Date(one.DecideAt.Time))
	}
	return nil
}

// act handles POST /c/:handle/charter/:version/:act.
func (d *Pages) act(c echo.Context) error {
	v, err := d.viewAt(c)
	if err != nil {
		return err
	}
	said := ""
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		var err error
		said, err = d.do(ctx, tx, c, v)
		return err
	})
	if no, is := frame.Refusal(err); is {
		v.says = frame.Sentence(d.Loc(c), no)
		return d.charterPage(c, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return fmt.Errorf("%s charter %d: %w", c.Param("act"), v.one.ID, err)
	}
	d.Flash(c, said, "")
	return frame.See(c, "/c/"+d.PathHandle(v.group.Actor)+"/charter/"+c.Param("version"))
}

// do is one act on a version, and what to say when it is done.
func (d *Pages) do(ctx context.Context, tx *db.Store, c echo.Context, v view) (string, error) {
	l, me := d.Loc(c), frame.Me(c)
	word := charter.Word{By: me, Text: c.FormValue("text"), Door: charter.DoorWeb}
	if !v.group.Actor.Local {
		return d.doElsewhere(ctx, tx, c, v)
	}
	switch c.Param("act") {
	case "sign":
		return l.Text("You have signed."), d.charter.Sign(ctx, tx, v.one, word)
	case "say":
		kind := db.RemarkComment
		if c.FormValue("concern") != "" {
			kind = db.RemarkConcern
		}
		return l.Text("Said."), d.charter.Remark(ctx, tx, v.one, kind, word)
	case "settle":
		id, err := strconv.ParseInt(c.FormValue("remark"), 10, 64)
		if err != nil {
			return "", echo.ErrNotFound
		}
		return l.Text("The concern is answered."), d.charter.Settle(ctx, tx, me, v.one, id)
	case "propose":
		return l.Text("The members are asked."), d.charter.Propose(ctx, tx, me, v.one)
	case "withdraw":
		return l.Text("It is a draft again, and the names under it are gone."), d.charter.Withdraw(ctx, tx, me, v.one)
	case "adopt":
		return l.Text("The charter is in force."), d.charter.Adopt(ctx, tx, me, v.one)
	}
	return "", echo.ErrNotFound
}

// doElsewhere is what can be done about the charter of a community elsewhere: to say something to it.
func (d *Pages) doElsewhere(ctx context.Context, tx *db.Store, c echo.Context, v view) (string, error) {
	l, word := d.Loc(c), charter.Word{By: frame.Me(c), Text: c.FormValue("text"), Door: charter.DoorWeb}
	switch c.Param("act") {
	case "sign":
		word.Text = "I sign"
		return l.Text("Sent to %s, which adds your name.", v.group.Actor.Host), d.charter.Answer(ctx, tx, v.group, v.one, word)
	case "say":
		if c.FormValue("concern") != "" {
			word.Text = "Concern: " + word.Text
		}
		return l.Text("Sent to %s.", v.group.Actor.Host), d.charter.Answer(ctx, tx, v.group, v.one, word)
	}
	return "", echo.ErrNotFound
}
