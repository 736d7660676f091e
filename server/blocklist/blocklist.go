// Package blocklist reads and writes lists of servers to block or silence in the form that Mastodon
// exports and imports.
//
// It decides nothing and changes nothing: what a list would do is for the admin to look at first.
// Start with Read.
package blocklist

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/idna"

	"github.com/copse-social/copse/db"
)

// Most lines of a list that are read; the longest public ones have some thousands.
const maxLines = 10_000

// ErrTooLong says that a list has more lines than anybody can look through.
var ErrTooLong = errors.New("the list has too many lines")

// Entry is one server of a list.
type Entry struct {
	Host   string // in ASCII, lower case
	Policy string // db.HostBlocked or db.HostSilenced
	Reason string // the public comment
}

// Wrong is a line that names no server.
type Wrong struct {
	Line int // from 1, as an editor counts
	Text string
}

// Read reads a list: Mastodon's, with its line of titles, or one host a line, which are blocked. A
// host that stands there twice counts once, with the harsher word. It returns beside the entries
// the lines that name no server; "noop" means nothing and is left out.
func Read(r io.Reader) (list []Entry, wrong []Wrong, err error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord, in.LazyQuotes, in.TrimLeadingSpace = -1, true, true
	columns, at := map[string]int{"domain": 0}, map[string]int{}
	for line := 0; ; line++ {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return list, wrong, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read block list: %w", err)
		}
		if line >= maxLines {
			return nil, nil, ErrTooLong
		}
		if titles := titled(row); titles != nil {
			columns = titles
			continue
		}
		e, ok, meant := entry(row, columns)
		switch i, twice := at[e.Host]; {
		case !meant:
		case !ok:
			number, _ := in.FieldPos(0)
			wrong = append(wrong, Wrong{Line: number, Text: strings.ToValidUTF8(row[0], "")})
		case twice:
			if e.Policy == db.HostBlocked {
				list[i].Policy = e.Policy
			}
		default:
			at[e.Host] = len(list)
			list = append(list, e)
		}
	}
}

// titled reads the line that names the columns, nil for any other.
func titled(row []string) map[string]int {
	if name := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(row[0])), "#"); name != "domain" {
		return nil
	}
	columns := make(map[string]int, len(row))
	for i, title := range row {
		columns[strings.TrimPrefix(strings.ToLower(strings.TrimSpace(title)), "#")] = i
	}
	return columns
}

// entry reads one line; meant is false where it asks for nothing.
func entry(row []string, columns map[string]int) (e Entry, ok, meant bool) {
	field := func(name string) string {
		i, there := columns[name]
		if !there || i >= len(row) {
			return ""
		}
		return strings.TrimSpace(row[i])
	}
	switch strings.ToLower(field("severity")) {
	case "", "suspend":
		e.Policy = db.HostBlocked
	case "silence", "limit":
		e.Policy = db.HostSilenced
	default:
		return e, false, false
	}
	host, err := idna.Lookup.ToASCII(strings.TrimSuffix(strings.TrimPrefix(field("domain"), "*."), "."))
	if err != nil || !strings.Contains(host, ".") || strings.ContainsAny(host, "*/@ ") || len(host) > 253 {
		return e, false, field("domain") != ""
	}
	e.Host, e.Reason = strings.ToLower(host), clip(field("public_comment"))
	return e, true, true
}

// clip keeps a comment short and free of what hides in text.
func clip(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 300 {
		return string(r[:300])
	}
	return s
}

// Write writes what was decided about hosts as Mastodon does. Hosts that are only allowed have no
// place in its form.
func Write(w io.Writer, hosts []*db.Host) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"}}
	for _, h := range hosts {
		switch h.Policy {
		case db.HostBlocked:
			rows = append(rows, []string{h.Name, "suspend", "true", "true", guard(h.PolicyReason), "false"})
		case db.HostSilenced:
			rows = append(rows, []string{h.Name, "silence", "false", "false", guard(h.PolicyReason), "false"})
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write block list: %w", err)
	}
	return nil
}

// guard keeps a comment from being a formula where the list is opened in a spreadsheet.
func guard(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t", rune(s[0])) {
		return "'" + s
	}
	return s
}
