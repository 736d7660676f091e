package server

import "slices"

// Routes lists every route as "METHOD path", sorted, for tests that must know each of them.
func (s *Server) Routes() []string {
	var list []string
	for _, r := range s.echo.Routes() {
		list = append(list, r.Method+" "+r.Path)
	}
	slices.Sort(list)
	return list
}
