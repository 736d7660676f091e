package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/cmd/copse/doctor"
)

func healthcheckCommand() *cobra.Command {
	return &cobra.Command{
		Use: "healthcheck", Short: "Ask the server on this machine whether it is ready (for containers)", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := configFrom(cmd)
			if err != nil {
				return err
			}
			host, port, err := net.SplitHostPort(cfg.Listen)
			if err != nil {
				return err
			}
			if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
				host = "127.0.0.1"
			}
			req, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", http.NoBody)
			if err != nil {
				return err
			}
			req.Host = cfg.URL.Host
			res, err := doctor.OwnClient(nil).Do(req)
			if err != nil {
				return fmt.Errorf("the server does not answer: %w", err)
			}
			defer res.Body.Close()
			if res.StatusCode != http.StatusOK {
				return errors.New("the server is not ready: " + res.Status)
			}
			return nil
		},
	}
}
