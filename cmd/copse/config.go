package main

import (
	"encoding/json"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/cmd/copse/config"
)

// addConfigFlags gives a command and all below it --config and --set.
func addConfigFlags(root *cobra.Command) {
	root.PersistentFlags().String("config", "", "YAML file with settings (default: $"+config.Variable+")")
	root.PersistentFlags().StringArray("set", nil, "set one setting, as key=value; may be repeated")
}

// configFrom reads the configuration that a command was called with.
func configFrom(cmd *cobra.Command) (config.Config, error) {
	file, err := cmd.Flags().GetString("config")
	if err != nil {
		return config.Config{}, err
	}
	flags, err := cmd.Flags().GetStringArray("set")
	if err != nil {
		return config.Config{}, err
	}
	return config.Load(flags, os.Environ(), file)
}

// configCommand is "copse config": what is in force, is it right, what could it be.
func configCommand() *cobra.Command {
	return family("config", "Show, check and explain the configuration",
		configShowCommand(), configCheckCommand(), configExampleCommand())
}

func configShowCommand() *cobra.Command {
	var redact, asJSON bool
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Print every setting in force and where it came from",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := configFrom(cmd)
			if err != nil {
				return err
			}
			rows := c.Redacted()
			if !redact {
				rows = c.Plain()
			}
			if asJSON {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				return enc.Encode(rows)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			for _, s := range rows {
				fmt.Fprintf(w, "%s\t%s\t(%s)\n", s.Key, s.Value, s.Source)
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&redact, "redact", true, "hide secrets")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func configCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Try the configuration without starting anything",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := configFrom(cmd)
			if err != nil {
				return err
			}
			for _, w := range c.Warnings() {
				fmt.Fprintln(cmd.ErrOrStderr(), "warning:", w)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), "The configuration is in order.")
			return err
		},
	}
}

func configExampleCommand() *cobra.Command {
	var form string
	cmd := &cobra.Command{
		Use:   "example",
		Short: "Print a commented configuration",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return config.WriteExample(cmd.OutOrStdout(), form)
		},
	}
	cmd.Flags().StringVar(&form, "format", config.FormYAML, "yaml, env or markdown")
	return cmd
}
