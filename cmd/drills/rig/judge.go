package rig

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// States of a delivery that the judge looks at; the numbers are those of the table deliveries.
const (
	pending    = 0
	taken      = 1
	superseded = 3
)

// Judging says what a drill allows beyond the ordinary.
type Judging struct {
	// Drain is how long Judge waits for everything to arrive; 0 means two minutes. In the short form
	// it is five at least.
	Drain time.Duration
	// Ill are the peers that were broken on purpose and need not have got everything; latencies
	// count at the others.
	Ill []*Peer
	// Late are peers that were broken and came back: they must get everything, but latencies count
	// at the others.
	Late []*Peer
	// NoWire forbids duplicates on the wire altogether.
	NoWire bool
}

// Judge waits until nothing is on its way, compares the three ledgers and says what they come to.
// A process with the role worker must run.
func (r *Rig) Judge(ctx context.Context, drill, fault string, j Judging) (*Report, error) {
	if j.Drain == 0 {
		j.Drain = 2 * time.Minute
	}
	if r.Short {
		j.Drain = max(j.Drain, 5*time.Minute) // beside other things; a full run has its bar of time
	}
	p := &Report{Drill: drill, Fault: fault, RSS: r.rss, Own: r.own, Files: r.files, lenient: r.Short}
	var err error
	if p.Drain, err = r.Settle(ctx, j.Drain); err != nil {
		p.Broken = append(p.Broken, err.Error())
	}
	v := &verdict{r: r, p: p, j: j, acts: r.log.list(), heard: map[string]map[string][]Entry{}, first: map[string]map[string]time.Time{}}
	if v.rows, err = r.deliveries(ctx); err != nil {
		return p, err
	}
	for _, peer := range r.Peers {
		v.listen(peer)
	}
	titles, objects, err := r.posts(ctx)
	if err != nil {
		return p, err
	}
	v.answered(titles, objects)
	v.delivered()
	v.ordered()
	v.repeated()
	v.latencies()
	for _, bar := range []struct {
		what string
		n    int
	}{{"lost", p.Lost}, {"duplicate effects", p.Effects}, {"order violations", p.Order}} {
		if bar.n > 0 {
			p.Broken = append(p.Broken, fmt.Sprintf("%s %d (bar 0)", bar.what, bar.n))
		}
	}
	return p, nil
}

// verdict compares what was answered, what is stored and what was heard.
type verdict struct {
	r     *Rig
	p     *Report
	j     Judging
	acts  []act
	rows  []delivery
	heard map[string]map[string][]Entry   // host, activity: what was taken, first first
	first map[string]map[string]time.Time // host, object: when it was first heard of
}

func (v *verdict) ill(host string) bool {
	return slices.ContainsFunc(v.j.Ill, func(p *Peer) bool { return p.Host == host })
}

// late says that a host had an excuse to hear of things later than others.
func (v *verdict) late(host string) bool {
	return slices.ContainsFunc(v.j.Late, func(p *Peer) bool { return p.Host == host })
}

// lose notes something lost; the first few say what.
func (v *verdict) lose(format string, args ...any) {
	if v.p.Lost++; v.p.Lost <= 5 {
		v.p.Figure("lost: "+format, args...)
	}
}

// listen reads the ledger of a peer.
func (v *verdict) listen(p *Peer) {
	heard, first := map[string][]Entry{}, map[string]time.Time{}
	unproved, why := 0, ""
	for _, e := range p.Entries() {
		if e.Fault != "" && !v.ill(p.Host) && !v.late(p.Host) { // for these requests are signed anew, or come late
			unproved, why = unproved+1, e.Fault
		}
		if !e.Taken() {
			continue
		}
		heard[e.Activity] = append(heard[e.Activity], e)
		v.p.Delivered++
		if _, known := first[e.About]; !known {
			first[e.About] = e.At
		}
	}
	v.heard[p.Host], v.first[p.Host] = heard, first
	if unproved > 0 {
		v.p.Broken = append(v.p.Broken, fmt.Sprintf("%d signatures at %s were not proved: %s", unproved, p.Host, why))
	}
}

// answered compares what the instance said yes to with its database, and with the peers that must
// have heard of it.
func (v *verdict) answered(titles, objects map[string]int) {
	deleted := map[string]bool{}
	for _, a := range v.acts {
		if a.kind == "delete" { // also one without an answer may have happened
			deleted[a.object] = true
		}
	}
	for _, a := range v.acts {
		if !a.accepted() {
			continue
		}
		v.p.Accepted++
		switch {
		case a.kind != "start" && a.kind != "reply":
			continue
		case objects[a.object] == 0:
			v.lose("%s %s was accepted and is not in the database", a.kind, a.object)
			continue
		case deleted[a.object]:
			continue
		}
		for _, p := range a.group.Followers {
			if a.kind == "reply" && (p == a.by || p.Software != forum) {
				continue // microblogs are told of new discussions alone
			}
			if !v.ill(p.Host) && v.first[p.Host][a.object].IsZero() {
				v.lose("%s %s was never heard of at %s", a.kind, a.object, p.Host)
			}
		}
	}
	for title, n := range titles {
		if n > 1 && title != tableTitle {
			v.p.Effects += n - 1
		}
	}
}

