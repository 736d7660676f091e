package main

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/membership"
)

// 1.4 Who is asked on other servers hears of it as their server can show it: one direct post on
// Mastodon, the charter itself and the post on a Copse. Who is asked by mail waits for that door.
func TestScenario1_4_foundersAsked(t *testing.T) {
	t.Parallel()
	b := newBegun(t).founds()
	told := notesTo(b.social, b.farid.ID)
	if len(told) != 1 || !strings.Contains(told[0], "Storing and transporting vaccines") || !strings.Contains(told[0], "I sign") || !strings.Contains(told[0], "Je signe") {
		t.Errorf("Farid is told %q", told)
	}
	for _, l := range []*lab{b.health, b.agri} {
		if c := copyOf(l, b.charter.URI); c == nil || c.State != db.CharterProposed || !strings.Contains(c.Text, "Procurement") {
			t.Errorf("%s has %v of the charter", l.iris.Host(), c)
		}
	}
	founders, err := b.rco.store.FoundersOf(b.rco.ctx, b.group.ActorID)
	b.rco.ok(err)
	states := map[string]string{}
	for _, f := range founders {
		states[f.Address] = f.State
	}
	want := map[string]string{
		"amina@rco.example": db.FounderAsked, "binh@health.example": db.FounderAsked, "david@agri.example": db.FounderAsked,
		"farid@social.example": db.FounderAsked, "grace@mail.example": db.FounderByMail,
	}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("founders (-want +got):\n%s", diff)
	}
}

// 1.5 Before any signature of others the group answers as an actor that any reader understands.
func TestScenario1_5_actor(t *testing.T) {
	t.Parallel()
	b := newBegun(t).founds()
	doc := b.rco.document(b.group.Actor.URI)
	for _, member := range []string{"inbox", "outbox", "followers", "publicKey", "endpoints"} {
		if doc[member] == nil {
			t.Errorf("the actor has no %s", member)
		}
	}
	if doc["type"] != "Group" || doc["preferredUsername"] != "coldchain" || doc["manuallyApprovesFollowers"] != false {
		t.Errorf("the actor is %v, %v, approves %v", doc["type"], doc["preferredUsername"], doc["manuallyApprovesFollowers"])
	}
	shared, _ := doc["endpoints"].(fedtest.Doc)
	if shared["sharedInbox"] != b.rco.iris.SharedInbox() {
		t.Errorf("its shared inbox is %v", shared)
	}
	moderators, _ := doc["attributedTo"].(string)
	list := b.rco.document(moderators)
	if items, _ := list["orderedItems"].([]any); len(items) != 1 || items[0] != b.rco.actor("amina").URI {
		t.Errorf("its moderators are %v", list)
	}
	for member := range doc { // what a reader of plain ActivityStreams is left with
		if strings.HasPrefix(member, "copse:") {
			delete(doc, member)
		}
	}
	b.social.Put(fedtest.Doc{"id": "https://social.example/copy", "type": "Note", "attributedTo": b.farid.ID, "content": "x", "to": []any{fedtest.Public}})
	if doc["id"] != b.group.Actor.URI || doc["name"] == "" {
		t.Errorf("without our own words the actor is %v", doc)
	}
	finger, err := b.health.fetch.WebFinger(b.health.ctx, "coldchain@rco.example")
	if err != nil || finger.Self != b.group.Actor.URI {
		t.Errorf("WebFinger leads to %v, %v", finger, err)
	}
	listed, err := b.health.store.SearchGroups(b.health.ctx, db.SearchQuery{Words: "cold chain", Limit: 5})
	if err != nil || len(listed) != 0 {
		t.Errorf("while its founders gather %d communities are found elsewhere, %v", len(listed), err)
	}
}

