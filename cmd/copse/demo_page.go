package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/copse-social/copse/cmd/copse/play"
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// mount puts the page of the demonstration before an organisation's server. Only here does a press
// sign anybody in; serve has no way to these routes.
func (d *demo) mount(b *branch, in *instance) {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /demo", func(w http.ResponseWriter, r *http.Request) { d.answer(w, d.page(w, r, b)) })
	routes.HandleFunc("POST /demo/be/{handle}", func(w http.ResponseWriter, r *http.Request) { d.answer(w, d.be(w, r, in)) })
	routes.HandleFunc("POST /demo/stop/{org}", func(w http.ResponseWriter, r *http.Request) { d.answer(w, d.toggle(w, r, b, (*branch).closing)) })
	routes.HandleFunc("POST /demo/start/{org}", func(w http.ResponseWriter, r *http.Request) { d.answer(w, d.toggle(w, r, b, (*branch).open)) })
	server := in.handler
	in.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/demo" || strings.HasPrefix(r.URL.Path, "/demo/") {
			d.frame(routes).ServeHTTP(w, r)
			return
		}
		server.ServeHTTP(w, r)
	})
}

// frame admits forms of the three organisations alone: no page of the web may press these buttons.
// The addresses of all three stand in the policy, since each Be button belongs to another host.
func (d *demo) frame(next http.Handler) http.Handler {
	var bases []string
	for _, b := range d.branches {
		bases = append(bases, b.base())
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "+
			"connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "+strings.Join(bases, " "))
		h.Set("Referrer-Policy", "strict-origin") // with same-origin the browser would hide where a form comes from
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		if !slices.Contains(bases, "http://"+r.Host) {
			http.Error(w, "This is not one of the three addresses of the demonstration.", http.StatusMisdirectedRequest)
			return
		}
		if r.Method == http.MethodPost && !slices.Contains(bases, r.Header.Get("Origin")) {
			http.Error(w, "Press the buttons on the page of the demonstration.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (d *demo) answer(w http.ResponseWriter, err error) {
	if err == nil {
		return
	}
	d.log.Error("demonstration", "err", err)
	http.Error(w, "That did not work: "+words(err), http.StatusInternalServerError)
}

// be signs the visitor in as one of the people of this organisation.
func (d *demo) be(w http.ResponseWriter, r *http.Request, in *instance) (err error) {
	account, err := in.store.AccountByLogin(r.Context(), r.PathValue("handle"))
	if errors.Is(err, db.ErrNotFound) {
		http.NotFound(w, r)
		return nil
	}
	if err != nil {
		return err
	}
	return in.web.Enter(w, r, account)
}

// toggle stops or starts another organisation; the one that shows the page goes on.
func (d *demo) toggle(w http.ResponseWriter, r *http.Request, here *branch, do func(*branch, context.Context) error) error {
	b := d.branch(r.PathValue("org"))
	if b == nil || b == here {
		http.NotFound(w, r)
		return nil
	}
	if err := do(b, context.WithoutCancel(r.Context())); err != nil {
		return err
	}
	http.Redirect(w, r, "/demo", http.StatusSeeOther)
	return nil
}

// closing is close with the shape of open.
func (b *branch) closing(context.Context) error { return b.close() }

func (d *demo) page(w http.ResponseWriter, r *http.Request, here *branch) error {
	ctx := r.Context()
	p := views.DemoStart{
		Shell: demoShell(r, here), Time: time.Now(), Folder: d.folder, Command: "copse demo",
	}
	byKey := map[string]views.DemoOrg{}
	for _, b := range d.branches {
		o, err := d.shown(ctx, b, here)
		if err != nil {
			return err
		}
		byKey[b.Key] = o
		p.Orgs = append(p.Orgs, o)
	}
	story, err := d.story(ctx, byKey)
	if err != nil {
		return err
	}
	p.Story = story
	var buf bytes.Buffer
	if err := p.View().Render(ctx, &buf); err != nil {
		return fmt.Errorf("render the first page: %w", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(buf.Bytes()) // a browser that went away is nobody's error
	return nil
}

// demoShell is the frame of the page: signed out, in the visitor's language.
func demoShell(r *http.Request, here *branch) views.Shell {
	read := func(name string) string {
		if k, err := r.Cookie(name); err == nil {
			return k.Value
		}
		return ""
	}
	code := locales.Match(r.Header.Get("Accept-Language"), read("copse_lang"))
	return views.Shell{
		Loc: locales.New(code, time.Local, time.Now()), Title: "Demo", Theme: read("copse_theme"), Path: "/demo",
		Instance: views.Instance{Org: shown(here.Org), Host: here.cfg.URL.Host}, Head: views.Head{NoIndex: true},
	}
}

func shown(o play.Org) ui.Org {
	hue, _ := strconv.Atoi(o.Hue) // a table of ours
	return ui.Org{Name: o.Name, Mark: o.Mark, Hue: hue}
}

// shown is an organisation as the page shows it: how its server does, and what the others still
// have for it.
func (d *demo) shown(ctx context.Context, b, here *branch) (views.DemoOrg, error) {
	o := views.DemoOrg{Org: shown(b.Org), Host: b.cfg.URL.Host, URL: b.base() + "/", Line: b.Line}
	for _, p := range b.People {
		o.People = append(o.People, b.face(p))
	}
	running := 0
	for _, other := range d.branches {
		in := other.running()
		if in == nil {
			continue
		}
		running++
		queues, err := in.store.QueueByHost(ctx, 10)
		if err != nil {
			return o, err
		}
		for _, q := range queues {
			if q.Host == b.cfg.URL.Host {
				o.Waiting += int(q.Pending)
			}
		}
	}
	switch {
	case b.running() == nil:
		o.State = views.Stopped
	case o.Waiting > 0:
		o.State = views.CatchingUp
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	o.Memory = int64(m.Sys-m.HeapReleased) / int64(max(running, 1)) // one process: an equal share
	if b != here {
		o.Switch = "/demo/stop/" + b.Key
		if o.State == views.Stopped {
			o.Switch = "/demo/start/" + b.Key
		}
	}
	return o, nil
}

func (b *branch) face(p play.Person) views.DemoPerson {
	last := p.Name[strings.LastIndexByte(p.Name, ' ')+1:]
	mark := strings.ToUpper(p.First[:1] + last[:1])
	if last == p.First {
		mark = strings.ToUpper(last[:2])
	}
	return views.DemoPerson{
		Person: ui.Person{Name: p.Name, Initials: mark, Handle: "@" + p.Handle + "@" + b.cfg.URL.Host, Org: shown(b.Org), Place: b.Name},
		First:  p.First, Role: p.Role, Be: b.base() + "/demo/be/" + p.Handle,
	}
}

// story is the five minutes, as far as the servers they need are running.
func (d *demo) story(ctx context.Context, orgs map[string]views.DemoOrg) (views.DemoStory, error) {
	rco, health := d.branch("rco"), d.branch("health")
	in := rco.running()
	if in == nil {
		return views.DemoStory{}, nil
	}
	id, err := in.store.Setting(ctx, "demo:fridge")
	if err != nil || id == "" {
		return views.DemoStory{}, err
	}
	s := views.DemoStory{
		Title: play.FridgeTitle, Read: rco.base() + "/d/" + id, Answerer: health.face(health.People[1]), Host: health.cfg.URL.Host,
		Stopped: orgs["agri"], Closer: rco.face(rco.People[0]),
	}
	s.Receipt, err = d.receipt(ctx, health)
	return s, err
}

// receipt is the page that says where the newest answer of Carla's went, once there is one.
func (d *demo) receipt(ctx context.Context, health *branch) (string, error) {
	in := health.running()
	if in == nil {
		return "", nil
	}
	carla, err := in.store.LocalActor(ctx, "carla")
	if err != nil {
		return "", err
	}
	posts, err := in.store.PostsBy(ctx, carla.ID, 0, 1)
	if err != nil {
		return "", err
	}
	seeded, err := in.store.Setting(ctx, "demo:solar-carla")
	if err != nil || len(posts) == 0 || strconv.FormatInt(posts[0].ID, 10) == seeded {
		return "", err
	}
	return health.base() + "/p/" + strconv.FormatInt(posts[0].ID, 10) + "/receipts", nil
}
