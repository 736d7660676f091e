package rig

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

const (
	person   = "amina"
	password = "seven wells and a pump"
	// tableTitle is the title of the discussion in each group that the peers answer in.
	tableTitle = "Round table"
)

// newClient is what the peers and the load send with.
func newClient() *http.Client {
	jar, _ := cookiejar.New(nil) // never fails without options
	return &http.Client{
		Jar: jar, Timeout: 20 * time.Second,
		Transport:     &http.Transport{DialContext: dialLocal, MaxIdleConnsPerHost: 32},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// settle makes the people and groups of the instance and lets the peers follow.
func (r *Rig) settle(ctx context.Context) error {
	if _, err := r.Copse(ctx, password+"\n", "user", "create", person, "--email", person+"@mail.example", "--password-stdin"); err != nil {
		return err
	}
	for i := range r.Options.Groups {
		name := fmt.Sprintf("group%d", i)
		out, err := r.Copse(ctx, "", "group", "create", name, "--name", name, "--facilitator", person, "--hold", "none", "--json")
		if err != nil {
			return err
		}
		var made struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal([]byte(out), &made); err != nil {
			return fmt.Errorf("read what group create prints: %w", err)
		}
		r.Groups = append(r.Groups, &Group{Name: name, ID: made.ID, Inbox: r.URL + "/ap/inbox"})
	}
	p, err := r.Start(ctx, "settle", Both)
	if err != nil {
		return err
	}
	if err := r.signIn(ctx); err != nil {
		return err
	}
	if err := r.follow(ctx); err != nil {
		return fmt.Errorf("%w\n%s", err, p.tail())
	}
	if err := r.openTables(ctx); err != nil {
		return err
	}
	if _, err := p.Terminate(ctx, time.Minute); err != nil {
		return err
	}
	for _, peer := range r.Peers {
		peer.forget()
	}
	if r.settled, err = r.Count(ctx, "SELECT coalesce(max(id), 0) FROM deliveries"); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rss, r.own, r.files = 0, 0, 0
	return nil
}

func (r *Rig) signIn(ctx context.Context) error {
	status, _, err := r.submit(ctx, "/sign-in", url.Values{"login": {person}, "password": {password}})
	if err == nil && status != http.StatusSeeOther {
		err = fmt.Errorf("sign in: status %d", status)
	}
	return err
}

// follow lets each group be followed by some of the peers, and waits for every Accept.
func (r *Rig) follow(ctx context.Context) error {
	want := map[*Peer]int{}
	for i, g := range r.Groups {
		for k := range r.Spread {
			p := r.Peers[(i*r.Spread+k)%len(r.Peers)]
			status, err := p.Post(ctx, r.client, g.Inbox, p.Follow(g.ID))
			if err != nil || status != http.StatusAccepted {
				return fmt.Errorf("%s follows %s: status %d: %w", p.Host, g.Name, status, err)
			}
			g.Followers = append(g.Followers, p)
			want[p]++
		}
		if _, err := r.keys.key(ctx, g.ID+"#main-key"); err != nil {
			return fmt.Errorf("read the key of %s: %w", g.Name, err)
		}
	}
	var me struct {
		ID string `json:"id"`
	}
	if err := fetch(ctx, r.client, r.URL+"/u/"+person, &me); err != nil {
		return err
	}
	if _, err := r.keys.key(ctx, me.ID+"#main-key"); err != nil {
		return fmt.Errorf("read the key of %s: %w", person, err)
	}
	_, err := Until(ctx, time.Minute, "the groups accept their followers", func() bool {
		for p, n := range want {
			got := 0
			for _, e := range p.Entries() {
				if e.Taken() && strings.HasPrefix(e.Type, "Accept") {
					got++
				}
			}
			if got < n {
				return false
			}
		}
		return true
	})
	return err
}

// openTables starts one discussion in each group, for the peers to answer in.
func (r *Rig) openTables(ctx context.Context) error {
	for _, g := range r.Groups {
		status, where, err := r.submit(ctx, "/c/"+g.Name+"/new", url.Values{"title": {tableTitle}, "text": {"Everybody may answer here."}})
		if err != nil || status != http.StatusSeeOther {
			return fmt.Errorf("start a discussion in %s: status %d: %w", g.Name, status, err)
		}
		g.Table = r.objectAt(where)
	}
	_, err := r.Settle(ctx, time.Minute)
	return err
}

// objectAt is the IRI of the post whose page is at a path of the instance.
func (r *Rig) objectAt(path string) string {
	return r.URL + "/ap/objects/" + path[strings.LastIndex(path, "/")+1:]
}

// forget empties the ledger, so that a drill sees what it causes alone.
func (p *Peer) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ledger = nil
}

// submit sends a form as the person who is signed in; where is the address it leads to.
func (r *Rig) submit(ctx context.Context, path string, form url.Values) (status int, where string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := r.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") == "" {
		return resp.StatusCode, "", errNoRetryAfter
	}
	return resp.StatusCode, resp.Header.Get("Location"), nil
}

// Reads counts which of some addresses of the instance answer 200: paths as pages, IRIs as documents.
func (r *Rig) Reads(ctx context.Context, addresses ...string) int {
	good := 0
	for _, a := range addresses {
		var d any
		if !strings.HasPrefix(a, "/") {
			if fetch(ctx, r.client, a, &d) == nil {
				good++
			}
			continue
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+a, http.NoBody)
		if err != nil {
			continue
		}
		req.Header.Set("Accept", "text/html")
		if resp, err := r.client.Do(req); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				good++
			}
		}
	}
	return good
}
