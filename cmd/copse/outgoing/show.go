package outgoing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/copse-social/copse/db"
)

// Post is where a post has got to.
type Post struct {
	ID     string `json:"id"` // ActivityPub
	URL    string `json:"url"`
	Title  string `json:"title"`
	State  string `json:"state"`  // of the post itself: published, waiting, …
	Listed bool   `json:"listed"` // all its hosts are known; a large audience takes a while
	Counts Counts `json:"counts"`
	Hosts  []Host `json:"hosts"` // trouble first
}

// Counts is how many hosts are in each state.
type Counts struct {
	Waits      int `json:"waits"`
	Refused    int `json:"refused"`
	Expired    int `json:"expired"`
	Cancelled  int `json:"cancelled"`
	Superseded int `json:"superseded"`
	Has        int `json:"has"`
}

// Host is what became of the post at one host.
type Host struct {
	Host         string     `json:"host"`
	State        string     `json:"state"` // waits, refused, expired, cancelled, superseded, has it
	Why          string     `json:"why"`   // it waits, in a few words
	Earlier      bool       `json:"has_earlier_version"`
	Followers    int64      `json:"followers"`
	Attempts     int64      `json:"attempts"`
	LastCode     int64      `json:"last_code"`
	LastError    string     `json:"last_error"`
	NextTry      *time.Time `json:"next_try_at"`
	Ended        *time.Time `json:"ended_at"`
	FailingSince *time.Time `json:"failing_since"`
}

// Show finds a post by its number, its web address or its ActivityPub id, and where it has got to.
func (d *Desk) Show(ctx context.Context, ref string) (*Post, error) {
	p, err := d.find(ctx, ref)
	if err != nil {
		return nil, err
	}
	addressing, err := d.Store.BeingAddressed(ctx, p.ID)
	if err != nil {
		return nil, fmt.Errorf("see whether post %d is being addressed: %w", p.ID, err)
	}
	out := &Post{
		ID: p.URI, URL: d.Base + "/p/" + number(p.ID), Title: p.Title, State: p.State, Listed: !addressing, Hosts: []Host{},
	}
	for after := (*db.Whereabout)(nil); ; {
		list, err := d.Store.Whereabouts(ctx, p, after, page)
		if err != nil {
			return nil, fmt.Errorf("list where post %d is: %w", p.ID, err)
		}
		for _, w := range list {
			out.Hosts = append(out.Hosts, d.host(w))
			out.Counts.add(w.Place)
			after = w
		}
		if len(list) < page {
			return out, nil
		}
	}
}

// find reads what an admin copied from an address bar, a page or a log.
func (d *Desk) find(ctx context.Context, ref string) (*db.Post, error) {
	ref = strings.TrimSpace(ref)
	number := ref
	if path, ours := strings.CutPrefix(ref, d.Base+"/"); ours {
		path, _, _ = strings.Cut(path, "?")
		path, _, _ = strings.Cut(path, "#")
		for _, below := range []string{"p/", "d/", "ap/objects/"} {
			if rest, is := strings.CutPrefix(path, below); is {
				number, _, _ = strings.Cut(rest, "/")
			}
		}
	}
	var p *db.Post
	id, err := strconv.ParseInt(number, 10, 64)
	if err == nil {
		p, err = d.Store.PostByID(ctx, id)
	} else {
		p, err = d.Store.PostByURI(ctx, ref)
	}
	if errors.Is(err, db.ErrNotFound) {
		return nil, fmt.Errorf("no post here has the number or address %q", ref)
	}
	return p, err
}

func (n *Counts) add(place int) {
	switch place {
	case db.PlaceWaits:
		n.Waits++
	case db.PlaceRefused:
		n.Refused++
	case db.PlaceExpired:
		n.Expired++
	case db.PlaceCancelled:
		n.Cancelled++
	case db.PlaceSuperseded:
		n.Superseded++
	default:
		n.Has++
	}
}

func (d *Desk) host(w *db.Whereabout) Host {
	h := Host{
		Host: w.Host, State: placeWord(w.Place), Earlier: w.Had && w.Place != db.PlaceHas, Followers: w.Followers,
		Attempts: w.Attempts, LastCode: w.LastCode, LastError: w.LastError, Ended: stamp(w.DoneAt),
	}
	if w.Place != db.PlaceWaits {
		return h
	}
	h.LastError, h.NextTry, h.FailingSince = cmp.Or(w.LastError, w.HostError), stamp(w.NextTry()), stamp(w.FailingSince)
	h.Why = d.why(w)
	return h
}

// why says what keeps a delivery; "" is for its turn, which comes at once.
func (d *Desk) why(w *db.Whereabout) string {
	switch {
	case !w.PausedAt.IsZero():
		return "paused by an admin"
	case w.RetryAfter.After(d.Store.Now().Time):
		return "the host asked to be left alone"
	case !w.FailingSince.IsZero():
		return "the host does not answer"
	case !w.NextAt.IsZero():
		return "the host refused it for now"
	}
	return ""
}

func placeWord(place int) string {
	switch place {
	case db.PlaceWaits:
		return db.DeliveryState(db.DeliveryPending).String()
	case db.PlaceRefused:
		return db.DeliveryState(db.DeliveryRefused).String()
	case db.PlaceExpired:
		return db.DeliveryState(db.DeliveryExpired).String()
	case db.PlaceCancelled:
		return db.DeliveryState(db.DeliveryCancelled).String()
	case db.PlaceSuperseded:
		return db.DeliveryState(db.DeliverySuperseded).String()
	}
	return db.DeliveryState(db.DeliveryDone).String()
}

// Listing is Post for people.
func (p *Post) Listing() Listing {
	l := Listing{
		Head: []string{"HOST", "STATE", "FOLLOWERS", "TRIES", "NEXT TRY", "WHY", "LAST ANSWER"},
		None: "It went to no other server.",
	}
	for _, h := range p.Hosts {
		state := h.State
		if h.Earlier {
			state += " (has an earlier version)"
		}
		said := "-"
		if h.State != db.DeliveryState(db.DeliveryDone).String() {
			said = answer(h.LastError, h.LastCode)
		}
		l.Rows = append(l.Rows, []string{h.Host, state, number(h.Followers), number(h.Attempts), moment(h.NextTry), cmp.Or(h.Why, "-"), said})
	}
	if len(p.Hosts) > 0 {
		l.Text = fmt.Sprintf("%d of %d have it, %d wait.\n", p.Counts.Has, len(p.Hosts), p.Counts.Waits)
	}
	if !p.Listed {
		l.Text += "Not all its hosts are known yet: it is being addressed.\n"
	}
	return l
}
