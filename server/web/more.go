package web

import "github.com/labstack/echo/v4"

// mountMore adds the pages about people, finding and following.
func (d *Door) mountMore(g *echo.Group) {
	g.POST("/u/:handle/follow", d.followPerson, d.signedIn)
	g.POST("/u/:handle/unfollow", d.unfollowPerson, d.signedIn)
}
