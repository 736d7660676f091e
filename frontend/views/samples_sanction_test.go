package views

import (
	"github.com/copse-social/copse/frontend/ui"
)

func hostPurgeFull(s Shell) Page {
	s.Path, s.Title, s.Tab = "/admin/federation/bad.example/purge", "bad.example", Federation
	return HostPurge{
		Shell: s, Host: "bad.example", Holds: HostHolds{People: 214, Groups: 2, Posts: 1840, Marks: 90, Follows: 3, Followed: 1, Members: 2, Belong: 1},
		Confirm: ui.Field{Name: "host", Label: "The name of the server once more", Hint: "bad.example", Error: "This is not the name of the server.", Code: true},
		Why:     ui.Field{Name: "reason", Label: "Reason", Hint: "For the other admins; it stands in the log."},
	}
}

func hostPurgeGoing(s Shell) Page {
	p := hostPurgeFull(s).(HostPurge)
	p.Begun, p.Gone, p.Error = clock, HostHolds{People: 12, Posts: 800}, "This is under way already."
	p.Confirm.Error = ""
	return p
}

func sanctionFull(s Shell) Page {
	s.Path, s.Title, s.Tab = "/admin/persons/12", "Farid", Federation
	return Sanction{
		Shell: s, Who: farid, Local: true, Silenced: clock.AddDate(0, 0, -3), Words: 214, Belongs: 3, Path: "/admin/persons/12",
		Confirm: ui.Field{Name: "handle", Label: "Their address once more", Hint: "@farid@wash.example", Error: "This is not their address. Nothing was removed.", Code: true},
	}
}
