package config

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// Variable names the YAML file; it is the only variable that is no setting.
const Variable = "COPSE_CONFIG"

const (
	testPrefix    = "COPSE_TEST_" // told to the test suite; the program does not look at it
	secretFileMax = 64 << 10
)

// value is one setting's text and where it came from.
type value struct{ text, source string }

// name calls the setting what the person who set it called it.
func (v value) name(s setting) string {
	if v.source == "" || v.source == sourceDefault {
		return s.variable()
	}
	return v.source
}

const sourceDefault = "default"

// layer is one place that settings come from.
type layer struct {
	values map[string]any
	source func(s setting) string
	// spelled writes a key as people write it in this place.
	spelled func(key string) string
	err     error
}

// merge lays the layers over each other, the last on top.
func merge(layers ...layer) (map[string]value, error) {
	k := koanf.New(".")
	sources := map[string]string{}
	var problems []error
	for _, l := range layers {
		if l.err != nil {
			problems = append(problems, l.err)
			continue
		}
		texts, err := l.texts()
		if err != nil {
			problems = append(problems, err)
			continue
		}
		flat := map[string]any{}
		for key, text := range texts {
			s, _ := settingByKey(key)
			flat[key], sources[key] = text, l.source(s)
		}
		if err := k.Load(confmap.Provider(flat, ""), nil); err != nil {
			return nil, fmt.Errorf("merge the configuration: %w", err)
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	out := map[string]value{}
	for _, s := range settings() {
		out[s.key] = value{k.String(s.key), sources[s.key]}
	}
	return out, nil
}

// texts checks the keys of a layer and reads the files that _file keys name.
func (l layer) texts() (map[string]string, error) {
	out := map[string]string{}
	var problems []error
	for _, key := range slices.Sorted(maps.Keys(l.values)) {
		text, err := flatten(l.values[key])
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", l.spelled(key), err))
			continue
		}
		if s, ok := settingByKey(strings.TrimSuffix(key, "_file")); ok && s.secret && key != s.key {
			if _, both := l.values[s.key]; both {
				problems = append(problems, fmt.Errorf("%s and %s are both set: keep one", l.spelled(s.key), l.spelled(key)))
				continue
			}
			if text, err = readSecret(text); err != nil {
				problems = append(problems, fmt.Errorf("%s: %w", l.spelled(key), err))
			}
			out[s.key] = text
			continue
		}
		if _, ok := settingByKey(key); !ok {
			problems = append(problems, l.unknown(key))
			continue
		}
		out[key] = text
	}
	return out, errors.Join(problems...)
}

func (l layer) unknown(key string) error {
	if near := nearest(key); near != "" {
		return fmt.Errorf("%s: no such setting; did you mean %s?", l.spelled(key), l.spelled(near))
	}
	return fmt.Errorf("%s: no such setting; \"copse config example\" lists them", l.spelled(key))
}

func defaultLayer() layer {
	values := map[string]any{}
	for _, s := range settings() {
		values[s.key] = s.def
	}
	return layer{values: values, source: func(setting) string { return sourceDefault }}
}

func fileLayer(path string) layer {
	if path == "" {
		return layer{}
	}
	in := func(key string) string { return key + " in " + path }
	l := layer{source: func(s setting) string { return in(s.key) }, spelled: in}
	k := koanf.New("\x00") // no delimiter: a key with a dot is one unknown key
	if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
		l.err = fmt.Errorf("read the configuration file %s: %w", path, err)
	}
	l.values = k.Raw()
	return l
}

// Environment keeps what concerns us of "NAME=value" lines.
func Environment(environ []string) map[string]string {
	out := map[string]string{}
	for _, line := range environ {
		name, text, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, "COPSE_") && !strings.HasPrefix(name, testPrefix) {
			out[name] = text
		}
	}
	return out
}

func environmentLayer(vars map[string]string) layer {
	values := map[string]any{}
	for name, text := range vars {
		if name != Variable {
			values[strings.ToLower(strings.TrimPrefix(name, "COPSE_"))] = text
		}
	}
	return layer{
		values: values, source: setting.variable,
		spelled: func(key string) string { return "COPSE_" + strings.ToUpper(key) },
	}
}

// flagLayer reads "key=value". Secrets are refused: every user of the machine
// can read the arguments of a process.
func flagLayer(flags []string) layer {
	spelled := func(key string) string { return "--set " + key }
	l := layer{values: map[string]any{}, source: func(s setting) string { return spelled(s.key) }, spelled: spelled}
	for _, f := range flags {
		key, text, ok := strings.Cut(f, "=")
		if !ok {
			l.err = fmt.Errorf("--set %s: write it as key=value", f)
			return l
		}
		key = strings.ReplaceAll(key, "-", "_")
		if s, found := settingByKey(key); found && s.secret {
			l.err = fmt.Errorf("--set %s: secrets are not taken as arguments; use %s_FILE", key, s.variable())
			return l
		}
		l.values[key] = text
	}
	return l
}

// flatten writes what YAML may hold as the text an environment variable would be.
func flatten(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			text, ok := item.(string)
			if !ok {
				return "", errors.New("a list may hold texts only")
			}
			parts[i] = text
		}
		return strings.Join(parts, ","), nil
	case map[string]any:
		return "", errors.New("takes one value, not a table of them")
	default:
		return fmt.Sprint(v), nil
	}
}

// readSecret reads a secret from a file, without its last line end.
func readSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read the secret: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, secretFileMax))
	if err != nil {
		return "", fmt.Errorf("read the secret: %w", err)
	}
	secret := strings.TrimRight(string(text), "\r\n")
	if secret == "" {
		return "", fmt.Errorf("the file %s is empty", path)
	}
	return secret, nil
}

// nearest returns the key that a mistyped one most likely means, or nothing.
func nearest(key string) string {
	best, limit := "", 1+len(key)/4
	for _, s := range settings() {
		candidates := []string{s.key}
		if s.secret {
			candidates = append(candidates, s.key+"_file")
		}
		for _, c := range candidates {
			if d := distance(key, c); d <= limit {
				best, limit = c, d-1
			}
		}
	}
	return best
}

// distance counts the letters to insert, drop or change between two words (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
