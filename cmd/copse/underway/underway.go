// Package underway answers the commands about communities that move: to another organisation's
// instance, or into another community here.
//
// It decides nothing: server/moving does, in the name of the person that the command names, and a
// running server takes the steps. cmd/copse gives each command its database and prints the Answers.
// Start with Commands.
package underway

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/moving"
)

// page bounds how many rows are read at once.
const page = 200

// Desk is one instance at which a command is at work.
type Desk struct {
	Store *db.Store
	Rules *moving.Rules
	// Group finds a community by handle, here or elsewhere; Person somebody with an account here.
	Group  func(ctx context.Context, handle string) (*db.Group, error)
	Person func(ctx context.Context, name string) (*db.Account, error)
	// Instance finds the actor of the server itself at a host, over the network where need be.
	Instance func(ctx context.Context, host string) (*db.Actor, error)
}

// Answer is what a command found: JSON for machines, and for people rows below a head, or text;
// None where there are no rows.
type Answer struct {
	JSON any
	Head []string
	Rows [][]string
	Text string
	None string
}

// Do is a command at work.
type Do func(ctx context.Context, d *Desk, args []string) (Answer, error)

// Wrap gives a command its database and its printer.
type Wrap func(*cobra.Command, Do) *cobra.Command

// Commands are the commands.
func Commands(wrap Wrap) []*cobra.Command {
	return []*cobra.Command{
		list(wrap), show(wrap), propose(wrap), merge(wrap),
		step(wrap, "countersign", "Let an admin of the old home send the question", moving.Stepper.Countersign),
		agree(wrap),
		step(wrap, "refuse", "Say no to a community that wants to come", moving.Stepper.Refuse),
		step(wrap, "switch", "Move now, before the week of notice is over", moving.Stepper.Switch),
		step(wrap, "cancel", "Call a move off, as long as nobody has been told to follow", moving.Stepper.Cancel),
	}
}

// shown is one move as it is printed.
type shown struct {
	Group    string       `json:"group"`
	Side     string       `json:"side"`
	To       string       `json:"to"`
	State    string       `json:"state"`
	Step     string       `json:"step,omitzero"`
	Problem  string       `json:"problem,omitzero"`
	SwitchAt time.Time    `json:"switch_at,omitzero"`
	Came     db.MoveTally `json:"came"`
	Left     int64        `json:"left_behind"`
	Behind   []behind     `json:"behind,omitzero"`
}

type behind struct {
	Kind string `json:"kind"`
	What string `json:"what"`
	Why  string `json:"why"`
}

func (d *Desk) shown(ctx context.Context, m *db.Move, limit int) (shown, error) {
	g, err := d.Store.ActorByID(ctx, m.Group)
	if err != nil {
		return shown{}, fmt.Errorf("load community %d: %w", m.Group, err)
	}
	s := shown{
		Group: g.Acct(), Side: m.Side, To: m.Handle + "@" + m.Host, State: m.State, Step: m.Part, Problem: m.Problem,
		SwitchAt: m.SwitchAt.Time, Came: m.Tally,
	}
	left, n, err := d.Store.LeftBehind(ctx, m.ID, limit)
	if err != nil {
		return s, fmt.Errorf("list what was left behind: %w", err)
	}
	s.Left = n
	for _, l := range left {
		s.Behind = append(s.Behind, behind{l.Kind, l.What, l.Why})
	}
	return s, nil
}

func list(wrap Wrap) *cobra.Command {
	return wrap(&cobra.Command{Use: "list", Short: "List the communities that move, or have moved", Args: cobra.NoArgs}, func(ctx context.Context, d *Desk, _ []string) (Answer, error) {
		moves, err := d.Store.Moves(ctx, page)
		if err != nil {
			return Answer{}, err
		}
		all, a := []shown{}, Answer{Head: []string{"COMMUNITY", "SIDE", "TO", "STATE", "WAITS FOR", "POSTS", "MEMBERS", "LEFT BEHIND"}, None: "No community moves."}
		for _, m := range moves {
			s, err := d.shown(ctx, m, 0)
			if err != nil {
				return a, err
			}
			all = append(all, s)
			a.Rows = append(a.Rows, []string{
				s.Group, s.Side, s.To, s.State, s.Problem, strconv.FormatInt(s.Came.Posts, 10), strconv.FormatInt(s.Came.Members, 10), strconv.FormatInt(s.Left, 10),
			})
		}
		a.JSON = all
		return a, nil
	})
}

func show(wrap Wrap) *cobra.Command {
	return wrap(&cobra.Command{Use: "show GROUP", Short: "Show how far a community is, and what could not be taken along", Args: cobra.ExactArgs(1)}, func(ctx context.Context, d *Desk, args []string) (Answer, error) {
		m, err := d.move(ctx, args[0])
		if err != nil {
			return Answer{}, err
		}
		s, err := d.shown(ctx, m, page)
		a := Answer{JSON: s, Head: []string{"KIND", "WHAT", "WHY"}, None: s.Group + " to " + s.To + ": " + s.State + ". Nothing was left behind."}
		for _, b := range s.Behind {
			a.Rows = append(a.Rows, []string{b.Kind, b.What, b.Why})
		}
		return a, err
	})
}

