package db

import "context"

// SetHostTitle stores what a host calls itself; an empty title forgets it.
func (s *Store) SetHostTitle(ctx context.Context, host, title string) error {
	if title == "" {
		_, err := s.exec(ctx, "DELETE FROM host_titles WHERE host = ?", host)
		return err
	}
	_, err := s.exec(ctx, `INSERT INTO host_titles (host, title) VALUES (?, ?)
		ON CONFLICT (host) DO UPDATE SET title = EXCLUDED.title`, host, title)
	return err
}

// HostTitles returns what hosts call themselves, of as many as limit allows, by host.
func (s *Store) HostTitles(ctx context.Context, limit int) (map[string]string, error) {
	var rows []struct {
		Host  string `bun:"host"`
		Title string `bun:"title"`
	}
	err := s.read.NewRaw("SELECT host, title FROM host_titles ORDER BY host LIMIT ?", limit).Scan(ctx, &rows)
	out := make(map[string]string, len(rows))
	for _, r := range rows {
		out[r.Host] = r.Title
	}
	return out, wrap(err)
}
