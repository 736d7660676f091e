package queue

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// haveRedis says that redis-server and redis-cli are installed.
func haveRedis() bool {
	for _, name := range []string{"redis-server", "redis-cli"} {
		if _, err := exec.LookPath(name); err != nil {
			return false
		}
	}
	return true
}

// cluster is three servers that all tests of the process share.
type cluster struct {
	once    sync.Once
	dir     string
	servers []*exec.Cmd
	url     string
	err     error
}

var shared cluster

// TestMain ends the cluster, if one was started.
func TestMain(m *testing.M) {
	code := m.Run()
	shared.stop()
	os.Exit(code)
}

func (c *cluster) stop() {
	for _, s := range c.servers {
		_ = s.Process.Kill()
		_ = s.Wait()
	}
	_ = os.RemoveAll(c.dir)
}

// startCluster returns the address of a cluster of three masters, as Dial takes it.
func startCluster(t testing.TB) string {
	t.Helper()
	shared.once.Do(func() { shared.err = shared.start() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.url
}

func (c *cluster) start() (err error) {
	if c.dir, err = os.MkdirTemp("", "copse-cluster"); err != nil {
		return err
	}
	var nodes []string
	for i := range 3 {
		port, err := freePort()
		if err != nil {
			return err
		}
		dir := filepath.Join(c.dir, fmt.Sprint(i))
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		s := redisServer(dir, port, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
		if err := s.Start(); err != nil {
			return err
		}
		c.servers = append(c.servers, s)
		nodes = append(nodes, fmt.Sprintf("127.0.0.1:%d", port))
	}
	for _, n := range nodes {
		if err := answers(redis.NewClient(&redis.Options{Addr: n}), ""); err != nil {
			return err
		}
	}
	args := append([]string{"--cluster", "create"}, nodes...)
	if out, err := exec.Command("redis-cli", append(args, "--cluster-yes")...).CombinedOutput(); err != nil {
		return fmt.Errorf("create cluster: %w: %s", err, out)
	}
	for _, n := range nodes {
		if err := answers(redis.NewClient(&redis.Options{Addr: n}), "cluster_state:ok"); err != nil {
			return err
		}
	}
	c.url = "redis-cluster://" + nodes[0] + "?addr=" + nodes[1] + "&addr=" + nodes[2]
	return nil
}

// redisServer is a server on loopback that keeps nothing.
func redisServer(dir string, port int, more ...string) *exec.Cmd {
	args := append([]string{
		"--port", fmt.Sprint(port), "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "no",
	}, more...)
	return exec.Command("redis-server", args...)
}

// freePort is a port with a free one 10,000 above it, where the nodes of a cluster talk.
func freePort() (int, error) {
	for range 50 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		port := l.Addr().(*net.TCPAddr).Port
		_ = l.Close()
		if port < 55_000 {
			return port, nil
		}
	}
	return 0, fmt.Errorf("no free port below 55000")
}

// answers waits until a server answers, and its cluster is in a state.
func answers(client *redis.Client, state string) error {
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok := client.Ping(ctx).Err() == nil
		if ok && state != "" {
			ok = strings.Contains(client.ClusterInfo(ctx).Val(), state)
		}
		if ok {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", client.Options().Addr, ctx.Err())
		}
	}
}
