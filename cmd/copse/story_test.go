package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/server/community"
)

// TestMain makes the test binary answer to "copse" in scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"copse": main})
}

// TestScripts runs the stories of the whole system. Beside what testscript has, a script says:
//
//	instance HOST...              start whole instances
//	peer KIND HOST...             put scripted servers there: mastodon, gotosocial, lemmy, nodebb
//	group HANDLE@HOST [key=value] open a community with the facilitator faci
//	founded HANDLE@HOST [key=value] the same with a charter in force
//	chores HOST                   let an instance do what it does once an hour
//	member GROUP WHO@HOST [HOST]  print how somebody belongs, as an instance knows it
//	knows WHO@HOST HOST           print what an instance can say of what somebody knows
//	as WHO@HOST ACT ...           let somebody act, see acts below; "! as" expects a refusal
//	settle                        step all workers until nothing moves
//	thread HOST NAME              print a discussion as it stands on an instance
//	place HOST NAME               print the community in which a post stands on an instance
//	got HOST [TYPE...]            print what a scripted server was sent
//	cases WHO@HOST                print the reports that wait for somebody here, and what became of their own
//	told WHO@HOST                 print the notes that a scripted server or an inbox here has for somebody
//	asked HOST NAME               print a query and the kinds of its responses
//	down HOST, up HOST            take a host off the network and back
//	refuses HOST STATUS           let a scripted server refuse what it is sent; 0 ends it
//	later DURATION                move the clock on
//
// Posts get a name when they are said, and are called by it, everywhere.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			at := dbtest.Options(t)
			env.Vars = append(env.Vars, "COPSE_URL=https://alpha.example", "COPSE_LOG_FORMAT=text", "COPSE_DATABASE_URL="+at.URL)
			env.Values[storyKey{}] = newStory(t)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"instance": plain(func(s *story, args []string) error { return s.instances(args) }),
			"peer":     plain(func(s *story, args []string) error { return s.peersOf(args[0], args[1:]) }),
			"group":    plain(func(s *story, args []string) error { return s.opens(args[0], args[1:]) }),
			"founded":  plain(func(s *story, args []string) error { return s.founded(args[0], args[1:]) }),
			"chores":   plain(func(s *story, args []string) error { return s.sites[args[0]].tidy(context.Background()) }),
			"knows":    printing(func(s *story, args []string) (string, error) { return s.knows(args[0], args[1]) }),
			"member":   printing(func(s *story, args []string) (string, error) { return s.member(args) }),
			"as":       plain(func(s *story, args []string) error { return s.as(args[0], args[1], args[2:]) }),
			"settle":   plain(func(s *story, _ []string) error { settle(s.t, slices.Collect(maps.Values(s.sites))...); return nil }),
			"down":     plain(func(s *story, args []string) error { s.net.Down(args[0]); return nil }),
			"up":       plain(func(s *story, args []string) error { s.net.Up(args[0]); return nil }),
			"refuses":  plain(func(s *story, args []string) error { return s.refuses(args[0], args[1]) }),
			"later":    plain(func(s *story, args []string) error { return s.later(args[0]) }),
			"thread":   printing(func(s *story, args []string) (string, error) { return s.thread(args[0], args[1]) }),
			"place":    printing(func(s *story, args []string) (string, error) { return s.place(args[0], args[1]) }),
			"got":      printing(func(s *story, args []string) (string, error) { return s.got(args[0], args[1:]) }),
			"cases":    printing(func(s *story, args []string) (string, error) { return s.cases(args[0]) }),
			"asked":    printing(func(s *story, args []string) (string, error) { return s.asked(args[0], args[1]) }),
			"told":     printing(func(s *story, args []string) (string, error) { return s.told(args[0]) }),
		},
	})
}

type storyKey struct{}

// story is what one script has made: hosts, people and posts by name.
type story struct {
	t      testing.TB
	net    *fedtest.Network
	offset time.Duration
	sites  map[string]*site
	peers  map[string]*fedtest.Peer
	actors map[string]*fedtest.Actor
	posts  map[string]string      // name to ActivityPub id
	docs   map[string]fedtest.Doc // the documents of scripted people, by name
	acts   map[string]fedtest.Doc // what they did, by who, act and post, to take it back
}

func newStory(t testing.TB) *story {
	s := &story{
		t: t, sites: map[string]*site{}, peers: map[string]*fedtest.Peer{}, actors: map[string]*fedtest.Actor{},
		posts: map[string]string{}, docs: map[string]fedtest.Doc{}, acts: map[string]fedtest.Doc{},
	}
	s.net = &fedtest.Network{Now: func() time.Time { return time.Now().Add(s.offset) }}
	return s
}

