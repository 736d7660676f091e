package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
)

// Drill F16: whatever order six activities arrive in, what is to be seen in the end is the same:
// posts, states and counts here, and what followers of the group were told.

// orderDrill is one instance for all orders: each round has people and posts of its own.
type orderDrill struct {
	*lab
	clock  *clock
	a, b   *fedtest.Peer
	reader *fedtest.Peer

	ali, bea *fedtest.Actor
}

// tale is what happened elsewhere, in the order in which it happened there.
type tale struct {
	who   []*fedtest.Actor // authors, in the order of acts
	acts  [][]byte
	names map[string]string // by id: the posts in it
	posts []string
	last  map[string]string // their texts as they are in the end
}

func newOrderDrill(t *testing.T) *orderDrill {
	t.Helper()
	l, c := newCommons(t)
	d := &orderDrill{
		lab: l, clock: c, a: l.guest("a.example", fedtest.Mastodon()), b: l.guest("b.example", fedtest.Mastodon()),
		reader: l.guest("forum.example", fedtest.Lemmy()),
	}
	l.welcomes(d.reader, d.reader.Person("fay"), "water")
	l.welcomes(d.a, d.a.Person("met"), "water")
	l.welcomes(d.b, d.b.Person("met"), "water")
	d.ali, d.bea = d.a.Person("ali"), d.b.Person("bea")
	return d
}

// newTale begins what ali and bea are going to do.
func newTale() *tale { return &tale{names: map[string]string{}, last: map[string]string{}} }

// does writes an act down as it stands at this moment.
func (s *tale) does(t *testing.T, who *fedtest.Actor, act fedtest.Doc) {
	t.Helper()
	raw, err := json.Marshal(act)
	if err != nil {
		t.Fatal(err)
	}
	s.who, s.acts = append(s.who, who), append(s.acts, raw)
}

// post names a post of the tale.
func (s *tale) post(name string, doc fedtest.Doc) fedtest.Doc {
	s.names[idOf(doc)] = name
	s.posts = append(s.posts, idOf(doc))
	return doc
}

// ends notes what the posts that stay read like in the end.
func (s *tale) ends(posts ...fedtest.Doc) {
	for _, doc := range posts {
		s.last[idOf(doc)], _ = doc["content"].(string)
	}
}

// withdrawn is a follow that ends, and a discussion whose answer is edited and then deleted.
func (d *orderDrill) withdrawn(t *testing.T) *tale {
	t.Helper()
	s, ali, bea := newTale(), d.ali, d.bea
	follow := ali.Activity("Follow", d.actor("water").URI)
	s.does(t, ali, follow)
	parent := s.post("parent", ali.Thread(d.target("water"), "Pump", "It stopped."))
	s.does(t, ali, ali.Create(parent))
	reply := s.post("reply", bea.Answer(parent, "Prime it."))
	s.does(t, bea, bea.Create(reply))
	s.does(t, bea, bea.Update(reply, fedtest.Doc{"content": "<p>Prime it twice.</p>"}))
	d.b.Delete(idOf(reply))
	s.does(t, bea, bea.Activity("Delete", fedtest.Doc{"id": idOf(reply), "type": "Tombstone"}))
	s.does(t, ali, ali.Undo(follow))
	s.ends(parent)
	return s
}

// marked is a discussion that is edited and answered, with a like that stays and one that does not.
func (d *orderDrill) marked(t *testing.T) *tale {
	t.Helper()
	s, ali, bea := newTale(), d.ali, d.bea
	parent := s.post("parent", ali.Thread(d.target("water"), "Pump", "It stopped."))
	s.does(t, ali, ali.Create(parent))
	s.does(t, ali, ali.Update(parent, fedtest.Doc{"content": "<p>Pump</p><p>It stopped again.</p>"}))
	reply := s.post("reply", bea.Answer(parent, "Prime it."))
	s.does(t, bea, bea.Create(reply))
	like := bea.Activity("Like", idOf(parent))
	s.does(t, bea, like)
	s.does(t, bea, bea.Undo(like))
	s.does(t, ali, ali.Activity("Like", idOf(reply)))
	s.ends(parent, reply)
	return s
}

// play delivers the acts in an order: each worked off before the next comes, or all in a heap. Then
// an hour passes, in which what was put off is tried again.
func (d *orderDrill) play(s *tale, order []int, heap bool) {
	d.t.Helper()
	for _, n := range order {
		who := s.who[n]
		if r := d.peerOf(who).Post(who, d.iris.SharedInbox(), s.acts[n]); r.Status != http.StatusAccepted {
			d.t.Fatalf("act %d is answered %d: %s", n, r.Status, r.Body)
		}
		if !heap {
			d.clock.pass(time.Second)
			rest(d.t, d.lab)
		}
	}
	for _, wait := range []time.Duration{0, time.Minute, 5 * time.Minute, 54 * time.Minute} {
		d.clock.pass(wait)
		rest(d.t, d.lab)
	}
}

func (d *orderDrill) peerOf(who *fedtest.Actor) *fedtest.Peer {
	if strings.HasPrefix(who.ID, "https://a.example") {
		return d.a
	}
	return d.b
}

