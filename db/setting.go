package db

import (
	"context"
	"errors"
)

// Settings that an admin changes while the server runs.
const (
	SettingName       = "name"        // of the organisation
	SettingMark       = "mark"        // two letters
	SettingMarkHue    = "mark_hue"    // 1 to 8
	SettingAbout      = "about"       // Markdown
	SettingContact    = "contact"     // mail address for admins of peers
	SettingSetupToken = "setup_token" // hash of the one-time set-up link
	SettingPending    = "pending"     // bytes that wait to be sent and how many may, such as "1000/2000"
	SettingClockSkew  = "clock_skew"  // how far our clock is ahead of others', such as "-2h0m0s"
)

// Setting returns a setting, or "" where it was never set.
func (s *Store) Setting(ctx context.Context, key string) (string, error) {
	var value string
	err := s.read.NewRaw("SELECT value FROM settings WHERE key = ?", key).Scan(ctx, &value)
	if err = wrap(err); errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return value, err
}

// Settings returns all settings.
func (s *Store) Settings(ctx context.Context) (map[string]string, error) {
	var rows []struct {
		Key   string `bun:"key"`
		Value string `bun:"value"`
	}
	if err := s.read.NewRaw("SELECT key, value FROM settings").Scan(ctx, &rows); err != nil {
		return nil, wrap(err)
	}
	out := make(map[string]string, len(rows))
	for _, r := range rows {
		out[r.Key] = r.Value
	}
	return out, nil
}

// SetSetting stores a setting.
func (s *Store) SetSetting(ctx context.Context, key, value string) error {
	_, err := s.exec(ctx, `INSERT INTO settings (key, value) VALUES (?, ?)
		ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value`, key, value)
	return err
}

// TakeSetting empties a setting if it still has a value, and says whether it did. Of several who try
// at once one succeeds.
func (s *Store) TakeSetting(ctx context.Context, key, value string) (bool, error) {
	n, err := s.exec(ctx, "UPDATE settings SET value = '' WHERE key = ? AND value = ? AND value <> ''", key, value)
	return n > 0, err
}
