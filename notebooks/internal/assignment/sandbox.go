package assignment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// What a student's program may take: address space and the size of a file in
// kilobytes, seconds of all cores together, bytes of its folder for temporary files.
const (
	memoryKB    = 2 << 20
	fileKB      = 1 << 14
	cpuSeconds  = 100
	folderBytes = "16777216"
)

// ErrNoIsolation says that this machine cannot run programs apart.
var ErrNoIsolation = errors.New("hand-ins are programs, and nothing keeps them apart from this machine")

// A sandbox runs a program apart: with bubblewrap in namespaces of its own, without
// a network, other processes, a home or any file but the program itself. The zero
// value sets limits only.
type sandbox struct {
	bwrap  string
	filter string // file with the filter of system calls
}

// newSandbox finds bubblewrap and tries it, with files in dir.
func newSandbox(ctx context.Context, dir string) (sandbox, error) {
	bwrap, err := exec.LookPath("bwrap")
	if err != nil {
		return sandbox{}, fmt.Errorf("%w: install bubblewrap (apt install bubblewrap, dnf install bubblewrap)", ErrNoIsolation)
	}
	filter, err := noProcesses()
	if err != nil {
		return sandbox{}, err
	}
	s := sandbox{bwrap: bwrap, filter: filepath.Join(dir, "filter.bpf")}
	if err := os.WriteFile(s.filter, filter, 0o600); err != nil {
		return sandbox{}, err
	}
	nothing, err := exec.LookPath("true")
	if err != nil {
		return sandbox{}, err
	}
	// The program that is tried has libraries, which those of students have not.
	command := s.command(nothing, "--ro-bind", "/", "/")
	if said, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput(); err != nil {
		return sandbox{}, fmt.Errorf("%w: %s does not run here: %s", ErrNoIsolation, bwrap, bytes.TrimSpace(said))
	}
	return s, nil
}

// command is what runs a program with its limits, apart if that can be.
func (s sandbox) command(program string, more ...string) []string {
	limits := limits{memoryKB, cpuSeconds, 2 * fileKB}
	if s.bwrap == "" {
		return limited(limits, "env", "-i", program)
	}
	args := []string{"sh", "-c", limits.String() + `exec "$@" 9<"$0"`, s.filter, s.bwrap,
		"--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--seccomp", "9",
		"--uid", "65534", "--gid", "65534", "--hostname", "apart", "--clearenv", "--setenv", "HOME", "/tmp"}
	args = append(args, more...)
	if len(more) == 0 {
		args = append(args, "--ro-bind", program, "/program",
			"--dev-bind", "/dev/null", "/dev/null", "--dev-bind", "/dev/urandom", "/dev/urandom",
			"--size", folderBytes, "--tmpfs", "/tmp", "--remount-ro", "/", "--chdir", "/tmp")
		program = "/program"
	}
	return append(args, program)
}

// limits are what a process and those that it starts may take, each of them: memory
// and the size of a file in kilobytes, seconds of all cores together.
type limits struct{ memoryKB, cpu, fileKB int }

func (l limits) String() string {
	return fmt.Sprintf("ulimit -c 0; ulimit -v %d; ulimit -t %d; ulimit -f %d; ", l.memoryKB, l.cpu, l.fileKB)
}

// limited is a command with its limits.
func limited(l limits, program string, args ...string) []string {
	return append([]string{"sh", "-c", l.String() + `exec "$@"`, "sh", program}, args...)
}
