package db

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// Families of server software, wire.md 1.
const (
	FamilyForum     = "forum"
	FamilyMicroblog = "microblog"
	FamilyEvents    = "events"
)

// Policies towards a host.
const (
	HostBlocked  = "blocked"
	HostSilenced = "silenced"
	HostAllowed  = "allowed"
)

// States of a host's circuit breaker.
const (
	BreakerClosed   = "closed"
	BreakerOpen     = "open"
	BreakerHalfOpen = "half-open"
)

// Host is one server that we have met: what it runs, how we treat it, how reaching it goes.
type Host struct {
	bun.BaseModel `bun:"table:hosts,alias:host"`

	Name       string `bun:"name,pk"` // lower case, with a port only in a laboratory
	Software   string `bun:"software"`
	Version    string `bun:"version"`
	Family     string `bun:"family"` // "" = unknown
	ProfiledAt Time   `bun:"profiled_at"`
	Scheme     string `bun:"scheme"` // signature scheme that worked last
	SchemeAt   Time   `bun:"scheme_at"`
	// WantsObjects: its activities can't be fetched (GoToSocial serves none), so NodeBB answered 424
	// to a wrapped one; what its people write is announced to NodeBB as an object id instead.
	WantsObjects bool `bun:"wants_objects"`

	Policy       string `bun:"policy"`
	PolicyReason string `bun:"policy_reason"`
	PausedAt     Time   `bun:"paused_at"`

	State        string `bun:"state"`
	Streak       int64  `bun:"streak"` // failures in a row
	FailingSince Time   `bun:"failing_since"`
	NextProbeAt  Time   `bun:"next_probe_at"`
	RetryAfter   Time   `bun:"retry_after"`
	// LastInbox is the inbox that took a delivery last, kept for software where one inbox serves
	// the whole host.
	LastInbox  string `bun:"last_inbox"`
	SendWindow int16  `bun:"send_window"`
	LastCode   int64  `bun:"last_code"`
	LastError  string `bun:"last_error"`
	LastOKAt   Time   `bun:"last_ok_at"`
	LastInAt   Time   `bun:"last_in_at"`
	CreatedAt  Time   `bun:"created_at"`
}

// EnsureHost stores a row for a host met for the first time.
func (s *Store) EnsureHost(ctx context.Context, name string) error {
	_, err := s.insertNew(ctx, &Host{Name: name, State: BreakerClosed, SendWindow: 1, CreatedAt: s.Now()})
	return err
}

// DialectOf returns of a host what it runs and whether it fetches objects; nothing of one never met.
func (s *Store) DialectOf(ctx context.Context, name string) (*Host, error) {
	h := &Host{Name: name}
	err := one(ctx, s.read.NewSelect().Model(h).Column("software", "family", "wants_objects").Where("name = ?", name))
	return h, ignoreNotFound(err)
}

// HostByName returns a host.
func (s *Store) HostByName(ctx context.Context, name string) (*Host, error) {
	h := new(Host)
	return h, one(ctx, s.read.NewSelect().Model(h).Where("name = ?", name))
}

