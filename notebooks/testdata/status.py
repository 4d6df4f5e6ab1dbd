"""Asks a kernel what it is, as JupyterLab does after a start and after a restart, and
tells which states it then hears that it takes notice of."""

import json
from queue import Empty

from jupyter_client import KernelManager
from jupyter_server.services.kernels.kernelmanager import MappingKernelManager
from nqm_kernels import KernelSpecs

untracked = MappingKernelManager().untracked_message_types


def states(manager):
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=120)  # asks until the states arrive, too
    client.kernel_info(reply=True, timeout=60)
    heard = []
    try:
        while message := client.get_iopub_msg(timeout=1):
            if message["msg_type"] == "status" and message["parent_header"].get("msg_type") not in untracked:
                heard.append(message["content"]["execution_state"])
    except Empty:
        pass
    client.stop_channels()
    return heard


manager = KernelManager(kernel_name="nqm", kernel_spec_manager=KernelSpecs())
manager.start_kernel()
try:
    started = states(manager)
    manager.restart_kernel()
    print(json.dumps({"started": started, "restarted": states(manager)}))
finally:
    manager.shutdown_kernel()
