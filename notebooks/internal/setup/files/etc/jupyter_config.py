"""The configuration of every Jupyter program that works on this clone.

It comes before the user's own, which still counts in all that is not here.
"""

import os
import sys
from pathlib import Path

here = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(here / "python"))

import nqm_export  # noqa: E402

c = get_config()  # noqa: F821

# A new notebook is one of ours.
c.MultiKernelManager.default_kernel_name = "nqm"
c.ServerApp.kernel_spec_manager_class = "nqm_kernels.KernelSpecs"

# Which notebooks are trusted is remembered here, not in the user's own files.
c.NotebookNotary.db_file = str(here / "signatures.db")
c.NotebookNotary.secret_file = str(here / "signing-key")

# Readers see lessons, not the program that runs them.
c.ContentsManager.hide_globs = ["__pycache__", "*.go", "*.toml", "internal", "testdata"]

# nbgrader's pages belong to assignments, and come where they are asked for;
# settings of Notebook 6, which the shim reads, are of no use here and make it
# create IPython's folder in the home folder; looking for language servers runs
# npm.
c.ServerApp.jpserver_extensions = {
    "nbgrader.server_extensions.assignment_list": False,
    "nbgrader.server_extensions.course_list": False,
    "nbgrader.server_extensions.formgrader": os.environ.get("NQM_PAGE") == "formgrader",
    "nbgrader.server_extensions.validate_assignment": False,
    "notebook_shim": False,
}
c.LanguageServerManager.autodetect = False

nqm_export.configure(c)
