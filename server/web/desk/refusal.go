package desk

import (
	"errors"
	"net/url"

	"github.com/copse-social/copse/server/community"
)

// refusalIn finds a refusal in an error that a page can show; anything else goes on as an error.
func refusalIn(err error) (*community.Refusal, bool) {
	return errors.AsType[*community.Refusal](err)
}

func queryEscape(s string) string { return url.QueryEscape(s) }
