package media

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // read, and written as PNG
	"image/jpeg"
	"image/png"
	"net/http"
)

// Bounds of a picture, looked at before it is decoded (T38).
const (
	maxPixels = 16_000_000 // 64 MB of memory
	quality   = 88
)

// ErrPicture is a picture that can't be shown: damaged, too large, or of a form we don't read.
var ErrPicture = errors.New("not a picture that can be shown")

// Picture is one that was written anew: its pixels and nothing that stood beside them, such as where
// it was taken.
type Picture struct {
	Body          []byte
	MediaType     string
	Width, Height int
	// Still says that it moved before; the first frame is left.
	Still bool
}

// ReadPicture reads a PNG, JPEG or GIF and writes it anew.
func ReadPicture(body []byte) (Picture, error) {
	c, form, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return Picture{}, fmt.Errorf("%w: %w", ErrPicture, err)
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxPixels/c.Height {
		return Picture{}, fmt.Errorf("%w: %d by %d", ErrPicture, c.Width, c.Height)
	}
	m, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return Picture{}, fmt.Errorf("%w: %w", ErrPicture, err)
	}
	p := Picture{MediaType: PNG, Width: c.Width, Height: c.Height, Still: form == "gif" && bytes.Count(body, []byte{0x21, 0xf9, 0x04}) > 1}
	var out bytes.Buffer
	if form == "jpeg" {
		p.MediaType = JPEG
		err = jpeg.Encode(&out, m, &jpeg.Options{Quality: quality})
	} else {
		err = png.Encode(&out, m)
	}
	if err != nil {
		return Picture{}, fmt.Errorf("%w: %w", ErrPicture, err)
	}
	p.Body = out.Bytes()
	return p, nil
}

// IsPicture says that a file claims by its bytes to be a picture that pages show.
func IsPicture(body []byte) bool {
	kind := http.DetectContentType(body)
	return kind == PNG || kind == JPEG || kind == "image/gif"
}