// sight is all there is to be seen of a tale: here, and by a server that follows the group and does
// what it is told.
func (d *orderDrill) sight(s *tale) []string {
	d.t.Helper()
	var lines []string
	for _, uri := range s.posts {
		lines = append(lines, d.line(s, uri))
	}
	lines = append(lines, fmt.Sprintf("ali follows: %v", d.hasFollower("water", d.ali.Handle())))
	if d.has(s.posts[0]) {
		names := make([]string, 0, 2)
		for _, uri := range d.thread(s.posts[0]) {
			if d.post(uri).State != db.PostDeleted {
				names = append(names, s.names[uri])
			}
		}
		lines = append(lines, "thread: "+strings.Join(names, ", "))
	}
	lines = append(lines, d.told(s)...)
	return lines
}

// line is what is to be seen of one post. A placeholder stays of one that was deleted after it had
// been read here, and none of one whose Delete came first: both count as not to be seen.
func (d *orderDrill) line(s *tale, uri string) string {
	d.t.Helper()
	name := s.names[uri]
	if !d.has(uri) {
		return name + " is not to be seen"
	}
	p := d.post(uri)
	if p.State == db.PostDeleted {
		return name + " is not to be seen"
	}
	g, err := d.store.ActorByID(d.ctx, p.GroupID)
	d.ok(err)
	above := ""
	if !p.Starts() {
		parent, err := d.store.PostByID(d.ctx, p.ReplyToID)
		d.ok(err)
		above = s.names[parent.URI]
	}
	return fmt.Sprintf("%s in %s: %s, below %q, %q %q, edited %v, %d likes, %d shares, %d answers", name, g.Handle, p.State,
		above, p.Title, p.Content, !p.EditedAt.IsZero(), p.LikesCount, p.SharesCount, p.RepliesCount)
}

// told is what the reader has in the end.
func (d *orderDrill) told(s *tale) []string {
	d.t.Helper()
	texts, likes, gone := map[string]string{}, map[string]int{}, map[string]bool{}
	for _, a := range d.reader.Received("Announce") {
		act, whole := a["object"].(fedtest.Doc)
		if !whole { // found above an answer, and passed on by its id: whoever follows reads it at its origin
			texts[objectOf(a)] = s.last[objectOf(a)]
			continue
		}
		uri := objectOf(act)
		switch act["type"] {
		case "Create", "Update":
			doc, _ := act["object"].(fedtest.Doc)
			text, _ := doc["content"].(string)
			if texts[uri] = text; gone[uri] {
				d.t.Errorf("%s: passed on after its end", s.names[uri])
			}
		case "Delete":
			gone[uri] = true
			delete(texts, uri)
		case "Like":
			likes[uri]++
		case "Undo":
			undone, _ := act["object"].(fedtest.Doc)
			likes[objectOf(undone)]--
		}
	}
	var lines []string
	for _, uri := range s.posts {
		lines = append(lines, fmt.Sprintf("told of %s: %q, %d likes", s.names[uri], texts[uri], likes[uri]))
	}
	return lines
}

// orders lists permutations of n things, every one or each so many-th.
func orders(n, each int) [][]int {
	var all [][]int
	var grow func(done []int)
	grow = func(done []int) {
		if len(done) == n {
			all = append(all, slices.Clone(done))
			return
		}
		for i := range n {
			if !slices.Contains(done, i) {
				grow(append(done, i))
			}
		}
	}
	grow(nil)
	var list [][]int
	for i := 0; i < len(all); i += each {
		list = append(list, all[i])
	}
	return list
}

// TestDrillOrder_sameEnd plays tales in many orders, each activity worked off before the next comes
// and all in a heap; COPSE_TEST_DRILLS=full plays all 720.
func TestDrillOrder_sameEnd(t *testing.T) {
	t.Parallel()
	each := 15
	switch {
	case os.Getenv("COPSE_TEST_DRILLS") == "full":
		each = 1
	case os.Getenv("COPSE_TEST_POSTGRES") != "":
		each = 37
	}
	for name, tell := range map[string]func(*orderDrill, *testing.T) *tale{
		"withdrawn": (*orderDrill).withdrawn, "marked": (*orderDrill).marked,
	} {
		for _, heap := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s heap=%v", name, heap), func(t *testing.T) {
				t.Parallel()
				d := newOrderDrill(t)
				var want []string
				wrong := map[string]int{}
				list := orders(6, each)
				for _, order := range list {
					s := tell(d, t)
					d.reader.Forget()
					d.play(s, order, heap)
					got := d.sight(s)
					if want == nil {
						want = got // the first order is that in which it happened
						t.Log(strings.Join(want, "\n"))
					}
					if diff := cmp.Diff(want, got); diff != "" {
						if wrong[diff]++; wrong[diff] == 1 {
							t.Errorf("order %v (-want +got):\n%s", order, diff)
						}
					}
				}
				for _, n := range wrong {
					t.Errorf("%d of %d orders end so", n, len(list))
				}
			})
		}
	}
}
