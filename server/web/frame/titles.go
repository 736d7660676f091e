package frame

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/copse-social/copse/frontend/ui"
)

const (
	titlesKeep = time.Minute
	// maxTitles bounds the memory; hosts beyond are shown by their names alone.
	maxTitles = 10_000
)

// titleCache keeps what other servers call themselves for a minute; every line about somebody
// elsewhere asks for one.
type titleCache struct {
	mu     sync.Mutex
	at     time.Time
	titles map[string]string
}

// refresh reads the titles again when they are old. A page without them is better than none.
func (t *titleCache) refresh(ctx context.Context, fr *Frame) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := fr.o.Now()
	if t.titles != nil && now.Sub(t.at) < titlesKeep && !now.Before(t.at) {
		return
	}
	list, err := fr.o.Store.HostTitles(ctx, maxTitles)
	if err != nil {
		fr.o.Log.WarnContext(ctx, "titles of hosts were not read", slog.Any("err", err))
		return
	}
	t.at, t.titles = now, list
}

func (t *titleCache) of(host string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.titles[host]
}

// Org is the organisation behind a host: ours by its name, others by what they call themselves,
// never without the name of the host. Who takes our name is called by its host alone.
func (fr *Frame) Org(host string) ui.Org {
	ours := fr.instance.org()
	if host == fr.o.Host {
		return ours
	}
	name := strings.TrimPrefix(host, "www.")
	o := ui.Org{Name: name, Mark: hostMark(name), Hue: hue(host)}
	title := fr.titles.of(host)
	if title == "" || strings.EqualFold(title, ours.Name) || strings.EqualFold(title, fr.o.Host) {
		return o
	}
	o.Title, o.Mark = title, initials(title)
	o.Name = isolated(title) + " (" + name + ")"
	return o
}

// isolated keeps letters that are written from right to left from turning the host name beside them.
func isolated(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam)
	}) {
		return "\u2068" + s + "\u2069"
	}
	return s
}
