"""Kills a kernel, starts another and tells what of the first one is left."""

import json
import os
import signal
import tempfile

from jupyter_client import KernelManager
from nqm_kernels import KernelSpecs


def start():
    manager = KernelManager(kernel_name="nqm", kernel_spec_manager=KernelSpecs())
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
    folders = {name for name in os.listdir(tempfile.gettempdir()) if name.startswith("gonb_")}
    client.stop_channels()
    return manager, folders


first, before = start()
os.kill(first.provisioner.pid, signal.SIGKILL)
first.provisioner.process.wait()
second, after = start()
second.shutdown_kernel()
print(json.dumps({"before": sorted(before), "after": sorted(after)}))
