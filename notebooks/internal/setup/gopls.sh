#!/bin/sh
# The gopls of a kernel: it waits until gopls is built, as long as the kernel is
# there, and ends by itself a minute after a kernel that was killed.
gopls={{quote .Gopls}}
while [ ! -e "$gopls/.complete" ]; do
	[ "$(ps -o ppid= -p $$)" -ne 1 ] || exit 1
	sleep 1
done
exec "$gopls/gopls" -listen.timeout=1m "$@"