// move is the last move of a community, or the last into it that waits for an answer.
func (d *Desk) move(ctx context.Context, handle string) (*db.Move, error) {
	g, err := d.Group(ctx, handle)
	if err != nil {
		return nil, err
	}
	m, err := d.Store.MoveOf(ctx, g.ActorID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, fmt.Errorf("%s does not move; copse move list names those that do", g.Actor.Acct())
	}
	return m, err
}

func propose(wrap Wrap) *cobra.Command {
	who, p := "", moving.Proposal{}
	cmd := &cobra.Command{
		Use: "propose GROUP HOST --as NAME --why WORDS", Short: "Ask that a community goes to another instance; an admin here countersigns, one there agrees",
		Example: "  copse move propose coldchain beta.example --as amina --why 'Decided by the core group on 3 May'", Args: cobra.ExactArgs(2),
	}
	cmd.Flags().StringVar(&p.Why, "why", "", "how it was decided")
	cmd.Flags().StringVar(&p.Handle, "handle", "", "handle there, where it is to be another")
	return wrap(required(cmd, &who, "why"), func(ctx context.Context, d *Desk, args []string) (Answer, error) {
		g, err := d.Group(ctx, args[0])
		if err != nil {
			return Answer{}, err
		}
		if p.Peer, err = d.Instance(ctx, args[1]); err != nil {
			return Answer{}, fmt.Errorf("find the server of %s: %w", args[1], err)
		}
		return d.as(ctx, who, func(ctx context.Context, tx *db.Store, by *db.Actor) error {
			_, err := d.Rules.Propose(ctx, tx, by, g, p)
			return err
		})
	})
}

func merge(wrap Wrap) *cobra.Command {
	who, what := "", moving.Merger{}
	cmd := &cobra.Command{
		Use: "merge GROUP INTO --as NAME --why WORDS", Short: "Ask that a community here goes into another one here, whose facilitators agree",
		Args: cobra.ExactArgs(2),
	}
	cmd.Flags().StringVar(&what.Why, "why", "", "how it was decided")
	return wrap(required(cmd, &who, "why"), func(ctx context.Context, d *Desk, args []string) (Answer, error) {
		var err error
		if what.Group, err = d.Group(ctx, args[0]); err != nil {
			return Answer{}, err
		}
		if what.Into, err = d.Group(ctx, args[1]); err != nil {
			return Answer{}, err
		}
		return d.as(ctx, who, func(ctx context.Context, tx *db.Store, by *db.Actor) error {
			_, err := d.Rules.ProposeMerge(ctx, tx, by, what)
			return err
		})
	})
}

func agree(wrap Wrap) *cobra.Command {
	who, handle := "", ""
	cmd := &cobra.Command{
		Use: "agree GROUP --as NAME", Short: "Say yes to a community that wants to come: as an admin to one of another instance, as a facilitator to one here",
		Example: "  copse move agree coldchain@alpha.example --as amina", Args: cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&handle, "handle", "", "handle here, where the asked one is taken")
	return wrap(required(cmd, &who), func(ctx context.Context, d *Desk, args []string) (Answer, error) {
		m, err := d.move(ctx, args[0])
		if err != nil {
			return Answer{}, err
		}
		return d.as(ctx, who, func(ctx context.Context, tx *db.Store, by *db.Actor) error {
			return moving.Stepper{Rules: d.Rules, By: by, Handle: handle}.Agree(ctx, tx, m)
		})
	})
}

// step is a command that takes one step of a move.
func step(wrap Wrap, name, short string, do func(moving.Stepper, context.Context, *db.Store, *db.Move) error) *cobra.Command {
	who := ""
	cmd := &cobra.Command{Use: name + " GROUP --as NAME", Short: short, Args: cobra.ExactArgs(1)}
	return wrap(required(cmd, &who), func(ctx context.Context, d *Desk, args []string) (Answer, error) {
		m, err := d.move(ctx, args[0])
		if err != nil {
			return Answer{}, err
		}
		return d.as(ctx, who, func(ctx context.Context, tx *db.Store, by *db.Actor) error {
			return do(moving.Stepper{Rules: d.Rules, By: by}, ctx, tx, m)
		})
	})
}

// as does something in the name of somebody with an account here, in one transaction.
func (d *Desk) as(ctx context.Context, who string, do func(ctx context.Context, tx *db.Store, by *db.Actor) error) (Answer, error) {
	by, err := d.Person(ctx, who)
	if err != nil {
		return Answer{}, err
	}
	err = d.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error { return do(ctx, tx, by.Actor) })
	return Answer{JSON: map[string]bool{"done": err == nil}, Text: "Done.\n"}, err
}

// required makes flags required: in whose name something is done, and more.
func required(cmd *cobra.Command, who *string, more ...string) *cobra.Command {
	cmd.Flags().StringVar(who, "as", "", "handle of the person in whose name it is done")
	for _, flag := range append(more, "as") {
		if err := cmd.MarkFlagRequired(flag); err != nil {
			panic(err) // a programmer's error
		}
	}
	return cmd
}
