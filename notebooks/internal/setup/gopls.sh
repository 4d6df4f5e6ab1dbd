#!/bin/sh
# The gopls of a kernel: it ends by itself a minute after a kernel that was killed.
exec {{quote .Tools}}/gopls -listen.timeout=1m "$@"
