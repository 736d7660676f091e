package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/cmd/copse/config"
)

// runConfig calls "copse config …" without the rest of the program.
func runConfig(args ...string) (stdout, stderr string, err error) {
	root := &cobra.Command{Use: "copse", SilenceUsage: true, SilenceErrors: true}
	addConfigFlags(root)
	root.AddCommand(configCommand())
	var out, errs bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(append([]string{"config"}, args...))
	err = root.Execute()
	return out.String(), errs.String(), err
}

func TestConfigCommand_show(t *testing.T) {
	t.Parallel()
	out, _, err := runConfig("show", "--json", "--set", "url=https://x.example", "--set", "metrics-listen=:9")
	if err != nil {
		t.Fatal(err)
	}
	var got []config.Shown
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) < 10 || got[0] != (config.Shown{Key: "url", Value: "https://x.example", Source: "--set url"}) {
		t.Errorf("shows %v", got)
	}
	out, _, err = runConfig("show", "--set", "url=https://x.example")
	if err != nil || !strings.Contains(out, "https://x.example") || !strings.Contains(out, "(default)") {
		t.Errorf("shows %q, %v", out, err)
	}
}

func TestConfigCommand_check(t *testing.T) {
	t.Parallel()
	out, warned, err := runConfig("check", "--set", "url=https://x.example", "--set", "lab_allow_networks=127.0.0.1")
	if err != nil || out != "The configuration is in order.\n" || !strings.Contains(warned, "LABORATORY") {
		t.Errorf("says %q, warns %q, %v", out, warned, err)
	}
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte("uri: https://x.example"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err = runConfig("check", "--config", file); err == nil {
		t.Error("a wrong key passed")
	}
}

func TestConfigCommand_example(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{"yaml": "url: 'https://cop.example.org'", "env": "COPSE_URL=https://cop.example.org", "markdown": "### `url`"} {
		if out, _, err := runConfig("example", "--format", format); err != nil || !strings.Contains(out, want) {
			t.Errorf("as %s it lacks %q (%v)", format, want, err)
		}
	}
	if _, _, err := runConfig("example", "--format", "toml"); err == nil {
		t.Error("another form passed")
	}
}
