package assignment

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

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
	if !ok {
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
