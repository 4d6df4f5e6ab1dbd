"""Executes and converts lessons for "go run ./notebooks".

Reads one request a line from stdin and answers with lines of JSON on stdout:
any number of events, then the answer, which has "done" or "error".
"""

import hashlib
import json
import os
import sys
import traceback
from pathlib import Path

import jupytext
import nbformat
from jupyter_core.application import JupyterApp
from jupytext.combine import combine_inputs_with_outputs
from jupytext.config import load_jupytext_config
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert import HTMLExporter
from nbformat.sign import NotebookNotary
from nqm_kernels import KernelSpecs

CELL_TIMEOUT = 1200  # seconds


def config():
    """The configuration that the Jupyter server has, too."""
    app = JupyterApp()
    app.load_config_file()
    return app.config


def read(path):
    """Read the lesson whose .ipynb is at path, from its newer twin."""
    notebook, text = Path(path), Path(path).with_suffix(".md")
    if not text.exists():
        return nbformat.read(notebook, as_version=4)
    inputs = read_text(text)
    if not notebook.exists():
        return inputs
    nb = nbformat.read(notebook, as_version=4)
    if write_text(nb, notebook) == text.read_text("utf-8"):
        return nb
    if notebook.stat().st_mtime >= text.stat().st_mtime:
        return nb
    return combine_inputs_with_outputs(inputs, nb, "md")


def read_text(path):
    """Read a twin; its cells get ids that depend on their text alone."""
    nb = jupytext.read(path, fmt="md")
    seen = set()
    for cell in nb.cells:
        name, n = cell.source, 0
        while (ident := hashlib.sha256(f"{name}{n}".encode()).hexdigest()[:8]) in seen:
            n += 1
        seen.add(ident)
        cell["id"] = ident
    return nb


def write_text(nb, path):
    """The text of the twin of nb."""
    settings = load_jupytext_config(str(Path(path).absolute()))
    return jupytext.writes(nb, fmt="md", config=settings)


def execute(path, out):
    """Execute the lesson at path and write the result to out."""
    nb = read(path)
    code = [i for i, cell in enumerate(nb.cells) if cell.cell_type == "code" and cell.source.strip()]
    client = NotebookClient(
        nb,
        kernel_name="nqm",
        timeout=CELL_TIMEOUT,
        record_timing=False,
        resources={"metadata": {"path": str(Path(path).parent)}},
        on_cell_execute=lambda cell, cell_index: send(cell=code.index(cell_index) + 1, cells=len(code)),
    )
    client.create_kernel_manager().kernel_spec_manager = KernelSpecs()
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return failure(nb, code, error)
    nbformat.write(nb, out)
    return {}


def failure(nb, code, error):
    """Say which cell failed, and what it said."""
    for number, index in enumerate(code, 1):
        cell = nb.cells[index]
        if any(output.output_type == "error" for output in cell.outputs):
            said = [o.text for o in cell.outputs if o.output_type == "stream"]
            said += [f"{o.ename}: {o.evalue}" for o in cell.outputs if o.output_type == "error"]
            return {"failed": number, "source": cell.source, "text": "\n".join(said)}
    started = [n for n, i in enumerate(code, 1) if nb.cells[i].get("execution_count") or nb.cells[i].outputs]
    number = len(started) or 1
    return {"failed": number, "source": nb.cells[code[number - 1]].source, "text": str(error)}


def twin(path):
    """The text twin of the notebook at path."""
    return {"text": write_text(nbformat.read(path, as_version=4), path)}


def export(path):
    """The HTML page of the notebook at path."""
    exporter = HTMLExporter(config=config())
    text, _ = exporter.from_filename(path)
    return {"text": text}


def sign(paths):
    """Trust the notebooks at paths, in the clone's own list."""
    notary = NotebookNotary(config=config())
    for path in paths:
        notary.sign(nbformat.read(path, as_version=4))
    return {}


def send(**message):
    print(json.dumps(message), file=answers, flush=True)


def serve():
    commands = {f.__name__: f for f in (execute, twin, export, sign)}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            send(done=True, **commands[request.pop("do")](**request))
        except Exception as error:
            traceback.print_exc()
            send(error=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    # Nothing but answers may reach stdout; what libraries print goes to the log.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve()
