package rig

import (
	"crypto/sha256"
	"strings"
	"testing"
	"time"
)

var day = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// scene is a verdict over one group that two hosts follow.
func scene() *verdict {
	a, b := &Peer{Host: "a.example", Software: microblog}, &Peer{Host: "b.example", Software: forum}
	r := &Rig{Groups: []*Group{{Name: "water", Followers: []*Peer{a, b}}, {Name: "roads"}, {Name: "light"}}, Peers: []*Peer{a, b}}
	return &verdict{r: r, p: &Report{}, heard: map[string]map[string][]Entry{}, first: map[string]map[string]time.Time{}}
}

// hear puts activities into the ledger of a host, a second apart; "x" in front of an id changes its bytes.
func (v *verdict) hear(host string, ids ...string) {
	p := v.r.Peers[0]
	if host == v.r.Peers[1].Host {
		p = v.r.Peers[1]
	}
	for _, id := range ids {
		name := strings.TrimPrefix(id, "x")
		p.ledger = append(p.ledger, Entry{
			At: day.Add(time.Duration(len(p.ledger)+1) * time.Second), Activity: name, Type: "Announce",
			About: "about " + name, Status: 202, Sum: sha256.Sum256([]byte(id)),
		})
	}
}

func (v *verdict) judge(titles, objects map[string]int) *Report {
	for _, p := range v.r.Peers {
		v.listen(p)
	}
	v.answered(titles, objects)
	v.delivered()
	v.ordered()
	v.repeated()
	return v.p
}

func start(v *verdict, object string) act {
	return act{kind: "start", group: v.r.Groups[0], object: object, status: 303, at: day, done: day}
}

func TestJudge_allWell(t *testing.T) {
	t.Parallel()
	v := scene()
	v.acts = []act{start(v, "about 1"), {kind: "start", group: v.r.Groups[0], status: 0}}
	v.rows = []delivery{{id: 1, okey: 1, activity: "1", host: "a.example", state: taken}, {id: 2, okey: 1, activity: "1", host: "b.example", state: taken}}
	v.hear("a.example", "1")
	v.hear("b.example", "1")
	p := v.judge(map[string]int{"drill 1": 1}, map[string]int{"about 1": 1})
	if p.Lost+p.Effects+p.Wire+p.Order != 0 || !p.Good() || p.Accepted != 1 || p.Delivered != 2 {
		t.Errorf("%+v", p)
	}
}

func TestJudge_lost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		make func(v *verdict)
		want int
	}{
		"accepted and not stored":      {func(v *verdict) { v.acts = []act{start(v, "about 9")} }, 1},
		"stored and heard at one host": {func(v *verdict) { v.acts = []act{start(v, "about 1")}; v.hear("a.example", "1") }, 1},
		"noted as taken, never got": {func(v *verdict) {
			v.rows = []delivery{{activity: "2", host: "a.example", state: taken}}
		}, 1},
		"still waiting":   {func(v *verdict) { v.rows = []delivery{{activity: "2", host: "a.example", state: pending}} }, 1},
		"given up":        {func(v *verdict) { v.rows = []delivery{{activity: "2", host: "a.example", state: 5}} }, 1},
		"superseded":      {func(v *verdict) { v.rows = []delivery{{activity: "2", host: "a.example", state: superseded}} }, 0},
		"to a host of no": {func(v *verdict) { v.rows = []delivery{{activity: "2", host: "h1.localhost:9", state: pending}} }, 0},
		"ill host": {func(v *verdict) {
			v.j.Ill = v.r.Peers[:1]
			v.rows = []delivery{{activity: "2", host: "a.example", state: pending}}
		}, 0},
		"reply at forums alone": {func(v *verdict) {
			v.acts = []act{{kind: "reply", group: v.r.Groups[0], object: "about 1", status: 202}}
		}, 1},
		"deleted": {func(v *verdict) {
			v.acts = []act{start(v, "about 1"), {kind: "delete", object: "about 1", status: 0}}
		}, 0},
	} {
		v := scene()
		c.make(v)
		if p := v.judge(nil, map[string]int{"about 1": 1}); p.Lost != c.want {
			t.Errorf("%s: lost %d, want %d %v", name, p.Lost, c.want, p.Figures)
		}
	}
}

