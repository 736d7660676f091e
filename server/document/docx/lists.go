package docx

import "github.com/copse-social/copse/server/document"

// lists gathers paragraphs of lists: in a Word file each says its list and its level, and nothing
// stands around them.
type lists struct {
	open []level // outermost first
	done []document.Block
}

type level struct {
	at    point
	block document.Block
}

// add puts a paragraph at its place.
func (l *lists) add(at point, b document.Block) {
	for len(l.open) > 0 {
		top := l.open[len(l.open)-1].at
		if at.level > top.level || at.level == top.level && at.list == top.list && at.ordered == top.ordered {
			break
		}
		l.close()
	}
	if n := len(l.open); n == 0 || l.open[n-1].at.level < at.level {
		l.open = append(l.open, level{at: at, block: document.Block{Kind: document.List, Ordered: at.ordered}})
	}
	top := &l.open[len(l.open)-1].block
	top.Items = append(top.Items, []document.Block{b})
}

// close puts the innermost list into the point it belongs to.
func (l *lists) close() {
	last := l.open[len(l.open)-1].block
	l.open = l.open[:len(l.open)-1]
	if n := len(l.open); n > 0 {
		b := &l.open[n-1].block
		i := len(b.Items) - 1
		b.Items[i] = append(b.Items[i], last)
		return
	}
	l.done = append(l.done, last)
}

// end is all that was gathered.
func (l *lists) end() []document.Block {
	for len(l.open) > 0 {
		l.close()
	}
	done := l.done
	l.done = nil
	return done
}
