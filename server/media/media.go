// Package media keeps the files that people bring, and makes pictures safe to show.
//
// A file lies in the data folder under the digest of its bytes (SHA-256), so that the same file lies
// there once and an address names exactly what it always named. What a file may do is decided by what
// its bytes are and never by what its sender calls it (T30, T37). It knows no person and no page. Start
// with Shelf; kind.go says what a file is, picture.go writes pictures anew.
package media

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// MaxFile is the size of one file.
const MaxFile = 16 << 20

// Shelf is where files lie.
type Shelf struct{ dir string }

// NewShelf is a shelf in a folder, which is made with the first file.
func NewShelf(dir string) *Shelf { return &Shelf{dir: dir} }

var digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// IsDigest says whether some word can be the name of a file here.
func IsDigest(word string) bool { return digestForm.MatchString(word) }

// Digest is the name that a file has.
func Digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func (s *Shelf) path(digest string) string { return filepath.Join(s.dir, digest[:2], digest[2:]) }

// Put lays a file down and answers its digest. It lies there whole or not at all, whenever the process
// ends; a file that no row names is swept away later.
func (s *Shelf) Put(body []byte) (digest string, err error) {
	digest = Digest(body)
	to := s.path(digest)
	now := time.Now()
	if err := os.Chtimes(to, now, now); err == nil {
		return digest, nil // it is there, and young again
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return "", fmt.Errorf("make a folder for files: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(to), "new-")
	if err != nil {
		return "", fmt.Errorf("begin a file: %w", err)
	}
	_, err = bytes.NewReader(body).WriteTo(f)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), to)
	}
	if err != nil {
		return "", errors.Join(fmt.Errorf("keep a file: %w", err), os.Remove(f.Name()))
	}
	return digest, nil
}

// Open opens a file; fs.ErrNotExist where there is none.
func (s *Shelf) Open(digest string) (*os.File, error) {
	if !IsDigest(digest) {
		return nil, fmt.Errorf("open file %q: %w", digest, fs.ErrNotExist)
	}
	f, err := os.Open(s.path(digest))
	if err != nil {
		return nil, fmt.Errorf("open a file: %w", err)
	}
	return f, nil
}

// Read is the whole of a file.
func (s *Shelf) Read(digest string) ([]byte, error) {
	if !IsDigest(digest) {
		return nil, fmt.Errorf("read file %q: %w", digest, fs.ErrNotExist)
	}
	body, err := os.ReadFile(s.path(digest))
	if err != nil {
		return nil, fmt.Errorf("read a file: %w", err)
	}
	return body, nil
}

// Sweep takes away files that were laid down before a time and that nobody names (T50): half of a
// form that was never sent, or what its artifact went with. It looks at one of the shelf's 256 folders,
// so that no round is long, and answers how many went.
func (s *Shelf) Sweep(folder byte, before time.Time, named func(digest string) (bool, error)) (int, error) {
	gone := 0
	err := filepath.WalkDir(filepath.Join(s.dir, hex.EncodeToString([]byte{folder})), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		about, err := d.Info()
		if err != nil || about.ModTime().After(before) {
			return nil //nolint:nilerr // it went meanwhile
		}
		digest := filepath.Base(filepath.Dir(path)) + d.Name()
		if IsDigest(digest) {
			keep, err := named(digest)
			if err != nil || keep {
				return err
			}
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		gone++
		return nil
	})
	if err != nil {
		return gone, fmt.Errorf("sweep files: %w", err)
	}
	return gone, nil
}
