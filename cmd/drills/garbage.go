package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// unproved is a host that cannot prove who it is, or not in time.
type unproved struct {
	what   string
	papers rig.Papers
	mode   rig.Mode
	// fault is how the database words it.
	fault string
}

func unprovedHosts() []unproved {
	const noTLS, silence = "no secure connection", "timeout"
	return []unproved{
		{what: string(rig.Expired), papers: rig.Expired, fault: noTLS},
		{what: string(rig.OtherName), papers: rig.OtherName, fault: noTLS},
		{what: string(rig.UnknownAuthority), papers: rig.UnknownAuthority, fault: noTLS},
		{what: "a broken handshake", papers: rig.Sound, mode: rig.Mode{BadHandshake: true}, fault: noTLS},
		{what: "half a handshake", papers: rig.Sound, mode: rig.Mode{HalfHandshake: true}, fault: silence},
	}
}

// noted waits until the database says of a delivery to the host what was wrong.
func (u unproved) noted(ctx context.Context, r *rig.Rig, p *rig.Peer) error {
	_, err := rig.Until(ctx, time.Minute, "a delivery that met "+u.what+" is noted with "+u.fault, func() bool {
		n, err := r.Count(ctx, fmt.Sprintf("SELECT count(*) FROM deliveries WHERE host = '%s' AND last_error = '%s'", p.Host, u.fault))
		return err == nil && n > 0
	})
	return err
}

// garbage lets hosts answer what is no HTTP, headers without end, ten megabytes, and resets, while
// others show certificates that prove nothing, or get no further than the handshake.
func garbage(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	modes := []rig.Mode{{Body: 10 << 20}, {Garbage: true}, {EndlessHeaders: true}, {ResetAfter: 200}}
	plain, span := r.Peers[r.Secure:][:2*len(modes)], 40*time.Second
	if r.Short {
		plain, span = plain[:len(modes)], 6*time.Second
	}
	list := unprovedHosts()
	secure := r.Peers[:len(list)] // one more speaks https and stays well
	var before, after int64
	var mended time.Time
	err := under(ctx, r, func() error {
		before = r.Memory()
		for i, p := range plain {
			p.Proxy.Set(modes[i%len(modes)])
		}
		for i, p := range secure {
			p.Show(list[i].papers)
			p.Proxy.Set(list[i].mode)
		}
		for end := time.Now().Add(span); time.Now().Before(end) && ctx.Err() == nil; {
			rig.Pause(ctx, 100*time.Millisecond)
			after = max(after, r.Memory())
		}
		for i, p := range secure {
			if err := list[i].noted(ctx, r, p); err != nil {
				return err
			}
		}
		return nil
	}, func() error {
		for _, p := range plain {
			p.Proxy.Set(rig.Mode{})
		}
		for _, p := range secure {
			p.Show(rig.Sound)
		}
		mended = time.Now()
		if err := wake(ctx, r, slices.Concat(plain, secure)); err != nil {
			return err
		}
		return r.Clock.Step(7 * time.Hour) // past the longest wait of a delivery that failed while others passed
	})
	if err != nil {
		return nil, err
	}
	swamps, late := drowned(plain, modes)
	report, err := r.Judge(ctx, "F12", "", rig.Judging{Ill: swamps, Late: slices.Concat(late, secure)})
	if err != nil {
		return nil, err
	}
	calm(r, report)
	report.AtMost("MiB of memory more than before", int(max(0, after-before)>>20), 32)
	report.Within("from the mend until each host that could not prove itself got something", firstAt(secure, mended), time.Minute)
	return report, nil
}

// drowned parts the peers that answered with ten megabytes from the others: they said 202 and kept
// nothing, so they need not have got all.
func drowned(list []*rig.Peer, modes []rig.Mode) (swamps, others []*rig.Peer) {
	for i, p := range list {
		if modes[i%len(modes)].Body > 0 {
			swamps = append(swamps, p)
		} else {
			others = append(others, p)
		}
	}
	return swamps, others
}
