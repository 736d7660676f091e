package db

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// auditAddresses is how long the audit log keeps whole addresses.
const auditAddresses = 7 * 24 * time.Hour

// Where the chain of the audit log begins and ends, as "position:hash".
const (
	settingAuditHead = "audit_head"
	settingAuditBase = "audit_base"
)

// ByCommand is who acts where a command line does.
const ByCommand = "cli"

// AuditEntry is one act with more than everybody's rights. Entries are numbered without a gap and
// each holds the hash of the one before it, so that none can be changed or taken out unseen. The
// address is hashed with a salt: when both go after a week, the chain still fits.
type AuditEntry struct {
	bun.BaseModel `bun:"table:audit,alias:audit"`

	Position int64  `bun:"position,pk"`
	At       Time   `bun:"at"`
	Who      string `bun:"who"` // handle of an account, ByCommand, or an address of somebody elsewhere
	Act      string `bun:"act"`
	Object   string `bun:"object"` // whom or what it concerned
	Reason   string `bun:"reason"`
	Network  string `bun:"network"` // /24 or /48 of Address
	Address  string `bun:"address"` // "" after a week
	Salt     []byte `bun:"salt"`
	Proof    []byte `bun:"proof"` // hash of Salt and Address
	Previous []byte `bun:"previous"`
	Hash     []byte `bun:"hash"`
}

// Audit appends an entry: who, act, object, reason and address are the caller's. It must be the
// last thing a transaction writes, since it lines up with all other entries until the commit.
func (s *Store) Audit(ctx context.Context, e AuditEntry) error {
	var head string
	err := s.write.NewRaw(`INSERT INTO settings (key, value) VALUES (?, '')
		ON CONFLICT (key) DO UPDATE SET value = settings.value RETURNING value`, settingAuditHead).Scan(ctx, &head)
	if err != nil {
		return fmt.Errorf("line up for the audit log: %w", wrap(err))
	}
	if e.Position, e.Previous, err = splitLink(head); err != nil {
		return err
	}
	e.Position++
	e.At, e.Network = s.Now(), networkOf(e.Address)
	e.Salt = make([]byte, 16)
	_, _ = rand.Read(e.Salt) // never fails since Go 1.24
	e.Proof = e.proof()
	e.Hash = e.sum()
	if err := s.insert(ctx, &e); err != nil {
		return fmt.Errorf("store audit entry %d: %w", e.Position, err)
	}
	return s.SetSetting(ctx, settingAuditHead, e.Link())
}

// Link names an entry by number and hash, as an admin notes it elsewhere.
func (e *AuditEntry) Link() string { return link(e.Position, e.Hash) }

func link(position int64, hash []byte) string {
	return strconv.FormatInt(position, 10) + ":" + hex.EncodeToString(hash)
}

func splitLink(s string) (position int64, hash []byte, err error) {
	if s == "" {
		return 0, []byte{}, nil
	}
	number, text, _ := strings.Cut(s, ":")
	if position, err = strconv.ParseInt(number, 10, 64); err == nil {
		hash, err = hex.DecodeString(text)
	}
	if err != nil || len(hash) != sha256.Size {
		return 0, nil, fmt.Errorf("%q is no link of the audit log", s)
	}
	return position, hash, nil
}

func (e *AuditEntry) proof() []byte {
	return HashOf(e.Salt, []byte(e.Address))
}

// sum is the hash of all that stays of an entry, each part with its length before it.
func (e *AuditEntry) sum() []byte {
	h := sha256.New()
	for _, part := range [][]byte{
		e.Previous, []byte(strconv.FormatInt(e.Position, 10)), []byte(strconv.FormatInt(e.At.Millis(), 10)),
		[]byte(e.Who), []byte(e.Act), []byte(e.Object), []byte(e.Reason), []byte(e.Network), e.Proof,
	} {
		_ = binary.Write(h, binary.BigEndian, uint64(len(part)))
		h.Write(part)
	}
	return h.Sum(nil)
}

