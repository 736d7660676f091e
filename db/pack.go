package db

import (
	"bytes"
	_ "embed" // words.v1.txt
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// How the body of an activity begins in its row. JSON begins with none of these bytes, so that rows
// written before there was any packing are told apart by themselves.
const (
	packedWhole = 1 // a frame
	packedAbout = 2 // id of another activity, where its body stands in this one, a frame of the rest
)

// maxUnpacked bounds what a damaged row can make us reserve; the inbox takes far less.
const maxUnpacked = 16 << 20

// frameMagic begins every frame of zstd (RFC 8878 §3.1.1) and is left out of rows.
const frameMagic = "\x28\xb5\x2f\xfd"

var errPacked = errors.New("damaged body")

// words is the dictionary that every instance begins with: what activities of most servers have in
// common. Rows are packed with it, so that it must never change; what it lacks is learned.
//
//go:embed words.v1.txt
var words []byte

// wordsID is the number of words in frames. What an instance learns has the numbers above it.
const wordsID = 1

// packer packs bodies with the newest dictionary and unpacks them with any. It knows no database:
// dictionary.go brings it what was learned.
type packer struct {
	mu     sync.RWMutex
	known  map[uint32][]byte
	newest uint32
	enc    *zstd.Encoder
	dec    *zstd.Decoder

	lesson lesson
}

func newPacker() *packer {
	p := &packer{known: map[uint32][]byte{}}
	if err := p.adopt(wordsID, words); err != nil {
		panic(err) // the dictionary is part of the program
	}
	return p
}

// adopt makes a dictionary known. The one with the highest number is packed with from now on.
func (p *packer) adopt(id uint32, dictionary []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[id] != nil {
		return nil
	}
	p.known[id] = dictionary
	options := []zstd.DOption{zstd.WithDecoderConcurrency(2), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxUnpacked)}
	for n, d := range p.known {
		options = append(options, zstd.WithDecoderDictRaw(n, d))
	}
	dec, err := zstd.NewReader(nil, options...)
	if err != nil {
		return fmt.Errorf("read with dictionary %d: %w", id, err)
	}
	p.dec = dec
	if id < p.newest {
		return nil
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2), zstd.WithLowerEncoderMem(true),
		zstd.WithEncoderCRC(false), zstd.WithSingleSegment(true), zstd.WithEncoderDictRaw(id, dictionary))
	if err != nil {
		return fmt.Errorf("write with dictionary %d: %w", id, err)
	}
	p.enc, p.newest = enc, id
	return nil
}

func (p *packer) tools() (*zstd.Encoder, *zstd.Decoder) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.enc, p.dec
}

// whole packs a body; what would not gain stays as it is.
func (p *packer) whole(body []byte) []byte {
	return p.shorter(body, p.frame([]byte{packedWhole}, body))
}

// about packs a body in which that of another activity stands, without it.
func (p *packer) about(id int64, inner, body []byte) []byte {
	at := bytes.Index(body, inner)
	if at < 0 || len(inner) == 0 {
		return p.whole(body)
	}
	head := binary.BigEndian.AppendUint64([]byte{packedAbout}, uint64(id))
	head = binary.AppendUvarint(head, uint64(at))
	return p.shorter(body, p.frame(head, slices.Concat(body[:at], body[at+len(inner):])))
}

func (p *packer) shorter(body, packed []byte) []byte {
	if len(packed) < len(body) || isPacked(body) {
		return packed
	}
	return body
}

func (p *packer) frame(head, text []byte) []byte {
	enc, _ := p.tools()
	n := len(head)
	out := enc.EncodeAll(text, slices.Grow(head, 64+len(text)/3))
	return slices.Delete(out, n, n+len(frameMagic))
}

// isPacked says that a body is in the form of a row.
func isPacked(body []byte) bool {
	return len(body) > 0 && (body[0] == packedWhole || body[0] == packedAbout)
}

// innerOf is the activity whose body is missing in a packed one, 0 where none is.
func innerOf(packed []byte) int64 {
	if len(packed) < 9 || packed[0] != packedAbout {
		return 0
	}
	return int64(binary.BigEndian.Uint64(packed[1:9]))
}

// open unpacks a body; inner is the unpacked one of innerOf. The error is zstd.ErrUnknownDictionary
// where a process beside this one has learned since.
func (p *packer) open(packed, inner []byte) ([]byte, error) {
	if !isPacked(packed) {
		return packed, nil
	}
	rest, at := packed[1:], 0
	if packed[0] == packedAbout {
		if len(packed) < 9 {
			return nil, errPacked
		}
		n, size := binary.Uvarint(packed[9:])
		if size <= 0 || n > maxUnpacked {
			return nil, errPacked
		}
		rest, at = packed[9+size:], int(n)
	}
	_, dec := p.tools()
	text, err := dec.DecodeAll(slices.Concat([]byte(frameMagic), rest), nil)
	switch {
	case err != nil:
		return nil, fmt.Errorf("unpack body: %w", err)
	case packed[0] == packedWhole:
		return text, nil
	case at > len(text):
		return nil, errPacked
	}
	return slices.Concat(text[:at], inner, text[at:]), nil
}