// plain makes a command of a function; "!" wants it to be refused, and the reason on stderr.
func plain(do func(*story, []string) error) func(*testscript.TestScript, bool, []string) {
	return printing(func(s *story, args []string) (string, error) { return "", do(s, args) })
}

func printing(do func(*story, []string) (string, error)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		out, err := do(ts.Value(storyKey{}).(*story), args)
		fmt.Fprint(ts.Stdout(), out)
		if err != nil {
			fmt.Fprintln(ts.Stderr(), err)
		}
		switch {
		case err != nil && !neg:
			ts.Fatalf("%v", err)
		case err == nil && neg:
			ts.Fatalf("was not refused")
		}
	}
}

func (s *story) instances(hosts []string) error {
	for _, h := range hosts {
		s.sites[h] = newInstance(s.t, s.net, h)
	}
	return nil
}

func (s *story) refuses(host, status string) error {
	n, err := strconv.Atoi(status)
	s.peers[host].Refuse(n)
	return err
}

func (s *story) later(text string) error {
	d, err := time.ParseDuration(text)
	s.offset += d
	return err
}

// opens opens a community that faci looks after; settings are posting, hold and openness.
func (s *story) opens(handle string, settings []string) error {
	name, host, _ := strings.Cut(handle, "@")
	at, ok := s.sites[host]
	if !ok {
		return fmt.Errorf("no instance at %q", host)
	}
	var unknown error
	at.group(name, func(n *community.NewGroup) {
		n.HoldPolicy = db.HoldNone
		for _, setting := range settings {
			switch key, value, _ := strings.Cut(setting, "="); key {
			case "posting":
				n.PostPolicy = value
			case "hold":
				n.HoldPolicy = value
			case "openness":
				n.Openness = value
			default:
				unknown = fmt.Errorf("no setting %q", key)
			}
		}
	})
	return unknown
}

// as lets somebody act: one of ours through the rules, somebody at a scripted server over the wire.
func (s *story) as(who, act string, args []string) error {
	name, host, _ := strings.Cut(who, "@")
	if at, ok := s.sites[host]; ok {
		return s.ours(at, name, act, args)
	}
	if p, ok := s.peers[host]; ok {
		return s.theirs(p, s.actor(p, name), act, args)
	}
	return fmt.Errorf("no host %q", host)
}

// post is the ActivityPub id behind a name; "water@alpha.example/old" is "old" for readers.
func (s *story) post(name string) (string, error) {
	if uri, ok := s.posts[name[strings.LastIndexByte(name, '/')+1:]]; ok {
		return uri, nil
	}
	return "", fmt.Errorf("nobody has said %q", name)
}

func (s *story) names(name, uri string) error {
	if name == "" {
		return nil
	}
	if _, taken := s.posts[name]; taken {
		return fmt.Errorf("%q was said before", name)
	}
	s.posts[name] = uri
	return nil
}

// nameOf is the name of a post for print; what has none is shown by its id.
func (s *story) nameOf(uri string) string {
	for name, u := range s.posts {
		if u == uri {
			return name
		}
	}
	return uri
}

// thread prints a discussion as one line per post: state, likes and marks, author, title or text.
func (s *story) place(host, name string) (string, error) {
	uri, err := s.post(name)
	if err != nil {
		return "", err
	}
	p, err := s.sites[host].store.PostByURI(context.Background(), uri)
	if err != nil {
		return "", err
	}
	g, err := s.sites[host].store.ActorByID(context.Background(), p.GroupID)
	return g.Acct() + "\n", err
}

func (s *story) thread(host, name string) (string, error) {
	at, ok := s.sites[host]
	if !ok {
		return "", fmt.Errorf("no instance at %q", host)
	}
	uri, err := s.post(name)
	if err != nil {
		return "", err
	}
	ctx := context.Background()
	p, err := at.store.PostByURI(ctx, uri)
	if errors.Is(err, db.ErrNotFound) {
		return "not here\n", nil
	}
	if err != nil {
		return "", err
	}
	list, err := at.store.ThreadPage(ctx, db.ThreadQuery{DiscussionID: p.ID, Moderates: true, Limit: 100})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, p := range append([]*db.Post{p}, list...) {
		fmt.Fprintf(&b, "%s%s: %s\n", strings.Repeat("  ", strings.Count(p.Path, "/")), p.Author.Acct(), s.line(p))
	}
	return b.String(), nil
}
