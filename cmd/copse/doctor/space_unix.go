//go:build linux || darwin || freebsd

package doctor

import "syscall"

// space is what is free on the disk of a folder, in bytes and as a share of all.
func space(folder string) (free uint64, share float64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, 0, err
	}
	size := uint64(s.Bsize) //nolint:gosec,unconvert // differs between systems, never negative
	return uint64(s.Bavail) * size, float64(s.Bavail) / float64(max(s.Blocks, 1)), nil
}
