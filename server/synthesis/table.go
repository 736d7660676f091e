package synthesis

import (
	"strings"
	"unicode"
)

// Row is one line of the experiences compared: where, what was done, what came of it, and the
// responses that say so, as in [2].
type Row struct {
	Place, Done, Result, From string
}

// head stands above the rows, so that they are a table in Markdown.
const head = "| | | | |\n|---|---|---|---|\n"

// Table writes rows as a table in Markdown, one in a line, so that two people who change different
// rows do not get into each other's way. Empty rows are left out.
func Table(rows []Row) string {
	var b strings.Builder
	for _, r := range rows {
		cells := []string{cell(r.Place), cell(r.Done), cell(r.Result), cell(r.From)}
		if strings.Join(cells, "") == "" {
			continue
		}
		if b.Len() == 0 {
			b.WriteString(head)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	return b.String()
}

// Rows reads such a table; what is no row of four cells is left out.
func Rows(table string) []Row {
	var rows []Row
	for line := range strings.Lines(table) {
		cells := cellsOf(line)
		if len(cells) != 4 || strings.Trim(strings.Join(cells, ""), "-: ") == "" {
			continue
		}
		rows = append(rows, Row{Place: cells[0], Done: cells[1], Result: cells[2], From: cells[3]})
	}
	return rows
}

// cell makes of what was typed one cell: a single line in which no bar ends it.
func cell(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(strings.Join(strings.Fields(s), " "), `\`, `\\`), "|", `\|`)
}

func cellsOf(line string) []string {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "|") || len(line) < 2 {
		return nil
	}
	var cells []string
	var b strings.Builder
	escaped := false
	for _, r := range line[1:] {
		switch {
		case escaped:
			b.WriteRune(r)
			escaped = false
		case r == '\\':
			escaped = true
		case r == '|':
			cells = append(cells, strings.TrimSpace(b.String()))
			b.Reset()
		default:
			b.WriteRune(r)
		}
	}
	return cells
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