// 1.6 Founders sign where they are: on a page of their own Copse, and by a reply from Mastodon. Each
// name stands under the charter with its door, and whoever signs belongs.
func TestScenario1_6_signatures(t *testing.T) {
	t.Parallel()
	b := newBegun(t).founds()
	b.says(b.health, "binh", "I sign")
	b.answersTo(b.farid, b.asked(b.farid), "Je signe.")
	b.says(b.agri, "david", "I sign")
	want := []string{"amina@rco.example web", "binh@health.example peer", "farid@social.example client", "david@agri.example peer"}
	if diff := cmp.Diff(want, b.signed()); diff != "" {
		t.Errorf("signatures (-want +got):\n%s", diff)
	}
	b.belongs(b.health, "binh")
	b.belongs(b.agri, "david")
	if m := b.membership("farid@social.example"); m == nil || !m.Belongs() {
		t.Errorf("Farid is %v", m)
	}
	if c := b.version(1); c.State != db.CharterAdopted {
		t.Errorf("four of five have signed, and it is %s", c.State)
	}
	forged := b.social.Person("mallory").Answer(b.asked(b.farid), "I sign", fedtest.Doc{"to": []any{b.group.Actor.URI}})
	b.social.Post(b.social.Person("mallory"), b.rco.iris.SharedInbox(), b.social.Person("mallory").Create(forged))
	b.settle()
	if got := b.signed(); len(got) != 4 {
		t.Errorf("somebody who was not asked signed: %v", got)
	}
}

// 1.6 A founder whose answer comes after the others have decided founds it all the same.
func TestScenario1_6_lateFounder(t *testing.T) {
	t.Parallel()
	b := newBegun(t).founds().adopted()
	b.answersTo(b.farid, b.asked(b.farid), "I sign")
	if got := b.signed(); !slices.Contains(got, "farid@social.example client") {
		t.Errorf("signed: %v", got)
	}
	if m := b.membership("farid@social.example"); m == nil || !m.Belongs() {
		t.Errorf("Farid is %v", m)
	}
}

