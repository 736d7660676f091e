package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// Every command that changes something leaves an entry, and none that fails does.
func TestAudit_commands(t *testing.T) {
	t.Parallel()
	flags := []string{"url=https://alpha.example", "data=" + t.TempDir()}
	do := func(in string, args ...string) {
		t.Helper()
		if code, _, errs := copse(t, flags, in, args...); code != exitOK {
			t.Fatalf("%v ends with %d: %s", args, code, errs)
		}
	}
	const secret = "several quiet words\n"
	do("", "setup", "token")
	do(secret, "user", "create", "ana", "--email", "ana@alpha.example", "--password-stdin")
	do("", "user", "promote", "ana")
	do("", "user", "demote", "ana")
	do(secret, "user", "password", "ana", "--password-stdin")
	do("", "user", "disable", "ana")
	do("", "user", "enable", "ana")
	do("", "group", "create", "water", "--name", "Water", "--facilitator", "ana")
	do("", "post", "create", "--group", "water", "--author", "ana", "--title", "Boil or filter?")
	do("", "host", "block", "evil.test", "--reason", "spam")
	do("", "host", "allow", "good.test")
	do("", "host", "forget", "evil.test")
	do("", "queue", "pause", "good.test")
	do("", "queue", "resume", "good.test")
	do("", "queue", "retry", "good.test")
	do("", "queue", "drop", "good.test")
	do("", "queue", "drop", "good.test", "--yes")
	do("", "queue", "export", "good.test")
	do("", "queue", "export")
	if code, _, _ := copse(t, flags, "", "user", "promote", "nobody"); code == exitOK {
		t.Error("nobody was promoted")
	}
	if code, _, _ := copse(t, flags, "", "host", "block", "alpha.example"); code == exitOK {
		t.Error("blocked itself")
	}
	_, out, _ := copse(t, flags, "", "audit", "export")
	want := []string{
		"setup-link", "create-account ana", "promote ana", "demote ana", "password ana", "disable ana", "enable ana",
		"create-group water", "create-post ana", "block-host", "allow-host", "forget-host",
		"pause-host", "resume-host", "retry-host", "drop-host", "export-host", "export-host", "export-audit",
	}
	var got []string
	for line := range strings.Lines(out) {
		var e auditShown
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if e.Who != "cli" || strings.Contains(line, "quiet words") {
			t.Errorf("entry %s", line)
		}
		got = append(got, strings.TrimSpace(e.Act+" "+e.Object))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("entries %q\nwant    %q", got, want)
	}
	code, out, errs := copse(t, flags, "", "audit", "verify", "--json")
	var found struct {
		Entries int
		Head    string
	}
	if err := json.Unmarshal([]byte(out), &found); err != nil || code != exitOK || found.Entries != len(want) {
		t.Errorf("verify: %d %s%s", code, out, errs)
	}
	do("", "user", "promote", "ana")
	if code, _, errs := copse(t, flags, "", "audit", "verify", "--noted", found.Head); code != exitOK {
		t.Errorf("with the link noted before: %s", errs)
	}
	if code, _, errs := copse(t, flags, "", "audit", "verify", "--noted", "3:"+strings.Repeat("ab", 32)); code != exitFailed || !strings.Contains(errs, "tampered") {
		t.Errorf("with another link: %d %s", code, errs)
	}
	if _, out, _ := copse(t, flags, "", "audit", "list", "--last", "3"); strings.Count(out, "\n") != 4 || !strings.Contains(out, "promote") {
		t.Errorf("list:\n%s", out)
	}
}
