//go:build !linux && !darwin && !freebsd

package doctor

import "errors"

// space is not known here.
func space(string) (free uint64, share float64, err error) { return 0, 0, errors.ErrUnsupported }
