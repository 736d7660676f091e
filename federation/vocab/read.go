package vocab

import (
	"fmt"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// The readers below take exactly one value each. A value of a kind nobody
// sends there is passed over: a peer's slip in one member must not lose the
// post. Only where a wrong kind could be taken for a person does it refuse.

// text reads a string of at most limit bytes, or the first of a list.
func (d *decoder) text(dst *string, limit int) {
	first := true
	d.each(func() {
		if d.json.PeekKind() != '"' || !first {
			d.skip()
			return
		}
		first = false
		*dst = clip(d.string(), limit)
	})
}

// name reads a string of at most maxName runes.
func (d *decoder) name(dst *string) {
	d.text(dst, maxName*utf8.UTFMax)
	if utf8.RuneCountInString(*dst) > maxName {
		*dst = string([]rune(*dst)[:maxName])
	}
}

// iri reads an id: a string, the id of an embedded object, or the first of a
// list of these.
func (d *decoder) iri(dst *string) {
	var r Ref
	d.ref(&r)
	if r.IRI != "" {
		*dst = r.IRI
	}
}

// iris reads ids the same way, all of them.
func (d *decoder) iris(dst *[]string, most int) {
	var refs []Ref
	d.refs(&refs, most)
	for _, r := range refs {
		if r.IRI != "" {
			*dst = append(*dst, r.IRI)
		}
	}
}

// ownID reads the id of the node itself, which must be a string.
func (d *decoder) ownID(dst *string) {
	switch d.json.PeekKind() {
	case '"':
		*dst = d.string()
		if len(*dst) > maxIRI {
			d.fail(fmt.Errorf("id over %d bytes", maxIRI))
		}
	case 'n':
		d.skip()
	default:
		d.refuse("id is not a string")
	}
}

// addressees reads to, cc and their like.
func (d *decoder) addressees(dst *[]string) {
	d.each(func() {
		var r Ref
		d.one(&r)
		switch {
		case r.IRI == "":
		case len(*dst) >= maxAddressees:
			d.outgrown("addressees", maxAddressees)
		default:
			*dst = append(*dst, publicName(r.IRI))
		}
	})
}

// ref reads the first reference of one or many.
func (d *decoder) ref(dst *Ref) {
	d.each(func() {
		var r Ref
		d.one(&r)
		if dst.IsZero() {
			*dst = r
		}
	})
}

// refs reads at most most references; the rest is passed over.
func (d *decoder) refs(dst *[]Ref, most int) {
	d.each(func() {
		var r Ref
		d.one(&r)
		if !r.IsZero() && len(*dst) < most {
			*dst = append(*dst, r)
		}
	})
}

// who reads references that say who acts or wrote. A number or a word of
// truth there refuses the document: NodeBB once took 1 for its own admin.
func (d *decoder) who(dst *[]Ref) {
	switch d.json.PeekKind() {
	case '0', 't', 'f':
		d.refuse("an actor or object is not an address")
		return
	}
	d.each(func() {
		switch d.json.PeekKind() {
		case '0', 't', 'f', '[':
			d.refuse("an actor or object is not an address")
			return
		}
		var r Ref
		d.one(&r)
		switch {
		case r.IsZero():
		case len(*dst) >= maxObjects:
			d.outgrown("objects", maxObjects)
		default:
			*dst = append(*dst, r)
		}
	})
}

// actor reads who acts: exactly one.
func (d *decoder) actor(dst *Ref) {
	var all []Ref
	d.who(&all)
	if len(all) > 1 {
		d.fail(fmt.Errorf("%d actors", len(all)))
		return
	}
	if len(all) == 1 {
		*dst = all[0]
	}
}

// one reads a string or an object as a reference. A Link refers to its href.
func (d *decoder) one(dst *Ref) {
	switch d.json.PeekKind() {
	case '"':
		dst.IRI = d.string()
	case '{':
		o := d.object()
		if o == nil {
			return
		}
		dst.IRI, dst.Object = o.ID, o
		if o.ID == "" {
			dst.IRI = o.Href
		}
	default:
		d.skip()
	}
	if len(dst.IRI) > maxIRI {
		*dst = Ref{}
	}
}

// embedded reads an object that only makes sense whole.
func (d *decoder) embedded(dst **Object) {
	var r Ref
	d.ref(&r)
	if r.Object != nil {
		*dst = r.Object
	}
}

func (d *decoder) flag(dst *bool) {
	switch d.json.PeekKind() {
	case 't', 'f':
		*dst = d.truth()
	default:
		d.skip()
	}
}

func (d *decoder) maybe(dst **bool) {
	switch d.json.PeekKind() {
	case 't', 'f':
		b := d.truth()
		*dst = &b
	default:
		d.skip()
	}
}

// count reads a number that cannot be negative; a fraction is cut off.
func (d *decoder) count(dst *int64) {
	if d.json.PeekKind() != '0' {
		d.skip()
		return
	}
	if f, ok := d.number(); ok && f >= 0 && f < 1<<53 {
		*dst = int64(f)
	}
}

func (d *decoder) length(dst *int) {
	var n int64
	d.count(&n)
	*dst = int(min(n, 1<<31-1))
}

func (d *decoder) degrees(dst *float64) {
	if d.json.PeekKind() != '0' {
		d.skip()
		return
	}
	if f, ok := d.number(); ok && f >= -180 && f <= 180 {
		*dst = f
	}
}

// exact keeps a value as its bytes.
func (d *decoder) exact(dst *jsontext.Value) {
	if d.err != nil {
		return
	}
	v, err := d.json.ReadValue()
	if err != nil {
		d.fail(err)
		return
	}
	if v.Kind() == '{' || v.Kind() == '[' {
		*dst = v.Clone()
	}
}

func (d *decoder) refuse(reason string) {
	if d.err == nil {
		d.err = fmt.Errorf("%s: %w", reason, ErrMalformed)
	}
}

func (d *decoder) outgrown(what string, most int) {
	if d.err == nil {
		d.err = fmt.Errorf("over %d %s: %w", most, what, ErrTooLarge)
	}
}
