package fedify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
)

// folder is where peer.mjs and its packages lie: beside this source file.
func folder() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}

// install brings node_modules in line with package-lock.json. Test binaries of
// several packages may call it at once; a file lock lets one work and the others
// wait, and a marker that names the lock file's hash makes it a no-op afterwards.
func install(ctx context.Context, dir string) (err error) {
	lock, err := os.OpenFile(filepath.Join(dir, ".install.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open install lock: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("take install lock: %w", err)
	}
	wanted, err := hashOf(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return err
	}
	marker := filepath.Join(dir, "node_modules", ".installed")
	if have, err := os.ReadFile(marker); err == nil && string(have) == wanted {
		return nil
	}
	cmd := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, bytes.TrimSpace(out))
	}
	if err := os.WriteFile(marker, []byte(wanted), 0o600); err != nil {
		return fmt.Errorf("mark packages as installed: %w", err)
	}
	return nil
}

func hashOf(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read npm lock file: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
