package practice

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/copse-social/copse/db"
)

// Kind is a template of required and optional parts (domain.md 3b).
type Kind struct {
	Code   string            `json:"code"`
	Icon   string            `json:"icon,omitempty"` // of the sprite
	Name   map[string]string `json:"name"`           // by language; "en" is for all others
	Blocks []Part            `json:"blocks"`
}

// Part is one block of a template.
type Part struct {
	Code     string            `json:"code"`
	Name     map[string]string `json:"name"`
	Required bool              `json:"required,omitempty"`
	Callout  string            `json:"callout,omitempty"` // how it is set off, see Callouts
}

// Callouts are the typed boxes of a text, each with an icon of the same name (ledger L23).
func Callouts() []string {
	return []string{"objective", "background", "important", "attachments", "memorise", "summary"}
}

//go:embed kinds/*.json
var builtIn embed.FS

// Kinds are the templates of one instance.
type Kinds struct {
	list map[string]*Kind
}

// LoadKinds reads the kinds of the house and those that an admin put into a folder, one a file; a
// folder that is not there has none. A file that can't be read as a kind, or has a code of the house
// with a part missing that is required there, is an error that says which file and why.
func LoadKinds(folder string) (*Kinds, error) {
	k := &Kinds{list: make(map[string]*Kind)}
	inside, err := fs.Sub(builtIn, "kinds")
	if err != nil {
		return nil, fmt.Errorf("read kinds of the house: %w", err)
	}
	if err := k.add(inside, "kinds of the house"); err != nil {
		return nil, err
	}
	if folder == "" {
		return k, nil
	}
	if _, err := os.Stat(folder); os.IsNotExist(err) {
		return k, nil
	}
	return k, k.add(os.DirFS(folder), folder)
}

// maxKind is the size of a file that describes a kind.
const maxKind = 64 << 10

func (k *Kinds) add(folder fs.FS, name string) error {
	files, err := fs.Glob(folder, "*.json")
	if err != nil {
		return fmt.Errorf("list %s: %w", name, err)
	}
	for _, file := range files {
		b, err := readFile(folder, file)
		if err != nil {
			return fmt.Errorf("read kind %s: %w", filepath.Join(name, file), err)
		}
		one, err := ReadKind(b)
		if err != nil {
			return fmt.Errorf("kind %s: %w", filepath.Join(name, file), err)
		}
		if one.Code+".json" != file {
			return fmt.Errorf("kind %s: its code is %q, so the file has to be called %s.json", filepath.Join(name, file), one.Code, one.Code)
		}
		k.list[one.Code] = one
	}
	return nil
}

func readFile(folder fs.FS, name string) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxKind+1))
	if err == nil && len(b) > maxKind {
		err = fmt.Errorf("larger than %d bytes", maxKind)
	}
	return b, err
}

var code = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// ReadKind reads one kind and says what is wrong with it.
func ReadKind(b []byte) (*Kind, error) {
	k := new(Kind)
	in := json.NewDecoder(bytes.NewReader(b))
	in.DisallowUnknownFields()
	if err := in.Decode(k); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	switch {
	case !code.MatchString(k.Code):
		return nil, fmt.Errorf("code %q: small letters, digits and hyphens, a letter first", k.Code)
	case k.Name["en"] == "":
		return nil, fmt.Errorf("kind %q has no English name", k.Code)
	case len(k.Blocks) == 0 || len(k.Blocks) > MaxBlocks/2:
		return nil, fmt.Errorf("kind %q has %d blocks; 1 to %d are possible", k.Code, len(k.Blocks), MaxBlocks/2)
	}
	seen := make(map[string]bool)
	for i, p := range k.Blocks {
		switch {
		case !code.MatchString(p.Code):
			return nil, fmt.Errorf("block %d: code %q: small letters, digits and hyphens, a letter first", i+1, p.Code)
		case seen[p.Code]:
			return nil, fmt.Errorf("block %d: code %q is there twice", i+1, p.Code)
		case p.Name["en"] == "":
			return nil, fmt.Errorf("block %q has no English name", p.Code)
		case p.Callout != "" && !slices.Contains(Callouts(), p.Callout):
			return nil, fmt.Errorf("block %q: callout %q is none of %v", p.Code, p.Callout, Callouts())
		}
		seen[p.Code] = true
	}
	return k, nil
}

// charterKind is what a community agrees on: the same word on the wire, with rules and pages of its
// own in server/charter, so that nobody begins one as an artifact.
const charterKind = "charter"

// Offered lists the kinds that somebody can begin, in order of their codes.
func (k *Kinds) Offered() []*Kind {
	var list []*Kind
	for _, c := range slices.Sorted(maps.Keys(k.list)) {
		if c != charterKind {
			list = append(list, k.list[c])
		}
	}
	return list
}

// Of is the kind with a code; one that nobody here knows, from another server, has its code for a name.
func (k *Kinds) Of(code string) *Kind {
	if one := k.list[code]; one != nil {
		return one
	}
	return &Kind{Code: code, Icon: "practice", Name: map[string]string{"en": code}}
}

// Known says whether an artifact of a kind can be begun here.
func (k *Kinds) Known(code string) bool { return k.list[code] != nil && code != charterKind }

// Label is what a kind is called in a language.
func (k *Kind) Label(lang string) string { return in(k.Name, lang) }

// Label is the heading of a part in a language.
func (p Part) Label(lang string) string { return in(p.Name, lang) }

func in(names map[string]string, lang string) string {
	if n := names[lang]; n != "" {
		return n
	}
	return names["en"]
}

// Begin are the empty blocks of a new artifact of a kind.
func (k *Kind) Begin(lang string) []db.Block {
	var list []db.Block
	for _, p := range k.Blocks {
		list = append(list, db.Block{Key: p.Code, Code: p.Code, Title: p.Label(lang)})
	}
	return list
}

// Part is the part with a code; an empty one for what is not in the template.
func (k *Kind) Part(code string) Part {
	for _, p := range k.Blocks {
		if p.Code == code {
			return p
		}
	}
	return Part{}
}

// Missing lists the titles of required parts that are empty.
func (k *Kind) Missing(blocks []db.Block) []string {
	var list []string
	for _, p := range k.Blocks {
		filled := slices.ContainsFunc(blocks, func(b db.Block) bool { return b.Code == p.Code && b.Text != "" })
		if p.Required && !filled {
			list = append(list, p.Name["en"])
		}
	}
	return list
}
