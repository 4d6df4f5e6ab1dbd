//go:build !linux

package apart

import "syscall"

func ending() *syscall.SysProcAttr { return nil }
