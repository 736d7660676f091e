package blocklist_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/blocklist"
)

const mastodons = `#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
Spam.Example,suspend,true,true,"spam, and more",false
loud.example,silence,false,false,,false
nothing.example,noop,false,false,,false
bücher.example,suspend,true,true,,false
spam.example,silence,false,false,again,false
loud.example,suspend,true,true,worse,false
not a host,suspend,true,true,,false
`

func TestRead_mastodons(t *testing.T) {
	t.Parallel()
	list, wrong, err := blocklist.Read(strings.NewReader(mastodons))
	if err != nil {
		t.Fatal(err)
	}
	want := []blocklist.Entry{
		{Host: "spam.example", Policy: db.HostBlocked, Reason: "spam, and more"},
		{Host: "loud.example", Policy: db.HostBlocked},
		{Host: "xn--bcher-kva.example", Policy: db.HostBlocked},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]blocklist.Wrong{{Line: 8, Text: "not a host"}}, wrong); diff != "" {
		t.Error(diff)
	}
}

// A list of mere names, as people pass them on, blocks them all.
func TestRead_namesAlone(t *testing.T) {
	t.Parallel()
	list, wrong, err := blocklist.Read(strings.NewReader("*.spam.example\n\nother.example.\nlocalhost\n"))
	if err != nil || len(wrong) != 1 || len(list) != 2 || list[0].Host != "spam.example" || list[1].Host != "other.example" {
		t.Errorf("%v, %v, %v", list, wrong, err)
	}
}

// T53: a list is bounded in lines and comments.
func TestT53_blockListsAreBounded(t *testing.T) {
	t.Parallel()
	if _, _, err := blocklist.Read(strings.NewReader(strings.Repeat("a.example\n", 10_001))); !errors.Is(err, blocklist.ErrTooLong) {
		t.Errorf("too long a list: %v", err)
	}
	list, _, err := blocklist.Read(strings.NewReader("#domain,#severity,#public_comment\na.example,suspend," + strings.Repeat("x", 5000) + "\u202e\n"))
	if err != nil || len(list) != 1 || len(list[0].Reason) != 300 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestWrite_isReadAgain(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	hosts := []*db.Host{
		{Name: "a.example", Policy: db.HostBlocked, PolicyReason: `says "no"`},
		{Name: "b.example", Policy: db.HostSilenced},
		{Name: "c.example", Policy: db.HostAllowed},
		{Name: "d.example", Policy: db.HostBlocked, PolicyReason: "=1+1"},
	}
	if err := blocklist.Write(&b, hosts); err != nil {
		t.Fatal(err)
	}
	list, wrong, err := blocklist.Read(strings.NewReader(b.String()))
	want := []blocklist.Entry{
		{Host: "a.example", Policy: db.HostBlocked, Reason: `says "no"`},
		{Host: "b.example", Policy: db.HostSilenced},
		{Host: "d.example", Policy: db.HostBlocked, Reason: "'=1+1"},
	}
	if diff := cmp.Diff(want, list); diff != "" || len(wrong) > 0 || err != nil {
		t.Errorf("%s, %v, %v", diff, wrong, err)
	}
}
