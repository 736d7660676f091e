package locales

import (
	"strconv"
	"strings"
)

// Match picks the interface language: the first of chosen that the interface
// speaks (account, then cookie), else the heaviest of an Accept-Language
// header (RFC 9110 §12.5.4), else English. Regions and scripts are ignored:
// fr-CH reads fr.
func Match(acceptLanguage string, chosen ...string) string {
	for _, c := range chosen {
		if code := known(c); code != "" {
			return code
		}
	}
	best, weight := "en", 0.0
	if len(acceptLanguage) > 512 {
		acceptLanguage = acceptLanguage[:512] // nobody reads thirty languages
	}
	for part := range strings.SplitSeq(acceptLanguage, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if value, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q="); ok {
			q, _ = strconv.ParseFloat(value, 64) // unreadable weighs nothing
		}
		if code := known(tag); code != "" && q > weight && q <= 1 {
			best, weight = code, q
		}
	}
	return best
}

func known(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	for _, s := range shipped {
		if s.Code == base {
			return base
		}
	}
	return ""
}
