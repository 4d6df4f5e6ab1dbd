"""Executes and converts lessons for "go run ./notebooks".

Reads one request a line from stdin and answers with lines of JSON on stdout:
any number of events, then the answer, which has "done" or "error".
"""

import hashlib
import json
import os
import subprocess
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


def read(path, kept=None):
    """Read the lesson whose .ipynb is at path, from the twin that was changed.

    Which one that is follows from what both said when they last said the same:
    from the text in the file kept, or from the last commit; never from the times
    of the files, which unzip, rsync and clocks set as they like.
    """
    notebook, text = Path(path), Path(path).with_suffix(".md")
    if not text.exists():
        return nbformat.read(notebook, as_version=4)
    if not notebook.exists():
        return read_text(text)
    nb, written = nbformat.read(notebook, as_version=4), text.read_text("utf-8")
    said = write_text(nb, notebook)
    if said == written:
        keep(kept, written)
        return nb
    common = list(agreed(notebook, text, kept))
    if said in common and written not in common:
        return combine_inputs_with_outputs(read_text(text), nb, "md")
    if written in common and said not in common:
        return nb
    raise Conflict(
        f"{text.name} and {notebook.name} say different things, and both may be newer: "
        "move the one that you do not want out of the folder and run again"
    )


class Conflict(Exception):
    """What a person must decide."""


def agreed(notebook, text, kept):
    """What both twins are known to have said at once."""
    if kept and Path(kept).exists():
        yield Path(kept).read_text("utf-8")
    try:
        said = write_text(nbformat.reads(committed(notebook), as_version=4), notebook)
        if said == committed(text):
            yield said
    except Exception:  # no git, no commit, or none with both
        pass


def committed(path):
    """The last committed content of a file."""
    git = ["git", "-c", "safe.directory=*", "show", f"HEAD:./{path.name}"]
    return subprocess.run(git, cwd=path.parent, capture_output=True, check=True).stdout.decode("utf-8")


def keep(kept, text):
    """Remember what both twins say."""
    if kept and not (Path(kept).exists() and Path(kept).read_text("utf-8") == text):
        Path(kept).parent.mkdir(parents=True, exist_ok=True)
        beside = Path(f"{kept}.{os.getpid()}")
        beside.write_text(text, "utf-8")
        beside.replace(kept)


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


def execute(path, kept=None):
    """Execute the lesson at path and return the result."""
    nb = read(path, kept)
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
    return {"text": nbformat.writes(nb)}


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


def twin(path, kept=None):
    """The text twin of the notebook at path, which is what both say from now on."""
    text = write_text(nbformat.read(path, as_version=4), path)
    keep(kept, text)
    return {"text": text}


def export(path):
    """The HTML page of the notebook at path."""
    exporter = HTMLExporter(config=config())
    text, _ = exporter.from_filename(path)
    return {"text": text}


def sign(texts):
    """Trust notebooks of this content, in the clone's own list."""
    notary = NotebookNotary(config=config())
    for text in texts:
        notary.sign(nbformat.reads(text, as_version=4))
    return {}


def send(**message):
    print(json.dumps(message), file=answers, flush=True)


def serve():
    commands = {f.__name__: f for f in (execute, twin, export, sign)}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            send(done=True, **commands[request.pop("do")](**request))
        except Conflict as conflict:
            send(error=str(conflict), plain=True)
        except Exception as error:
            traceback.print_exc()
            send(error=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    # Nothing but answers may reach stdout; what libraries print goes to the log.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve()
