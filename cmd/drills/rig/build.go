package rig

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build compiles the copse binary with its fault points into a folder, and returns its path. root is
// the repository.
func Build(ctx context.Context, root, dir string) (string, error) {
	bin := filepath.Join(dir, "copse")
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "drill", "-o", bin, "./cmd/copse")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build copse for the drills: %w\n%s", err, out)
	}
	return bin, nil
}
