package web

import (
	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/server/web/desk"
)

// mountMore adds the pages about people, finding and following, and the desk.
func (d *Door) mountMore(g *echo.Group) {
	g.POST("/u/:handle/follow", d.followPerson, d.signedIn)
	g.POST("/u/:handle/unfollow", d.unfollowPerson, d.signedIn)
	g.GET("/search", d.search)
	g.GET("/p/:id/history", d.history)
	for _, path := range []string{"/follow/:handle", "/follow/c/:handle", "/follow/u/:handle"} {
		g.GET(path, d.followFrom)
		g.POST(path, d.followFrom)
	}
	g.GET("/authorize_interaction", d.interact, d.signedIn)
	g.GET("/follow/d/:id", d.answerFrom)
	g.POST("/follow/d/:id", d.answerFrom)
	desk.New(desk.Options{Store: d.store, Community: d.com, Exchange: d.ex, Frame: d, Now: d.o.Now}).Mount(g)
}
