package web

import (
	"fmt"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/frontend/views"
)

// slowMode is the slowest of what is in force for a discussion, nil where nothing is. Of communities
// elsewhere only their own server knows.
func (d *Door) slowMode(c echo.Context, t *talk) (*views.Slow, error) {
	if t.group == nil || !t.group.Actor.Local {
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	list, err := d.store.SlowModes(c.Request().Context(), t.group.ActorID, t.starter.ID)
	if err != nil {
		return nil, fmt.Errorf("see how slow discussion %d is: %w", t.starter.ID, err)
	}
	var slow *views.Slow
	for _, m := range list {
		if wait := time.Duration(m.Seconds) * time.Second; slow == nil || wait > slow.Wait {
			slow = &views.Slow{Wait: wait, Until: m.Until.Time}
		}
	}
	return slow, nil
}
