package web_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
)

var lineLink = regexp.MustCompile(`/notifications/(\d+(?:_\d+)*)"`)

// lines are the ids in the links of an inbox, from the top.
func lines(a *answer) []string {
	var ids []string
	for _, m := range lineLink.FindAllStringSubmatch(a.body, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

func TestInbox_tellsWhatHappened(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben, cleo := h.person("ana"), h.person("ben"), h.person("cleo")
	g := h.group("water", ana)
	start := h.start(g, ana, "Lids before the rains")
	h.answer(start, ben, "We chain ours to the wall.")
	for _, who := range []*db.Actor{ben, cleo} {
		h.as(who).post(fmt.Sprintf("/p/%d/like", start.ID), form("on", "1"))
		h.as(who).post("/u/ana/follow", nil).want(http.StatusSeeOther)
	}
	b := h.as(ana)
	page := b.get("/notifications").want(http.StatusOK)
	page.shows("Ben answered you: “We chain ours to the wall.”", "2 people found what you wrote helpful: “Lids before the rains”", "2 people follow you", "Today")
	if got := lines(page); len(got) != 3 {
		t.Errorf("lines %q, want three", got)
	}
	b.get("/notifications?kind=thanks").shows("2 people found").hides("Ben answered you")
	b.get("/notifications?kind=answers").shows("Ben answered you").hides("2 people found")
	b.get("/notifications?kind=needs").shows("Nothing waits for you")
	h.as(cleo).get("/notifications").shows("Things arrive when")
	h.visitor().get("/notifications").leads("/sign-in?back=%2Fnotifications")
}

func TestInbox_leadsToWhatItIsAbout(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	start := h.start(h.group("water", ana), ana, "Lids")
	reply := h.answer(start, ben, "Chained.")
	b := h.as(ana)
	ids := lines(b.get("/notifications"))
	b.get("/notifications/" + ids[0]).leads(fmt.Sprintf("/p/%d", reply.ID))
	b.get("/notifications").shows("Mark as unread")
	b.get("/notifications/1").want(http.StatusNotFound)
	h.as(ben).post("/u/ana/follow", nil)
	b.get("/notifications/" + lines(b.get("/notifications"))[0]).leads("/u/ben")
}

// Somebody else's lines are nobody's business, read or marked (T47).
func TestT47_inboxBelongsToOnePerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	start := h.start(h.group("water", ana), ana, "Lids")
	h.answer(start, ben, "Chained.")
	id := lines(h.as(ana).get("/notifications"))[0]
	other := h.as(ben)
	other.get("/notifications/" + id).want(http.StatusNotFound)
	other.post("/notifications/read?ids="+id, nil).want(http.StatusSeeOther)
	if n, err := h.store.UnreadCount(h.ctx, accountOf(h, ana).ID); err != nil || n != 1 {
		t.Errorf("%d unread, %v", n, err)
	}
}

func TestInbox_readAndUnread(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	start := h.start(h.group("water", ana), ana, "Lids")
	h.answer(start, ben, "One.")
	h.answer(start, ben, "Two.")
	b, account := h.as(ana), accountOf(h, ana).ID
	unread := func() int {
		n, err := h.store.UnreadCount(h.ctx, account)
		h.ok(err)
		return n
	}
	ids := lines(b.get("/notifications"))
	b.post("/notifications/read?ids="+ids[1], form("back", "/notifications")).leads("/notifications")
	if unread() != 1 {
		t.Fatalf("%d unread after one was read", unread())
	}
	h.pass(time.Hour)
	b.post("/notifications/read", form("back", "/notifications")).leads("/notifications")
	page := b.get("/notifications").shows("Everything is marked as read.")
	undo := regexp.MustCompile(`/notifications/unread\?at=\d+`).FindString(page.body)
	if unread() != 0 || undo == "" {
		t.Fatalf("%d unread, undo %q", unread(), undo)
	}
	b.post(undo, form("back", "https://evil.test/")).leads("/")
	if unread() != 1 {
		t.Errorf("%d unread after undo, want the one that was unread before", unread())
	}
	b.post("/notifications/unread?ids="+ids[1], nil)
	if unread() != 2 {
		t.Errorf("%d unread, want both", unread())
	}
}

func TestInbox_pages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	start := h.start(h.group("water", ana), ana, "Lids")
	for i := range 43 {
		h.answer(start, ben, fmt.Sprintf("Answer %d.", i))
	}
	b := h.as(ana)
	first := b.get("/notifications")
	older := regexp.MustCompile(`/notifications\?before=\d+`).FindString(first.body)
	if n := len(lines(first)); n != 40 || older == "" {
		t.Fatalf("%d lines on the first page, older %q", n, older)
	}
	if second := b.get(older); len(lines(second)) != 3 {
		t.Errorf("%d lines on the second page", len(lines(second)))
	}
}

