package db

import "context"

// Version is what the engine says of itself, such as "17.2 (Debian 17.2-1)" or "3.50.4".
func (s *Store) Version(ctx context.Context) (string, error) {
	ask := "SELECT sqlite_version()"
	if s.Engine() == "postgres" {
		ask = "SHOW server_version"
	}
	var version string
	err := s.read.NewRaw(ask).Scan(ctx, &version)
	return version, wrap(err)
}
