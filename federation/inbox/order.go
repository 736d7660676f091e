package inbox

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/fetch"
	"github.com/copse-social/copse/federation/vocab"
)

// job is one receipt on its way through the inbox.
type job struct {
	rc    *db.Receipt
	doc   *vocab.Object
	about []string // what it is about, under its actor's name: these keep their order
	in    *federation.Incoming
	err   error
	// putOff is when it will be tried again; zero when it was closed.
	putOff db.Time
}

func newJob(rc *db.Receipt) *job {
	j := &job{rc: rc}
	if j.doc, j.err = vocab.Decode(rc.Body); j.err != nil {
		return j
	}
	if j.doc.ID == "" {
		j.doc.ID = rc.ActivityURI
	}
	for _, iri := range subjects(j.doc) {
		j.about = append(j.about, rc.ActorURI+"\n"+iri)
	}
	return j
}

// subjects are the ids along an activity and what it is about: its own, its object's, and those
// within.
func subjects(doc *vocab.Object) []string {
	var list []string
	for depth := 0; doc != nil && depth < 4; depth++ {
		if doc.ID != "" {
			list = append(list, doc.ID)
		}
		ref := doc.Inner()
		if ref.Object == nil && ref.IRI != "" {
			list = append(list, ref.IRI)
		}
		doc = ref.Object
	}
	return list
}

func (j *job) sharesWith(set map[string]bool) bool {
	for _, key := range j.about {
		if set[key] {
			return true
		}
	}
	return false
}

// resolve prepares the job with what r can find.
func (j *job) resolve(ctx context.Context, r *federation.Resolver) {
	defer caught(&j.err)
	if j.doc != nil {
		j.in, j.err = r.Incoming(ctx, j.rc, j.doc)
	}
}

// resolveOver is resolve with the network, within what one activity may cost.
func (j *job) resolveOver(ctx context.Context, r *federation.Resolver) {
	ctx, cancel := context.WithTimeout(fetch.WithBudget(ctx, fetch.BudgetOf(j.rc.Host, fetchBudget)), patience)
	defer cancel()
	j.resolve(ctx, r)
}

func (j *job) ignored() bool {
	out, final := federation.Judge(j.err)
	return j.err != nil && final && out.State == db.ReceiptIgnored
}

// chains sorts jobs so that those which must keep their order stand in one chain.
func chains(jobs []*job) [][]*job {
	var list [][]*job
	at := make(map[string]int)
	for _, j := range jobs {
		chain := -1
		for _, key := range j.about {
			if i, ok := at[key]; ok {
				chain = i
				break
			}
		}
		if chain < 0 {
			chain = len(list)
			list = append(list, nil)
		}
		list[chain] = append(list[chain], j)
		for _, key := range j.about {
			at[key] = chain
		}
	}
	return list
}

// free reads the receipts of a batch that may be worked on now: not in the background already,
// and not behind another one of the same actor about the same thing that is there or was put off.
func (w *Worker) free(ctx context.Context, list []*db.Receipt) ([]*job, error) {
	waiting, err := w.waiting(ctx, list)
	if err != nil {
		return nil, err
	}
	var jobs []*job
	for _, rc := range list {
		if w.inBackground(rc.ID) {
			continue
		}
		j := newJob(rc)
		if until, behind := j.behind(waiting); behind {
			if err := w.postpone(ctx, []*job{j}, until); err != nil {
				return nil, err
			}
			continue
		}
		if !w.meetsBackground(j) {
			jobs = append(jobs, j)
		}
	}
	return jobs, nil
}

// waiting reads what the actors of a batch sent before and was put off.
func (w *Worker) waiting(ctx context.Context, list []*db.Receipt) ([]*job, error) {
	seen := make(map[string]bool)
	var actors []string
	for _, rc := range list {
		if !seen[rc.ActorURI] {
			seen[rc.ActorURI] = true
			actors = append(actors, rc.ActorURI)
		}
	}
	late, err := w.o.Store.WaitingReceipts(ctx, actors, batch)
	if err != nil {
		return nil, fmt.Errorf("list receipts put off: %w", err)
	}
	jobs := make([]*job, len(late))
	for i, rc := range late {
		jobs[i] = newJob(rc)
	}
	return jobs, nil
}

// behind says until when a job has to wait for an earlier one that was put off.
func (j *job) behind(waiting []*job) (until db.Time, found bool) {
	for _, w := range waiting {
		set := make(map[string]bool, len(w.about))
		for _, key := range w.about {
			set[key] = true
		}
		if w.rc.ID < j.rc.ID && j.sharesWith(set) && w.rc.NextAt.After(until.Time) {
			until, found = w.rc.NextAt, true
		}
	}
	return until, found
}

func (w *Worker) inBackground(id int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.busy[id]
}

// meetsBackground says that a job has to wait for one in the background.
func (w *Worker) meetsBackground(j *job) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, key := range j.about {
		if w.taken[key] > 0 {
			w.skipped = true
			return true
		}
	}
	return false
}

func (w *Worker) postpone(ctx context.Context, jobs []*job, until db.Time) error {
	for _, j := range jobs {
		if err := w.o.Store.PostponeReceipt(ctx, j.rc.ID, until); err != nil {
			return fmt.Errorf("put off receipt %d: %w", j.rc.ID, err)
		}
	}
	return nil
}
