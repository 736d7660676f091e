package db

import (
	"context"
	"fmt"
	"strconv"

	"github.com/uptrace/bun"
)

// Where PackOld has come to: the id of the last activity that it looked at, or the word for the end.
const (
	packedSetting = "activities.packed"
	packedAll     = "all"
)

// PackOld packs the bodies of activities that an older version stored, a few at a time, and goes on
// after a restart where it was. done says that there are no more; bodies are read all the same before.
func (s *Store) PackOld(ctx context.Context, limit int) (done bool, err error) {
	at, err := s.Setting(ctx, packedSetting)
	if at == "" {
		at = "0"
	}
	if err != nil || at == packedAll {
		return err == nil, err
	}
	after, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return false, fmt.Errorf("read setting %s: %w", packedSetting, err)
	}
	var list []*Activity
	err = s.read.NewSelect().Model(&list).Column("id", "type", "local", "object_uri", "body").Where("id > ?", after).
		Order("id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return false, wrap(err)
	}
	err = s.InTx(ctx, func(ctx context.Context, tx *Store) error {
		if len(list) == 0 {
			return tx.SetSetting(ctx, packedSetting, packedAll)
		}
		if err := tx.repack(ctx, list); err != nil {
			return err
		}
		return tx.SetSetting(ctx, packedSetting, strconv.FormatInt(list[len(list)-1].ID, 10))
	})
	if err != nil {
		return false, fmt.Errorf("pack activities after %d: %w", after, err)
	}
	return len(list) == 0, nil
}

// repack writes activities packed, those that a group passed on without what stands in them.
func (s *Store) repack(ctx context.Context, list []*Activity) error {
	inner, err := s.passedOn(ctx, list)
	if err != nil {
		return err
	}
	for _, a := range list {
		if isPacked(a.Body) {
			continue
		}
		var within *Activity
		if a.Type == "Announce" && a.Local {
			within = inner[a.ObjectURI]
		}
		packed, err := s.pack(ctx, a.Body, within)
		if err != nil {
			return err
		}
		if _, err := s.exec(ctx, "UPDATE activities SET body = ? WHERE id = ?", packed, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// passedOn are the activities that some announces of ours are about, by address. What stands in them
// in turn was never announced.
func (s *Store) passedOn(ctx context.Context, list []*Activity) (map[string]*Activity, error) {
	var uris []string
	for _, a := range list {
		if a.Type == "Announce" && a.Local && !isPacked(a.Body) {
			uris = append(uris, a.ObjectURI)
		}
	}
	out := make(map[string]*Activity, len(uris))
	if len(uris) == 0 {
		return out, nil
	}
	var found []*Activity
	err := s.read.NewSelect().Model(&found).Where("uri IN (?) AND type <> 'Announce'", bun.List(uris)).Scan(ctx)
	if err != nil {
		return nil, wrap(err)
	}
	for _, a := range found {
		out[a.URI] = a
	}
	return out, s.unpack(ctx, found...)
}
