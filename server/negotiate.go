package server

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// mountShared gives each address that people and servers share to the door that the request's
// Accept asks for. Where a door has nothing there, it answers 404 and not the other one.
func (s *Server) mountShared() {
	people := map[string]echo.HandlerFunc{}
	if s.o.Web != nil {
		people = s.o.Web.Shared()
	}
	peers := s.o.Actors.Shared()
	for path := range people {
		if _, both := peers[path]; !both {
			peers[path] = echo.NotFoundHandler
		}
	}
	for path, peer := range peers {
		page, ok := people[path]
		if !ok {
			page = echo.NotFoundHandler
		}
		s.echo.GET(path, func(c echo.Context) error {
			c.Response().Header().Add(echo.HeaderVary, echo.HeaderAccept)
			if s.o.Actors.Serves(c.Request()) {
				return peer(c)
			}
			return page(c)
		})
	}
}

// headAsGet lets every page answer HEAD; net/http drops the body. Addresses below /ap have routes
// for HEAD of their own: the method is part of what a signature covers.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodHead && !peersOnly(req.URL.Path) {
			get := *req // net/http still sees HEAD in its own
			get.Method = http.MethodGet
			req = &get
		}
		next.ServeHTTP(w, req)
	})
}

// peersOnly tells whether a path is for other servers alone.
func peersOnly(path string) bool {
	return strings.HasPrefix(path, "/ap/") || strings.HasPrefix(path, "/.well-known/") || strings.HasPrefix(path, "/nodeinfo/")
}

// isInbox tells whether a request delivers an activity.
func isInbox(req *http.Request) bool {
	return req.Method == http.MethodPost && strings.HasPrefix(req.URL.Path, "/ap/") && strings.HasSuffix(req.URL.Path, "/inbox")
}
