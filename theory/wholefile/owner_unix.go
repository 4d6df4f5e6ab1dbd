//go:build unix

package wholefile

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives a new file the owner and the group of the old one, as far as the
// system lets us: root may both, others a group that they are in.
func keepOwner(f *os.File, old fs.FileInfo) {
	had, ok := old.Sys().(*syscall.Stat_t)
	if !ok {
		return
	}
	if f.Chown(int(had.Uid), int(had.Gid)) != nil {
		_ = f.Chown(-1, int(had.Gid))
	}
}
