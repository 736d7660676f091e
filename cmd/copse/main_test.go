package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// TestHelp holds what every command says of itself; COPSE_TEST_GOLDEN=1 rewrites it.
func TestHelp(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Name() == "completion" || c.Name() == "help" {
			return // cobra's own
		}
		var help bytes.Buffer
		c.SetOut(&help)
		if err := c.Help(); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "$ %s --help\n%s\n", c.CommandPath(), help.String())
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(rootCommand())
	file := filepath.Join("testdata", "help.golden")
	if os.Getenv("COPSE_TEST_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("help changed; make golden and look at the difference (-golden +now):\n%s", diff)
	}
}

func TestCommands_explainThemselves(t *testing.T) {
	t.Parallel()
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s has the short description %q", c.CommandPath(), c.Short)
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	root := rootCommand()
	walk(root)
	for _, noun := range []string{"user", "group", "host"} {
		list, _, err := root.Find([]string{noun, "list"})
		if err != nil || list.Flags().Lookup("json") == nil {
			t.Errorf("%s list has no --json (%v)", noun, err)
		}
	}
	for _, noun := range []string{"user", "group", "post"} {
		create, _, err := root.Find([]string{noun, "create"})
		if err != nil || create.Flags().Lookup("json") == nil {
			t.Errorf("%s create has no --json (%v)", noun, err)
		}
	}
}

// Every user of the machine can read the arguments of a process.
func TestT60_noCommandTakesASecretAsArgument(t *testing.T) {
	t.Parallel()
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, name := range []string{"password", "secret", "token"} {
			if c.Flags().Lookup(name) != nil {
				t.Errorf("%s takes --%s", c.CommandPath(), name)
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(rootCommand())
}

func TestRun_exitCodes(t *testing.T) {
	t.Parallel()
	flags := []string{"url=https://alpha.example", "data=" + t.TempDir()}
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"version"}, exitOK},
		{[]string{"user"}, exitOK}, // explains itself
		{[]string{"user", "list"}, exitOK},
		{[]string{"user", "promote", "nobody"}, exitFailed},
		{[]string{"user", "promote"}, exitUsage},
		{[]string{"user", "list", "too", "much"}, exitUsage},
		{[]string{"usr", "list"}, exitUsage},
		{[]string{"version", "--colour"}, exitUsage},
		{[]string{"serve", "--roles", "everything"}, exitUsage},
		{[]string{"demo", "--port", "0"}, exitUsage},
	} {
		if code, _, errs := copse(t, flags, "", c.args...); code != c.want {
			t.Errorf("copse %v ends with %d, want %d: %s", c.args, code, c.want, errs)
		}
	}
}

func TestRun_suggests(t *testing.T) {
	t.Parallel()
	if _, _, errs := copse(t, nil, "", "user", "lst"); !strings.Contains(errs, "did you mean list?") {
		t.Errorf("says %q", errs)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{errors.New("plain"), "plain"},
		{fmt.Errorf("create: %w", community.RefuseField("handle", "handle-invalid")), "A handle has 2 to 30 small letters"},
		{community.Refuse(community.Forbidden, "brand-new"), "The rules say no: forbidden brand-new."},
		{fmt.Errorf("open: %w", db.ErrNewerSchema), "changed by a newer Copse"},
	} {
		if got := words(c.err); !strings.Contains(got, c.want) {
			t.Errorf("%v is said as %q, want %q in it", c.err, got, c.want)
		}
	}
}

func TestPrintable_movesNoCursor(t *testing.T) {
	t.Parallel()
	if got := printable("a\x1b[2Jb\r\nc\u009bé"); got != "a[2Jbcé" {
		t.Errorf("prints %q", got)
	}
}
