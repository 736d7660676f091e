package config

import (
	"fmt"
	"io"
	"net/url"
	"reflect"
	"strings"
	"unicode/utf8"
)

// Shown is one setting as "config show" prints it.
type Shown struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Source string `json:"source"`
}

// Plain lists the settings with their values, secrets among them.
func (c Config) Plain() []Shown {
	var out []Shown
	for _, s := range settings() {
		text := s.text(reflect.ValueOf(c).Field(s.field))
		out = append(out, Shown{s.key, text, c.sources[s.key]})
	}
	return out
}

// Redacted lists the settings fit for a log or a report: of a secret it keeps
// only what helps to recognise it.
func (c Config) Redacted() []Shown {
	out := c.Plain()
	for i, s := range out {
		if known, _ := settingByKey(s.Key); known.secret {
			out[i].Value = redactText(s.Value)
		}
	}
	return out
}

// redactText hides a secret; of an address it keeps scheme, user, host and path.
func redactText(text string) string {
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "(hidden)"
	}
	u.RawQuery, u.Fragment = "", ""
	return u.Redacted()
}

// The three forms of "config example".
const (
	FormYAML     = "yaml"
	FormEnv      = "env"
	FormMarkdown = "markdown"
)

// WriteExample prints every setting with its explanation in one of three forms:
// a YAML file, a file of variables, or the page docs/configuration.md.
func WriteExample(w io.Writer, form string) error {
	var b strings.Builder
	switch form {
	case FormYAML:
		b.WriteString("# Copse's configuration. Each key is also a variable: url is COPSE_URL.\n# Check it with: copse config check --config FILE\n")
		writeAssignments(&b, func(s setting) string { return s.key + ": " + yamlText(s.sampleOrDefault()) })
	case FormEnv:
		b.WriteString("# Copse's configuration as variables. Secrets may come from a file instead:\n# COPSE_SECRET_FILE=/run/secrets/copse\n")
		writeAssignments(&b, func(s setting) string { return s.variable() + "=" + s.sampleOrDefault() })
	case FormMarkdown:
		writeMarkdown(&b)
	default:
		return fmt.Errorf("no form %q: it is %s, %s or %s", form, FormYAML, FormEnv, FormMarkdown)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeAssignments prints explanation and assignment; all but the required one
// are commented out.
func writeAssignments(b *strings.Builder, line func(setting) string) {
	for _, s := range settings() {
		b.WriteString("\n")
		if s.lab {
			b.WriteString("# For laboratories only.\n")
		}
		for _, l := range wrap(s.doc, 76) {
			b.WriteString("# " + l + "\n")
		}
		if len(s.one) > 0 {
			b.WriteString("# One of: " + strings.Join(s.one, ", ") + "\n")
		}
		if s.key != "url" {
			b.WriteString("#")
		}
		b.WriteString(line(s) + "\n")
	}
}

func (s setting) sampleOrDefault() string {
	if s.sample != "" {
		return s.sample
	}
	return s.def
}

// yamlText quotes what YAML would read as something else.
func yamlText(text string) string {
	if text == "" || strings.ContainsAny(text, ":#,") {
		return "'" + text + "'"
	}
	return text
}

const markdownHead = `# Configuration

<!-- Written by "make generate" from the struct in cmd/copse/config/config.go. -->

Copse reads its settings once, at start. A value is taken from the first of:

1. ` + "`--set key=value`" + ` on the command line,
2. the environment: ` + "`COPSE_`" + ` and the key in capitals,
3. the YAML file named by ` + "`--config`" + ` or ` + "`COPSE_CONFIG`" + `,
4. the default.

An unknown ` + "`COPSE_`" + ` variable or key stops the start and names the nearest
match, so a slip of the pen is never silently ignored. Settings marked *secret*
are also read from a file: ` + "`COPSE_SECRET_FILE`" + ` or ` + "`secret_file:`" + ` name it. They
are not taken as arguments, because every user of a machine sees those.

` + "`copse config example`" + ` prints a commented file, ` + "`copse config check`" + ` tries one,
` + "`copse config show`" + ` says what is in force and where it came from.

What an admin changes while the instance runs (name, rules, registration,
blocks) is not here: it lives in the database.
`

func writeMarkdown(b *strings.Builder) {
	b.WriteString(markdownHead)
	b.WriteString("\n## Settings\n")
	writeSections(b, false)
	b.WriteString("\n## For laboratories only\n\nThese weaken the instance on purpose, so that several servers can talk on one\nmachine. Copse warns about each at every start.\n")
	writeSections(b, true)
}

func writeSections(b *strings.Builder, lab bool) {
	for _, s := range settings() {
		if s.lab != lab {
			continue
		}
		fmt.Fprintf(b, "\n### `%s`\n\n", s.key)
		for _, l := range wrap(s.doc, 80) {
			b.WriteString(l + "\n")
		}
		fmt.Fprintf(b, "\n- Variable: `%s`", s.variable())
		if s.secret {
			fmt.Fprintf(b, " or `%s_FILE` (secret)", s.variable())
		}
		b.WriteString("\n")
		if s.def != "" {
			fmt.Fprintf(b, "- Default: `%s`\n", s.def)
		}
		if s.sample != "" {
			fmt.Fprintf(b, "- Example: `%s`\n", s.sample)
		}
		if len(s.one) > 0 {
			fmt.Fprintf(b, "- One of: `%s`\n", strings.Join(s.one, "`, `"))
		}
		if s.needs != "" {
			fmt.Fprintf(b, "- Only together with: `%s`\n", s.needs)
		}
	}
}

// wrap breaks a text into lines of at most width letters.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
