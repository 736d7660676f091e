package admin

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// maxEnds bounds how many people who were sent away are counted on the page of a host.
const maxEnds = 500

// held are the communities that wait for a host to confirm whom they sent away. Each decides on a page
// of its own; which confidential ones there are is not for admins to know.
func (d *Door) held(ctx context.Context, host string) ([]views.HeldCommunity, error) {
	ends, err := d.store.OpenEnds(ctx, 0, host, maxEnds)
	if err != nil {
		return nil, fmt.Errorf("list who was sent away at %s: %w", host, err)
	}
	var list []views.HeldCommunity
	at := make(map[int64]int)
	for _, e := range ends {
		if i, known := at[e.GroupID]; known {
			list[i].People++
			continue
		}
		g, err := d.store.GroupByID(ctx, e.GroupID)
		if err != nil {
			return nil, fmt.Errorf("load community %d: %w", e.GroupID, err)
		}
		at[e.GroupID] = len(list)
		row := views.HeldCommunity{People: 1}
		if g.Openness != db.OpennessConfidential {
			row.Link = ui.Link{Label: g.Actor.Label(), URL: "/c/" + d.PathHandle(g.Actor) + "/openness"}
		}
		list = append(list, row)
	}
	return list, nil
}
