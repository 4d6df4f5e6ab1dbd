package assignment

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
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
	limits := fmt.Sprintf("ulimit -c 0; ulimit -v %d; ulimit -t %d; ulimit -f %d; ", memoryKB, cpuSeconds, 2*fileKB)
	if s.bwrap == "" {
		return []string{"sh", "-c", limits + `exec env -i "$@"`, "sh", program}
	}
	args := []string{"sh", "-c", limits + `exec "$@" 9<"$0"`, s.filter, s.bwrap,
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

// architectures are those whose system calls we know: as Linux names them, and
// their calls clone, clone3, fork and vfork, the last two where there are such.
var architectures = map[string]struct {
	audit       uint32
	clone       uint32
	clone3      uint32
	fork, vfork uint32
}{
	"amd64": {unix.AUDIT_ARCH_X86_64, 56, 435, 57, 58},
	"arm64": {unix.AUDIT_ARCH_AARCH64, 220, 435, 220, 220},
}

// noProcesses is a filter of system calls, for seccomp, that lets a program start
// threads and no processes.
func noProcesses() ([]byte, error) {
	a, ok := architectures[runtime.GOARCH]
	if !ok || runtime.GOOS != "linux" {
		return nil, fmt.Errorf("%w: there is no way yet to do so on %s/%s", ErrNoIsolation, runtime.GOOS, runtime.GOARCH)
	}
	const (
		load  = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		least = unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K
		bits  = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
		end   = unix.BPF_RET | unix.BPF_K

		number, architecture, flags = 0, 4, 16 // where they stand in struct seccomp_data
		otherABI                    = 1 << 30  // x32 has its own numbers from here on
	)
	program := []unix.SockFilter{
		{Code: load, K: architecture},
		{Code: equal, Jf: 10, K: a.audit}, // or else forbidden
		{Code: load, K: number},
		{Code: least, Jt: 8, K: otherABI},
		{Code: equal, Jt: 4, K: a.clone}, // ask for its flags
		{Code: equal, Jt: 7, K: a.clone3},
		{Code: equal, Jt: 5, K: a.fork},
		{Code: equal, Jt: 4, K: a.vfork},
		{Code: end, K: unix.SECCOMP_RET_ALLOW},
		{Code: load, K: flags},
		{Code: bits, Jt: 0, Jf: 1, K: unix.CLONE_THREAD},
		{Code: end, K: unix.SECCOMP_RET_ALLOW},
		{Code: end, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
		// clone3 passes its flags in memory, where a filter cannot look: the C library
		// and Go fall back on clone when it is said not to be there.
		{Code: end, K: unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)},
	}
	var b bytes.Buffer
	err := binary.Write(&b, binary.NativeEndian, program)
	return b.Bytes(), err
}