// Hosts lists hosts by name after a cursor.
func (s *Store) Hosts(ctx context.Context, after string, limit int) ([]*Host, error) {
	var list []*Host
	err := s.read.NewSelect().Model(&list).Where("name > ?", after).Order("name").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// HostQuery asks for one page of the hosts that we have met, by name.
type HostQuery struct {
	Words string // part of the name or the software; "" = all
	Show  string // HostBlocked, HostSilenced, HostAllowed, "paused", "failing", "waiting", "dead"; "" = all
	After string
	Limit int
}

// HostLine is a host with what waits for it.
type HostLine struct {
	Host    `bun:",extend"`
	Pending int64 `bun:"pending"`
	Oldest  Time  `bun:"oldest"`
	Dead    int64 `bun:"dead"` // dead letters
}

// FindHosts lists hosts with what waits for them, by name.
func (s *Store) FindHosts(ctx context.Context, q HostQuery) ([]*HostLine, error) {
	var list []*HostLine
	sel := s.read.NewSelect().Model(&list).
		ColumnExpr("host.*").
		ColumnExpr("(SELECT count(*) FROM deliveries d WHERE d.host = host.name AND d.state = 0) AS pending").
		ColumnExpr("coalesce((SELECT min(d.created_at) FROM deliveries d WHERE d.host = host.name AND d.state = 0), 0) AS oldest").
		ColumnExpr("(SELECT count(*) FROM deliveries d WHERE d.host = host.name AND d.state IN (2, 5)) AS dead").
		Where("host.name > ?", q.After)
	for _, w := range searchWords(q.Words) {
		like := "%" + escapeLike(w) + "%"
		sel = sel.Where(`(host.name LIKE ?0 ESCAPE '\' OR host.software LIKE ?0 ESCAPE '\')`, like)
	}
	switch q.Show {
	case HostBlocked, HostSilenced, HostAllowed:
		sel = sel.Where("host.policy = ?", q.Show)
	case "paused":
		sel = sel.Where("host.paused_at > 0")
	case "failing":
		sel = sel.Where("host.streak > 0")
	case "dead":
		sel = sel.Where("EXISTS (SELECT 1 FROM deliveries d WHERE d.host = host.name AND d.state IN (2, 5))")
	case "waiting":
		sel = sel.Where("EXISTS (SELECT 1 FROM deliveries d WHERE d.host = host.name AND d.state = 0)")
	}
	err := sel.Order("host.name").Limit(int64(q.Limit)).Scan(ctx)
	return list, wrap(err)
}

// HostCounts counts the hosts that we have met, those that an admin closed, and those that fail.
type HostCounts struct {
	Known   int64 `bun:"known"`
	Blocked int64 `bun:"blocked"`
	Failing int64 `bun:"failing"`
}

// CountHosts counts hosts by how they stand.
func (s *Store) CountHosts(ctx context.Context) (HostCounts, error) {
	var n HostCounts
	err := s.read.NewRaw(`SELECT count(*) AS known, coalesce(sum(CASE WHEN policy = 'blocked' THEN 1 ELSE 0 END), 0) AS blocked,
		coalesce(sum(CASE WHEN streak > 0 THEN 1 ELSE 0 END), 0) AS failing FROM hosts`).Scan(ctx, &n)
	return n, wrap(err)
}

// HostPeople counts whom we know at a host, whom of them anybody here follows, and who of them
// follows one of ours.
type HostPeople struct {
	Known     int64 `bun:"known"`
	Followed  int64 `bun:"followed"`
	Following int64 `bun:"following"`
}

// PeopleAt counts whom we have to do with at a host.
func (s *Store) PeopleAt(ctx context.Context, host string) (HostPeople, error) {
	var n HostPeople
	err := s.read.NewRaw(`SELECT (SELECT count(*) FROM actors WHERE host = ?0 AND deleted_at = 0) AS known,
		(SELECT count(DISTINCT f.followee_id) FROM follows f JOIN actors a ON a.id = f.followee_id WHERE a.host = ?0 AND f.state = 'accepted') AS followed,
		(SELECT count(DISTINCT f.follower_id) FROM follows f JOIN actors a ON a.id = f.follower_id WHERE a.host = ?0 AND f.state = 'accepted') AS following`,
		host).Scan(ctx, &n)
	return n, wrap(err)
}

// HostsWithPolicy lists all hosts that an admin has decided about.
func (s *Store) HostsWithPolicy(ctx context.Context) ([]*Host, error) {
	var list []*Host
	err := s.read.NewSelect().Model(&list).Where("policy <> ''").Order("name").Scan(ctx)
	return list, wrap(err)
}

// SetHostProfile stores what NodeInfo says of a host.
func (s *Store) SetHostProfile(ctx context.Context, h *Host) error {
	if err := s.EnsureHost(ctx, h.Name); err != nil {
		return err
	}
	h.ProfiledAt = s.Now()
	_, err := s.write.NewUpdate().Model(h).WherePK().Column("software", "version", "family", "profiled_at").Exec(ctx)
	return wrap(err)
}

// SetHostPolicy stores an admin's decision; an empty policy forgets it.
func (s *Store) SetHostPolicy(ctx context.Context, name, policy, reason string) error {
	if err := s.EnsureHost(ctx, name); err != nil {
		return err
	}
	_, err := s.exec(ctx, "UPDATE hosts SET policy = ?, policy_reason = ? WHERE name = ?", policy, reason, name)
	return err
}

// SetHostScheme remembers which signature scheme a host took.
func (s *Store) SetHostScheme(ctx context.Context, name, scheme string) error {
	if err := s.EnsureHost(ctx, name); err != nil {
		return err
	}
	_, err := s.exec(ctx, "UPDATE hosts SET scheme = ?, scheme_at = ? WHERE name = ?", scheme, s.Now(), name)
	return err
}

// SetHostWantsObjects remembers that the activities of a host can't be fetched by third hosts.
func (s *Store) SetHostWantsObjects(ctx context.Context, name string) error {
	_, err := s.exec(ctx, "UPDATE hosts SET wants_objects = ? WHERE name = ?", true, name)
	return err
}

// SetHostPaused stops or resumes sending to a host.
func (s *Store) SetHostPaused(ctx context.Context, name string, at Time) error {
	if err := s.EnsureHost(ctx, name); err != nil {
		return err
	}
	_, err := s.exec(ctx, "UPDATE hosts SET paused_at = ? WHERE name = ?", at, name)
	return err
}

// SaveHostHealth writes how reaching some hosts goes, which signature scheme they took and which
// inbox; a host not met before is stored. One that was heard of a moment ago is tried again as soon
// as HeardFromHost would note the next sign of life, which until then may go unnoted.
func (s *Store) SaveHostHealth(ctx context.Context, list []*Host) error {
	if len(list) == 0 {
		return nil
	}
	rows := slices.Clone(list)
	slices.SortFunc(rows, func(a, b *Host) int { return strings.Compare(a.Name, b.Name) }) // one order, no deadlock
	for _, h := range rows {
		if h.CreatedAt.IsZero() {
			h.CreatedAt = s.Now()
		}
	}
	_, err := s.write.NewInsert().Model(&rows).On("CONFLICT (name) DO UPDATE").
		Set("state = EXCLUDED.state, streak = EXCLUDED.streak, failing_since = EXCLUDED.failing_since").
		Set("next_probe_at = CASE WHEN host.last_in_at BETWEEN ? AND ? AND EXCLUDED.next_probe_at > host.last_in_at + ? THEN host.last_in_at + ? ELSE EXCLUDED.next_probe_at END",
			s.Now().Millis()-hearEvery, s.Now(), hearEvery, hearEvery).
		Set("retry_after = EXCLUDED.retry_after").
		Set("send_window = EXCLUDED.send_window, last_inbox = EXCLUDED.last_inbox").
		Set("scheme = EXCLUDED.scheme, scheme_at = EXCLUDED.scheme_at").
		Set("last_code = EXCLUDED.last_code, last_error = EXCLUDED.last_error, last_ok_at = EXCLUDED.last_ok_at").
		Exec(ctx)
	return wrap(err)
}

// HostsByName returns the hosts with these names by name; unknown ones are missing from the map.
func (s *Store) HostsByName(ctx context.Context, names []string) (map[string]*Host, error) {
	out := make(map[string]*Host, len(names))
	if len(names) == 0 {
		return out, nil
	}
	var list []*Host
	if err := s.read.NewSelect().Model(&list).Where("name IN (?)", bun.List(names)).Scan(ctx); err != nil {
		return nil, wrap(err)
	}
	for _, h := range list {
		out[h.Name] = h
	}
	return out, nil
}

// FarthestProbe is more than any wait for a host that fails. What is farther was written while the
// clock was wrong, and counts as past.
const FarthestProbe = 26 * time.Hour

// HostsToProbe lists failing hosts with waiting deliveries whose turn to be tried has come.
func (s *Store) HostsToProbe(ctx context.Context, limit int) ([]string, error) {
	var list []string
	now := s.Now()
	err := s.read.NewRaw(`SELECT name FROM hosts WHERE streak > 0 AND (next_probe_at <= ?0 OR next_probe_at > ?1) AND (retry_after <= ?0 OR retry_after > ?1)
		AND EXISTS (SELECT 1 FROM deliveries d WHERE d.host = hosts.name AND d.state = 0)
		ORDER BY next_probe_at LIMIT ?2`, now, now.Millis()+FarthestProbe.Milliseconds(), limit).Scan(ctx, &list)
	return list, wrap(err)
}

// RestingHosts says until when those among names are to be left alone that are: they fail, or have
// asked for it.
func (s *Store) RestingHosts(ctx context.Context, names []string) (map[string]Time, error) {
	out := make(map[string]Time)
	if len(names) == 0 {
		return out, nil
	}
	var rows []struct {
		Name  string `bun:"name"`
		Until Time   `bun:"until"`
	}
	now := s.Now()
	err := s.read.NewRaw(`SELECT name, CASE WHEN streak > 0 AND next_probe_at > retry_after THEN next_probe_at ELSE retry_after END AS until
		FROM hosts WHERE name IN (?) AND (retry_after > ? OR streak > 0 AND next_probe_at > ?)`, bun.List(names), now, now).Scan(ctx, &rows)
	for _, r := range rows {
		if r.Until.Sub(now.Time) <= FarthestProbe { // else a clock that ran ahead wrote it
			out[r.Name] = r.Until
		}
	}
	return out, wrap(err)
}

// ForgiveHost forgets the failures of a host, so that it is tried at once.
func (s *Store) ForgiveHost(ctx context.Context, name string) error {
	_, err := s.exec(ctx, `UPDATE hosts SET state = ?, streak = 0, failing_since = 0, next_probe_at = 0, retry_after = 0
		WHERE name = ?`, BreakerClosed, name)
	return err
}

// CountBreakers counts the hosts in each state of their breaker, closed ones left out.
func (s *Store) CountBreakers(ctx context.Context) (map[string]int64, error) {
	var rows []struct {
		State string `bun:"state"`
		N     int64  `bun:"n"`
	}
	err := s.read.NewRaw("SELECT state, count(*) AS n FROM hosts WHERE streak > 0 GROUP BY state").Scan(ctx, &rows)
	out := make(map[string]int64, len(rows))
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out, wrap(err)
}

// hearEvery is how often a sign of life of a host is noted at most, in ms.
const hearEvery = 60_000

// HeardFromHost notes a verified request of a host, at most once a minute, and lets a waiting
// host be tried at once.
func (s *Store) HeardFromHost(ctx context.Context, name string) error {
	now := s.Now()
	_, err := s.exec(ctx, `UPDATE hosts SET last_in_at = ?, next_probe_at = CASE WHEN next_probe_at > ? THEN ? ELSE next_probe_at END
		WHERE name = ? AND (last_in_at < ? OR last_in_at > ?)`, now, now, now, name, now.Millis()-hearEvery, now)
	return err
}

// LastHeard is when any host was heard from last; zero where none ever was.
func (s *Store) LastHeard(ctx context.Context) (Time, error) {
	var at Time
	err := s.read.NewRaw("SELECT coalesce(max(last_in_at), 0) FROM hosts").Scan(ctx, &at)
	return at, wrap(err)
}

// QuietInboxes lists one inbox of each host that was heard from after a moment and that we deal
// with, by host after a cursor.
func (s *Store) QuietInboxes(ctx context.Context, since Time, after string, limit int) ([]FollowerInbox, error) {
	var list []FollowerInbox
	err := s.read.NewRaw(`SELECT a.host AS host, min(CASE WHEN a.shared_inbox <> '' THEN a.shared_inbox ELSE a.inbox END) AS inbox
		FROM hosts AS h JOIN actors AS a ON a.host = h.name
		WHERE h.name > ? AND h.last_in_at > ? AND h.policy <> ? AND NOT a.local AND a.deleted_at = 0 AND a.inbox <> ''
		GROUP BY a.host ORDER BY a.host LIMIT ?`, after, since, HostBlocked, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// Trouble is a host that has followers of a group and has not taken the latest deliveries.
type Trouble struct {
	Host      string `bun:"host"`
	Since     Time   `bun:"since"`
	Followers int64  `bun:"followers"`
}

// HostsInTrouble lists hosts with followers of a group that deliveries don't reach now, those
// with most followers first.
func (s *Store) HostsInTrouble(ctx context.Context, groupID int64, limit int) ([]*Trouble, error) {
	var list []*Trouble
	err := s.read.NewRaw(`SELECT fi.host AS host, h.failing_since AS since, sum(fi.followers) AS followers
		FROM hosts h JOIN follower_inboxes fi ON fi.host = h.name AND fi.followee_id = ?
		WHERE h.state <> 'closed' GROUP BY fi.host, h.failing_since ORDER BY followers DESC, fi.host LIMIT ?`,
		groupID, limit).Scan(ctx, &list)
	return list, wrap(err)
}