// networkOf is what stays of an address after a week.
func networkOf(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	bits := 48
	if a = a.Unmap().WithZone(""); a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// AuditLog lists entries before a position, newest first; 0 begins with the newest.
func (s *Store) AuditLog(ctx context.Context, before int64, limit int) ([]*AuditEntry, error) {
	var list []*AuditEntry
	q := s.read.NewSelect().Model(&list)
	if before > 0 {
		q = q.Where("position < ?", before)
	}
	return list, wrap(q.Order("position DESC").Limit(int64(limit)).Scan(ctx))
}

// AuditSince lists entries after a position, oldest first.
func (s *Store) AuditSince(ctx context.Context, after int64, limit int) ([]*AuditEntry, error) {
	var list []*AuditEntry
	err := s.read.NewSelect().Model(&list).Where("position > ?", after).Order("position").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// TidyAudit forgets addresses after a week and entries after so long. Where the chain begins from
// then on is kept.
func (s *Store) TidyAudit(ctx context.Context, keep time.Duration) error {
	now := s.Now()
	return s.InTx(ctx, func(ctx context.Context, tx *Store) error {
		if _, err := tx.exec(ctx, "UPDATE audit SET address = '', salt = ? WHERE address <> '' AND at < ?",
			[]byte{}, At(now.Add(-auditAddresses))); err != nil {
			return fmt.Errorf("forget addresses of the audit log: %w", err)
		}
		last := new(AuditEntry)
		err := one(ctx, tx.read.NewSelect().Model(last).Where("at < ?", At(now.Add(-keep))).Order("position DESC"))
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("look for old audit entries: %w", err)
		}
		if _, err := tx.exec(ctx, "DELETE FROM audit WHERE position <= ?", last.Position); err != nil {
			return fmt.Errorf("forget audit entries: %w", err)
		}
		return tx.SetSetting(ctx, settingAuditBase, last.Link())
	})
}

// ErrAuditBroken says that an entry of the audit log was changed or is missing.
var ErrAuditBroken = errors.New("the audit log was tampered with")

// VerifyAudit walks the whole chain. It answers how many entries fit and the link of the last, and
// ErrAuditBroken at the first that does not. noted is a link that somebody wrote down before, "" for
// none: whoever can write the database can also make a new chain, but none with that link in it.
func (s *Store) VerifyAudit(ctx context.Context, noted string) (entries int, head string, err error) {
	ends, err := s.Settings(ctx)
	if err != nil {
		return 0, "", err
	}
	position, hash, err := splitLink(ends[settingAuditBase])
	if err != nil {
		return 0, "", fmt.Errorf("%w: %w", ErrAuditBroken, err)
	}
	seen := noted == ""
	for {
		list, err := s.AuditSince(ctx, position, 500)
		if err != nil {
			return entries, "", err
		}
		for _, e := range list {
			if err := e.follows(position, hash); err != nil {
				return entries, link(position, hash), err
			}
			position, hash = e.Position, e.Hash
			seen = seen || e.Link() == noted
			entries++
		}
		if len(list) == 0 {
			break
		}
	}
	head = link(position, hash)
	if at := ends[settingAuditHead]; at != head && (at != "" || entries > 0) {
		return entries, head, fmt.Errorf("%w: entries after %d are missing", ErrAuditBroken, position)
	}
	if !seen {
		return entries, head, fmt.Errorf("%w: %s is not in it", ErrAuditBroken, noted)
	}
	return entries, head, nil
}

// follows says whether an entry is as it was written and comes right after another.
func (e *AuditEntry) follows(position int64, hash []byte) error {
	switch {
	case e.Position != position+1:
		return fmt.Errorf("%w: entries %d to %d are missing", ErrAuditBroken, position+1, e.Position-1)
	case !bytes.Equal(e.Previous, hash):
		return fmt.Errorf("%w: entry %d does not follow the one before it", ErrAuditBroken, e.Position)
	case !bytes.Equal(e.Hash, e.sum()), e.Address != "" && !bytes.Equal(e.Proof, e.proof()), e.Address != "" && e.Network != networkOf(e.Address):
		return fmt.Errorf("%w: entry %d was changed", ErrAuditBroken, e.Position)
	}
	return nil
}
