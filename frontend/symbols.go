package frontend

import (
	"bytes"
	"sync"
)

// Symbols maps an icon's name (without the i- of its id) to its <symbol>
// element. Pages carry the symbols they use in one inline sprite, because a
// sprite file of its own would cost a request and flash on slow lines.
var Symbols = sync.OnceValue(func() map[string]string {
	sprite := must(source.ReadFile("assets/sprite.svg"))
	symbols := map[string]string{}
	for line := range bytes.Lines(sprite) {
		line = bytes.TrimSpace(line)
		rest, ok := bytes.CutPrefix(line, []byte(`<symbol id="i-`))
		if !ok {
			continue
		}
		name, _, _ := bytes.Cut(rest, []byte(`"`))
		symbols[string(name)] = string(line)
	}
	return symbols
})
