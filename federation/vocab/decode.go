package vocab

import (
	"bytes"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// Decode reads any ActivityStreams document. Names are matched by case, a
// name that comes twice, a NUL, bytes that are not UTF-8 and anything after
// the document refuse it (security: two parsers must never read two things).
// The result points into body, which must not be changed afterwards.
func Decode(body []byte) (*Object, error) {
	var o *Object
	err := decodeOne(body, func(d *decoder) { o = d.object() })
	if err != nil {
		return nil, err
	}
	return o, nil
}

// decodeOne screens the body, lets read take its one object, and refuses
// anything after it.
func decodeOne(body []byte, read func(*decoder)) error {
	if err := screen(body); err != nil {
		return err
	}
	d := &decoder{
		body: body,
		json: jsontext.NewDecoder(bytes.NewBuffer(body)),
	}
	if d.json.PeekKind() != '{' && !d.bad() {
		return fmt.Errorf("not a JSON object: %w", ErrMalformed)
	}
	if read(d); d.err != nil {
		return d.err
	}
	if _, err := d.json.ReadToken(); err != io.EOF {
		return fmt.Errorf("bytes after the document: %w", ErrMalformed)
	}
	return nil
}

// DecodeActivity reads an activity and refuses one whose plain reading lacks
// an absolute actor or a type this package knows, whatever a JSON-LD processor
// might find in its @graph or behind its aliases (T15). The id may be missing,
// as GoToSocial takes such activities too; a strange one is refused.
func DecodeActivity(body []byte) (*Object, error) {
	o, err := Decode(body)
	if err != nil {
		return nil, err
	}
	switch {
	case o.ID != "" && !IsWebIRI(o.ID):
		return nil, fmt.Errorf("activity with a strange id: %w", ErrMalformed)
	case !IsWebIRI(o.Actor.IRI):
		return nil, fmt.Errorf("activity without an absolute actor: %w", ErrMalformed)
	case o.Type == "":
		return nil, fmt.Errorf("activity without a type: %w", ErrMalformed)
	}
	return o, nil
}

// decoder reads one body. The first error stays in err and turns every later
// read into a no-op, so that the tables below stay readable.
type decoder struct {
	body []byte
	json *jsontext.Decoder
	err  error
}

// object reads the object that comes next.
func (d *decoder) object() *Object {
	d.token()
	if d.err != nil {
		return nil
	}
	o := &Object{}
	start := d.json.InputOffset() - 1
	d.rest(func(name []byte) { d.member(o, name) })
	if d.err != nil {
		return nil
	}
	o.Raw = d.body[start:d.json.InputOffset():d.json.InputOffset()]
	o.settle()
	return o
}

// fields reads a small object whose members go to one function; anything else
// than an object is passed over.
func (d *decoder) fields(member func(name []byte)) {
	if d.json.PeekKind() != '{' {
		d.skip()
		return
	}
	d.token()
	d.rest(member)
}

// each calls item for every element of a list, or once for a single value.
// Null counts as an empty list.
func (d *decoder) each(item func()) {
	switch d.json.PeekKind() {
	case '[':
		d.token()
		for d.err == nil && d.json.PeekKind() != ']' && !d.bad() {
			item()
		}
		d.token()
	case 'n':
		d.skip()
	default:
		item()
	}
}

// rest reads the members up to the closing brace.
func (d *decoder) rest(member func(name []byte)) {
	for d.err == nil && d.json.PeekKind() != '}' && !d.bad() {
		name, err := d.json.ReadValue()
		if err != nil {
			d.fail(err)
			return
		}
		if bytes.IndexByte(name, '\\') < 0 {
			member(name[1 : len(name)-1])
			continue
		}
		plain, err := jsontext.AppendUnquote(nil, name)
		if err != nil {
			d.fail(err)
			return
		}
		member(plain)
	}
	d.token()
}

func (d *decoder) token() jsontext.Token {
	if d.err != nil {
		return jsontext.Token{}
	}
	t, err := d.json.ReadToken()
	if err != nil {
		d.fail(err)
	}
	return t
}

// string, number and truth take a token whose first byte promised the kind;
// the rest of it may still be broken.
func (d *decoder) string() string {
	t := d.token()
	if d.err != nil {
		return ""
	}
	return t.String()
}

func (d *decoder) number() (float64, bool) {
	t := d.token()
	if d.err != nil {
		return 0, false
	}
	f, err := t.Float()
	return f, err == nil
}

func (d *decoder) truth() bool {
	t := d.token()
	return d.err == nil && t.Bool()
}

func (d *decoder) skip() {
	if d.err == nil {
		if err := d.json.SkipValue(); err != nil {
			d.fail(err)
		}
	}
}

// bad tells whether the parser cannot go on; the next read will say why.
func (d *decoder) bad() bool { return d.json.PeekKind() == 0 }

// fail keeps the first error. The parser's own words may quote the document,
// so they are cut short.
func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = fmt.Errorf("%s: %w", clip(err.Error(), maxShort), ErrMalformed)
	}
}

// settle fills what one member says in place of another.
func (o *Object) settle() {
	if o.Content == "" && len(o.ContentMap) > 0 {
		o.Content = o.ContentMap[o.Language]
	}
	if o.Moderators == "" && o.Type == "Group" && len(o.AttributedTo) == 1 && o.AttributedTo[0].Object == nil {
		o.Moderators = o.AttributedTo[0].IRI // Lemmy, FEP-1b12
	}
}
