package frame

import (
	"context"
	"fmt"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/copse-social/copse/db"
)

// NewsFor is how long something unread is news; older things wait in their communities.
const NewsFor = 30 * 24 * time.Hour

const (
	// newsLag is how late the numbers beside somebody's communities may be: they are on every page.
	newsLag = 10 * time.Second
	// newsKept bounds for how many people they are remembered.
	newsKept = 4096
)

// newsCounts are the numbers beside the communities of one person as they were.
type newsCounts struct {
	at     time.Time
	groups int
	byID   map[int64]int
}

type newsCache struct {
	kept *otter.Cache[int64, newsCounts]
}

func newNewsCache() *newsCache {
	return &newsCache{kept: otter.Must(&otter.Options[int64, newsCounts]{MaximumSize: newsKept})}
}

// news says how many discussions hold something new for a person in each of their groups.
func (fr *Frame) news(ctx context.Context, account *db.Account, groups []*db.Group) (map[int64]int, error) {
	now := fr.o.Now()
	if was, ok := fr.newsCache.kept.GetIfPresent(account.ID); ok && was.groups == len(groups) && now.Sub(was.at).Abs() < newsLag {
		return was.byID, nil
	}
	ids := make([]int64, len(groups))
	for i, g := range groups {
		ids[i] = g.ActorID
	}
	byID, err := fr.o.Store.NewsCounts(ctx, db.NewsQuery{Account: account, GroupIDs: ids, Since: db.At(now.Add(-NewsFor))})
	if err != nil {
		return nil, fmt.Errorf("count what is new: %w", err)
	}
	fr.newsCache.kept.Set(account.ID, newsCounts{at: now, groups: len(groups), byID: byID})
	return byID, nil
}

// RecountNews has what is new for an account counted anew for its next page.
func (fr *Frame) RecountNews(accountID int64) { fr.newsCache.kept.Invalidate(accountID) }
