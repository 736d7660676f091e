package rig

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process is one "copse serve".
type Process struct {
	Name string
	// Started is when the program was last started, Listen where it answers.
	Started time.Time
	Listen  string

	r     *Rig
	roles string
	env   []string
	cmd   *exec.Cmd
	done  chan struct{} // closed when it has ended
}

// Both is the role of a process that does everything.
const Both = "web,worker"

// Start starts a copse process with the given roles and waits until it answers. The first with the
// role web answers at the public address. env are further variables, such as DRILL_POINT=sent:3.
func (r *Rig) Start(ctx context.Context, name, roles string, env ...string) (*Process, error) {
	p := &Process{Name: name, r: r, roles: roles, Listen: r.listen}
	if !strings.Contains(roles, "web") {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		p.Listen = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	}
	r.processes = append(r.processes, p)
	return p, p.Restart(ctx, env...)
}

// Restart starts the program again after its end, and waits until it answers. It is enough that it
// answers; what it stands on may be away.
func (p *Process) Restart(ctx context.Context, env ...string) error {
	if err := p.Launch(env...); err != nil {
		return err
	}
	_, err := Until(ctx, time.Minute, p.Name+" answers", func() bool { return p.Alive() && p.status("/livez") == http.StatusOK || p.ended() })
	if err == nil && p.ended() && len(env) == 0 {
		err = fmt.Errorf("%s ended at its start: %s", p.Name, p.tail())
	}
	return err
}

// Launch starts the program and does not wait.
func (p *Process) Launch(env ...string) error {
	out, err := os.OpenFile(p.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the log of %s: %w", p.Name, err)
	}
	defer func() { _ = out.Close() }() // the child has its own
	p.env = env
	p.cmd = exec.Command(p.r.Bin, "serve", "--roles", p.roles) // outlives the context of its start
	p.cmd.Env = append(append([]string{}, p.r.environ...), "COPSE_LISTEN="+p.Listen)
	p.cmd.Env = append(p.cmd.Env, env...)
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.Started = time.Now()
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.Name, err)
	}
	p.done = make(chan struct{})
	go p.watch(p.cmd, p.done) // ends with the program
	return nil
}

// watch waits for the end of the program and looks at its memory meanwhile.
func (p *Process) watch(cmd *exec.Cmd, done chan struct{}) {
	var sampling sync.WaitGroup
	sampling.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				p.r.sawMemory(cmd.Process.Pid)
			}
		}
	})
	_ = cmd.Wait()
	close(done)
	sampling.Wait()
}

// sawMemory notes the largest resident set that a process had, and of what it consists now: what is
// its own, and pages of files, which the system takes back when it needs them.
func (r *Rig) sawMemory(pid int) {
	peak, own, files := statusLine(pid, "VmHWM:"), statusLine(pid, "RssAnon:"), statusLine(pid, "RssFile:")+statusLine(pid, "RssShmem:")
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rss, r.own, r.files = max(r.rss, peak), max(r.own, own), max(r.files, files)
}

// Memory is the resident set of the process now, in bytes.
func (p *Process) Memory() int64 { return statusLine(p.cmd.Process.Pid, "VmRSS:") }

// Memory is the resident set of the largest process now, in bytes.
func (r *Rig) Memory() int64 {
	var most int64
	for _, p := range r.processes {
		if p.Alive() {
			most = max(most, p.Memory())
		}
	}
	return most
}

func statusLine(pid int, name string) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, found := bytes.Cut(text, []byte(name))
	if !found {
		return 0
	}
	fields := bytes.Fields(rest)
	kilobytes, _ := strconv.ParseInt(string(fields[0]), 10, 64)
	return kilobytes << 10
}

// Kill ends the program as a crash does and waits until it is gone.
func (p *Process) Kill() {
	if p.ended() {
		return
	}
	p.died()
	_ = p.cmd.Process.Kill()
	<-p.done
}

func (p *Process) died() { p.r.dies(p.Name) }

func (r *Rig) dies(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deaths = append(r.deaths, Death{At: time.Now(), Name: name})
}

// WaitDeath waits until a fault point has ended the program, and counts that as a kill.
func (p *Process) WaitDeath(ctx context.Context, limit time.Duration) error {
	if _, err := Until(ctx, limit, p.Name+" dies at its fault point "+strings.Join(p.env, " "), p.ended); err != nil {
		return err
	}
	p.died()
	return nil
}

// Terminate asks the program to end in good order and says how long it took.
func (p *Process) Terminate(ctx context.Context, limit time.Duration) (time.Duration, error) {
	_ = p.Signal(syscall.SIGTERM)
	return Until(ctx, limit, p.Name+" ends", p.ended)
}

// Signal sends a signal, such as SIGSTOP.
func (p *Process) Signal(s syscall.Signal) error { return p.cmd.Process.Signal(s) }

// Alive says that the program runs.
func (p *Process) Alive() bool { return p.cmd != nil && !p.ended() }

func (p *Process) ended() bool {
	if p.done == nil {
		return true
	}
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// ExitCode is how the program ended: -1 for a signal.
func (p *Process) ExitCode() int {
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}

func (p *Process) end() {
	if p.cmd == nil || p.cmd.Process == nil || p.ended() {
		return
	}
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Ready is the status of /readyz, 0 when nobody answers.
func (p *Process) Ready() int { return p.status("/readyz") }

func (p *Process) status(path string) int {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Listen+path, http.NoBody)
	if err != nil {
		return 0
	}
	resp, err := p.r.client.Do(req)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func (p *Process) logFile() string { return filepath.Join(p.r.Dir, p.Name+".log") }

// Logged says whether the process has logged a text since the laboratory was built.
func (p *Process) Logged(text string) bool {
	all, _ := os.ReadFile(p.logFile())
	return bytes.Contains(all, []byte(text))
}

// tail is the end of the log, for errors.
func (p *Process) tail() string {
	all, _ := os.ReadFile(p.logFile())
	return string(all[max(0, len(all)-2000):])
}

// Copse runs a command of copse on the instance to its end.
func (r *Rig) Copse(ctx context.Context, input string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, r.Bin, args...)
	cmd.Env = r.environ
	cmd.Stdin = strings.NewReader(input)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("copse %s: %w: %s", strings.Join(args, " "), err, errs.String())
	}
	return out.String(), nil
}
