//go:build unix

package paper

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// together makes a program and all that it starts end together: a Chromium is many processes.
func together(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
}
