package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// maxConnections is what the cluster takes.
const maxConnections = 60

// PostgresServer is a cluster of its own.
type PostgresServer struct {
	URL string

	bin, dir string
	port     int
}

// startPostgres makes and starts a cluster. Its answers are durable against every death of a
// process, which is what drills can make; against power cuts nothing is synced.
func startPostgres(ctx context.Context, dir string) (*PostgresServer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &PostgresServer{dir: dir, port: port, URL: "postgres://copse@127.0.0.1:" + strconv.Itoa(port) + "/postgres?sslmode=disable"}
	if s.bin, err = postgresPrograms(); err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 {
		if out, err := exec.CommandContext(ctx, "chown", "postgres", dir).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("give %s to postgres: %w: %s", dir, err, out)
		}
	}
	if err := s.do(ctx, "initdb", "-D", dir+"/data", "-U", "copse", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"); err != nil {
		return nil, err
	}
	settings := fmt.Sprintf("port = %d\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '%s'\nfsync = off\nfull_page_writes = off\n"+
		"max_connections = %d\nshared_buffers = 64MB\nmax_wal_size = 2GB\nlog_min_messages = fatal\n", port, dir, maxConnections)
	conf, err := os.OpenFile(dir+"/data/postgresql.conf", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	if _, err := conf.WriteString(settings); err != nil {
		return nil, errors.Join(err, conf.Close())
	}
	if err := conf.Close(); err != nil {
		return nil, err
	}
	return s, s.Start(ctx)
}

// postgresPrograms finds the newest server; Debian keeps it out of PATH.
func postgresPrograms() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		return filepath.Dir(slices.Max(found)), nil
	}
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		return "", fmt.Errorf("the drill needs PostgreSQL (Debian: postgresql): %w", err)
	}
	return filepath.Dir(initdb), nil
}

// do runs a program of PostgreSQL, which refuses to be root.
func (s *PostgresServer) do(ctx context.Context, program string, args ...string) error {
	line := append([]string{filepath.Join(s.bin, program)}, args...)
	if os.Geteuid() == 0 {
		line = append([]string{"runuser", "-u", "postgres", "--"}, line...)
	}
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Dir = s.dir
	log, err := os.OpenFile(s.dir+"/"+program+".log", os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd.Stdout, cmd.Stderr = log, log // a pipe would stay open as long as the server runs
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%s: %w: %s", program, err, text)
	}
	return nil
}

// Start starts the server and waits until it takes connections. One that was killed may stand in the
// list of processes for a moment more, and no other one starts beside it.
func (s *PostgresServer) Start(ctx context.Context) error {
	var err error
	_, late := Until(ctx, 20*time.Second, "PostgreSQL starts", func() bool {
		err = s.do(ctx, "pg_ctl", "-D", s.dir+"/data", "-w", "-s", "-l", s.dir+"/log", "start")
		return err == nil
	})
	if err != nil {
		return errors.Join(late, err)
	}
	return nil
}

// Stop ends it with a mode of pg_ctl: "fast" throws connections out, "immediate" is a crash in good
// order.
func (s *PostgresServer) Stop(ctx context.Context, mode string) error {
	return s.do(ctx, "pg_ctl", "-D", s.dir+"/data", "-w", "-s", "-m", mode, "stop")
}

// Kill ends the postmaster without notice; its children end when they see that.
func (s *PostgresServer) Kill(ctx context.Context) error {
	text, err := os.ReadFile(s.dir + "/data/postmaster.pid")
	if err != nil {
		return fmt.Errorf("find the postmaster: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		return fmt.Errorf("find the postmaster: %w", err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill the postmaster: %w", err)
	}
	_, err = Until(ctx, time.Minute, "the postmaster is gone", func() bool { return syscall.Kill(pid, 0) != nil || zombie(pid) })
	return err
}

// zombie says that a process has ended and that nobody has asked how: in a container there may be
// no init that does.
func zombie(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, found := strings.Cut(string(text), ") ")
	return err == nil && found && strings.HasPrefix(rest, "Z")
}

// Alter sets parameters for good and reloads the configuration: "default_transaction_read_only=on".
func (s *PostgresServer) Alter(ctx context.Context, statements ...string) error {
	conn, err := pgx.Connect(ctx, s.URL)
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, statement := range append(statements, "SELECT pg_reload_conf()") {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

func (s *PostgresServer) close() error {
	if _, err := os.Stat(s.dir + "/data/postmaster.pid"); err != nil {
		return nil
	}
	_ = s.do(context.Background(), "pg_ctl", "-D", s.dir+"/data", "-w", "-s", "-m", "immediate", "stop")
	return nil
}

// Crowd throws everybody out and takes every connection there is, until free is called.
func (s *PostgresServer) Crowd(ctx context.Context) (free func(), err error) {
	var taken []*pgx.Conn
	free = func() {
		for _, c := range taken {
			_ = c.Close(ctx)
		}
	}
	for {
		c, err := pgx.Connect(ctx, s.URL)
		if err != nil {
			if len(taken) == 0 {
				return free, fmt.Errorf("crowd PostgreSQL: %w", err)
			}
			_, err := taken[0].Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name <> 'crowd' AND pid <> pg_backend_pid() AND backend_type = 'client backend'")
			if err != nil {
				return free, fmt.Errorf("throw others out of PostgreSQL: %w", err)
			}
			if len(taken) >= maxConnections {
				return free, nil
			}
			continue
		}
		if _, err := c.Exec(ctx, "SET application_name = 'crowd'"); err != nil {
			return free, err
		}
		taken = append(taken, c)
		if len(taken) == maxConnections {
			return free, nil
		}
	}
}