// Who left a closed community no longer reads its words in old lines (T45).
func TestT45_inboxQuotesOnlyWhatIsRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	g := h.group("inner", ana, closed)
	h.as(ana).post("/c/inner/people/ben/member", nil).want(http.StatusSeeOther)
	start := h.start(g, ben, "Names of patients")
	h.answer(start, ana, "It is Mrs Secret.")
	b := h.as(ben)
	b.get("/notifications").shows("Mrs Secret")
	h.do(func(ctx context.Context, tx *db.Store) error { return h.com.Leave(ctx, tx, ben, g) })
	b.get("/notifications").want(http.StatusOK).shows("Ana answered you").hides("Mrs Secret")
}

// Each kind of line has words, and each decision says what was decided.
func TestInbox_words(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, ben := h.person("ana"), h.person("ben")
	g := h.group("water", ben)
	post := h.start(g, ana, "Lids")
	account := accountOf(h, ana).ID
	for words, n := range map[string]db.Notification{
		"Ben named you: “About Lids.”":                        {Kind: db.NotifyMention, PostID: post.ID},
		"Ben started a discussion: “Lids”":                    {Kind: db.NotifyThread, PostID: post.ID},
		"Ben passed on what you wrote: “Lids”":                {Kind: db.NotifyShare, PostID: post.ID},
		"Ben joined The water":                                {Kind: db.NotifyMember},
		"Ben follows The water":                               {Kind: db.NotifyFollow},
		"Ben reports something in The water":                  {Kind: db.NotifyReport},
		"Something by Ben waits for you in The water":         {Kind: db.NotifyHeld, PostID: post.ID},
		"Ben wrote to the facilitators of The water":          {Kind: db.NotifyDirect, PostID: post.ID},
		"What you wrote in The water was let through":         {Kind: db.NotifyApproved, PostID: post.ID},
		"What you wrote in The water was removed: spam":       {Kind: db.NotifyRemoved, PostID: post.ID, Note: "spam"},
		"You are a member of The water now":                   {Kind: db.NotifyAccepted, Note: "member"},
		"You are a facilitator of The water now":              {Kind: db.NotifyAccepted, Note: db.RoleFacilitator},
		"You are a moderator of The water now":                {Kind: db.NotifyAccepted, Note: db.RoleModerator},
		"The water let you follow":                            {Kind: db.NotifyAccepted},
		"The water did not let you follow":                    {Kind: db.NotifyRefused, Note: "follow-rejected"},
		"The water: The facilitators have closed this":        {Kind: db.NotifyRefused, Note: "banned"},
		"The water did not take what you sent: too many bits": {Kind: db.NotifyRefused, Note: "too many bits"},
	} {
		n.AccountID, n.ActorID, n.GroupID = account, ben.ID, g.ActorID
		h.ok(h.store.Notify(h.ctx, &n))
		page := h.as(ana).get("/notifications").want(http.StatusOK).shows(words)
		h.as(ana).get("/notifications/" + lines(page)[0]).want(http.StatusSeeOther)
	}
	h.ok(h.store.Notify(h.ctx, &db.Notification{AccountID: account, Kind: db.NotifyHeld, ActorID: g.ActorID, GroupID: g.ActorID, PostID: post.ID, Note: "held"}))
	h.as(ana).get("/notifications").shows("What you wrote in The water waits for a facilitator")
}