// delivered compares the deliveries that the database takes for done with what the hosts got.
func (v *verdict) delivered() {
	for _, d := range v.rows {
		heard, ours := v.heard[d.host]
		switch {
		case !ours || v.ill(d.host):
		case d.state == taken && len(heard[d.activity]) == 0:
			v.lose("%s is noted as taken by %s, which never got it", d.activity, d.host)
		case d.state == pending:
			v.lose("%s still waits for %s", d.activity, d.host)
		case d.state != taken && d.state != superseded:
			v.lose("%s ended in state %d at %s", d.activity, d.state, d.host)
		}
	}
}

// ordered counts, per host and object, the deliveries that arrived for the first time after a later
// one.
func (v *verdict) ordered() {
	type line struct {
		host string
		okey int64
	}
	last := map[line]time.Time{}
	activity := map[line]string{}
	for _, d := range v.rows { // in the order in which they were made
		list := v.heard[d.host][d.activity]
		if len(list) == 0 {
			continue
		}
		l := line{d.host, d.okey}
		if list[0].At.Before(last[l]) && activity[l] != d.activity {
			v.p.Order++
			if v.p.Order <= 5 {
				v.p.Figure("order: %s came to %s before %s", d.activity, d.host, activity[l])
			}
		}
		last[l], activity[l] = list[0].At, d.activity
	}
}

// repeated counts what arrived twice, and things told twice under different ids.
func (v *verdict) repeated() {
	for host, heard := range v.heard {
		worst := map[time.Time]int{}
		told := map[string]string{}
		for id, list := range heard {
			for n, e := range list[1:] {
				v.p.Wire++
				worst[v.cause(list[n].At, e.At)]++
				if e.Sum != list[0].Sum {
					v.p.Broken = append(v.p.Broken, "other bytes under the same id: "+id)
				}
			}
			if e := list[0]; once(e.Type) {
				if other, known := told[e.Type+" "+e.About]; known && other != id {
					v.p.Effects++
					v.p.Figure("told twice: %s as %s and %s to %s", e.About, other, id, host)
				}
				told[e.Type+" "+e.About] = id
			}
		}
		for _, n := range worst {
			v.p.WireWorst = max(v.p.WireWorst, n)
		}
	}
	bar := 8
	if v.j.NoWire {
		bar = 0
	}
	if v.p.WireWorst > bar {
		v.p.Broken = append(v.p.Broken, fmt.Sprintf("wire duplicates per host and kill %d (bar %d)", v.p.WireWorst, bar))
	}
}

// once says that an activity of this type is about its object for the first and only time.
func once(kind string) bool {
	for _, again := range []string{"Update", "Delete", "Undo", "Accept", "Reject"} {
		if strings.Contains(kind, again) {
			return false
		}
	}
	return true
}

// cause is what made something arrive again that had come at a moment: the first death after it, or
// else the fault in which it came or that came next. Whoever died had not written down yet that it
// was taken.
func (v *verdict) cause(came, again time.Time) time.Time {
	v.r.mu.Lock()
	defer v.r.mu.Unlock()
	for _, d := range v.r.deaths {
		if d.At.After(came) && d.At.Before(again) {
			return d.At
		}
	}
	for _, w := range v.r.faults {
		if w.to.After(came) && w.from.Before(again) {
			return w.from
		}
	}
	return time.Time{}
}

// latencies measures from the answer to a post to its arrival at each healthy host.
func (v *verdict) latencies() {
	var quiet, faulty []time.Duration
	for _, a := range v.acts {
		if a.kind != "start" || !a.accepted() {
			continue
		}
		for _, p := range a.group.Followers {
			at, heard := v.first[p.Host][a.object]
			switch {
			case v.ill(p.Host) || v.late(p.Host) || !heard:
			case v.broken(a.done):
				faulty = append(faulty, max(0, at.Sub(a.done)))
			default:
				quiet = append(quiet, max(0, at.Sub(a.done)))
			}
		}
	}
	v.p.Quiet, v.p.Faulty = percentile(quiet, 95), percentile(faulty, 95)
}

func (v *verdict) broken(at time.Time) bool {
	v.r.mu.Lock()
	defer v.r.mu.Unlock()
	return slices.ContainsFunc(v.r.faults, func(w window) bool { return !at.Before(w.from) && !at.After(w.to) })
}

func percentile(list []time.Duration, p int) time.Duration {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[min(len(list)-1, len(list)*p/100)]
}