// 1.7 A second reply with other words is a comment, not a second signature, before and after the
// charter is adopted.
func TestScenario1_7_comment(t *testing.T) {
	t.Parallel()
	b := newBegun(t).founds()
	b.answersTo(b.farid, b.asked(b.farid), "I sign")
	b.answersTo(b.farid, b.asked(b.farid), "one doubt about clause 3")
	b.adopted()
	b.answersTo(b.farid, b.asked(b.farid), "and one about clause 4")
	remarks, err := b.rco.store.RemarksOn(b.rco.ctx, b.charter.ID)
	b.rco.ok(err)
	var got []string
	for _, r := range remarks {
		got = append(got, r.Actor.Acct()+" "+r.Kind+": "+r.Text)
	}
	want := []string{"farid@social.example comment: one doubt about clause 3", "farid@social.example comment: and one about clause 4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
	if n := len(slices.DeleteFunc(b.signed(), func(s string) bool { return !strings.HasPrefix(s, "farid") })); n != 1 {
		t.Errorf("Farid signed %d times", n)
	}
}

// 1.8 A week without an objection adopts it: the community is listed here and found by topic
// elsewhere, the charter has an id and a page, and what Mastodon shows first is pinned.
func TestScenario1_8_adopted(t *testing.T) {
	t.Parallel()
	b := newBegun(t).founds()
	if listed, err := b.rco.store.GroupsBeyond(b.rco.ctx, 0, 5); err != nil || len(listed) != 0 {
		t.Errorf("while its founders gather the front page lists %d, %v", len(listed), err)
	}
	b.adopted()
	life, err := b.rco.store.LifeOf(b.rco.ctx, b.group.ActorID)
	if err != nil || life.Stage != db.StageCoalescing {
		t.Errorf("its stage is %v, %v", life, err)
	}
	if listed, err := b.rco.store.GroupsBeyond(b.rco.ctx, 0, 5); err != nil || len(listed) != 1 {
		t.Errorf("the front page lists %d, %v", len(listed), err)
	}
	for _, l := range []*lab{b.health, b.agri} {
		found, err := l.store.SearchGroups(l.ctx, db.SearchQuery{Words: "cold chain", Limit: 5})
		if err != nil || len(found) != 1 || found[0].Actor.URI != b.group.Actor.URI {
			t.Errorf("on %s the topic finds %v, %v", l.iris.Host(), found, err)
			continue
		}
		if there, err := l.store.LifeOf(l.ctx, found[0].ActorID); err != nil || there.Stage != db.StageCoalescing {
			t.Errorf("on %s its stage is %v, %v", l.iris.Host(), there, err)
		}
		if c := copyOf(l, b.charter.URI); c == nil || c.State != db.CharterAdopted {
			t.Errorf("on %s the charter is %v", l.iris.Host(), c)
		}
	}
	doc := b.rco.document(b.charter.URI)
	if doc["type"] != "Article" || doc["copse:version"] != float64(1) || !named(doc, "url", "/c/coldchain/charter/1") {
		t.Errorf("the charter is %v, version %v, at %v", doc["type"], doc["copse:version"], doc["url"])
	}
	featured, _ := b.rco.document(b.group.Actor.URI)["featured"].(string)
	pins, _ := b.rco.document(featured)["orderedItems"].([]any)
	if len(pins) != 1 {
		t.Fatalf("pinned are %v", pins)
	}
	pin, _ := pins[0].(fedtest.Doc)
	if pin == nil {
		id, _ := pins[0].(string)
		pin = b.rco.document(id)
	}
	if pin["type"] != "Note" || pin["attributedTo"] != b.group.Actor.URI || !named(pin, "content", "is in force") {
		t.Errorf("pinned is %v", pin)
	}
}

// 1.9 Carla on another instance joins: a link that is too short is refused with a reason, and what
// she sends makes her a member of both copies, with the charter that she read.
func TestScenario1_9_joinFromAnotherInstance(t *testing.T) {
	t.Parallel()
	b := newBegun(t).founds().adopted()
	err := b.asksToJoin(b.health, "carla", "coldchain@rco.example", membership.Wish{Commits: true})
	if no, is := asRefusal(err); !is || no.Field != "link" {
		t.Errorf("without a link to her work: %v", err)
	}
	before := b.membersCount()
	b.ok(b.asksToJoin(b.health, "carla", "coldchain@rco.example", carlasWish()))
	b.belongs(b.health, "carla")
	if got := b.membersCount(); got != before+1 {
		t.Errorf("%d members after %d", got, before)
	}
	for _, l := range []*lab{b.rco, b.health} {
		if p := introductionIn(l, "coldchain@rco.example"); len(p) != 1 || p[0].Author.Acct() != "carla@health.example" || !strings.Contains(p[0].Title, "Carla from Belo") {
			t.Errorf("on %s her introduction is %v", l.iris.Host(), p)
		}
	}
	c, err := b.rco.store.CommitmentOf(b.rco.ctx, b.group.ActorID, b.rco.actor("carla@health.example").ID)
	if err != nil || c.CharterVersion != 1 || c.CharterURI != b.charter.URI || !strings.Contains(c.Link, "fridges of Belo") {
		t.Errorf("she committed to %+v, %v", c, err)
	}
}

// An instance that nobody asked to found it reads the charter when somebody there looks at the
// community, before any of its people joins.
func TestScenario1_9_charterReadWhereItIsJoined(t *testing.T) {
	t.Parallel()
	b := newBegun(t).founds(func(f *charter.Founding) {
		f.Founders = slices.DeleteFunc(f.Founders, func(one charter.Invited) bool { return strings.HasSuffix(one.Address, "agri.example") })
	}).adopted()
	if c := copyOf(b.agri, b.charter.URI); c != nil {
		t.Fatalf("agri has it already: %v", c)
	}
	b.ok(b.asksToJoin(b.agri, "esi", "coldchain@rco.example", membership.Wish{Commits: true, Link: "I keep the milk of our cows cool."}))
	if c := copyOf(b.agri, b.charter.URI); c == nil || c.State != db.CharterAdopted {
		t.Errorf("agri has %v of the charter", c)
	}
	c, err := b.rco.store.CommitmentOf(b.rco.ctx, b.group.ActorID, b.rco.actor("esi@agri.example").ID)
	if err != nil || c.CharterVersion != 1 {
		t.Errorf("she committed to %+v, %v", c, err)
	}
}

// 1.10 Hugo follows from Mastodon, is told once how to become a member, and becomes one by his
// reply; saying it twice changes nothing.
func TestScenario1_10_joinByReply(t *testing.T) {
	t.Parallel()
	b := newBegun(t).founds().adopted()
	b.social.Forget()
	b.health.follows("carla", "coldchain@rco.example")
	b.rco.welcomes(b.social, b.hugo, "coldchain")
	b.settle()
	if got := b.social.Received("Accept"); len(got) != 1 {
		t.Errorf("%d Accepts", len(got))
	}
	if m := b.membership("hugo@social.example"); m != nil && m.Belongs() {
		t.Error("to follow made him a member")
	}
	told := notesTo(b.social, b.hugo.ID)
	if len(told) != 1 || !strings.Contains(told[0], "I commit") {
		t.Fatalf("he is told %q", told)
	}
	before := b.membersCount()
	activity := b.answersTo(b.hugo, b.asked(b.hugo), "I commit – I run the cold room in Port Nord")
	if m := b.membership("hugo@social.example"); m == nil || !m.Belongs() {
		t.Errorf("after his reply he is %v", m)
	}
	b.social.Post(b.hugo, b.rco.iris.SharedInbox(), activity)
	b.settle()
	b.answersTo(b.hugo, b.asked(b.hugo), "I commit – I run the cold room in Port Nord")
	if got := b.membersCount(); got != before+1 {
		t.Errorf("%d members after %d", got, before)
	}
	for _, l := range []*lab{b.rco, b.health} {
		p := introductionIn(l, "coldchain@rco.example")
		if len(p) != 1 || !strings.Contains(p[0].Content, "@hugo@social.example") || !strings.Contains(p[0].Content, "I run the cold room in Port Nord") {
			t.Errorf("on %s he is introduced by %v", l.iris.Host(), p)
		}
	}
}

// 1.12 Spaces are no link to one's work; and where a facilitator decides, nothing is accepted before
// the question is answered.
func TestScenario1_12_approval(t *testing.T) {
	t.Parallel()
	b := newBegun(t).founds().adopted()
	err := b.asksToJoin(b.agri, "esi", "coldchain@rco.example", membership.Wish{Commits: true, Link: strings.Repeat(" ", 40)})
	if no, is := asRefusal(err); !is || no.Field != "link" {
		t.Errorf("with spaces: %v", err)
	}
	second := b.rco.opens("amina", "fridges", community.NewGroup{Name: "Fridges", Openness: db.OpennessRestricted, Languages: "en"})
	if doc := b.rco.document(second.Actor.URI); doc["manuallyApprovesFollowers"] != true {
		t.Errorf("it approves %v", doc["manuallyApprovesFollowers"])
	}
	taps := tapInto(b.agri)
	b.ok(b.asksToJoin(b.agri, "esi", "fridges@rco.example", membership.Wish{Commits: true, Link: "I keep the milk of our cows cool."}))
	esi, amina := b.rco.actor("esi@agri.example"), b.rco.actor("amina")
	status := func() string {
		m, err := b.rco.store.MembershipOf(b.rco.ctx, second.ActorID, esi.ID)
		b.rco.ok(err)
		return m.Status
	}
	if got := status(); got != db.MemberPending {
		t.Errorf("she is %s", got)
	}
	b.rco.tx(func(ctx context.Context, tx *db.Store) error {
		return b.rco.membership.Question(ctx, tx, amina, second, membership.Decision{Who: esi, Text: "Which cows?"})
	})
	b.settle()
	there := b.agri.groupNamed("fridges@rco.example")
	b.agri.tx(func(ctx context.Context, tx *db.Store) error {
		return b.agri.membership.Answer(ctx, tx, b.agri.actor("esi"), there, "Those of Lower Karu.")
	})
	b.settle()
	if n := taps.count("Accept"); n != 0 {
		t.Errorf("%d Accepts before the decision", n)
	}
	b.rco.tx(func(ctx context.Context, tx *db.Store) error {
		return b.rco.membership.Accept(ctx, tx, amina, second, membership.Decision{Who: esi})
	})
	b.settle()
	if m, err := b.agri.store.MembershipOf(b.agri.ctx, there.ActorID, b.agri.actor("esi").ID); err != nil || !m.Belongs() || taps.count("Accept") == 0 {
		t.Errorf("on agri she is %v, %v", m, err)
	}
}

// 1.14 A second version replaces the first by the same rule; the first keeps its id and its text,
// and who joined before still stands under it.
func TestScenario1_14_amended(t *testing.T) {
	t.Parallel()
	b := newBegun(t).founds().adopted()
	b.ok(b.asksToJoin(b.health, "carla", "coldchain@rco.example", carlasWish()))
	first := b.rco.document(b.charter.URI)
	f := fields()
	f.Days, f.Outside = 14, []string{"Procurement", "Campaigns"}
	var two *db.Charter
	b.rco.tx(func(ctx context.Context, tx *db.Store) (err error) {
		if two, err = b.rco.charter.Draft(ctx, tx, charter.Version{Group: b.group, By: b.rco.actor("amina"), Fields: f, Note: "Two weeks"}); err != nil {
			return err
		}
		return b.rco.charter.Propose(ctx, tx, b.rco.actor("amina"), two)
	})
	b.settle()
	if c := copyOf(b.health, two.URI); c == nil || c.State != db.CharterProposed {
		t.Fatalf("the members' instance has %v of the proposal", c)
	}
	b.weekPasses()
	b.weekPasses()
	if one, next := b.version(1), b.version(2); one.State != db.CharterSuperseded || next.State != db.CharterAdopted {
		t.Errorf("the versions are %s and %s", one.State, next.State)
	}
	again := b.rco.document(b.charter.URI)
	for _, member := range []string{"id", "content", "source", "copse:version", "copse:versionOf", "published"} {
		if diff := cmp.Diff(first[member], again[member]); diff != "" {
			t.Errorf("%s of version 1 has changed (-before +after):\n%s", member, diff)
		}
	}
	versions, _ := first["copse:versions"].(string)
	if items, _ := b.rco.document(versions)["orderedItems"].([]any); len(items) != 2 || items[0] != b.charter.URI || items[1] != two.URI {
		t.Errorf("its versions are %v", items)
	}
	if one, next := copyOf(b.health, b.charter.URI), copyOf(b.health, two.URI); one.State != db.CharterSuperseded || next.State != db.CharterAdopted {
		t.Errorf("on health the versions are %s and %s", one.State, next.State)
	}
	c, err := b.rco.store.CommitmentOf(b.rco.ctx, b.group.ActorID, b.rco.actor("carla@health.example").ID)
	if err != nil || c.CharterVersion != 1 {
		t.Errorf("Carla stands under %+v, %v", c, err)
	}
	b.ok(b.asksToJoin(b.agri, "esi", "coldchain@rco.example", membership.Wish{Commits: true, Link: "I keep the milk of our cows cool."}))
	if c, err = b.rco.store.CommitmentOf(b.rco.ctx, b.group.ActorID, b.rco.actor("esi@agri.example").ID); err != nil || c.CharterVersion != 2 {
		t.Errorf("Esi stands under %+v, %v", c, err)
	}
}

// 1.15 Carla unfollows, and rests; when she comes back nothing is lost.
func TestScenario1_15_leaveAndReturn(t *testing.T) {
	t.Parallel()
	b := newBegun(t).founds().adopted()
	b.ok(b.asksToJoin(b.health, "carla", "coldchain@rco.example", carlasWish()))
	carla, there := b.health.actor("carla"), b.health.groupNamed("coldchain@rco.example")
	b.health.tx(func(ctx context.Context, tx *db.Store) error {
		return b.health.community.Unfollow(ctx, tx, carla, there.Actor)
	})
	b.settle()
	if m := b.membership("carla@health.example"); m == nil || m.Status != db.MemberDormant {
		t.Errorf("after unfollowing she is %+v", m)
	}
	b.ok(b.asksToJoin(b.health, "carla", "coldchain@rco.example", carlasWish()))
	b.belongs(b.health, "carla")
	c, err := b.rco.store.CommitmentOf(b.rco.ctx, b.group.ActorID, b.rco.actor("carla@health.example").ID)
	if err != nil || !strings.Contains(c.Introduction, "Carla from Belo") {
		t.Errorf("her introduction is %+v, %v", c, err)
	}
	if p := introductionIn(b.rco, "coldchain@rco.example"); len(p) != 1 {
		t.Errorf("she is introduced %d times", len(p))
	}
}

// What a community says of its life and of its kin reaches other instances: a sister there is told,
// confirms, and both show it; recognition, end and successor are shown elsewhere too.
func TestScenario1_lifeAndKinElsewhere(t *testing.T) {
	t.Parallel()
	b := newBegun(t).founds().adopted()
	supply := b.health.opens("binh", "supply", community.NewGroup{Name: "Immunisation Supply", Languages: "en"})
	kin := &db.Kinship{OtherURI: b.rco.actor("supply@health.example").URI, Relation: db.KinSisterOf}
	b.rco.tx(func(ctx context.Context, tx *db.Store) error {
		return b.rco.charter.Claim(ctx, tx, b.rco.actor("amina"), b.group, kin)
	})
	b.settle()
	said, err := b.health.store.KinSaidOf(b.health.ctx, supply.Actor.URI)
	if err != nil || len(said) != 1 || said[0].Relation != db.KinSisterOf || said[0].ToldAt.IsZero() {
		t.Fatalf("on health %v is said of it, %v; and its facilitator should be told", said, err)
	}
	b.health.tx(func(ctx context.Context, tx *db.Store) error {
		return b.health.charter.Claim(ctx, tx, b.health.actor("binh"), supply, &db.Kinship{OtherURI: b.group.Actor.URI, Relation: db.KinSisterOf})
	})
	b.settle()
	if back, err := b.rco.store.KinSaidOf(b.rco.ctx, b.group.Actor.URI); err != nil || len(back) != 1 || back[0].Group.URI != supply.Actor.URI {
		t.Errorf("on rco %v is said back, %v", back, err)
	}
	b.rco.tx(func(ctx context.Context, tx *db.Store) error {
		life, err := tx.LifeOf(ctx, b.group.ActorID)
		if err != nil {
			return err
		}
		life.Stage, life.Recognition, life.RecognisedBy = db.StageMaturing, db.RecognitionChartered, "Ministry of Health"
		return b.rco.charter.Live(ctx, tx, b.rco.actor("amina"), b.group, life)
	})
	b.settle()
	there := b.health.groupNamed("coldchain@rco.example")
	if life, err := b.health.store.LifeOf(b.health.ctx, there.ActorID); err != nil || life.Stage != db.StageMaturing || life.Recognition != db.RecognitionChartered || life.RecognisedBy != "Ministry of Health" {
		t.Errorf("on health its life is %+v, %v", life, err)
	}
	successor := b.rco.actor("supply@health.example")
	b.rco.tx(func(ctx context.Context, tx *db.Store) error {
		return b.rco.charter.Archive(ctx, tx, b.rco.actor("amina"), b.group, successor)
	})
	b.settle()
	there = b.health.groupNamed("coldchain@rco.example")
	if life, err := b.health.store.LifeOf(b.health.ctx, there.ActorID); err != nil || life.SuccessorURI != successor.URI || there.ArchivedAt.IsZero() {
		t.Errorf("on health it is closed at %s and carried on by %+v, %v", there.ArchivedAt, life, err)
	}
	if status, _ := b.rco.reads(b.charter.URI); status != http.StatusOK {
		t.Errorf("after its end the charter is answered %d", status)
	}
}

// A second facilitator on another instance looks after the community once they have signed, and is
// in the collection of those who do.
func TestScenario1_secondFacilitatorElsewhere(t *testing.T) {
	t.Parallel()
	b := newBegun(t).founds(func(f *charter.Founding) {
		for i := range f.Founders {
			f.Founders[i].Facilitates = f.Founders[i].Address == "binh@health.example"
		}
	})
	moderators := b.rco.actor("coldchain").ModeratorsURI
	if items, _ := b.rco.document(moderators)["orderedItems"].([]any); len(items) != 1 {
		t.Errorf("before anybody signed %v look after it", items)
	}
	b.says(b.health, "binh", "I sign")
	b.pass(time.Minute) // for which the collection may be kept
	items, _ := b.rco.document(moderators)["orderedItems"].([]any)
	if !slices.Contains(items, any(b.health.actor("binh").URI)) || len(items) != 2 {
		t.Errorf("%v look after it", items)
	}
}

// What the charter says is the same on the wire as on the page, as plain text.
func TestScenario1_3_charterAnswersTheQuestions(t *testing.T) {
	t.Parallel()
	b := newBegun(t).founds()
	text, _ := b.rco.document(b.charter.URI)["content"].(string)
	plain := content.Text(text)
	for _, part := range []string{"Storing and transporting", "Procurement", "We discard doses", "To lose fewer", "Whoever opens a fridge", "Say what failed", "How fridges survive", "7 days", "12 months"} {
		if !strings.Contains(plain, part) {
			t.Errorf("the charter does not say %q:\n%s", part, plain)
		}
	}
}
