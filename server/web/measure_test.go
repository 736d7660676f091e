package web_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func TestMeasures_slowHideMoveAndTheirLog(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, binh := h.person("amina"), h.person("binh")
	g := h.group("water", amina)
	h.group("pumps", amina)
	p := h.start(g, binh, "Which pump?")
	disc, at := fmt.Sprintf("/d/%d", p.ID), fmt.Sprintf("/p/%d", p.ID)
	b := h.as(amina)
	for _, path := range []string{at + "/slow", at + "/hide", at + "/move", "/c/water/slow"} {
		b.get(path).want(http.StatusOK).shows("Reason")
		h.as(binh).get(path).want(http.StatusForbidden)
		h.as(binh).post(path, nil).want(http.StatusForbidden)
	}

	b.follow(b.post(at+"/slow", form("wait", "3600", "for", "86400", "reason", "calm"))).shows("Slow mode is set.", "everybody waits 1 hour")
	writer := h.as(binh)
	writer.post(disc+"/replies", form("text", "One more thing.")).shows("Everybody waits between two posts here now", "Send it again after", "One more thing.")
	b.post(at+"/slow", form("wait", "0")).want(http.StatusSeeOther)
	b.get(disc).hides("everybody waits")

	b.get(at + "/move").shows("pumps").hides(`value="water"`)
	b.post(at+"/move", form("to", "nowhere")).want(http.StatusUnprocessableEntity)
	b.follow(b.post(at+"/move", form("to", "pumps", "reason", "at home there"))).shows("Moved.", "/c/pumps")
	h.visitor().get("/c/water").shows("Which pump?", "has moved to")
	h.visitor().get("/c/pumps").shows("Which pump?").hides("has moved to")

	b.follow(b.post(at+"/hide", form("reason", "a quarrel"))).hides("Which text")
	if now := h.post(p.ID); now.State != db.PostRemoved {
		t.Errorf("it is %s", now.State)
	}
	b.get("/c/water/log").shows("Slow mode", "Ended slow mode", "Moved to another community", "calm", "at home there")
	b.get("/c/pumps/log").shows("Moved here from another community", "Hidden for a day", "a quarrel")
}

// Who looks after one community alone has nothing to choose: no button that can only fail.
func TestMeasures_moveWithNowhereToGo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, binh := h.person("amina"), h.person("binh")
	water := h.group("water", amina)
	h.group("inner", amina, func(n *community.NewGroup) { n.Openness = db.OpennessPrivate })
	at := fmt.Sprintf("/p/%d/move", h.start(water, binh, "Which pump?").ID)
	h.as(amina).get(at).want(http.StatusOK).shows("You look after no other community", "Ask to be made a facilitator there", `href="/c/water"`).hides(`action="`+at, ">Move</button>", `name="reason"`)
	h.as(amina).post(at, form("to", "inner")).want(http.StatusUnprocessableEntity).hides(">Move</button>")
	h.group("pumps", amina)
	h.as(amina).get(at).shows(">Move</button>").hides("You look after no other community")
}

// A community says who reads its log, and in closed ones that is never who may not read the rest (T45).
func TestT45_logByTheCommunitysRule(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, binh, carla := h.person("amina"), h.person("binh"), h.person("carla")
	for _, openness := range []string{db.OpennessOpen, db.OpennessPrivate} {
		g := h.group(openness, amina, func(n *community.NewGroup) { n.Openness = openness })
		h.do(func(ctx context.Context, tx *db.Store) error { return h.com.AddMember(ctx, tx, amina, g, binh) })
		path := "/c/" + openness + "/log"
		for _, tt := range []struct {
			readers                string
			member, other, anybody bool
		}{
			{db.LogMembers, true, false, false},
			{db.LogModerators, false, false, false},
			{db.LogPublic, true, openness == db.OpennessOpen, openness == db.OpennessOpen},
		} {
			h.do(func(ctx context.Context, tx *db.Store) error { return tx.SetLogReaders(ctx, g.ActorID, tt.readers) })
			for who, sees := range map[*db.Actor]bool{amina: true, binh: tt.member, carla: tt.other, nil: tt.anybody} {
				want, b := http.StatusNotFound, h.visitor()
				switch {
				case sees:
					want = http.StatusOK
				case who == nil: // a member who signs in may be led back
					want = http.StatusSeeOther
				}
				if who != nil {
					b = h.as(who)
				}
				b.get(path).want(want)
			}
		}
	}
}
