package ui

// The tree of talk has at most four steps, one of top-level replies and three
// below. What answers a reply on the last step joins that step and names whom
// it answers.
const lastStep = 4

// foldFrom is how many replies of one branch show before the rest folds.
const foldFrom = 5

// step is one list of the tree: the replies that show and those that fold.
type step struct {
	shown, folded []Reply
	depth         int
}

// newStep flattens what would go below the last step and folds long branches.
// Top-level replies never fold: the page is their fold.
func newStep(replies []Reply, depth int) step {
	if depth >= lastStep {
		replies = flatten(replies)
	}
	if depth == 1 || len(replies) <= foldFrom {
		return step{shown: replies, depth: depth}
	}
	return step{shown: replies[:foldFrom], folded: replies[foldFrom:], depth: depth}
}

// flatten puts every descendant after the reply it answers, depth first.
func flatten(replies []Reply) []Reply {
	flat := make([]Reply, 0, len(replies))
	for _, r := range replies {
		below := r.Replies
		r.Replies = nil
		flat = append(flat, r)
		for _, b := range flatten(below) {
			if b.To == "" {
				b.To = r.Author.Name
			}
			flat = append(flat, b)
		}
	}
	return flat
}

// organisations counts the different ones among replies, for the line that
// stands over a fold.
func organisations(replies []Reply) int {
	seen := map[string]bool{}
	for _, r := range replies {
		if r.Author.Org.Name != "" {
			seen[r.Author.Org.Name] = true
		}
	}
	return len(seen)
}

func anyNew(replies []Reply) bool {
	for _, r := range replies {
		if r.New || anyNew(r.Replies) {
			return true
		}
	}
	return false
}

// SplitNew parts top-level replies where the new branches begin; the line
// "3 new since Wednesday" stands between. Old branches with new replies inside
// stay where they are.
func SplitNew(replies []Reply) (before, after []Reply) {
	for i, r := range replies {
		if r.New {
			return replies[:i], replies[i:]
		}
	}
	return replies, nil
}
