package sign

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Bounds for documents, those of every remote document (federation fetches and
// inboxes keep the same).
const (
	maxDocument = 1 << 20
	maxDepth    = 32
	maxTokens   = 20_000
)

// Canonical writes doc in JCS (RFC 8785). Besides what is not JSON it refuses
// repeated names, invalid UTF-8, integers that JCS would round (RFC 7493 §2.2: a
// digit could be changed under a proof) and documents out of bounds.
func Canonical(doc []byte) ([]byte, error) {
	if err := checkDocument(doc); err != nil {
		return nil, fmt.Errorf("canonicalise: %w", err)
	}
	return canonical(bytes.Clone(doc))
}

// canonical is Canonical of a document that was checked before, whose bytes it may change.
func canonical(doc []byte) ([]byte, error) {
	v := jsontext.Value(doc)
	if err := v.Canonicalize(); err != nil {
		return nil, fmt.Errorf("canonicalise: %w", err)
	}
	return v, nil
}

func checkDocument(doc []byte) error {
	if len(doc) > maxDocument {
		return errors.New("document is too long")
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(doc)) // which it reads in place
	for range maxTokens {
		tok, err := dec.ReadToken()
		if err != nil {
			return err
		}
		if tok.Kind() == '0' {
			if err := checkNumber(tok.String()); err != nil {
				return err
			}
		}
		switch depth := dec.StackDepth(); {
		case depth > maxDepth:
			return errors.New("document has too many levels")
		case depth == 0:
			if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
				return errors.New("something follows the document")
			}
			return nil
		}
	}
	return errors.New("document has too many parts")
}

func checkNumber(text string) error {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("number %.40s: %w", text, err)
	}
	if !strings.ContainsAny(text, ".eE") && strconv.FormatFloat(f, 'f', -1, 64) != text {
		return fmt.Errorf("integer %.40s cannot be kept exactly", text)
	}
	return nil
}

// member is one name and value of an object, the value in its own bytes.
type member struct {
	name  string
	value jsontext.Value
}

// members splits an object without changing a byte of its values, which stay part of doc. It does not
// look into them: checkDocument does.
func members(doc []byte) ([]member, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(doc)) // which it reads in place
	if dec.PeekKind() != '{' {
		return nil, errors.New("not a JSON object")
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	var list []member
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		m := member{name: name.String()}
		value, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		end := dec.InputOffset()
		m.value = doc[end-int64(len(value)) : end : end]
		list = append(list, m)
	}
	_, err := dec.ReadToken()
	return list, err
}

// join writes an object.
func join(list []member) ([]byte, error) {
	b := []byte{'{'}
	for i, m := range list {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = jsontext.AppendQuote(b, m.name); err != nil {
			return nil, err
		}
		b = append(append(b, ':'), m.value...)
	}
	return append(b, '}'), nil
}
