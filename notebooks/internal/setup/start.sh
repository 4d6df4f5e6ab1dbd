#!/bin/sh
# Starts the kernel of one clone of nqm. Written by "go run ./notebooks".
clone={{quote .Clone}}
tools={{quote .Tools}}

if [ ! -f "$clone/go.mod" ]; then
	echo "nqm: the clone $clone is gone: where it is now, run 'go run ./notebooks kernel' again" >&2
	exit 1
fi
if [ ! -x "$tools/gonb" ]; then
	echo "nqm: the kernel's program is gone: in $clone, run 'go run ./notebooks kernel' again" >&2
	exit 1
fi

export PATH={{quote .Bin}}":$tools:"{{quote .Go}}":$PATH"
export GOMODCACHE={{quote .Modules}} GOPROXY=off GOWORK= GO111MODULE= GOFLAGS={{quote .GoFlags}}
export NQM_KERNEL={{quote .Name}}
exec "$tools/gonb" --kernel "$1" -go_work="$clone" ${NQM_RAW_ERROR:+-raw_error} 2>>{{quote .Log}}
