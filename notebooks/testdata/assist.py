"""Asks the kernel, from an empty folder, what it offers a person who types."""

import json
import time

from jupyter_client import KernelManager
from nqm_kernels import KernelSpecs

MEMBER = "%%\nc := nqmkit.SGD(0.1)\nc."
TYPED = "%%\nnqmkit.Pow"
WRITTEN = "%%\nfmt.Println(nqmkit.PowerLaw(10, 1))"


def ask(request, answered):
    """Repeat a request until its answer is useful: gopls needs a while."""
    for _ in range(60):
        content = request()["content"]
        if answered(content):
            break
        time.sleep(1)
    return content


manager = KernelManager(kernel_name="nqm", kernel_spec_manager=KernelSpecs())
manager.start_kernel()
client = manager.blocking_client()
client.start_channels()
try:
    client.wait_for_ready(timeout=60)
    client.execute_interactive('import "nqm/nqmkit"', timeout=120, output_hook=lambda m: None)
    members = ask(
        lambda: client.complete(MEMBER, len(MEMBER), reply=True, timeout=60),
        lambda content: "Momentum" in content.get("matches", []),
    )
    complete = ask(
        lambda: client.complete(TYPED, len(TYPED), reply=True, timeout=60),
        lambda content: "PowerLaw" in str(content.get("matches")),
    )
    inspect = ask(
        lambda: client.inspect(WRITTEN, WRITTEN.index("Law"), reply=True, timeout=60),
        lambda content: content.get("found"),
    )
    nothing = client.inspect("%%\n\n", 3, reply=True, timeout=60)["content"]
    print(json.dumps({
        "members": members["matches"],
        "matches": complete["matches"],
        "documentation": str(inspect["data"]),
        "nothing": str(nothing["data"]),
    }))
finally:
    client.stop_channels()
    manager.shutdown_kernel()
