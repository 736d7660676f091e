package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// Data is the data folder of the instance.
func (r *Rig) Data() string { return filepath.Join(r.Dir, "data") }

// mount gives the data folder a small file system in memory.
func (r *Rig) mount(ctx context.Context) error {
	if err := os.MkdirAll(r.Data(), 0o700); err != nil {
		return err
	}
	if err := syscall.Mount("copse-drill", r.Data(), "tmpfs", 0, "mode=700,size="+strconv.Itoa(r.DataSize)+"m"); err != nil {
		return fmt.Errorf("mount a small disk, which takes root: %w", err)
	}
	r.mounted = true
	return ctx.Err()
}

// FillDisk uses up the space of the data folder to the last byte.
func (r *Rig) FillDisk() error {
	f, err := os.OpenFile(r.filler(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("fill the disk: %w", err)
	}
	for size := 1 << 20; size > 0 && err == nil; size /= 2 {
		for err == nil {
			_, err = f.Write(bytes.Repeat([]byte{1}, size))
		}
		if errors.Is(err, syscall.ENOSPC) {
			err = nil
		}
	}
	return errors.Join(err, f.Close())
}

// FreeDisk gives the space back.
func (r *Rig) FreeDisk() error { return os.Remove(r.filler()) }

func (r *Rig) filler() string { return filepath.Join(r.Data(), "filler") }
