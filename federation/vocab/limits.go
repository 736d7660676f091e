package vocab

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Errors a caller can tell apart. ErrMalformed means 400: the reason is
// wrapped around it and is safe to log. ErrTooLarge means 413.
var (
	ErrMalformed = errors.New("malformed document")
	ErrTooLarge  = errors.New("document too large")
)

// What one document may hold. Texts are cut at their cap, lists of tags,
// attachments and options as well; a longer list of addressees is refused,
// because leaving some out would change who may read the post.
const (
	MaxBytes = 1 << 20
	maxDepth = 32
	maxNodes = 10_000

	maxIRI         = 2048
	maxShort       = 128 // words: types, languages, roles
	maxName        = 500 // runes; all other caps of texts are bytes
	maxSummary     = 20 << 10
	maxContent     = 64 << 10
	maxKey         = 8 << 10
	maxAddressees  = 1000
	maxObjects     = 1000
	maxTags        = 100
	maxAttachments = 16
	maxOptions     = 20
	maxKeys        = 10
	maxLanguages   = 10
	maxPeople      = 100 // contributors, organisers, aliases
)

// screen walks the bytes once and refuses what would be costly or hostile to
// parse, before anything is built from it.
func screen(body []byte) error {
	if len(body) > MaxBytes {
		return fmt.Errorf("%d bytes: %w", len(body), ErrTooLarge)
	}
	depth, nodes := 0, 1
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			end, err := skipString(body, i+1)
			if err != nil {
				return err
			}
			i = end
		case '{', '[':
			depth++
			nodes++
			if depth > maxDepth {
				return fmt.Errorf("nested over %d deep: %w", maxDepth, ErrMalformed)
			}
		case '}', ']':
			depth--
		case ',':
			nodes++
		}
	}
	if nodes > maxNodes {
		return fmt.Errorf("over %d values: %w", maxNodes, ErrTooLarge)
	}
	return nil
}

// skipString returns the place of the quote that ends the string whose first
// byte is at i. A NUL is refused here, so that neither a column nor a raw
// copy of the document ever holds one.
func skipString(body []byte, i int) (int, error) {
	for ; i < len(body); i++ {
		switch body[i] {
		case '"':
			return i, nil
		case '\\':
			if bytes.HasPrefix(body[i:], []byte(`\u0000`)) {
				return 0, fmt.Errorf("NUL in a string: %w", ErrMalformed)
			}
			i++
		}
	}
	return i, nil // unterminated; the parser words it
}

// clip cuts s to at most n bytes, between two runes.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