func TestJudge_order(t *testing.T) {
	t.Parallel()
	v := scene()
	v.rows = []delivery{
		{id: 1, okey: 7, activity: "1", host: "a.example", state: taken},
		{id: 2, okey: 7, activity: "2", host: "a.example", state: taken},
		{id: 3, okey: 8, activity: "3", host: "a.example", state: taken},
	}
	v.hear("a.example", "3", "2", "1") // 3 is about something else
	if p := v.judge(nil, nil); p.Order != 1 {
		t.Errorf("order violations %d, want 1", p.Order)
	}
	v = scene()
	v.rows = []delivery{
		{id: 1, okey: 7, activity: "1", host: "a.example", state: taken},
		{id: 2, okey: 7, activity: "2", host: "a.example", state: taken},
	}
	v.hear("a.example", "1", "2", "1") // once more after a crash
	if p := v.judge(nil, nil); p.Order != 0 || p.Wire != 1 {
		t.Errorf("order violations %d, wire duplicates %d; want 0 and 1", p.Order, p.Wire)
	}
}

func TestJudge_twice(t *testing.T) {
	t.Parallel()
	v := scene()
	v.r.deaths = []Death{{At: day}, {At: day.Add(4500 * time.Millisecond)}}
	v.hear("a.example", "1", "2", "1", "2", "1", "2")
	v.hear("b.example", "1", "x1")
	p := v.judge(map[string]int{"drill 1": 2}, nil)
	if p.Wire != 5 || p.WireWorst != 2 || p.Effects != 1 {
		t.Errorf("wire %d, worst %d, effects %d; want 5, 2 and 1", p.Wire, p.WireWorst, p.Effects)
	}
	if p.Good() || !strings.Contains(strings.Join(p.Broken, ";"), "other bytes") {
		t.Errorf("other bytes under an id passed: %v", p.Broken)
	}
	v = scene()
	for range 10 {
		v.hear("a.example", "1")
	}
	if p := v.judge(nil, nil); p.Good() {
		t.Error("nine duplicates of one cause passed")
	}
	v = scene()
	v.j.NoWire = true
	v.hear("a.example", "1", "1")
	if p := v.judge(nil, nil); p.Good() {
		t.Error("a duplicate passed where none is allowed")
	}
}

// The same thing told under two ids is an effect that happened twice.
func TestJudge_toldTwice(t *testing.T) {
	t.Parallel()
	v := scene()
	v.hear("a.example", "1", "2")
	v.r.Peers[0].ledger[1].About = "about 1"
	if p := v.judge(nil, nil); p.Effects != 1 {
		t.Errorf("effects %d, want 1", p.Effects)
	}
	v = scene()
	v.hear("a.example", "1", "2")
	v.r.Peers[0].ledger[1].About, v.r.Peers[0].ledger[1].Type = "about 1", "Announce Update Note"
	if p := v.judge(nil, nil); p.Effects != 0 {
		t.Errorf("an edit counts as effect twice: %v", p.Figures)
	}
}

func TestJudge_unproved(t *testing.T) {
	t.Parallel()
	v := scene()
	v.r.Peers[0].ledger = []Entry{{Activity: "1", Fault: "invalid signature", Status: 401}}
	if p := v.judge(nil, nil); p.Good() || p.Delivered != 0 {
		t.Errorf("an unproved signature passed: %+v", p)
	}
}

func TestEntry_read(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][2]string{
		`{"id":"1","type":"Announce","object":"o"}`:                                                  {"Announce", "o"},
		`{"id":"1","type":"Announce","object":{"id":"c","type":"Create","object":{"id":"o"}}}`:       {"Announce Create", "o"},
		`{"id":"1","type":"Delete","object":{"id":"o","type":"Tombstone"}}`:                          {"Delete", "o"},
		`{"id":"1","type":"Announce","object":{"id":"u","type":"Update","object":"o"}}`:              {"Announce Update", "o"},
		`{"id":"1","type":"Accept","object":{"id":"f","type":"Follow","object":"g","actor":"them"}}`: {"Accept Follow", "g"},
	} {
		var e Entry
		e.read([]byte(body))
		if e.Type != want[0] || e.About != want[1] || e.Activity != "1" {
			t.Errorf("%s is %q about %q", body, e.Type, e.About)
		}
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	var list []time.Duration
	for i := range 100 {
		list = append(list, time.Duration(99-i))
	}
	if got := percentile(list, 95); got != 95 {
		t.Errorf("p95 of 0 to 99 is %d", got)
	}
	if got := percentile(nil, 95); got != 0 {
		t.Errorf("p95 of nothing is %d", got)
	}
}
