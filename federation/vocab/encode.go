package vocab

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Raw is JSON that somebody wrote before, an activity of a peer or a stored
// one of ours. Encode puts it in place byte for byte, because a proof or a
// hash may stand on exactly these bytes.
type Raw []byte

// Encode writes a document: members in the order of the struct, times in UTC
// with at most milliseconds, no white space. Equal documents give equal bytes.
func Encode(doc any) ([]byte, error) {
	var held []Raw
	hold := json.MarshalToFunc(func(enc *jsontext.Encoder, r Raw) error {
		if !jsontext.Value(r).IsValid() {
			return errors.New("raw part is not JSON")
		}
		held = append(held, r)
		return enc.WriteToken(jsontext.String(heldName(len(held) - 1)))
	})
	body, err := json.Marshal(doc, json.Deterministic(true),
		json.WithMarshalers(json.JoinMarshalers(hold, json.MarshalToFunc(writeTime))))
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", doc, err)
	}
	return putBack(body, held)
}

func writeTime(enc *jsontext.Encoder, t time.Time) error {
	return enc.WriteToken(jsontext.String(t.UTC().Format("2006-01-02T15:04:05.999Z07:00")))
}

// heldName stands for a raw part while the rest is written. No text of ours
// can be equal to it: none holds a NUL.
func heldName(i int) string { return "\x00raw" + strconv.Itoa(i) + "\x00" }

// putBack exchanges the stand-ins for what they stand for. They come in the
// order in which they were held.
func putBack(body []byte, held []Raw) ([]byte, error) {
	if n := bytes.Count(body, []byte(`\u0000`)); n != 2*len(held) {
		return nil, errors.New("encode: NUL in a string")
	}
	if len(held) == 0 {
		return body, nil
	}
	size := len(body)
	for _, r := range held {
		size += len(r)
	}
	out := make([]byte, 0, size)
	for i, r := range held {
		before, after, _ := bytes.Cut(body, []byte(`"\u0000raw`+strconv.Itoa(i)+`\u0000"`))
		out = append(append(out, before...), r...)
		body = after
	}
	return append(out, body...), nil
}
