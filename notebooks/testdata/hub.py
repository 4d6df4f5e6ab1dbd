"""Runs cells in JupyterHub's single-user server, under a hub that says yes to all.

Reads a list of cells from stdin and prints what each answered and printed.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

import websocket

TOKEN, USER = uuid.uuid4().hex, "nqm"
SCOPE = f"access:servers!server={USER}/"


class Hub(BaseHTTPRequestHandler):
    """Knows one user, and one token."""

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        about = {"kind": "user", "name": USER, "admin": False, "groups": [], "scopes": [SCOPE], "version": os.environ["NQM_HUB_VERSION"]}
        text = json.dumps(about).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def environment(hub, port):
    """What the hub tells a server that it starts."""
    api = f"http://127.0.0.1:{hub}/hub/api"
    return os.environ | {
        "JUPYTERHUB_API_TOKEN": TOKEN,
        "JUPYTERHUB_API_URL": api,
        "JUPYTERHUB_ACTIVITY_URL": f"{api}/users/{USER}/activity",
        "JUPYTERHUB_BASE_URL": "/",
        "JUPYTERHUB_CLIENT_ID": f"jupyterhub-user-{USER}",
        "JUPYTERHUB_OAUTH_CALLBACK_URL": f"/user/{USER}/oauth_callback",
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": json.dumps([SCOPE]),
        "JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES": "[]",
        "JUPYTERHUB_SERVER_NAME": "",
        "JUPYTERHUB_SERVICE_PREFIX": f"/user/{USER}/",
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}/user/{USER}/",
        "JUPYTERHUB_USER": USER,
        "JUPYTERHUB_HOST": "",
    }


def ask(url, **body):
    """The answer of the server; one that is not up yet is asked again."""
    data = json.dumps(body).encode() if body else None
    request = Request(url, data, {"Authorization": f"token {TOKEN}"})
    for _ in range(600):
        try:
            return urlopen(request).read()
        except ConnectionError:
            time.sleep(0.1)
        except OSError as error:
            if not isinstance(getattr(error, "reason", None), ConnectionError):
                raise
            time.sleep(0.1)
    raise TimeoutError(url)


def run(channel, code):
    """Run one cell."""
    ident = uuid.uuid4().hex
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}
    header = {"msg_id": ident, "username": USER, "session": "test", "msg_type": "execute_request", "version": "5.3"}
    channel.send(json.dumps({"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content, "buffers": []}))
    status, text, idle = "", "", False
    while not (status and idle):
        message = json.loads(channel.recv())
        if message["parent_header"].get("msg_id") != ident:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "execute_reply":
            status = content["status"]
        elif kind == "status":
            idle = content["execution_state"] == "idle"
        elif kind == "stream":
            text += content["text"]
        elif kind == "display_data":
            text += " ".join(sorted(content["data"]))
    return {"Status": status, "Text": text}


def main():
    hub = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}/user/{USER}/"
    home = Path("home").absolute()
    home.mkdir()
    started = [os.environ["NQM_SINGLEUSER"], "--allow-root", f"--ServerApp.root_dir={home}"]
    with open("log", "wb") as log, subprocess.Popen(started, stdout=log, stderr=log, env=environment(hub.server_port, port)) as server:
        try:
            figures = len(ask(base + "kernelspecs/nqm/nqm-figures.js"))
            kernel = json.loads(ask(base + "api/kernels", name="nqm"))["id"]
            channel = websocket.create_connection(f"ws{base[4:]}api/kernels/{kernel}/channels", header=[f"Authorization: token {TOKEN}"], timeout=300)
            cells = [run(channel, code) for code in json.load(sys.stdin)]
            print(json.dumps({"Figures": figures, "Cells": cells}))
        finally:
            server.terminate()


main()
