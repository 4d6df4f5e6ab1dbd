"""Runs long cells in the kernel, interrupts them as the stop button does, and
tells what the front end was sent."""

import json
import sys
import time

from jupyter_client import KernelManager
from nqm_kernels import KernelSpecs


def run(client, manager, code, interrupt):
    """Execute a cell, interrupt it at its interrupt-th line of progress (0: never; -1: at once)."""
    request = client.execute(code)
    if interrupt < 0:
        time.sleep(0.1)
        manager.interrupt_kernel()
    messages, lines, status = [], 0, None
    while status != "idle":
        message = answer(client.get_iopub_msg, request)
        kind, content = message["msg_type"], message["content"]
        if kind == "status":
            status = content["execution_state"]
            continue
        if kind in ("display_data", "update_display_data"):
            text = content["data"].get("text/html", "")
            if "nqm-progress" in text:
                lines += 1
                if lines == interrupt:
                    manager.interrupt_kernel()
        else:
            text = content.get("text", "\n".join([content.get("evalue", ""), *content.get("traceback", [])]))
        messages.append({
            "kind": kind,
            "stream": content.get("name", ""),
            "id": content.get("transient", {}).get("display_id", ""),
            "text": text,
        })
    reply = answer(client.get_shell_msg, request)
    return {"status": reply["content"]["status"], "messages": messages}


def answer(get, request):
    """The next message that answers the request: a slow kernel still answers an earlier one."""
    while (message := get(timeout=60))["parent_header"].get("msg_id") != request:
        pass
    return message


manager = KernelManager(kernel_name="nqm", kernel_spec_manager=KernelSpecs())
manager.start_kernel()
client = manager.blocking_client()
client.start_channels()
try:
    client.wait_for_ready(timeout=60)
    print(json.dumps([run(client, manager, cell["code"], cell["interrupt"]) for cell in json.load(sys.stdin)]))
finally:
    client.stop_channels()
    manager.shutdown_kernel()
