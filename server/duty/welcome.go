package duty

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// maxWelcome bounds a welcome, in letters.
const maxWelcome = 2000

// Welcome is a person's word to somebody new, and ends that duty. From one of ours it answers the
// introduction, for all to read; where there is none, or the word comes from elsewhere, which this
// server cannot speak for, the community passes it on to the newcomer alone, with the name of who
// wrote it. Nothing is ever sent that nobody wrote (domain.md 4.9).
func (r *Rules) Welcome(ctx context.Context, tx *db.Store, by *db.Actor, c Chosen, text string) error {
	c.Kind = db.DutyWelcome
	d, err := r.at(ctx, tx, by, c)
	if err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	switch {
	case d.Stage != db.StageNewcomer:
		return community.Refuse(community.Conflict, "duty-gone")
	case text == "":
		return community.RefuseField("text", "text-empty")
	case len([]rune(text)) > maxWelcome:
		return community.RefuseField("text", "text-long")
	}
	who, err := tx.ActorByID(ctx, c.ObjectID)
	if err != nil {
		return fmt.Errorf("load newcomer %d: %w", c.ObjectID, err)
	}
	intro, err := tx.IntroductionOf(ctx, c.Group.ActorID, who.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load introduction of %s: %w", who.URI, err)
	}
	if err == nil && by.Local && intro.State == db.PostPublished {
		_, err := r.ex.Reply(ctx, tx, &exchange.Draft{Author: by, Parent: intro, Source: text, Door: "web"})
		return err
	}
	said := content.PlainName(strings.ReplaceAll(text, "\n", " ")) + " — " + by.Label()
	if err := tx.PutJoinWord(ctx, &db.JoinWord{GroupID: c.Group.ActorID, ActorID: who.ID, ByID: by.ID, Kind: db.JoinWelcomed, Text: text}); err != nil {
		return err
	}
	_, err = r.com.Tell(ctx, tx, c.Group, community.Notice{To: who, Code: "join-welcome", Words: said})
	return err
}

// WelcomeTime is M15: the median of hours from joining to the first word of a person, over those who
// were welcomed, and how many were and were not (domain.md part 5).
func WelcomeTime(list []db.Welcomed) (hours float64, welcomed, waiting int) {
	var all []time.Duration
	for _, w := range list {
		if w.First().IsZero() {
			waiting++
			continue
		}
		all = append(all, max(0, w.First().Sub(w.Joined.Time)))
	}
	if len(all) == 0 {
		return 0, 0, waiting
	}
	slices.SortFunc(all, cmp.Compare[time.Duration])
	half := len(all) / 2
	middle := all[half]
	if len(all)%2 == 0 {
		middle = (all[half-1] + all[half]) / 2
	}
	return middle.Hours(), len(all), waiting
}

// language is that of the community, in which it writes to others.
func language(g *db.Group) string {
	first, _, _ := strings.Cut(g.Languages, " ")
	return cmp.Or(first, "en")
}
