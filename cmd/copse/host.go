package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fetch"
)

func hostCommand() *cobra.Command {
	return family("host", "Other servers: whom this instance deals with",
		hostDecideCommand("block", "Deal with a host no more; what waits for it is dropped", db.HostBlocked),
		hostDecideCommand("allow", "Allow a host (needed with federation allow-list; elsewhere it ends a block)", db.HostAllowed),
		hostDecideCommand("forget", "Forget what was decided about a host", ""),
		hostListCommand(), hostImportCommand(), hostExportCommand(), hostPurgeCommand())
}

// hostShown is a host as it is printed.
type hostShown struct {
	Host     string `json:"host"`
	Policy   string `json:"policy"`
	Reason   string `json:"reason"`
	Software string `json:"software"`
	Version  string `json:"version"`
	State    string `json:"state"`
}

func hostDecideCommand(verb, short, policy string) *cobra.Command {
	var reason string
	cmd := &cobra.Command{Use: verb + " HOST", Short: short, Args: cobra.ExactArgs(1)}
	if policy != "" {
		cmd.Flags().StringVar(&reason, "reason", "", "why, for admins of this instance")
	}
	return listing(cmd, inOffice(func(ctx context.Context, o *office, args []string) (table, error) {
		host, err := fetch.Host(args[0])
		if err != nil {
			return table{}, usageError{fmt.Errorf("%q is no host name", args[0])}
		}
		if host == o.iris.Host() {
			return table{}, fmt.Errorf("%s is this instance itself", host)
		}
		var dropped int64
		err = o.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			if err := tx.SetHostPolicy(ctx, host, policy, reason); err != nil {
				return err
			}
			if policy == db.HostBlocked {
				if dropped, err = tx.EndHostDeliveries(ctx, host, db.DeliveryCancelled, "host blocked"); err != nil {
					return err
				}
			}
			return tx.Audit(ctx, db.AuditEntry{Who: db.ByCommand, Act: verb + "-host", Reason: host + ": " + reason})
		})
		if err != nil {
			return table{}, err
		}
		h, err := o.store.HostByName(ctx, host)
		if err != nil {
			return table{}, err
		}
		text := "Done.\n"
		if dropped > 0 {
			text = fmt.Sprintf("Done. %d waiting deliveries were dropped.\n", dropped)
		}
		return table{json: hostAsShown(h), text: text}, nil
	}))
}

func hostListCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{Use: "list", Short: "List the hosts that something was decided about"}
	cmd.Flags().BoolVar(&all, "all", false, "list every host that was ever met")
	return listing(cmd, inOffice(func(ctx context.Context, o *office, _ []string) (table, error) {
		hosts, err := o.hosts(ctx, all)
		if err != nil {
			return table{}, err
		}
		list := []hostShown{}
		t := table{head: []string{"HOST", "POLICY", "SOFTWARE", "STATE", "REASON"}, none: "Nothing was decided about any host."}
		for _, h := range hosts {
			s := hostAsShown(h)
			list = append(list, s)
			t.rows = append(t.rows, []string{s.Host, dash(s.Policy), dash(s.Software), s.State, s.Reason})
		}
		t.json = list
		return t, nil
	}))
}

func (o *office) hosts(ctx context.Context, all bool) ([]*db.Host, error) {
	if !all {
		return o.store.HostsWithPolicy(ctx)
	}
	var out []*db.Host
	for after := ""; ; {
		page, err := o.store.Hosts(ctx, after, pageSize)
		if err != nil {
			return nil, err
		}
		out = append(out, page...)
		if len(page) < pageSize {
			return out, nil
		}
		after = page[len(page)-1].Name
	}
}

func hostAsShown(h *db.Host) hostShown {
	return hostShown{Host: h.Name, Policy: h.Policy, Reason: h.PolicyReason, Software: h.Software, Version: h.Version, State: h.State}
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
