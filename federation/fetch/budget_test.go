package fetch_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/fetch"
)

// endless answers every path of every host with a document that points at the
// next one.
func (w *world) endless(hosts ...string) {
	for _, host := range hosts {
		w.net.Handle(host, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
			rw.Header().Set("Content-Type", apType)
			_, _ = fmt.Fprintf(rw, `{"id":"https://%s/%d","inReplyTo":"https://%s/%d"}`, r.Host, n, r.Host, n+1)
		}))
	}
}

func TestT32_chainStopsAtTheBudget(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.endless("evil.test")
	c := w.client()
	budget := fetch.BudgetOf("", 20)
	ctx := fetch.WithBudget(t.Context(), budget)
	var err error
	walked := 0
	for ; err == nil; walked++ {
		_, err = c.Object(ctx, "https://evil.test/"+strconv.Itoa(walked))
	}
	w.wantErr(err, fetch.ErrBudget, "chain")
	if fetch.Temporary(err) {
		t.Error("an activity's own budget does not come back")
	}
	if n := w.net.Asked("evil.test"); n != 20 || budget.Left() != 0 {
		t.Errorf("%d requests, %d left", n, budget.Left())
	}
}

func TestT32_redirectsAndKnocksCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.peer("peer.test", fedtest.Mastodon())
	id := p.Person("bob").ID
	p.RefuseReads(http.StatusUnauthorized)
	w.net.Handle("via.test", http.RedirectHandler(id, http.StatusFound))
	budget := fetch.BudgetOf("", 10)
	_, err := w.client().Object(fetch.WithBudget(t.Context(), budget), "https://via.test/")
	w.wantErr(err, fetch.ErrForbidden, "refused")
	if budget.Left() != 7 {
		t.Errorf("%d left of 10 after a redirect and two knocks", budget.Left())
	}
	_, err = w.client().Object(fetch.WithBudget(t.Context(), fetch.BudgetOf("", 2)), "https://via.test/")
	w.wantErr(err, fetch.ErrBudget, "no second knock")
}

func TestT32_subdomainsCountAsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var hosts []string
	for i := range 300 {
		hosts = append(hosts, fmt.Sprintf("h%d.evil.test", i))
	}
	w.endless(hosts...)
	w.opt.Signer, w.opt.CausedPerHour = nil, 0
	c := w.client()
	refused := 0
	for _, h := range hosts {
		_, err := c.Object(fetch.WithBudget(t.Context(), fetch.BudgetOf("", 20)), "https://"+h+"/0")
		if err != nil {
			w.wantErr(err, fetch.ErrBudget, h)
			if !fetch.Temporary(err) {
				t.Fatal("the hour passes")
			}
			refused++
		}
	}
	if refused < 99 || refused > 100 {
		t.Errorf("%d of 300 refused, want 100: 200 an hour", refused)
	}
	if _, err := c.Object(t.Context(), "https://h299.evil.test/0"); err != nil {
		t.Errorf("our own wish: %v", err)
	}
}

// Many hosts that point us at one victim have a share of what the victim can be asked; the rest is
// left for what its own people cause, who would else be cut off from us.
func TestT57_manyHostsPointAtOneVictim(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.endless("victim.test", "peer.test")
	w.opt.Signer, w.opt.CausedPerHour = nil, 0
	c := w.client()
	ask := func(by, at string) error {
		_, err := c.Object(fetch.WithBudget(t.Context(), fetch.BudgetOf(by, 20)), at)
		return err
	}
	refused := 0
	for i := range 400 {
		err := ask(fmt.Sprintf("evil%d.test", i), "https://victim.test/"+strconv.Itoa(i))
		if err == nil {
			continue
		}
		w.wantErr(err, fetch.ErrBudget, "a stranger's")
		if refused++; !fetch.Temporary(err) {
			t.Fatal("the hour passes")
		}
	}
	if asked := w.net.Asked("victim.test"); asked != 150 || refused != 250 {
		t.Errorf("the victim was asked %d times for strangers, %d refused; want 150 of 200 an hour", asked, refused)
	}
	for i := range 40 {
		if err := ask("www.victim.test", "https://victim.test/"+strconv.Itoa(1000+i)); err != nil {
			t.Fatalf("what its own people cause, %d: %v", i, err)
		}
	}
	if err := ask("evil1.test", "https://peer.test/0"); err != nil {
		t.Errorf("another host: %v", err)
	}
}

func TestT32_fiveASecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.opt.Signer, w.opt.CausedPerSecond = nil, 0
	synctest.Test(t, func(t *testing.T) {
		w.endless("evil.test", "peer.test")
		c := w.client()
		ctx := fetch.WithBudget(t.Context(), fetch.BudgetOf("", 100))
		start := time.Now()
		for i := range 45 {
			if _, err := c.Object(ctx, "https://evil.test/"+strconv.Itoa(i)); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took < 5*time.Second || took > 6*time.Second {
			t.Errorf("45 requests, 20 of them at once, took %v", took)
		}
		start = time.Now()
		if _, err := c.Object(ctx, "https://peer.test/0"); err != nil || time.Since(start) > 0 {
			t.Errorf("another host waited %v: %v", time.Since(start), err)
		}
	})
}

func TestT32_longQueueIsPutOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.opt.Signer, w.opt.CausedPerSecond = nil, 0
	synctest.Test(t, func(t *testing.T) {
		w.endless("evil.test")
		c := w.client()
		errs := make(chan error)
		for i := range 100 {
			go func() {
				_, err := c.Object(fetch.WithBudget(t.Context(), fetch.BudgetOf("", 1)), "https://evil.test/"+strconv.Itoa(i))
				errs <- err
			}()
		}
		done, putOff := 0, 0
		for range 100 {
			if err := <-errs; err == nil {
				done++
			} else if fetch.Temporary(err) {
				putOff++
			}
		}
		if done != 40 || putOff != 60 {
			t.Errorf("%d done, %d put off", done, putOff)
		}
	})
}
